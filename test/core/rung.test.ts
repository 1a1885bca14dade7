import { describe, expect, it } from 'vitest'
import { afterBreak, type Health, well } from '../../src/core/rung.js'

const breaks = (times: number, lived = 0): Health =>
  Array.from({ length: times }).reduce<Health>((health) => afterBreak(health, lived, 0), well)

describe('the health of a transport', () => {
  it('one link that dies young is bad luck, the second makes it rest for a minute, each more twice as long', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 20].map((times) => breaks(times).restsUntil)).toEqual([
      0, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000,
    ])
  })
  it('the rest begins when the link dies', () => {
    expect(afterBreak(breaks(1), 0, 7_000).restsUntil).toBe(67_000)
  })
  it('a link is young for ten seconds; one that lived longer makes all well', () => {
    expect(breaks(2, 9_999).restsUntil).toBe(60_000)
    expect(breaks(2, 10_000)).toEqual(well)
    expect(afterBreak(breaks(5), 10_000, 0)).toEqual(well)
  })
})
