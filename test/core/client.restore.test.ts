// A page takes up what another one of its name has left.
import { describe, expect, it } from 'vitest'
import type { Kept } from '../../src/core/ledgers.js'
import { ClientBench, messages, subscribed, welcome } from '../support/client-core.js'

const telling = { receipts: true } as const

/** m1 accepted and not with everybody, m2 sent, m3 not; `room` read up to 2. */
function left(): Kept<string> {
  const bench = new ClientBench({ outbox: { window: 2 } }).up(telling)
  bench.follow()
  bench.hear(subscribed(1), ...messages(1, 2))
  bench.send()
  bench.hear({ t: 'accepted', seq: 1 })
  bench.send()
  bench.send()
  return bench.core.ledgers.kept
}

describe('a page that takes up what another has left', () => {
  it('says it again, under its numbers, and waits for those who do not have it', () => {
    const bench = new ClientBench()
    const kept = left()
    expect(kept).toMatchObject({ acked: 1, tracked: [{ seq: 1, ch: 'room', tag: 'm1' }] })
    expect(bench.feed({ on: 'restore', kept, seq: 3, bound: 0 })).toEqual(['last number 3', 'connecting'])
    expect(bench.open()).toEqual(['write hello 1'])
    const told = bench.hear({ ...welcome, ...telling, got: 1 })
    expect(told).toContain('write track 1 | send 2 | send 3')
    expect(bench.hear({ t: 'delivered', n: 1, ch: 'room', list: [{ seq: 1, to: 1, count: 1, of: 1 }] })).toEqual([
      'm1 1/1',
    ])
  })
  it('reads on where the other was', () => {
    const bench = new ClientBench()
    bench.feed({ on: 'restore', kept: left(), seq: 3, bound: 0 })
    bench.follow('room', 'last')
    expect(bench.open()).toEqual(['write hello 1 | sub room 3 e1'])
  })
  it('sends nothing with the hello: the server may have it', () => {
    const bench = new ClientBench()
    bench.send()
    bench.feed({ on: 'restore', kept: { items: [], acked: 0, tracked: [], places: {} }, seq: 1, bound: 0 })
    expect(bench.open()).toEqual(['write hello 0'])
    expect(bench.hear({ ...welcome, got: 2 })).toContain('m1 number 3')
  })
  it('that was never left anything takes the numbers for its own', () => {
    const bench = new ClientBench()
    bench.send()
    expect(bench.open()).toEqual(['write hello 0 | send 1', 'm1 sent'])
    expect(bench.hear({ ...welcome, got: 2 }).join()).not.toContain('number')
  })
})
