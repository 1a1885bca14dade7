// vitest globalSetup of the `boxes` project: the tests start nginx and haproxy, and never pass by leaving them out.
import { missingBoxes } from './find-boxes.mjs'

export function setup() {
  const missing = missingBoxes({ install: false })
  if (missing.length > 0)
    throw new Error(`There is no ${missing.join(', no ')}: install it, or let \`npm test\` get it`)
}
