import { describe, expect, it } from 'vitest'
import { beat, type HeartbeatOptions, probe, type Pulse, pulseDeadline } from '../../src/core/heartbeat.js'

const options: HeartbeatOptions = { interval: 15_000, timeout: 5_000, retries: 1 }
const PATIENCE = 2_500

/** All pings and the verdict, each judged at its deadline. */
function life(pulse: Pulse, how = options): [number, string][] {
  const told: [number, string][] = []
  for (;;) {
    const now = pulseDeadline(pulse, how)
    const next = beat(pulse, how, PATIENCE, now)
    told.push([now, next.is])
    if (next.is !== 'ask') return told
    pulse = next.pulse
  }
}

describe('a pulse', () => {
  it('is calm until the interval of silence has passed', () => {
    expect(pulseDeadline({ heardAt: 100 }, options)).toBe(15_100)
    expect(beat({ heardAt: 100 }, options, PATIENCE, 15_099)).toEqual({ is: 'calm' })
  })
  it('asks, asks again, and is dead', () => {
    expect(life({ heardAt: 0 })).toEqual([
      [15_000, 'ask'],
      [17_500, 'ask'],
      [20_000, 'dead'],
    ])
  })
  it('asks as often as it is told to', () => {
    expect(life({ heardAt: 0 }, { ...options, retries: 0 })).toHaveLength(2)
    expect(life({ heardAt: 0 }, { ...options, retries: 3 })).toHaveLength(5)
  })
  it('measures the first question only (Karn)', () => {
    const first = beat({ heardAt: 0 }, options, PATIENCE, 15_000)
    expect(first).toEqual({ is: 'ask', pulse: { heardAt: 0, asked: { at: 15_000, due: 17_500, left: 1 } } })
    if (first.is !== 'ask') return
    expect(beat(first.pulse, options, PATIENCE, 17_500)).toEqual({
      is: 'ask',
      pulse: { heardAt: 0, asked: { due: 20_000, left: 0 } },
    })
  })
  it('is never asked when it is off, but for a probe', () => {
    const off = { ...options, interval: Infinity }
    expect(pulseDeadline({ heardAt: 0 }, off)).toBe(Infinity)
    expect(beat({ heardAt: 0 }, off, PATIENCE, 1e12)).toEqual({ is: 'calm' })
    expect(life(probe({ heardAt: 0 }, 1_000, 2_000), off)).toEqual([[3_000, 'dead']])
  })
})

describe('a probe', () => {
  it('is one question with one deadline', () => {
    expect(life(probe({ heardAt: 0 }, 1_000, 2_000))).toEqual([[3_000, 'dead']])
  })
  it('is measured, unless a question was open', () => {
    expect(probe({ heardAt: 0 }, 1_000, 2_000).asked?.at).toBe(1_000)
    const asked = { at: 900, due: 5_000, left: 1 }
    expect(probe({ heardAt: 0, asked }, 1_000, 2_000).asked?.at).toBeUndefined()
  })
})

describe('a timer that fires late', () => {
  const asked = probe({ heardAt: 0 }, 1_000, 2_000)

  it('is judged up to 2 s late: that is a busy page', () => {
    expect(beat(asked, options, PATIENCE, 5_000)).toEqual({ is: 'dead' })
  })
  it('is excused beyond: the machine slept, and the answer may be waiting', () => {
    const next = beat(asked, options, PATIENCE, 5_001)
    expect(next).toMatchObject({ is: 'ask', pulse: { heardAt: 0, asked: { due: 7_501 } } })
  })
  it('is excused once', () => {
    const next = beat(asked, options, PATIENCE, 60_000)
    if (next.is !== 'ask') throw new Error('not excused')
    expect(beat(next.pulse, options, PATIENCE, 120_000)).toEqual({ is: 'dead' })
  })
  it('leaves no retries after the excuse', () => {
    const first = beat({ heardAt: 0 }, { ...options, retries: 5 }, PATIENCE, 15_000)
    if (first.is !== 'ask') throw new Error('not asked')
    const late = beat(first.pulse, options, PATIENCE, 60_000)
    if (late.is !== 'ask') throw new Error('not excused')
    expect(life(late.pulse)).toEqual([[62_500, 'dead']])
  })
})
