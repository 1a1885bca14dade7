import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Inbox } from '../../src/core/inbox.js'
import type { Message, Subscribed } from '../../src/wire/frame.js'

const message = (offset: number, id = `alice:${String(offset)}`): Message => ({
  t: 'message',
  ch: 'room',
  offset,
  id,
  from: 'alice',
  time: 0,
  body: offset,
})
const answer = (next: number, lost?: [number, number], epoch = 'e1'): Subscribed => ({
  t: 'subscribed',
  ch: 'room',
  epoch,
  next,
  ...(lost && { lost }),
})
const offsets = (messages: Message[]) => messages.map(({ offset }) => offset)

let inbox: Inbox
const take = (...list: (number | Message)[]) =>
  list.flatMap((one) => offsets(inbox.accept(typeof one === 'number' ? message(one) : one).messages))

beforeEach(() => {
  inbox = new Inbox('room', 'now', 1)
  inbox.subscribed(answer(1))
})

describe('an inbox', () => {
  it('hands on in order what comes in order', () => {
    expect(take(1, 2, 3)).toEqual([1, 2, 3])
    expect(inbox).toMatchObject({ next: 4, duplicates: 0, waits: false })
  })
  it('keeps what comes early, says that something is missing, and then hands on all', () => {
    expect(inbox.accept(message(3))).toEqual({ messages: [], missing: true })
    expect(inbox.waits).toBe(true)
    expect(inbox.accept(message(2))).toEqual({ messages: [], missing: true })
    expect(inbox.accept(message(1))).toEqual({ messages: [message(1), message(2), message(3)], missing: false })
    expect(inbox.waits).toBe(false)
  })
  it('says that something is missing while a hole is left', () => {
    take(2, 4)
    expect(take(1)).toEqual([1, 2])
    expect(inbox.waits).toBe(true)
    expect(take(3)).toEqual([3, 4])
  })
  it('takes nothing twice, whether handed on or early', () => {
    expect(take(1, 1, 3, 3, 2, 3, 1)).toEqual([1, 2, 3])
    expect(inbox.duplicates).toBe(4)
  })
  it('takes nothing before it knows where the channel stands', () => {
    const fresh = new Inbox('room', 'now', 1)
    expect(fresh.accept(message(1))).toEqual({ messages: [], missing: false })
    expect(fresh).toMatchObject({ duplicates: 0, waits: false })
  })
  it('takes nothing on a new link before the answer: who knows of which epoch it is', () => {
    take(1)
    inbox.sure = false
    expect([inbox.accept(message(2)), inbox.accept(message(3))]).toEqual(
      Array(2).fill({ messages: [], missing: false }),
    )
    expect(inbox).toMatchObject({ next: 2, duplicates: 0, waits: false })
    inbox.subscribed(answer(2))
    expect(take(2, 3)).toEqual([2, 3])
  })
  it('counts what the server has not been told of', () => {
    take(1, 2, 4)
    expect(inbox.untold).toBe(2)
    inbox.told = 2
    take(3)
    expect(inbox.untold).toBe(2)
  })
})

describe('the question of an inbox', () => {
  it('is the wish of the app, until there is an answer', () => {
    const fresh = new Inbox('room', 'last', 1)
    expect(fresh.question).toStrictEqual({ t: 'sub', ch: 'room', from: 'last', id: 1 })
    expect(fresh.ack).toStrictEqual({ t: 'received', ch: 'room', offset: 0, id: 1 })
    expect(new Inbox('room', 7, 2).question).toEqual({ t: 'sub', ch: 'room', from: 7, id: 2 })
  })
  it('is then for what comes next in this epoch, early ones or not', () => {
    take(1, 2, 5)
    expect(inbox.question).toEqual({ t: 'sub', ch: 'room', from: 3, epoch: 'e1', since: 1, id: 1 })
  })

  it('says from where on there is no hole in what is in hand', () => {
    take(1, 2)
    inbox.subscribed({ t: 'subscribed', ch: 'room', epoch: 'e1', next: 9, lost: [3, 9] })
    take(9, 10)
    expect(inbox.question).toMatchObject({ from: 11, since: 9 })
  })
})

describe('an inbox that goes on where another page was', () => {
  const placed = () => new Inbox('room', 'last', 1, { epoch: 'e1', next: 5 })

  it('asks for what comes next, and has nothing to tell of what that page has told', () => {
    expect(placed().question).toStrictEqual({ t: 'sub', ch: 'room', from: 5, id: 1, epoch: 'e1' })
    expect(placed().untold).toBe(0)
  })
  it('takes nothing before the answer: who knows of which epoch it is', () => {
    inbox = placed()
    expect(take(5)).toEqual([])
    inbox.subscribed(answer(5))
    expect(take(5, 6)).toEqual([5, 6])
    expect(inbox.untold).toBe(2)
  })
})

describe('the answer to an inbox', () => {
  it('starts it, anywhere, with nothing missed and nothing to tell', () => {
    const fresh = new Inbox('room', 'now', 1)
    expect(fresh.subscribed(answer(100))).toEqual({ messages: [], missing: false })
    expect(fresh).toMatchObject({ next: 100, epoch: 'e1', untold: 0 })
  })
  it('says what is lost of a position that was asked for', () => {
    const fresh = new Inbox('room', 5, 1)
    expect(fresh.subscribed(answer(10, [5, 10]))).toEqual({ gap: { from: 5, to: 10 }, messages: [], missing: false })
  })
  it('moves nothing back when it is late', () => {
    take(1, 2, 3)
    expect(inbox.subscribed(answer(2))).toEqual({ messages: [], missing: false })
    expect(inbox.next).toBe(4)
    expect(take(2, 3, 4)).toEqual([4])
  })
  it('leaves alone what is early', () => {
    take(3)
    inbox.subscribed(answer(1))
    expect(take(1, 2)).toEqual([1, 2, 3])
  })
  it('skips what is gone, says so, and hands on what was early behind it', () => {
    take(2, 5, 6, 9)
    expect(inbox.subscribed(answer(5, [1, 5]))).toEqual({
      gap: { from: 1, to: 5 },
      messages: [message(5), message(6)],
      missing: false,
    })
    expect(inbox).toMatchObject({ next: 7, untold: 2, waits: true })
    expect(take(2)).toEqual([])
  })
  it('leaps over nothing that the log still has: that is asked for again', () => {
    take(1, 4)
    expect(inbox.subscribed(answer(5))).toEqual({ messages: [], missing: true })
    expect(take(2, 3)).toEqual([2, 3, 4])
  })
  it('keeps nothing early of what is gone', () => {
    take(2, 5)
    inbox.subscribed(answer(5, [1, 5]))
    expect(inbox).toMatchObject({ next: 6, waits: false })
  })
  it('moves nothing back where what it calls lost ends before what is in hand: it is late', () => {
    take(1, 2, 3, 4)
    expect(inbox.subscribed(answer(2, [2, 3]))).toEqual({ messages: [], missing: false })
    expect(inbox).toMatchObject({ next: 5, untold: 4 })
  })
  it('that nothing at all is lost, loses nothing', () => {
    take(1, 2, 5)
    expect(inbox.subscribed(answer(3, [3, 3]))).toEqual({ messages: [], missing: false })
    expect(inbox.waits).toBe(true)
  })
  it('counts as lost all that never came, whatever the server counts', () => {
    take(1)
    expect(inbox.subscribed(answer(9, [6, 9]))).toMatchObject({ gap: { from: 2, to: 9 } })
  })
  it('is not taken for a log that lost its end when it only names what is in hand', () => {
    take(1, 2, 3)
    expect(inbox.subscribed(answer(4, [1, 4]))).toEqual({ messages: [], missing: false })
    expect(inbox).toMatchObject({ next: 4, untold: 3 })
  })
  it('owns up to a gap where another epoch is all that the server says', () => {
    take(1, 2)
    expect(inbox.subscribed(answer(7, undefined, 'e2'))).toMatchObject({ gap: { from: 3, to: 7 } })
  })
  it('starts anew with another epoch, and keeps nothing early of the old one', () => {
    take(1, 2, 5)
    expect(inbox.subscribed(answer(1, [3, 9], 'e2'))).toEqual({
      gap: { from: 3, to: 9, reset: true },
      messages: [],
      missing: false,
    })
    expect(inbox).toMatchObject({ next: 1, epoch: 'e2', waits: false, untold: 0 })
    expect(take(message(1, 'bob:1'), message(2, 'bob:2'))).toEqual([1, 2])
  })
  it('goes back with a log that lost its end, and keeps nothing early of what it lost', () => {
    take(1, 2, 3, 4, 6)
    expect(inbox.subscribed(answer(3, [3, 5]))).toEqual({ gap: { from: 3, to: 5 }, messages: [], missing: false })
    expect(inbox).toMatchObject({ next: 3, waits: false, untold: 0 })
    expect(take(...[3, 4, 5, 6].map((offset) => message(offset, `bob:${String(offset)}`)))).toEqual([3, 4, 5, 6])
  })
})

describe('a message told again under another offset', () => {
  it('is known by its sender and its number, but takes its place in the log', () => {
    take(1, 2)
    inbox.subscribed(answer(1, [3, 3], 'e2'))
    expect(take(message(1, 'alice:2'), message(2, 'alice:3'))).toEqual([2])
    expect(inbox).toMatchObject({ next: 3, duplicates: 1, untold: 2 })
  })
  it('is only known by a sender of its own, whatever the name looks like', () => {
    expect(take(message(1, 'a:b:1'), message(2, 'a:1'), message(3, 'a:b:1'), message(4, 'a:b:2'))).toEqual([1, 2, 4])
  })
  it('is known however much its sender has said since', () => {
    for (let offset = 1; offset <= 1_500; offset++) take(offset)
    inbox.subscribed(answer(1, [1_501, 1_501], 'e2'))
    expect(take(message(1, 'alice:1'), message(2, 'alice:1501'))).toEqual([2])
  })
  it('may have no number, or no name at all', () => {
    expect(take(message(1, 'x'), message(2, 'y'), message(3, 'x'))).toEqual([1, 2])
    const nameless: Message = { t: 'message', ch: 'room', offset: 4, body: 1 }
    expect(take(nameless, { ...nameless, offset: 5 })).toEqual([4, 5])
  })
})

describe('a server without offsets', () => {
  const bare = (id?: string): Message => ({ t: 'message', ch: 'room', body: id, ...(id !== undefined && { id }) })
  const passes = (...ids: (string | undefined)[]) =>
    ids.flatMap((id) => inbox.accept(bare(id)).messages.map(({ body }) => body))

  it('is read as it comes, each id once, and needs no answer first', () => {
    inbox = new Inbox('room', 'now', 1)
    expect(passes('b', 'a', 'b', 'a:2', 'a:1', 'a:2')).toEqual(['b', 'a', 'a:2', 'a:1'])
    expect(inbox).toMatchObject({ next: undefined, duplicates: 2, untold: 0 })
  })
  it('misses nothing', () => {
    expect(inbox.accept(bare('a')).missing).toBe(false)
  })
  it('is not deduped where it has no ids', () => {
    expect(passes(undefined, undefined)).toHaveLength(2)
  })
  it('is remembered by the last 1,000 ids', () => {
    const ids = Array.from({ length: 1_001 }, (_, at) => `id${String(at)}`)
    passes(...ids)
    expect(passes('id1', 'id1000')).toEqual([])
    expect(passes('id0')).toEqual(['id0'])
  })
})

describe('the memory of an inbox', () => {
  it('keeps 256 early messages; the rest is asked for again', () => {
    for (let offset = 2; offset <= 1_000; offset++) expect(inbox.accept(message(offset)).missing).toBe(true)
    expect(take(1)).toEqual(Array.from({ length: 257 }, (_, at) => at + 1))
    expect(inbox).toMatchObject({ next: 258, waits: false })
  })
  it('still takes what is next when it is full of nonsense', () => {
    for (let at = 0; at < 300; at++) inbox.accept(message(Number.MAX_SAFE_INTEGER - at))
    expect(take(1, 2, 3)).toEqual([1, 2, 3])
  })
  it('keeps 1,000 senders, and forgets the longest silent first', () => {
    let offset = 0
    const say = (sender: number, seq = 1) => take(message(++offset, `s${String(sender)}:${String(seq)}`)).length
    for (let sender = 0; sender < 1_000; sender++) say(sender)
    say(0, 2)
    say(1_000)
    expect([say(0, 2), say(2)]).toEqual([0, 0])
    expect(say(1)).toBe(1)
  })
})

describe('whatever the link does', () => {
  const event = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('message' as const), ahead: fc.integer({ min: -5, max: 8 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const), pushed: fc.nat(6), late: fc.nat(5) }) },
  )

  it('each message is handed on once, in order, without a gap', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        inbox = new Inbox('room', 'oldest', 1)
        const got: (number | undefined)[] = []
        const pushAll = (from: number, count: number) => {
          for (let offset = from; offset < from + count; offset++) got.push(...take(offset))
        }
        const ask = (pushed: number, late: number) => {
          const { from } = inbox.question
          // An answer may be to an older question, but never to one of the future.
          const next = typeof from === 'number' ? Math.max(1, from - late) : 1
          const { gap, messages } = inbox.subscribed(answer(next))
          expect(gap).toBeUndefined()
          got.push(...offsets(messages))
          pushAll(next, pushed)
        }
        for (const one of events) {
          if (one.do === 'ask') ask(one.pushed, one.late)
          else pushAll(Math.max(1, (inbox.next ?? 1) + one.ahead), 1)
        }
        ask(100, 0)
        expect(got).toEqual(Array.from({ length: got.length }, (_, at) => at + 1))
        expect(inbox.next).toBe(got.length + 1)
        expect(got.length).toBeGreaterThanOrEqual(100)
        expect(inbox.waits).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
