// What another page of the same name left behind, and the numbers that it used up.
import { describe, expect, it } from 'vitest'
import type { KeptItem, Numbered } from '../../src/core/outbox.js'
import { fates, OutboxBench } from '../support/outbox.js'

type Left = Partial<KeptItem<string>> & { seq: number }

const kept = (...list: Left[]): KeptItem<string>[] =>
  list.map((one) => ({
    ch: 'room',
    body: '"k"',
    bytes: 10,
    key: undefined,
    expiresAt: Infinity,
    tries: 0,
    tag: `k${String(one.seq)}`,
    ...one,
  }))

/** `last 2`, `m1 is 3` … */
const numbers = (numbered: Numbered<string>[]): string[] =>
  numbered.map(({ tag, seq }) => (tag ? `${tag} is ${String(seq)}` : `last ${String(seq)}`))

const restore = (bench: OutboxBench, items: KeptItem<string>[], { acked = 0, seq = 0, bound = 0 } = {}): string[] =>
  numbers(bench.outbox.restore(items, acked, seq, bound))

describe('what another page left', () => {
  it('stands before what is new here, with its numbers; what is new gets later ones', () => {
    const bench = new OutboxBench().fill(2)
    expect(restore(bench, kept({ seq: 1 }, { seq: 3 }), { seq: 3 })).toEqual(['last 3', 'm1 is 4', 'm2 is 5'])
    expect(bench.pump()).toEqual(['1', '3 after 1', '4', '5'])
  })
  it('stands behind the own that it may have written, which keep their numbers', () => {
    const bench = new OutboxBench({ window: 9 }).fill(3)
    expect(restore(bench, kept({ seq: 4 }), { seq: 4, bound: 2 })).toEqual(['last 4', 'm3 is 5'])
    expect(bench.pump()).toEqual(['1', '2', '4 after 2', '5'])
  })
  it('and numbers that are higher already, stay as they are', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump()
    bench.push()
    expect(restore(bench, [], { seq: 2 })).toEqual(['last 2'])
    expect(bench.pump()).toEqual(['1', '2', '3'])
  })
  it('is in doubt, for the page may have written it; and so is the own up to the bound', () => {
    const bench = new OutboxBench().fill(2)
    restore(bench, kept({ seq: 2 }, { seq: 3, tries: 2 }), { seq: 3, bound: 1 })
    expect(fates(bench.outbox.close(''))).toEqual(['m1 in-doubt', 'k2 in-doubt', 'k3 in-doubt', 'm2 closed'])
  })
  it('counts, and expires', () => {
    const bench = new OutboxBench()
    bench.push({ expiresAt: 900 })
    restore(bench, kept({ seq: 1, bytes: 20, expiresAt: 500 }, { seq: 2, bytes: 5 }), { seq: 2 })
    expect(bench.outbox).toMatchObject({ size: 3, bytes: 35, expiresAt: 500 })
    expect(bench.expire(500)).toEqual(['k1 in-doubt'])
    expect(bench.outbox).toMatchObject({ size: 2, bytes: 15, expiresAt: 900 })
  })
  it('is told as sent for the first time, and measures no round trip, for it may be the second', () => {
    const bench = new OutboxBench()
    restore(bench, kept({ seq: 1 }), { seq: 1 })
    expect(bench.outbox.pump(0).sent).toEqual(['k1'])
    expect(bench.outbox.retransmits).toBe(1)
    bench.ack(1, 50)
    expect(bench.rtt.srtt).toBeUndefined()
  })
  it('breaks off what was in flight: it goes behind that', () => {
    const bench = new OutboxBench().fill(1)
    bench.pump()
    restore(bench, kept({ seq: 2 }), { seq: 2, bound: 1 })
    expect(bench.outbox.inFlight).toBe(0)
    expect(bench.pump()).toEqual(['1', '2'])
  })
  it('says what is acknowledged, where that is more than is known here', () => {
    const bench = new OutboxBench()
    restore(bench, kept({ seq: 5 }), { acked: 3, seq: 5 })
    expect(bench.pump()).toEqual(['5 after 3'])
    restore(bench, [], { acked: 1, seq: 5 })
    expect(bench.outbox.acked).toBe(3)
  })
  it('gives way to nothing, and keeps no place from what is new', () => {
    const bench = new OutboxBench()
    bench.push({ key: 'k' })
    restore(bench, kept({ seq: 1, key: '["room","k"]' }), { seq: 1 })
    expect(bench.push({ key: 'k' })).toEqual(['m1 superseded'])
    expect(bench.outbox.size).toBe(2)
  })
})

describe('numbers that the server has taken from another page', () => {
  it('are used no more, and what was written keeps its own', () => {
    const bench = new OutboxBench({ window: 1 }).fill(3)
    bench.pump()
    expect(numbers(bench.outbox.renumber(2))).toEqual(['last 2', 'm2 is 3', 'm3 is 4'])
  })
})

describe('an outbox that leaves', () => {
  it('says that one number more is settled than were ever sent', () => {
    const bench = new OutboxBench().fill(2)
    expect(numbers([bench.outbox.leave()])).toEqual(['last 3'])
    expect(bench.outbox.acked).toBe(3)
    expect(numbers([bench.outbox.leave()])).toEqual(['last 4'])
    expect(numbers([new OutboxBench().outbox.leave()])).toEqual(['last 1'])
  })
})
