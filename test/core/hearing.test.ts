// What a client makes of silence, and of hearing all but answers.
import { describe, expect, it } from 'vitest'
import type { ServerFrame } from '../../src/wire/frame.js'
import { ClientBench, messages, subscribed, welcome } from '../support/client-core.js'
import { pong, RaceBench } from '../support/race.js'

/** The server's clock is so far ahead, ms. */
const AHEAD = 1_700_000_000_000

/** When the link is given up for silence, if that is before `end`; whole ms. */
const givenUp = (bench: ClientBench, end: number): number =>
  Math.floor(bench.until(end).find(([, ...told]) => told.includes('drop 4408'))?.[0] ?? NaN)

describe('a large message', () => {
  it('is overdue, and its link asked and given up, later by what it takes', () => {
    const bench = new ClientBench().up()
    bench.send({ bytes: 32_000 })
    // It may be on its way still: it is not said again at once.
    expect(bench.until(2_000)).toEqual([[2_000, 'write ping 1']])
    expect(bench.until(4_999)).toEqual([[4_000, 'write send 1']])
    expect(givenUp(bench, 9_000)).toBe(5_000)
  })
  it('has as long as the last one took, whose time says nothing of the round trip', () => {
    const bench = new ClientBench().up()
    bench.send({ bytes: 32_000 })
    bench.now = 1_900
    bench.hear({ t: 'accepted', seq: 1 })
    expect(bench.core.ledgers.rtt.srtt).toBeUndefined()
    bench.send({ bytes: 16_000 })
    // 16.8 bytes a ms, and the first RTO.
    expect(bench.core.deadline).toBe(1_900 + 1_000 + 950)
  })
  it('many small ones show as well what the line carries, and the round trip', () => {
    const bench = new ClientBench({ outbox: { window: 64, windowBytes: 200_000 } }).up()
    for (let n = 0; n < 32; n++) bench.send({ bytes: 1_000 })
    bench.now = 100
    bench.hear({ t: 'accepted', seq: 1 })
    // Two acknowledgements of 15 kB, 50 ms apart.
    bench.now = 150
    bench.hear({ t: 'accepted', seq: 16 })
    expect(bench.core.outbox.throughput.time(30_000)).toBe(100)
    bench.now = 200
    bench.hear({ t: 'accepted', seq: 31 })
    expect(bench.core.outbox.throughput.time(30_000)).toBe(100)
    expect(bench.core.ledgers.rtt.srtt).toBeCloseTo(100 + 50 / 8 + (100 - 50 / 8) / 8, 6)
  })
  it('the round trip is no part of what it takes; and where anything was said twice, nothing is known', () => {
    const bench = new ClientBench().up()
    bench.send()
    bench.now = 100
    bench.hear({ t: 'accepted', seq: 1 })
    bench.send({ bytes: 9_000 })
    bench.now = 300
    bench.hear({ t: 'accepted', seq: 2 })
    // 90 bytes a ms.
    expect(bench.core.outbox.throughput.time(9_000)).toBe(100)
    bench.send({ bytes: 9_000 })
    expect(bench.until(1_100).flat()).toContain('write send 3')
    bench.hear({ t: 'accepted', seq: 3 })
    expect(bench.core.outbox.throughput.time(9_000)).toBe(100)
  })
  it('has twice as long on the next link where it ended this one', () => {
    const bench = new ClientBench().up()
    bench.send({ bytes: 32_000 })
    expect(givenUp(bench, 5_000)).toBe(5_000)
    bench.up()
    expect(bench.until(8_000)).toEqual([[8_000, 'write ping 2']])
    expect(givenUp(bench, 20_000)).toBe(12_000)
  })
  it('has no longer on the next link where this one was cut', () => {
    const bench = new ClientBench().up()
    bench.send({ bytes: 32_000 })
    bench.again()
    bench.up()
    expect(bench.core.outbox.throughput.time(32_000)).toBe(1_000)
  })
  it('what came with it says nothing of the round trip, nor of the line where the first was said again', () => {
    const bench = new ClientBench({ outbox: { windowBytes: 100_000 } }).up()
    bench.send({ bytes: 32_000 })
    bench.send()
    bench.now = 1_500
    bench.hear({ t: 'accepted', seq: 2 })
    expect(bench.core.ledgers.rtt.srtt).toBeUndefined()
    const other = new ClientBench({ outbox: { windowBytes: 100_000 } }).up()
    other.send({ bytes: 9_000 })
    other.send()
    other.until(3_000)
    other.hear({ t: 'accepted', seq: 2 })
    expect(other.core.outbox.throughput.time(32_000)).toBe(1_000)
  })
  it('that comes late was not alone missing: nothing behind it is said again', () => {
    const bench = new ClientBench({ outbox: { windowBytes: 100_000 } }).up()
    bench.send({ bytes: 32_000 })
    bench.send()
    bench.until(2_000)
    expect(bench.hear({ t: 'accepted', seq: 1 })).toEqual(['m1 accepted'])
    expect(bench.hear({ t: 'accepted', seq: 2 })).toEqual(['m2 accepted'])
  })
  it('goes with the hello only as far as a second takes', () => {
    const bench = new ClientBench({ outbox: { windowBytes: 100_000 } })
    bench.feed({ on: 'connect' })
    for (let n = 0; n < 4; n++) bench.send({ bytes: 10_000 })
    expect(bench.open()).toEqual(['write hello 0 | send 1 | send 2 | send 3', 'm1 sent', 'm2 sent', 'm3 sent'])
    // No welcome: it was too much, perhaps.
    bench.until(10_000)
    bench.until(bench.core.deadline)
    expect(bench.open()).toEqual(['write hello 0 | send 1'])
  })
})

describe('a large packet that was announced', () => {
  const large: ServerFrame = { t: 'large', bytes: 64_000 }
  it('puts off every verdict by what it takes', () => {
    const bench = new ClientBench().up()
    bench.hear(large)
    expect(bench.until(15_000)).toEqual([[15_000, 'write ping 1']])
    // 2.5 s and 2 s, twice.
    expect(bench.until(19_500)).toEqual([[19_500, 'write ping 2']])
    expect(givenUp(bench, 30_000)).toBe(24_000)
  })
  it('also that of a message that is overdue', () => {
    const bench = new ClientBench().up()
    bench.hear(large)
    bench.send()
    expect(bench.until(1_000)).toEqual([[1_000, 'write send 1', 'write ping 1']])
    expect(givenUp(bench, 9_000)).toBe(5_000)
  })
  it('and no longer when it is there; the next has as long as it took', () => {
    const bench = new ClientBench().reading()
    bench.hear(large)
    bench.now = 4_000
    bench.hear(...messages(1))
    bench.send()
    expect(bench.until(5_000).at(-1)).toEqual([5_000, 'write send 1', 'write ping 1'])
    expect(givenUp(bench, 9_000)).toBe(7_000)
    const other = new ClientBench().reading()
    other.now = 1_000
    other.hear(large)
    other.now = 5_000
    other.hear(...messages(1))
    other.hear(large)
    other.send()
    // 16 bytes a ms.
    expect(givenUp(other, 20_000)).toBe(12_000)
  })
  it('of a link that is gone is no matter of the next', () => {
    const bench = new ClientBench().up()
    bench.hear(large)
    bench.again()
    bench.up()
    const { now } = bench
    bench.send()
    expect(givenUp(bench, now + 9_000)).toBe(now + 3_000)
  })
})

describe('a link by which others are heard', () => {
  /** Welcomed at once, and follows `room`; something is said at 0 and overdue at 1 s. */
  const bench = (): ClientBench => {
    const one = new ClientBench().up({ time: AHEAD })
    one.follow()
    one.hear(subscribed(1))
    one.send()
    return one
  }
  const others = (offset: number, saidAt: number): ServerFrame[] =>
    messages(offset).map((frame) => ({ ...frame, time: AHEAD + saidAt }))
  it('is given up when they say something that long after the question', () => {
    const one = bench()
    one.until(2_990)
    expect(one.hear(...others(1, 2_990))).toEqual(['deliver room 1'])
    one.now = 3_000
    // Nothing in that packet counts: it comes again on the next link.
    expect(one.hear(...others(2, 3_000))).toEqual([
      'drop 4408',
      'retry 250',
      'reconnecting: nothing that was said is answered',
    ])
  })
  it('and not when they said it before, or where an answer came first', () => {
    const one = bench()
    one.until(2_990)
    expect(one.hear(...others(1, 990))).toEqual(['deliver room 1'])
    expect(one.until(4_900).map(([at]) => at)).toEqual([3_000])
    expect(one.hear({ t: 'noted', ch: 'room', offset: 0 }, ...others(2, 4_900))).toEqual(['deliver room 2'])
    expect(one.core.status).toBe('online')
  })
  it('over a lower transport, only when nothing has been answered for 9 s: what is said goes another way there', () => {
    const one = new RaceBench()
    one.connect()
    one.until(500)
    one.opened(2)
    one.says(2, { ...welcome, time: AHEAD + 500 }, pong)
    one.follow()
    one.says(2, subscribed(1))
    one.send()
    let n = 0
    while (one.core.status === 'online' && ++n < 400) {
      one.until(500 + n * 100)
      one.says(2, ...others(n, one.now))
    }
    // Overdue at 1, 3, 7 and 15 s, as the RTO has it.
    expect(one.now).toBe(15_500)
  })
  it('by the clock of its own welcome', () => {
    const one = new ClientBench()
    one.feed({ on: 'connect' })
    one.now = 7_000
    one.up({ time: AHEAD })
    one.follow()
    one.hear(subscribed(1))
    one.send()
    one.until(9_990)
    // The welcome was said at 7 s; the question came at 8.
    one.hear(...others(1, 2_990))
    expect(one.core.status).toBe('online')
    one.now = 10_000
    one.hear(...others(2, 3_000))
    expect(one.core.status).toBe('reconnecting')
  })
  it('is never given up for that where it cannot be asked', () => {
    const heartbeat = { interval: Infinity, timeout: 5_000, retries: 1 }
    const one = new ClientBench({ link: { heartbeat, greets: false } })
    one.open()
    one.send()
    for (let n = 1; n < 400; n++) {
      one.until(n * 100)
      one.hear(...others(n, n * 100))
    }
    expect(one.core.status).toBe('online')
  })
  it('on the next link all begins anew', () => {
    const one = bench()
    one.until(2_000)
    one.again()
    one.up({ time: AHEAD + one.now })
    one.hear(...others(1, one.now + 5_000))
    expect(one.core.status).toBe('online')
  })
})
