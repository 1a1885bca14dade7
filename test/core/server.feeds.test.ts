import { describe, expect, it } from 'vitest'
import type { ClientFrame } from '../../src/wire/frame.js'
import { send, sub, tables, World } from './server.world.js'

const fill = (world: World, count: number, ch = 'room') => {
  world.open(99, 'writer')
  for (let seq = 1; seq <= count; seq++) world.say(99, send(seq, ch))
}
const offsets = (world: World, link = 1) => world.reads(link, 'message').map(({ offset }) => offset)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const got = (offset: number, ch = 'room'): ClientFrame => ({ t: 'received', ch, offset })

/** What was written to the first link, without the word that something is kept. */
const unnoted = (world: World) => world.read(1).filter(({ t }) => t !== 'noted')

describe('a subscription', () => {
  it.each<[string, ClientFrame, number, number[]?]>([
    ['from now', sub('room', 'now'), 11],
    ['from the oldest', sub('room', 'oldest'), 4],
    ['from the cursor kept, when there is none', sub('room', 'last'), 4],
    ['from an offset', sub('room', 7, 'epoch'), 7],
    ['from an offset of whatever epoch', sub('room', 7), 7],
    ['from the end', sub('room', 11, 'epoch'), 11],
    ['from what is trimmed', sub('room', 2, 'epoch'), 4, [2, 4]],
    ['from 0', sub('room', 0), 4, [1, 4]],
    ['from what is not there yet', sub('room', 50, 'epoch'), 11, [11, 50]],
    ['from another epoch', sub('room', 2, 'elder'), 4, [2, 4]],
    ['from the middle of another epoch', sub('room', 6, 'elder'), 4, [6, 6]],
    ['from far along another epoch', sub('room', 70, 'elder'), 4, [70, 70]],
    ['from the end of numbers', sub('room', Number.MAX_SAFE_INTEGER), 11, [11, Number.MAX_SAFE_INTEGER]],
  ])('%s', (_, frame, next, lost) => {
    const world = new World({}, tables({ maxEntries: 7 }))
    fill(world, 10)
    world.open(1, 'ann', [frame])
    const frames = world.read(1).slice(1)
    expect(frames[0]).toEqual({ t: 'subscribed', ch: 'room', epoch: 'epoch', next, ...(lost && { lost }) })
    expect(frames.slice(1).map((one) => one.t === 'message' && one.offset)).toEqual(range(next, 10))
  })

  it('gets new entries without a read, as one frame for all', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.open(2, 'bob', [sub()])
    const before = world.calls('read').length
    world.say(2, send(1))
    const [first, second] = [world.reads(1, 'message')[0], world.reads(2, 'message')[0]]
    expect(first).toBeDefined()
    expect(first).toBe(second)
    expect(world.calls('read')).toHaveLength(before)
  })

  it('misses nothing while it is being placed', () => {
    const world = new World()
    world.hold.add('read')
    world.open(1, 'ann', [sub()])
    world.say(1, send(1))
    world.release()
    world.say(1, send(2))
    expect(offsets(world)).toEqual([1, 2])
  })

  it('said again moves', () => {
    const world = new World()
    fill(world, 5)
    world.open(1, 'ann', [sub()])
    world.read(1)
    world.say(1, sub('room', 4, 'epoch'))
    expect(world.reads(1, 'subscribed')).toMatchObject([{ next: 4 }])
    world.say(1, sub('room', 3, 'epoch'))
    expect(offsets(world)).toEqual([3, 4, 5])
  })

  it('said again while it is being placed is placed where it was last wanted', () => {
    const world = new World()
    fill(world, 5)
    world.hold.add('read')
    world.open(1, 'ann', [sub('room', 1), sub('room', 5), sub('room', 4)])
    world.release()
    expect(world.reads(1, 'subscribed')).toMatchObject([{ next: 4 }])
  })

  it('said again is placed whatever was being read or received', () => {
    const world = new World({ pushWindow: 2 })
    fill(world, 5)
    world.open(1, 'ann', [sub()])
    world.read(1)
    world.hold.add('read')
    world.say(1, got(2), sub('room', 1), got(1))
    world.release()
    expect(unnoted(world)).toMatchObject([{ t: 'subscribed', next: 1 }, { offset: 1 }, { offset: 2 }])
  })

  it('received while it is being placed again is still placed', () => {
    const world = new World()
    fill(world, 2)
    world.open(1, 'ann', [sub()])
    world.read(1)
    world.hold.add('read')
    world.say(1, sub('room', 2), got(1))
    world.release()
    expect(unnoted(world)).toMatchObject([{ t: 'subscribed', next: 2 }, { offset: 2 }])
  })

  it('starts with an empty window when it moves', () => {
    const world = new World({ pushWindow: 2 })
    fill(world, 5)
    world.open(1, 'ann', [sub()])
    world.say(1, sub('room', 3))
    expect(offsets(world)).toEqual([1, 2, 3, 4])
  })

  it.each(['read', 'authorize'] as const)('given up during %s is never placed', (call) => {
    const world = new World({ guarded: true })
    world.hold.add(call)
    world.open(1, 'ann', [sub()])
    world.say(1, { t: 'unsub', ch: 'room' })
    world.read(1)
    world.release()
    expect(world.read(1)).toEqual([])
    expect(world.calls('read')).toHaveLength(call === 'read' ? 1 : 0)
  })

  it('is in order even when the answers to two batches are not', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.hold.add('append')
    world.say(1, send(1))
    world.open(2, 'bob', [send(1)])
    const [first, second] = world.held.map((call) => world.execute(call))
    for (const answer of [second, first]) if (answer) world.feed(answer)
    expect(offsets(world)).toEqual([1, 2])
  })

  it('said a thousand times asks the store no more than twice at once', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.hold.add('read')
    world.say(1, ...Array.from({ length: 1_000 }, () => sub('room', 'now')))
    expect(world.held).toHaveLength(1)
    world.release()
    expect(world.reads(1, 'subscribed')).toHaveLength(2)
  })

  it('has no more once it is given up, or its link is gone', () => {
    const world = new World()
    world.open(1, 'ann', [sub(), sub('hall')])
    world.open(2, 'bob')
    world.read(1)
    world.say(1, { t: 'unsub', ch: 'room' })
    world.say(2, send(1), send(2, 'hall'))
    expect(world.reads(1, 'message')).toMatchObject([{ ch: 'hall' }])
    world.feed({ on: 'closed', link: 1 })
    world.say(2, send(3, 'hall'))
    expect(world.read(1)).toEqual([])
    world.feed({ on: 'closed', link: 2 })
    world.wait(10_000)
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })

  it('beyond the limit of its link is denied', () => {
    const world = new World({ maxSubscriptions: 2 })
    world.open(1, 'ann', [sub('a'), sub('b'), sub('c'), sub('a')])
    expect(world.reads(1, 'denied')).toMatchObject([{ ch: 'c', code: 'too-many' }])
    world.say(1, { t: 'unsub', ch: 'a' }, sub('c'))
    expect(world.reads(1, 'subscribed')).toMatchObject([{ ch: 'c' }])
  })

  it('not allowed is denied, and does not count', () => {
    const world = new World({ guarded: true, maxSubscriptions: 1 })
    world.denied.add('subscribe secret')
    world.open(1, 'ann', [sub('secret')])
    world.say(1, sub('room'))
    expect(world.read(1).slice(1)).toMatchObject([
      { t: 'denied', ch: 'secret', code: 'forbidden' },
      { t: 'subscribed', ch: 'room' },
    ])
  })
})

describe('a slow reader', () => {
  it('is pushed a window, and goes on when it has received half', () => {
    const world = new World({ pushWindow: 4 })
    world.open(1, 'ann', [sub()])
    fill(world, 20)
    expect(offsets(world)).toEqual(range(1, 4))
    world.say(1, got(1))
    expect(offsets(world)).toEqual([])
    world.say(1, got(2))
    expect(offsets(world)).toEqual([5, 6])
    world.say(1, got(6))
    expect(offsets(world)).toEqual(range(7, 10))
  })

  it('is pushed a window of one large batch, too', () => {
    const world = new World({ pushWindow: 4 })
    world.open(1, 'ann', [sub()])
    world.say(1, ...range(1, 20).map((seq) => send(seq)))
    expect(offsets(world)).toEqual(range(1, 4))
  })

  it('is pushed no more bytes than the window', () => {
    const world = new World({ pushBytes: 3_000 })
    world.open(1, 'ann', [sub()])
    world.open(2, 'bob')
    for (let seq = 1; seq <= 20; seq++) world.say(2, send(seq, 'room', 'x'.repeat(998)))
    expect(offsets(world)).toEqual([1, 2, 3])
    world.say(1, got(3))
    expect(offsets(world)).toEqual([4, 5, 6])
  })

  it('is told when the log was trimmed under it', () => {
    const world = new World({ pushWindow: 2 }, tables({ maxEntries: 5 }))
    world.open(1, 'ann', [sub()])
    fill(world, 20)
    world.read(1)
    world.say(1, got(2))
    expect(unnoted(world)).toMatchObject([
      { t: 'subscribed', epoch: 'epoch', next: 16, lost: [3, 16] },
      { t: 'message', offset: 16 },
      { t: 'message', offset: 17 },
    ])
  })

  it('that says it has what nobody wrote yet is told so, and nothing is changed', () => {
    const world = new World({ pushWindow: 2 })
    world.open(1, 'ann', [sub()])
    fill(world, 5)
    world.read(1)
    const kept = world.calls('keep').length
    world.say(1, got(6), got(Number.MAX_SAFE_INTEGER))
    const error = { t: 'error', code: 'bad-offset', reason: expect.any(String) as string }
    expect(world.read(1)).toEqual([error, { ...error }])
    expect(world.calls('keep')).toHaveLength(kept)
    expect(world.closes(1)).toEqual([])
  })

  it('that says it has more than was pushed is believed as far as was pushed', () => {
    const world = new World({ pushWindow: 2 })
    world.open(1, 'ann', [sub()])
    fill(world, 5)
    world.read(1)
    world.say(1, got(0), got(1, 'elsewhere'))
    const joined = world.calls('keep').length
    expect(joined).toBe(1)
    world.say(1, got(5))
    expect(offsets(world)).toEqual([3, 4])
    const kept = world.calls('keep').slice(joined)
    expect(kept.map(({ request }) => request.ask)).toMatchObject([{ cursor: { offset: 2 } }])
    world.say(1, got(1), got(2))
    expect(world.calls('keep')).toHaveLength(joined + 1)
  })
})

describe('a cursor', () => {
  it('is kept as the client receives, one save at a time', () => {
    const world = new World()
    fill(world, 9)
    world.hold.add('keep')
    world.open(1, 'ann', [sub()])
    for (let offset = 1; offset <= 8; offset++) world.say(1, got(offset))
    expect(world.calls('keep')).toHaveLength(1)
    world.release()
    expect(world.calls('keep')).toHaveLength(2)
    world.open(2, 'ann', [sub('room', 'last')])
    expect(offsets(world, 2)).toEqual([9])
  })

  it('of another epoch is a loss', () => {
    const world = new World()
    fill(world, 3)
    world.open(1)
    world.store.keep({ client: 'ann', ch: 'room', cursor: { epoch: 'elder', since: 1, offset: 7, time: 0 } })
    world.say(1, sub('room', 'last'))
    expect(world.reads(1, 'subscribed')).toMatchObject([{ next: 1, lost: [8, 8] }])
  })
})

describe('entries of other nodes', () => {
  it('are read, once for all who wait at the same place', () => {
    const world = new World()
    for (let link = 1; link <= 9; link++) world.open(link, `client ${link}`, [sub()])
    const before = world.calls('read').length
    world.store.open({ client: 'far', key: 'k', user: '', acked: 0 })
    world.store.append({
      client: 'far',
      records: range(1, 3).map((seq) => ({
        ch: 'room',
        seq,
        after: seq - 1,
        id: `far:${seq}`,
        from: '',
        time: 0,
        body: '1',
      })),
    })
    for (let link = 1; link <= 9; link++) expect(offsets(world, link)).toEqual([1, 2, 3])
    expect(world.calls('read')).toHaveLength(before + 1)
  })

  it('that are told of but cannot be read yet are asked for again later, not at once', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    const before = world.calls('read').length
    world.feed({ on: 'changed', change: { is: 'grown', ch: 'room', epoch: 'epoch', next: 5 } })
    expect(world.calls('read')).toHaveLength(before + 1)
    world.wait(1_000)
    expect(world.calls('read')).toHaveLength(before + 2)
  })

  it('of a log that began anew are told as a loss', () => {
    const world = new World({}, tables({ maxChannels: 1 }))
    world.open(1, 'ann', [sub(), send(1), send(2)])
    world.open(2, 'bob', [send(1, 'hall'), send(2)])
    expect(world.read(1).slice(-2)).toMatchObject([
      { t: 'subscribed', epoch: 'epoch.1', next: 1, lost: [3, 3] },
      { t: 'message', offset: 1, id: 'bob:2' },
    ])
    const before = world.calls('read').length
    world.wait(3_000)
    expect(world.calls('read')).toHaveLength(before)
  })

  it('of a log that began anew at the very place are told as such', () => {
    const world = new World({}, tables({ maxChannels: 1 }))
    world.open(1, 'ann', [sub()])
    world.read(1)
    world.say(1, send(1, 'a'), send(2, 'b'), send(3))
    expect(world.read(1)).toMatchObject([
      { t: 'accepted', seq: 3 },
      { t: 'subscribed', epoch: 'epoch.1', next: 1 },
      { t: 'message', offset: 1, id: 'ann:3' },
    ])
  })
})

describe('a store that fails', () => {
  it('is asked again for a place, after a while', () => {
    const world = new World()
    fill(world, 2)
    world.hold.add('read')
    world.open(1, 'ann', [sub()])
    world.fail(world.held.pop())
    world.hold.clear()
    world.wait(999)
    expect(world.reads(1, 'subscribed')).toEqual([])
    world.wait(1)
    expect(offsets(world)).toEqual([1, 2])
  })

  it('is asked again for entries, after a while', () => {
    const world = new World({ pushWindow: 2 })
    world.open(1, 'ann', [sub()])
    fill(world, 4)
    world.read(1)
    world.hold.add('read')
    world.say(1, got(2))
    world.fail(world.held.pop())
    world.hold.clear()
    world.wait(1_000)
    expect(offsets(world)).toEqual([3, 4])
  })
})

describe('history', () => {
  const page = (from: number, limit: number, id = 7): ClientFrame => ({ t: 'history', id, ch: 'room', from, limit })

  it('is a page of the log, with its bounds', () => {
    const world = new World({}, tables({ maxEntries: 7 }))
    fill(world, 10)
    world.open(1, 'ann', [page(6, 2)])
    expect(world.reads(1, 'page')).toMatchObject([
      { id: 7, ch: 'room', epoch: 'epoch', oldest: 4, next: 11, entries: [{ offset: 6 }, { offset: 7 }] },
    ])
  })

  it.each([
    ['a limit of 0 is one', page(4, 0), 1],
    ['a huge limit is 1,000', page(0, Number.MAX_SAFE_INTEGER), 1_000],
    ['beyond the end is nothing', page(Number.MAX_SAFE_INTEGER, 9), 0],
  ])('%s', (_, frame, count) => {
    const world = new World()
    fill(world, 1_200)
    world.open(1, 'ann', [frame])
    expect(world.reads(1, 'page')[0]?.entries).toHaveLength(count)
  })

  it('can be asked for again and again, and permission once', () => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [page(0, 1, 1), page(0, 1, 2)])
    expect(world.calls('authorize')).toHaveLength(1)
    world.release()
    for (let id = 3; id <= 40; id++) world.say(1, page(0, 1, id))
    expect(world.reads(1, 'page').map(({ id }) => id)).toEqual(range(1, 40))
  })

  it('is cut by bytes, but one entry always fits', () => {
    const world = new World({ pushBytes: 2_000 })
    world.open(1)
    for (let seq = 1; seq <= 5; seq++) world.say(1, send(seq, 'room', 'x'.repeat(seq < 3 ? 3_000 : 900)))
    world.say(1, page(1, 9), page(3, 9))
    expect(world.reads(1, 'page').map(({ entries }) => entries.length)).toEqual([1, 2])
  })

  it('not allowed, too much at once or not to be had is denied', () => {
    const world = new World({ guarded: true })
    world.denied.add('history secret')
    world.open(1, 'ann', [{ t: 'history', id: 1, ch: 'secret', from: 0, limit: 1 }])
    expect(world.reads(1, 'denied')).toMatchObject([{ ch: 'secret', id: 1, code: 'forbidden' }])
    world.hold.add('read')
    world.say(1, ...range(1, 17).map((id) => page(0, 1, id)))
    expect(world.reads(1, 'denied')).toMatchObject([{ id: 17, code: 'too-many' }])
    world.fail(world.held.shift())
    expect(world.reads(1, 'denied')).toMatchObject([{ id: 1, code: 'unavailable' }])
    world.release()
    expect(world.reads(1, 'page')).toHaveLength(15)
  })
})

describe('who is not allowed yet', () => {
  it('is given nothing when another node brings news', () => {
    const world = new World({ guarded: true })
    world.open(1, 'bob', [send(1)])
    world.hold.add('authorize')
    world.open(2, 'ann', [sub()])
    const asked = world.calls('read').length
    world.feed({ on: 'changed', change: { is: 'grown', ch: 'room', epoch: 'epoch', next: 3 } })
    expect(world.reads(2, 'message')).toEqual([])
    expect(world.calls('read')).toHaveLength(asked)
    world.release()
    expect(world.reads(2, 'message')).toHaveLength(1)
  })
})
