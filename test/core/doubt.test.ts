import { describe, expect, it } from 'vitest'
import { Doubt } from '../../src/core/doubt.js'
import type { ServerFrame } from '../../src/wire/frame.js'

/** The server's clock is so far ahead, ms. */
const AHEAD = 1_700_000_000_000
const PATIENCE = 2_000

const said = (at: number, ahead = AHEAD): ServerFrame => ({ t: 'message', ch: 'room', time: ahead + at, body: 'hi' })

/** Whether an answer should have come before these. */
const isSettled = (doubt: Doubt, frames: readonly ServerFrame[], now: number): boolean =>
  doubt.hear(frames, now) >= PATIENCE

/** Greeted at 1 s, and that took 100 ms up. */
function welcomed(time: number | undefined = AHEAD + 1_100): Doubt {
  const doubt = new Doubt()
  doubt.greet(1_000)
  doubt.welcomed(time)
  return doubt
}

describe('whether what is said arrives', () => {
  it('is settled by what was said as long after the question as an answer may take, and is none', () => {
    const doubt = welcomed()
    expect(doubt.ask(5_000, 0)).toBe(false)
    // The hello took 100 ms up, as far as is known.
    expect(isSettled(doubt, [said(7_099)], 7_150)).toBe(false)
    expect(isSettled(doubt, [said(7_100)], 7_150)).toBe(true)
  })
  it('is not settled by what was said before, and was long on its way', () => {
    const doubt = welcomed()
    doubt.ask(5_000, 0)
    for (let at = 0; at < 7_100; at += 100) expect(isSettled(doubt, [said(at)], at + 60_000)).toBe(false)
  })
  it('is asked anew after an answer', () => {
    const doubt = welcomed()
    doubt.ask(5_000, 0)
    doubt.end()
    expect(isSettled(doubt, [said(9_000)], 9_000)).toBe(false)
    expect(doubt.ask(9_000, 0)).toBe(false)
    expect(doubt.ask(17_999, 0)).toBe(false)
  })
  it('counts from the first question', () => {
    const doubt = welcomed()
    doubt.ask(5_000, 0)
    doubt.ask(6_900, 0)
    expect(isSettled(doubt, [said(7_200)], 7_300)).toBe(true)
  })
  it('needs no clocks: 9 s without an answer settle it; what is large gets its time', () => {
    const doubt = new Doubt()
    expect(doubt.ask(1_000, 0)).toBe(false)
    expect(doubt.ask(9_999, 0)).toBe(false)
    expect([doubt.ask(10_000, 1), doubt.ask(10_000, 0)]).toEqual([false, true])
  })
  it('is not settled by a server that tells no time, by what has none, nor where nothing was asked', () => {
    const doubt = new Doubt()
    doubt.greet(0)
    doubt.welcomed(undefined)
    doubt.ask(5_000, 0)
    expect(isSettled(doubt, [said(60_000)], 60_000)).toBe(false)
    const other = welcomed()
    expect(isSettled(other, [said(60_000)], 60_000)).toBe(false)
    other.ask(61_000, 0)
    const timeless: ServerFrame[] = [
      { t: 'message', ch: 'room', body: 'hi' },
      { t: 'delivered', n: 1, ch: 'room', list: [] },
    ]
    expect(isSettled(other, timeless, 90_000)).toBe(false)
    expect(isSettled(other, [said(90_000)], 90_000)).toBe(true)
  })
  it('a node whose clock is ahead is known by what it cannot have said yet', () => {
    const doubt = welcomed()
    // 5 s ahead; 50 ms on its way.
    expect(isSettled(doubt, [said(1_000, AHEAD + 5_000)], 1_050)).toBe(false)
    doubt.ask(5_000, 0)
    expect(isSettled(doubt, [said(6_000, AHEAD + 5_000)], 6_050)).toBe(false)
    expect(isSettled(doubt, [said(7_000, AHEAD + 5_000)], 7_050)).toBe(true)
  })
  it('what is heard at once of a clock that has jumped settles nothing by itself', () => {
    const doubt = welcomed()
    doubt.ask(5_000, 0)
    // An hour of sleep that this clock did not count.
    expect(isSettled(doubt, [said(3_605_100)], 5_100)).toBe(false)
    expect(isSettled(doubt, [said(3_607_000)], 7_000)).toBe(true)
  })
})
