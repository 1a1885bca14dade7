import { describe, expect, it } from 'vitest'
import { backoff } from '../../src/core/backoff.js'

const options = { base: 500, cap: 20_000, factor: 2, floor: 0 }
const chances = Array.from({ length: 100 }, (_, at) => at / 100)

describe('backoff', () => {
  it('has no delay before the first failure', () => {
    expect(backoff(options, 0, 0.99)).toBe(0)
    expect(backoff({ ...options, floor: 100 }, 0, 0.99)).toBe(100)
  })
  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [4, 4_000],
    [5, 8_000],
    [6, 16_000],
    [7, 20_000],
    [8, 20_000],
  ])('draws failure %d from 0 to %d ms, evenly', (failures, ceiling) => {
    for (const chance of chances) expect(backoff(options, failures, chance)).toBeCloseTo(ceiling * chance, 6)
  })
  it.each([5, 6, 7, 20, 64, 1_023, 1_024, 1_025, 1_100])('keeps a herd spread at failure %d', (failures) => {
    // The cap is applied before the jitter: no lump of clients arrives at the cap, and none at 0.
    const delays = chances.map((chance) => backoff(options, failures, chance))
    const ceiling = Math.min(20_000, 500 * 2 ** (failures - 1))
    const perTenth = Array.from({ length: 10 }, (_, tenth) => {
      const from = (ceiling / 10) * tenth
      return delays.filter((delay) => delay >= from && delay < from + ceiling / 10).length
    })
    for (const count of perTenth) expect(count).toBeGreaterThanOrEqual(9)
    expect(Math.max(...delays)).toBeLessThan(ceiling)
  })
  it('never goes below the floor', () => {
    expect(backoff({ ...options, floor: 300 }, 1, 0)).toBe(300)
    expect(backoff({ ...options, floor: 300 }, 3, 0.5)).toBe(1_000)
  })
  it('grows by the factor', () => {
    expect(backoff({ ...options, factor: 1.5 }, 3, 0.5)).toBe(562.5)
    expect(backoff({ ...options, factor: 1 }, 1_100, 0.5)).toBe(250)
  })
  it('is never NaN, whatever the numbers', () => {
    for (const base of [0, 1, 500])
      for (const cap of [0, 20_000])
        for (const failures of [1, 5, 1_024, 1_025, 1_100, 1e9])
          for (const random of [0, 0.5, 1 - 2 ** -53]) {
            const delay = backoff({ ...options, base, cap }, failures, random)
            expect(delay).toBeGreaterThanOrEqual(0)
            expect(delay).toBeLessThanOrEqual(cap)
          }
  })
})
