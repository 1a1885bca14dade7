import { describe, expect, it } from 'vitest'
import { type Asked, beat, probe } from '../../src/core/heartbeat.js'

const RETRIES = 1
const PATIENCE = 2_500

/** All pings and the verdict, each judged when it is due; the first at `due`. */
function life(asked: Asked | undefined, due: number, retries = RETRIES): [number, string][] {
  const told: [number, string][] = []
  for (let now = due; ; now += PATIENCE) {
    asked = beat(asked, retries, now, now)
    told.push([now, asked ? 'ask' : 'dead'])
    if (!asked) return told
  }
}

describe('a pulse', () => {
  it('asks, asks again, and is dead', () => {
    expect(life(undefined, 15_000)).toEqual([
      [15_000, 'ask'],
      [17_500, 'ask'],
      [20_000, 'dead'],
    ])
  })
  it('asks as often as it is told to', () => {
    expect(life(undefined, 15_000, 0)).toHaveLength(2)
    expect(life(undefined, 15_000, 3)).toHaveLength(5)
  })
  it('measures the first question only (Karn)', () => {
    const first = beat(undefined, RETRIES, 15_000, 15_000)
    expect(first).toEqual({ at: 15_000, left: 1 })
    expect(beat(first, RETRIES, 17_500, 17_500)).toEqual({ left: 0 })
  })
})

describe('a probe', () => {
  it('is one question with one deadline', () => {
    expect(life(probe(undefined, 1_000), 3_000)).toEqual([[3_000, 'dead']])
  })
  it('is measured, unless a question was open', () => {
    expect(probe(undefined, 1_000).at).toBe(1_000)
    expect(probe({ at: 900, left: 1 }, 1_000).at).toBeUndefined()
  })
})

describe('a timer that fires late', () => {
  const asked = probe(undefined, 1_000)

  it('is judged up to 2 s late: that is a busy page', () => {
    expect(beat(asked, RETRIES, 3_000, 5_000)).toBeUndefined()
  })
  it('is excused beyond: the machine slept, and the answer may be waiting', () => {
    expect(beat(asked, RETRIES, 3_000, 5_001)).toEqual({ left: 0, excused: true })
  })
  it('is excused once', () => {
    const next = beat(asked, RETRIES, 3_000, 60_000)
    if (!next) throw new Error('not excused')
    expect(beat(next, RETRIES, 62_500, 120_000)).toBeUndefined()
  })
  it('leaves no retries after the excuse', () => {
    const first = beat(undefined, 5, 15_000, 15_000)
    if (!first) throw new Error('not asked')
    const late = beat(first, 5, 17_500, 60_000)
    if (!late) throw new Error('not excused')
    expect(life(late, 62_500)).toEqual([[62_500, 'dead']])
  })
})
