import { describe, expect, it } from 'vitest'
import { report } from './report.js'
import { PINNED } from './seeds.js'
import { simulate } from './simulate.js'

const SEEDS = 300
/** Seeds of one test: small enough to name where it broke, large enough to cost nothing. */
const BATCH = 25

async function holds(seed: number, alone = false): Promise<void> {
  const outcome = await simulate(seed, undefined, alone)
  if (outcome.broken) throw new Error(report(outcome, 60))
}

describe('a hostile world keeps every invariant', () => {
  const batches = Array.from({ length: SEEDS / BATCH }, (_, batch) => batch * BATCH + 1)
  it.each(batches)(`from seed %i on, ${BATCH} of them`, async (from) => {
    for (let seed = from; seed < from + BATCH; seed++) await holds(seed)
  })
})

describe('what once was broken stays whole', () => {
  it.each(PINNED)('$seed: $was', ({ seed, alone }) => holds(seed, alone))
})

describe('a simulation', () => {
  it('is the same every time for one seed, and another for another', async () => {
    const [first, again, other] = [await simulate(7), await simulate(7), await simulate(8)]
    expect(again.hash).toBe(first.hash)
    expect(other.hash).not.toBe(first.hash)
  })
})
