import { describe, it } from 'vitest'
import { type Stand, transportCases } from '../../src/testing/index.js'

/** The public suite, under this repository's runner. */
export function conformance(name: string, open: () => Promise<Stand>): void {
  describe(`${name} is a transport that`, () => {
    for (const { name: rule, run } of transportCases(open)) it(rule, run)
  })
}
