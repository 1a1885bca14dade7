import { describe, expect, it } from 'vitest'
import { Rtt } from '../../src/core/rtt.js'

const after = (...samples: number[]) => {
  const rtt = new Rtt()
  for (const sample of samples) rtt.sample(sample)
  return rtt
}

describe('the round-trip estimate (RFC 6298)', () => {
  it('allows a second before the first sample', () => {
    expect(after()).toMatchObject({ srtt: undefined, rto: 1_000 })
  })
  it('takes the first sample whole, and half of it as its variation', () => {
    // SRTT = R; RTTVAR = R/2; RTO = SRTT + 4 RTTVAR
    expect(after(200)).toMatchObject({ srtt: 200, rto: 600 })
  })
  it('follows the worked example', () => {
    // RTTVAR = 3/4 · 100 + 1/4 · |200 − 280| = 95, then SRTT = 7/8 · 200 + 1/8 · 280 = 210
    expect(after(200, 280)).toMatchObject({ srtt: 210, rto: 590 })
    // RTTVAR = 3/4 · 95 + 1/4 · |210 − 130| = 91.25, then SRTT = 7/8 · 210 + 1/8 · 130 = 200
    expect(after(200, 280, 130)).toMatchObject({ srtt: 200, rto: 565 })
  })
  it('settles on a steady link, and leaves the granularity of the clock as a margin', () => {
    const rtt = after(...Array.from({ length: 200 }, () => 400))
    expect(rtt.srtt).toBeCloseTo(400)
    expect(rtt.rto).toBeCloseTo(410)
  })
  it('stays within 0.3 s and 10 s', () => {
    expect(after(1).rto).toBe(300)
    expect(after(0).rto).toBe(300)
    expect(after(60_000).rto).toBe(10_000)
  })
})
