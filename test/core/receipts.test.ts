// What becomes of messages that the server has: places, receipts, and the news that one link counts.
import { describe, expect, it } from 'vitest'
import type { Receipt, ServerFrame } from '../../src/wire/frame.js'
import { ClientBench, welcome } from '../support/client-core.js'

const cleo = { client: 'cleo', user: 'c', time: 5 }
const telling = { receipts: true } as const

const delivered = (n: number, ...list: (Partial<Receipt> & { seq: number })[]): ServerFrame => ({
  t: 'delivered',
  n,
  ch: 'room',
  list: list.map((one) => ({ to: one.seq, count: 1, of: 2, ...one })),
})

/** So many messages sent and accepted, and asked for. */
function tracked(count = 1): ClientBench {
  const bench = new ClientBench().up(telling)
  for (let n = 0; n < count; n++) bench.send()
  bench.hear({ t: 'accepted', seq: count })
  return bench
}

describe('places', () => {
  it('are told once, whatever is said again', () => {
    const bench = new ClientBench().up(telling)
    bench.send()
    bench.send()
    const accepted: ServerFrame = {
      t: 'accepted',
      seq: 2,
      placed: [
        [1, 7],
        [2, 9],
      ],
    }
    expect(bench.hear(accepted, accepted)).toEqual([
      'm1 accepted',
      'm2 accepted',
      'm1 at 7',
      'm2 at 9',
      'write track 1',
    ])
  })
  it('come with a later answer where the first was lost', () => {
    const bench = tracked()
    expect(bench.hear({ t: 'accepted', seq: 1, placed: [[1, 7]] })).toEqual(['m1 at 7'])
  })
  it('of messages that are not ours are nothing', () => {
    expect(tracked().hear({ t: 'accepted', seq: 1, placed: [[8, 7]] })).toEqual([])
  })
})

describe('the question', () => {
  it('is asked when the first message is accepted, and covers all that come after', () => {
    const bench = new ClientBench().up(telling)
    bench.send()
    bench.send()
    expect(bench.hear({ t: 'accepted', seq: 1 })).toEqual(['m1 accepted', 'write track 1'])
    expect(bench.hear({ t: 'accepted', seq: 2 })).toEqual(['m2 accepted'])
  })
  it('is asked again on each link, behind the welcome', () => {
    const bench = tracked(2)
    bench.hear(delivered(1, { seq: 1, count: 2 }))
    expect(bench.again()).toEqual(['write hello 2 T1'])
    expect(bench.hear({ ...welcome, ...telling })).toContain('write track 2')
  })
  it('is not asked where nothing is open, nor where the server does not tell', () => {
    const bench = tracked()
    bench.hear(delivered(1, { seq: 1, count: 2 }))
    bench.again()
    expect(bench.hear({ ...welcome, ...telling }).join()).not.toContain('track')
    bench.send()
    expect(bench.hear({ t: 'accepted', seq: 2 })).toContain('write track 2')
    bench.again()
    expect(bench.hear(welcome).join()).not.toContain('track')
  })
  it('begins at what may still be accepted out of turn', () => {
    const bench = new ClientBench().up(telling)
    bench.send()
    bench.send()
    expect(bench.hear({ t: 'accepted', seq: 2, only: true })).toContain('write track 1')
  })
  it('goes once more with the next ping, until its pong says that it came', () => {
    const bench = tracked()
    expect(bench.feed({ on: 'wake' })).toEqual(['write track 1 | ping 1'])
    bench.hear({ t: 'pong', id: 9 })
    expect(bench.feed({ on: 'wake' })).toEqual(['write track 1 | ping 2'])
    bench.hear({ t: 'pong', id: 2 })
    expect(bench.feed({ on: 'wake' })).toEqual(['write ping 3'])
  })
  it('is unsure again when it was said anew, behind the ping that is answered', () => {
    const bench = tracked()
    bench.feed({ on: 'wake' })
    bench.hear(delivered(2, { seq: 1 }))
    bench.hear({ t: 'pong', id: 1 })
    expect(bench.feed({ on: 'wake' })).toEqual(['write track 1 | ping 2'])
  })
})

describe('receipts', () => {
  it('are told when they change, until everybody has it', () => {
    const bench = tracked()
    expect(bench.hear(delivered(1, { seq: 1, count: 0 }))).toEqual(['m1 0/2'])
    expect(bench.hear(delivered(2, { seq: 1, by: cleo }))).toEqual(['m1 1/2 cleo'])
    expect(bench.hear(delivered(3, { seq: 1, by: cleo }))).toEqual([])
    expect(bench.hear(delivered(4, { seq: 1, count: 2 }))).toEqual(['m1 2/2'])
    expect(bench.hear(delivered(5, { seq: 1, count: 3, of: 4 }))).toEqual([])
  })
  it('of a run are for all of this channel in it', () => {
    const bench = new ClientBench().up(telling)
    bench.send()
    bench.send({ ch: 'other' })
    bench.send()
    bench.hear({ t: 'accepted', seq: 3 })
    expect(bench.hear(delivered(1, { seq: 1, to: 3 }))).toEqual(['m1 1/2', 'm3 1/2'])
  })
  it('a run without end is no work without end', () => {
    expect(tracked().hear(delivered(1, { seq: 0, to: Number.MAX_SAFE_INTEGER }))).toEqual(['m1 1/2'])
  })
  it('gone before anybody had it: that is the last word', () => {
    const bench = tracked()
    expect(bench.hear(delivered(1, { seq: 1, count: 0, gone: true }))).toEqual(['m1 0/2 gone'])
    expect(bench.hear(delivered(2, { seq: 1 }))).toEqual([])
  })
  it('that nobody is to have it is not the last word', () => {
    const bench = tracked()
    expect(bench.hear(delivered(1, { seq: 1, count: 0, of: 0 }))).toEqual(['m1 0/0'])
    expect(bench.hear(delivered(2, { seq: 1, count: 1, of: 1 }))).toEqual(['m1 1/1'])
  })
  it('say that a message was accepted whose answer is still on its way', () => {
    const bench = tracked()
    bench.send()
    bench.send()
    expect(bench.hear(delivered(1, { seq: 2 }))).toEqual(['m2 accepted', 'm2 1/2'])
    expect(bench.hear({ t: 'accepted', seq: 2, placed: [[2, 4]] })).toEqual(['m2 at 4'])
  })
  it('of what was never sent say nothing', () => {
    const bench = new ClientBench({ outbox: { window: 1 } }).up(telling)
    bench.send()
    bench.send()
    expect(bench.hear(delivered(1, { seq: 2 }))).not.toContain('m2 accepted')
  })
  it('before the welcome are not believed', () => {
    const bench = new ClientBench()
    bench.send()
    bench.open()
    expect(bench.hear(delivered(1, { seq: 1 }))).toEqual(['fault bad-frame'])
  })
  it.each(['ping', 'pong'] as const)('come for what a %s said before the welcome that the server has', (t) => {
    const bench = new ClientBench()
    bench.send()
    bench.open()
    expect(bench.hear({ t, id: 1, got: 1 })).not.toContain('m1 accepted')
    const [accepted] = bench
      .raw({ on: 'frames', link: 1, frames: [{ ...welcome, ...telling, got: 1 }] })
      .filter(({ do: what }) => what === 'settled')
    expect(accepted).toStrictEqual({ do: 'settled', tag: 'm1', tracked: true })
    expect(bench.hear(delivered(1, { seq: 1 }))).toEqual(['m1 1/2'])
  })
  it('of more than a thousand are given up, the oldest first', () => {
    const bench = new ClientBench({ outbox: { window: 2_000, maxMessages: 2_000 } }).up({ ...telling, window: 2_000 })
    for (let n = 0; n < 1_002; n++) bench.send({ bytes: 1 })
    const told = bench.hear({ t: 'accepted', seq: 1_002 })
    expect(told.filter((one) => one.includes('untold'))).toEqual(['m1 untold', 'm2 untold'])
    expect(bench.hear(delivered(1, { seq: 2, to: 3 }))).toEqual(['m3 1/2'])
  })
  it.each([true, false])('come for what is tracked, as the app is told: of a server that tells (%s)', (receipts) => {
    const bench = new ClientBench().up({ receipts })
    bench.send()
    const [accepted] = bench.raw({ on: 'frames', link: 1, frames: [{ t: 'accepted', seq: 1 }] })
    expect(accepted).toStrictEqual({ do: 'settled', tag: 'm1', ...(receipts && { tracked: true }) })
    expect(bench.feed({ on: 'close', code: 1000, reason: '' }).includes('m1 untold')).toBe(receipts)
  })
  it('end with the client', () => {
    const bench = tracked()
    const told = bench.feed({ on: 'close', code: 1000, reason: '' })
    expect(told).toContain('m1 untold')
    expect(bench.feed({ on: 'tick' })).toEqual([])
  })
})

describe('news', () => {
  it('that was heard before is none: an older state does not come back', () => {
    const bench = tracked()
    bench.hear(delivered(1, { seq: 1, count: 0 }), delivered(2, { seq: 1 }))
    expect(bench.hear(delivered(1, { seq: 1, count: 0 }))).toEqual([])
  })
  it.each<[string, ServerFrame]>([
    ['a number is missing', delivered(2, { seq: 1 })],
    ['a pong knows of more', { t: 'pong', id: 0, news: 1 }],
    ['a presence came from beyond', { t: 'present', n: 3, ch: 'room', list: [] }],
  ])('is asked for anew where %s', (_what, frame) => {
    expect(tracked().hear(frame).join()).toContain('track 1')
  })
  it('a ping that knows of no more changes nothing', () => {
    const bench = tracked()
    bench.hear(delivered(1, { seq: 1 }))
    expect(bench.hear({ t: 'ping', id: 3, news: 1 })).toEqual(['write pong 3'])
    expect(bench.hear({ t: 'ping', id: 4, news: 2 })).toEqual(['write pong 4', 'write track 1'])
    // What it counted is counted here, too: it comes late, and is no news.
    expect(bench.hear(delivered(2, { seq: 1, count: 2 }))).toEqual([])
    expect(bench.hear(delivered(3, { seq: 1, count: 2 }))).toEqual(['m1 2/2'])
  })
  it('is counted anew on each link', () => {
    const bench = tracked()
    bench.hear(delivered(1, { seq: 1, count: 0 }), delivered(2, { seq: 1, count: 0 }))
    bench.again()
    bench.hear({ ...welcome, ...telling, got: 1 })
    expect(bench.hear(delivered(1, { seq: 1 }))).toEqual(['m1 1/2'])
  })
})
