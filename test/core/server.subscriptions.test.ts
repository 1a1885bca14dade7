// Subscriptions where the store is late or fails, and the client changes its mind meanwhile.
import { describe, expect, it } from 'vitest'
import type { ClientFrame } from '../../src/wire/frame.js'
import { send, sub, tables, World } from './server.world.js'

const named = (id: number, from: 'oldest' | 'now' | number = 'oldest', ch = 'room'): ClientFrame => {
  return { t: 'sub', ch, from, id }
}
const got = (offset: number, id?: number): ClientFrame => ({ t: 'received', ch: 'room', offset, ...(id && { id }) })
const unsub = (id?: number): ClientFrame => ({ t: 'unsub', ch: 'room', ...(id && { id }) })
const offsets = (world: World) => world.reads(1, 'message').map(({ offset }) => offset)

/** A log of so many. */
function filled(count: number, options = {}, store = tables()): World {
  const world = new World(options, store)
  world.open(99, 'writer')
  for (let seq = 1; seq <= count; seq++) world.say(99, send(seq))
  return world
}

describe('a subscription', () => {
  it.each<[ClientFrame, number, number]>([
    [sub('room', 'now'), 0, 0],
    [sub('room', 'oldest'), 0, 256],
    [sub('room', 7), 7, 256],
  ])('reads what it needs: %j', (frame, from, limit) => {
    const world = filled(9)
    world.open(1, 'ann', [frame])
    expect(world.calls('read')[0]?.request.ask).toMatchObject({ from, limit })
  })
  it('is answered with its name, once, and an older one changes nothing', () => {
    const world = filled(2)
    world.open(1, 'ann', [named(2, 'now'), named(1)])
    world.say(1, got(2, 1))
    expect(world.read(1).slice(1)).toStrictEqual([{ t: 'subscribed', ch: 'room', epoch: 'epoch', next: 3, id: 2 }])
    const bare = filled(0)
    bare.open(1, 'ann', [sub()])
    expect(bare.reads(1, 'subscribed')).toStrictEqual([{ t: 'subscribed', ch: 'room', epoch: 'epoch', next: 1 }])
  })
  it('ends by its name, and by none; only what is named is answered', () => {
    const world = filled(0)
    world.open(1, 'ann', [named(2), unsub(2)])
    expect(world.reads(1, 'unsubscribed')).toEqual([{ t: 'unsubscribed', ch: 'room', id: 2 }])
    expect(world.store.members({ ch: 'room' }).members).toEqual([])
    world.say(1, sub(), unsub())
    expect(world.reads(1, 'unsubscribed')).toEqual([])
  })
  it('is placed once, also where the log grows meanwhile', () => {
    const world = filled(1)
    world.hold.add('read')
    world.open(1, 'ann', [sub()])
    world.say(99, send(2))
    world.release()
    expect(world.reads(1, 'subscribed')).toHaveLength(1)
  })
  it('that is not placed yet has nothing in hand to be told of', () => {
    const world = filled(1)
    world.hold.add('read')
    world.open(1, 'ann', [sub(), { t: 'ping', id: 1 }])
    world.say(1, got(5), { t: 'ping', id: 2 })
    expect(world.read(1).slice(1)).toEqual([1, 2].map((id) => ({ t: 'pong', id, got: 0 })))
  })
  it('is nothing to a link that never followed', () => {
    const world = filled(1)
    world.open(1)
    world.read(1)
    world.say(1, got(1), { t: 'unwatch', ch: 'room' })
    expect(world.read(1)).toEqual([])
  })
  it('given up while the store looks for its cursor reads nothing', () => {
    const world = filled(1)
    world.hold.add('cursor')
    world.open(1, 'ann', [sub('room', 'last')])
    world.say(1, unsub())
    world.release()
    expect(world.calls('read')).toEqual([])
  })
  it('given up while it is refused hears nothing of it', () => {
    const world = new World({ guarded: true })
    world.denied.add('subscribe room')
    world.hold.add('leave')
    world.open(1, 'ann', [sub()])
    world.say(1, unsub())
    world.release()
    expect(world.reads(1, 'denied')).toEqual([])
  })
  it.each(['cursor', 'authorize'] as const)('that the store or hook does not answer (%s) is tried again', (call) => {
    const world = filled(2, { guarded: true })
    world.store.open({ client: 'ann', key: "ann's key", user: '', acked: 0 })
    world.store.keep({ client: 'ann', ch: 'room', cursor: { epoch: 'epoch', since: 1, offset: 1, time: 0 } })
    world.hold.add(call)
    world.open(1, 'ann', [sub('room', 'last')])
    world.fail(world.held.pop())
    world.hold.clear()
    world.wait(999)
    expect(world.read(1).slice(1)).toEqual([])
    world.wait(1)
    expect(offsets(world)).toEqual([2])
  })
  it('that moved since its read failed is not read on where it was', () => {
    const world = filled(3)
    world.hold.add('read')
    world.open(1, 'ann', [sub()])
    world.fail(world.held.pop())
    world.say(1, sub('room', 3))
    world.wait(1_000)
    expect(world.held).toHaveLength(1)
    world.release()
    expect(offsets(world)).toEqual([3])
  })
})

describe('a store that may have missed something', () => {
  /** Ann follows; another node has written two, and nobody said so. */
  const missed = () => {
    const world = filled(0)
    world.open(1, 'ann', [sub()])
    world.deaf = true
    const other = new World({}, world.store)
    other.open(1, 'far', [send(1), send(2)])
    world.deaf = false
    return world
  }
  const unsure = { on: 'changed', change: { is: 'unsure', ch: 'room' } } as const

  it('is looked at', () => {
    const world = missed()
    expect(offsets(world)).toEqual([])
    world.feed(unsure)
    expect(offsets(world)).toEqual([1, 2])
  })
  it('is looked at again where it failed', () => {
    const world = missed()
    world.hold.add('read')
    world.feed(unsure)
    world.fail(world.held.pop())
    world.hold.clear()
    world.wait(999)
    expect(offsets(world)).toEqual([])
    world.wait(1)
    expect(offsets(world)).toEqual([1, 2])
  })
  it('is nothing to one who follows no longer', () => {
    const world = missed()
    world.hold.add('read')
    world.feed(unsure)
    world.say(1, unsub())
    world.read(1)
    world.release()
    expect(world.read(1)).toEqual([])
  })
  it('may be late with what this node has written itself', () => {
    const world = filled(0)
    world.open(1, 'ann', [sub()])
    world.deaf = true
    world.say(1, send(1))
    world.say(1, got(1))
    expect(world.reads(1, 'error')).toEqual([])
  })
})

describe('what is received', () => {
  it('makes room by its bytes, when half of them are', () => {
    const world = new World({ pushBytes: 4_000 })
    world.open(1, 'ann', [sub()])
    world.open(2, 'bob')
    for (let seq = 1; seq <= 8; seq++) world.say(2, send(seq, 'room', 'x'.repeat(998)))
    expect(offsets(world)).toEqual([1, 2, 3, 4])
    world.say(1, got(1))
    expect(offsets(world)).toEqual([])
    world.say(1, got(2))
    expect(offsets(world)).toEqual([5, 6])
  })
  it('is noted by the name of the subscription, and never for another one', () => {
    const world = filled(3)
    world.open(1, 'ann', [named(1)])
    world.read(1)
    world.hold.add('keep')
    world.say(1, got(3, 1), named(2, 1))
    const [first] = world.held.splice(0, 1)
    expect(first?.request).toMatchObject({ call: 'keep', ask: { cursor: { offset: 3 } } })
    if (first) world.answer(first)
    world.wait(100)
    expect(world.reads(1, 'noted')).toEqual([])
    world.say(1, got(2, 2))
    world.release()
    world.wait(100)
    expect(world.reads(1, 'noted').at(-1)).toStrictEqual({ t: 'noted', ch: 'room', offset: 2, id: 2 })
  })
  it('of a log that began anew meanwhile is not noted for the new one', () => {
    const world = new World({}, tables({ maxChannels: 1 }))
    world.open(1, 'ann', [sub(), send(1), send(2)])
    world.hold.add('keep')
    world.say(1, got(2))
    world.open(2, 'bob', [send(1, 'hall'), send(2)])
    world.read(1)
    const [first] = world.held.splice(0, 1)
    if (first) world.feed({ on: 'done', op: first.op, result: undefined })
    world.wait(100)
    expect(world.reads(1, 'noted')).toEqual([])
  })
  it('that the store did not take is kept a second later, not at once, and not for one who has left', () => {
    const world = filled(3)
    world.hold.add('keep')
    world.open(1, 'ann', [sub()])
    world.say(1, got(1))
    world.fail(world.held.pop())
    world.wait(999)
    expect(world.calls('keep')).toHaveLength(1)
    world.wait(1)
    expect(world.calls('keep')).toHaveLength(2)
    world.fail(world.held.pop())
    world.say(1, unsub())
    world.wait(5_000)
    expect(world.calls('keep')).toHaveLength(2)
  })
})

describe('history', () => {
  const page = (id: number): ClientFrame => ({ t: 'history', id, ch: 'room', from: 0, limit: 1 })
  it('is not to be had where the hook does not say', () => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [page(1)])
    world.fail(world.held.pop())
    expect(world.reads(1, 'denied')).toMatchObject([{ id: 1, code: 'unavailable' }])
  })
  it('has room for one more when one is answered', () => {
    const world = filled(1)
    world.hold.add('read')
    world.open(
      1,
      'ann',
      Array.from({ length: 16 }, (_, id) => page(id)),
    )
    const [first] = world.held.splice(0, 1)
    if (first) world.answer(first)
    world.say(1, page(17), page(18))
    expect(world.reads(1, 'denied')).toMatchObject([{ id: 18, code: 'too-many' }])
  })
})
