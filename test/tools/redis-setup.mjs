// vitest globalSetup of the `redis` project: the tests start redis-server, and never pass by leaving it out.
import { missingRedis } from './find-boxes.mjs'

export function setup() {
  const missing = missingRedis({ install: false })
  if (missing.length > 0)
    throw new Error(`There is no ${missing.join(', no ')}: install it, or let \`npm test\` get it`)
}
