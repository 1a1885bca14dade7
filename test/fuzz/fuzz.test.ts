// A short run of each target, with another seed each time; a failure prints it. The long one is `npm run fuzz`.
import fc from 'fast-check'
import { afterAll, describe, it } from 'vitest'
import { close } from './http.js'
import { targets } from './targets.js'

afterAll(close)

describe('whatever comes', () => {
  it.each(Object.entries(targets).filter(([, { short }]) => short))(
    '%s',
    { timeout: 60_000 },
    async (_, { property, short }) => {
      await fc.assert(property, { numRuns: short })
    },
  )
})
