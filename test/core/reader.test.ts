import { describe, expect, it } from 'vitest'
import { Reader } from '../../src/core/reader.js'
import type { ServerFrame } from '../../src/wire/frame.js'
import { ClientBench, messages, subscribed, welcome } from '../support/client-core.js'

describe('acknowledgements', () => {
  it('wait 200 ms for company, and are cumulative', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1))
    bench.now = 150
    bench.hear(...messages(2, 5))
    expect(bench.until(199)).toEqual([])
    expect(bench.until(1_000)).toEqual([[200, 'write received room 5']])
  })
  it('do not wait when there are 32', () => {
    const bench = new ClientBench().reading()
    expect(bench.hear(...messages(1, 31)).join()).not.toContain('write')
    expect(bench.hear(...messages(32))).toEqual(['deliver room 32', 'write received room 32'])
  })
  it('travel with whatever leaves: a message, a ping, a pong', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1))
    expect(bench.send()).toEqual(['write received room 1 | send 1', 'm1 sent'])
    bench.hear({ t: 'accepted', seq: 1 }, ...messages(2))
    expect(bench.hear({ t: 'ping', id: 7 })).toEqual(['write received room 2 | pong 7'])
    bench.hear(...messages(3))
    expect(bench.feed({ on: 'wake' })).toEqual(['write received room 3 | ping 1'])
    expect(bench.until(1_000)).toEqual([])
  })
  it('name each channel, and none twice', () => {
    const bench = new ClientBench().reading()
    bench.follow('other')
    bench.hear(subscribed(5, undefined, 'e1', 'other'), ...messages(5, 6, 'other'), ...messages(1))
    expect(bench.until(1_000)).toEqual([[200, 'write received room 1 | received other 6']])
    bench.hear(...messages(6, 6, 'other'), ...messages(1))
    expect(bench.until(2_000)).toEqual([])
  })
  it('die with the link: the place to go on from says it all', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1, 3))
    expect(bench.again()).toEqual(['write hello 0 T1 | sub room 4 e1'])
    expect(bench.hear(welcome, subscribed(4))).toEqual(['limit 65536', 'online'])
    expect(bench.until(10_000)).toEqual([])
  })
})

describe('acknowledgements of a server that notes them', () => {
  const reading = (): ClientBench => {
    const bench = new ClientBench().up({ receipts: true })
    bench.follow()
    bench.hear(subscribed(1), ...messages(1))
    return bench
  }
  const noted = (offset: number, id?: number) => ({ t: 'noted', ch: 'room', offset, ...(id && { id }) }) as const

  it('are told until they are noted, after 1 s or two round trips, doubled up to 10 s', () => {
    const bench = reading()
    expect(bench.until(13_999).map(([at]) => at)).toEqual([200, 2_200, 6_200])
    bench.hear(noted(1))
    expect(bench.until(14_500)).toEqual([])
  })
  it.each<[string, ReturnType<typeof noted>]>([
    ['less', noted(0)],
    ['another subscription', noted(1, 9)],
  ])('are not noted by what is about %s', (_what, frame) => {
    const bench = reading()
    bench.until(200)
    bench.hear(frame)
    expect(bench.until(3_000)).toEqual([[2_200, 'write received room 1']])
    bench.hear(noted(1, 1))
    expect(bench.until(10_000)).toEqual([])
  })
  it('are told again as they have become', () => {
    const bench = reading()
    bench.until(200)
    bench.hear(...messages(2))
    expect(bench.until(2_400)).toEqual([
      [400, 'write received room 2'],
      [2_400, 'write received room 2'],
    ])
  })
  it('are forgotten with the link, and with the channel', () => {
    const bench = reading()
    bench.until(200)
    bench.again()
    bench.hear({ ...welcome, receipts: true }, subscribed(2))
    expect(bench.until(10_000)).toEqual([])
    bench.hear(...messages(2))
    bench.until(10_500)
    bench.feed({ on: 'unsubscribe', ch: 'room' })
    bench.hear({ t: 'unsubscribed', ch: 'room', id: 1 })
    expect(bench.until(15_000)).toEqual([])
  })
  it('say of which log they are', () => {
    const bench = reading()
    expect(bench.core.ledgers.reader.received(0, 1_000)).toEqual([
      { t: 'received', ch: 'room', offset: 1, id: 1, epoch: 'e1' },
    ])
  })
})

describe('a channel left', () => {
  const leaving = (receipts: boolean): ClientBench => {
    const bench = new ClientBench().up({ receipts })
    bench.follow()
    bench.hear(subscribed(1))
    expect(bench.feed({ on: 'unsubscribe', ch: 'room' })).toEqual(['write unsub room'])
    return bench
  }
  const left = (id: number) => ({ t: 'unsubscribed', ch: 'room', id }) as const

  it('is left again until the server answers, after 1 s or two round trips, doubled up to 10 s', () => {
    const bench = leaving(true)
    bench.hear(left(2))
    expect(bench.until(13_000)).toEqual([
      [2_000, 'write unsub room'],
      [6_000, 'write unsub room'],
    ])
    bench.hear(left(1))
    expect(bench.until(14_500)).toEqual([])
  })
  it('is left again on the next link, once it is up', () => {
    const bench = leaving(true)
    expect(bench.again()).toEqual(['write hello 0 T1'])
    expect(bench.hear({ ...welcome, receipts: true })).toContain('write unsub room')
    bench.hear(left(1))
    bench.again()
    expect(bench.hear({ ...welcome, receipts: true })).not.toContain('write unsub room')
  })
  it('is left once where the server answers nothing of the kind', () => {
    const bench = leaving(false)
    expect(bench.until(14_500)).toEqual([])
    bench.again()
    expect(bench.hear(welcome)).not.toContain('write unsub room')
  })
})

describe('order', () => {
  it('what is early waits, and what lacks is asked for at once', () => {
    const bench = new ClientBench().reading()
    expect(bench.hear(...messages(2, 3))).toEqual(['write sub room 1 e1'])
    expect(bench.hear(...messages(4))).toEqual([])
    expect(bench.hear(subscribed(1), ...messages(1))).toEqual([1, 2, 3, 4].map((n) => `deliver room ${String(n)}`))
    expect(bench.hear(...messages(2, 4))).toEqual([])
    expect(bench.core.ledgers.reader.duplicates).toBe(3)
  })
  it('an answer that is only late is not asked for again: what lacks gets 500 ms', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(2))
    expect(bench.hear(subscribed(1))).toEqual([])
    expect(bench.until(600)).toEqual([[500, 'write sub room 1 e1']])
  })
  it('nothing is delivered before the server has said where the channel begins', () => {
    const bench = new ClientBench().up()
    bench.follow()
    expect(bench.hear(...messages(7))).toEqual([])
    expect(bench.hear(subscribed(7), ...messages(7))).toEqual(['deliver room 7'])
  })
})

describe('heads', () => {
  it('of a pong repair: what was pushed and is not here is asked for', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1))
    expect(bench.hear({ t: 'pong', id: 1, heads: { room: 2 } })).toEqual(['write received room 1 | sub room 2 e1'])
    bench.hear(subscribed(2), ...messages(2, 3))
  })
  it('that are here already were not heard of: an ack was lost, and is said again', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1, 3))
    bench.until(1_000)
    expect(bench.hear({ t: 'pong', id: 2, heads: { room: 3 } })).toEqual(['write received room 3'])
  })
})

describe('gaps', () => {
  it.each<[string, Parameters<typeof subscribed>, string[]]>([
    ['the log was trimmed', [8, [4, 8]], ['gap room 4…8']],
    ['the server leaps over what its log still has: no answer', [8], []],
    ['what was pushed before and never came is lost with the rest', [8, [6, 8]], ['gap room 4…8']],
    ['the log lost its end', [2, [2, 4]], ['gap room 2…4']],
    ['the log is another', [1, [4, 9], 'e2'], ['gap room 4…9']],
    ['all is well', [4], []],
    ['an old answer comes late', [2], []],
  ])('%s', (_what, answer, told) => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1, 3))
    bench.again()
    bench.hear(welcome)
    expect(bench.hear(subscribed(...answer)).filter((one) => !one.startsWith('write'))).toEqual(told)
  })
  it('a log begun anew is read from where it begins, and nothing is delivered twice', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1, 3))
    bench.again()
    bench.hear(welcome, subscribed(1, [4, 4], 'e2'))
    // The sender says again what it was never told of: the same ids at other offsets.
    const again = messages(2, 5).map((frame) => ({ ...frame, offset: (frame as { offset: number }).offset - 1 }))
    expect(bench.hear(...again)).toEqual(['deliver room 3', 'deliver room 4'])
    expect(bench.until(1_000)).toEqual([[450, 'write received room 4']])
  })
})

describe('questions', () => {
  it('a channel denied is told once, and not asked for again', () => {
    const bench = new ClientBench().up()
    bench.follow()
    const denied = { t: 'denied', ch: 'room', code: 'forbidden', reason: 'no' } as const
    expect(bench.hear(denied, denied)).toEqual(['fault room forbidden'])
    expect(bench.until(10_000)).toEqual([])
  })
  it('a page is answered once, whatever comes', () => {
    const bench = new ClientBench().up()
    expect(bench.feed({ on: 'history', id: 1, ch: 'room', from: 1, limit: 9 })).toEqual(['write history 1'])
    const page = { t: 'page', id: 1, ch: 'room', epoch: 'e', oldest: 1, next: 1, entries: [] } as const
    const entries: never[] = []
    expect(bench.hear({ ...page, entries }, { ...page, entries })).toEqual(['page 1 ok'])
    bench.feed({ on: 'history', id: 2, ch: 'room', from: 1, limit: 9 })
    expect(bench.hear({ t: 'denied', ch: 'room', id: 2, code: 'forbidden', reason: '' })).toEqual(['page 2 forbidden'])
  })
  it('survive the link', () => {
    const bench = new ClientBench().up()
    bench.feed({ on: 'history', id: 1, ch: 'room', from: 1, limit: 9 })
    expect(bench.again()).toEqual(['write hello 0 T1 | history 1'])
  })
  it('a channel left is not followed on the next link, and its answers are not heard', () => {
    const bench = new ClientBench().reading()
    expect(bench.feed({ on: 'unsubscribe', ch: 'room' })).toEqual(['write unsub room'])
    expect(bench.feed({ on: 'unsubscribe', ch: 'room' })).toEqual([])
    expect(bench.hear(subscribed(9), ...messages(9))).toEqual([])
    expect(bench.again()).toEqual(['write hello 0 T1'])
  })
  it('the answer to a subscription that was given up since is no answer to the one after it', () => {
    const bench = new ClientBench().up()
    bench.follow()
    bench.feed({ on: 'unsubscribe', ch: 'room' })
    bench.follow()
    const late: ServerFrame = { t: 'subscribed', ch: 'room', epoch: 'e1', next: 1, id: 1 }
    expect(bench.hear(late, ...messages(1))).toEqual([])
    expect(bench.hear({ ...late, next: 2, id: 2 }, ...messages(2))).toEqual(['deliver room 2'])
  })
  it('what comes on a new link before the answer is not believed: it may be of another epoch', () => {
    const bench = new ClientBench().reading()
    bench.again()
    expect(bench.hear(welcome, ...messages(1)).join()).not.toContain('deliver')
    expect(bench.hear(subscribed(1), ...messages(1))).toEqual(['deliver room 1'])
  })
  it('a channel left before the welcome is left at the server, too', () => {
    const bench = new ClientBench()
    bench.follow()
    bench.open()
    expect(bench.feed({ on: 'unsubscribe', ch: 'room' })).toEqual([])
    expect(bench.hear(welcome)).toContain('write unsub room')
  })
  it('a channel followed twice is followed once, and keeps its place', () => {
    const bench = new ClientBench().up()
    expect(bench.follow('room', 'oldest')).toEqual(['write sub room oldest'])
    expect(bench.follow('room', 5)).toEqual([])
    bench.hear(subscribed(1), ...messages(1, 2))
    expect(bench.follow('room', 'now')).toEqual([])
    expect(bench.hear(...messages(3))).toEqual(['deliver room 3'])
  })
})

describe('a channel that is left', () => {
  /** Follows, has what is before 5, and leaves. */
  function left(ch = 'room', reader = new Reader(() => undefined)) {
    reader.subscribe(ch, 'oldest')
    const [{ id } = { id: 0 }] = reader.questions(0, 1_000) as { id: number }[]
    reader.subscribed({ t: 'subscribed', ch, epoch: 'e1', next: 5, id }, 0)
    reader.unsubscribe(ch)
    return reader
  }

  it('is gone on with where it was left, whatever the server took for its place meanwhile', () => {
    const reader = left()
    reader.subscribe('room', 'last')
    expect(reader.questions(0, 1_000)).toEqual([{ t: 'sub', ch: 'room', from: 5, id: 2, epoch: 'e1', since: 5 }])
  })

  it('begins anew where the app says from where', () => {
    const reader = left()
    reader.subscribe('room', 'oldest')
    expect(reader.questions(0, 1_000)).toEqual([{ t: 'sub', ch: 'room', from: 'oldest', id: 2 }])
  })

  it('of which the server has not said where it is has no place', () => {
    const reader = new Reader(() => undefined)
    reader.subscribe('room', 'now')
    reader.unsubscribe('room')
    expect(reader.places).toStrictEqual({})
  })

  it('is known to the next page as well', () => {
    expect(left().places).toEqual({ room: { epoch: 'e1', next: 5, since: 5 } })
  })

  it('is one of 1,000 that are remembered', () => {
    const reader = new Reader(() => undefined)
    for (let n = 0; n <= 1_000; n++) left(`room ${String(n)}`, reader)
    expect(Object.keys(reader.places)).toHaveLength(1_000)
    expect(reader.places['room 0']).toBeUndefined()
  })
})

describe('what is counted', () => {
  it('are gaps and duplicates, also of channels that are left', () => {
    const bench = new ClientBench().reading()
    const { reader } = bench.core.ledgers
    bench.hear(...messages(1), ...messages(1))
    bench.hear(subscribed(5, [2, 5]))
    expect([reader.gaps, reader.duplicates]).toEqual([1, 1])
    bench.feed({ on: 'unsubscribe', ch: 'room' })
    bench.follow()
    bench.hear({ t: 'subscribed', ch: 'room', epoch: 'e1', next: 1, id: 2 }, ...messages(1), ...messages(1))
    expect([reader.gaps, reader.duplicates]).toEqual([1, 2])
  })
})

describe('the page after this one', () => {
  it('goes on where this one was, and says from where on nothing is missing', () => {
    const before = new Reader(() => undefined)
    before.subscribe('room', 'oldest')
    before.subscribed({ t: 'subscribed', ch: 'room', epoch: 'e1', next: 3, id: 1 }, 0)
    for (const frame of messages(3, 4)) if (frame.t === 'message') before.message(frame, 0)
    const after = new Reader(() => undefined)
    after.restore(before.places)
    after.subscribe('room', 'last')
    const question = { t: 'sub', ch: 'room', from: 5, id: 1, epoch: 'e1', since: 3 }
    expect(after.questions(0, 1_000)).toEqual([question])
    expect(after.places).toEqual(before.places)
  })
  const place = { epoch: 'e1', next: 3, since: 1 }
  it('begins anew where the app does not ask to go on', () => {
    const after = new Reader(() => undefined)
    after.restore({ room: place })
    after.subscribe('room', 'now')
    expect(after.questions(0, 1_000)).toEqual([{ t: 'sub', ch: 'room', from: 'now', id: 1 }])
  })
  it('is told nothing of a channel of which the server has not said where it is', () => {
    const before = new Reader(() => undefined)
    before.subscribe('room', 'now')
    expect(before.places).toStrictEqual({})
  })
  it('is not thrown back by what another one left, where it reads already', () => {
    const reader = new Reader(() => undefined)
    reader.subscribe('room', 'now')
    reader.restore({ room: place })
    reader.unsubscribe('room')
    reader.subscribe('room', 'last')
    expect(reader.questions(0, 1_000)).toEqual([{ t: 'sub', ch: 'room', from: 'last', id: 2 }])
  })
})
