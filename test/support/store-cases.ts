import { describe, it } from 'vitest'
import { storeCases, type StoreFeature, type StoreLimitsWanted, type StoreStand } from '../../src/testing/index.js'

const ALL = { nodes: true, reopen: true, clock: true, notes: true, limits: true }

/** The public suite, under this repository's runner: with every feature, so that nothing is left out. */
export function storeConformance(
  name: string,
  open: (limits: StoreLimitsWanted) => Promise<StoreStand>,
  features: Record<StoreFeature, boolean> = ALL,
): void {
  describe(`${name} is a store that`, () => {
    for (const { name: rule, lacks, run } of storeCases(open, features))
      if (lacks.length) it.skip(`${rule} (lacks ${lacks.join(', ')})`, run)
      else it(rule, run)
  })
}
