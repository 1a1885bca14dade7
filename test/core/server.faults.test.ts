// A store that fails, or does what it was asked and does not say so: nobody stays a member, or is none, for it, and each
// sender hears where its messages went.
import { describe, expect, it } from 'vitest'
import type { ClientFrame } from '../../src/wire/frame.js'
import { People } from './server.people.js'
import { type Call, send, sub, tables, World } from './server.world.js'

const unsub = (ch = 'room', id?: number): ClientFrame => ({ t: 'unsub', ch, ...(id !== undefined && { id }) })
const track: ClientFrame = { t: 'track', from: 1 }

/** The store does what it is asked; the answer is lost. */
function lose(world: World, ...calls: Call[]): void {
  for (const call of calls) {
    world.execute(call)
    world.fail(call)
  }
}
const members = (world: World, ch = 'room'): string[] => world.store.members({ ch }).members.map(({ client }) => client)
const held = (world: World): Call[] => world.held.splice(0)

/** Ann, who wants receipts, has sent a message to Bob, which is stored, and nobody knows. */
function unanswered() {
  const people = new People()
  const { world } = people
  const [ann, bob] = [people.come('ann'), people.come('bob')]
  people.follow(bob, 'room')
  world.say(ann, track)
  world.hold.add('append')
  world.say(ann, send(1))
  lose(world, ...held(world))
  world.release()
  return { people, world, ann, bob }
}

describe('an append whose answer was lost', () => {
  it('is answered with its place when the message is said again, and its receipts come', () => {
    const { people, world, ann, bob } = unanswered()
    people.send(ann, 'room', 1)
    expect(world.reads(ann, 'accepted')).toEqual([{ t: 'accepted', seq: 1, placed: [[1, 1]] }])
    people.has(bob, 'room', 1)
    expect(people.receipts(ann)).toEqual(['1: 1/1 bob'])
  })

  it('is asked about when what comes after it is taken', () => {
    const { people, world, ann, bob } = unanswered()
    people.send(ann, 'room', 2)
    expect(world.reads(ann, 'accepted')).toEqual([
      { t: 'accepted', seq: 2, placed: [[2, 2]] },
      { t: 'accepted', seq: 2, placed: [[1, 1]] },
    ])
    people.has(bob, 'room', 2)
    expect(people.receipts(ann)).toEqual(['1-2: 1/1 bob'])
  })

  it('is asked about again, with the next word of the client, where the store did not say', () => {
    const people = new People()
    const { world } = people
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    people.follow(bob, 'room')
    world.say(ann, track)
    world.hold.add('append').add('sent')
    world.say(ann, send(1))
    lose(world, ...held(world))
    world.hold.delete('append')
    people.send(ann, 'room', 2)
    for (const call of held(world)) world.fail(call)
    world.hold.clear()
    people.has(bob, 'room', 2)
    expect(people.receipts(ann)).toEqual(['2: 1/1 bob'])
    world.say(ann, { t: 'ping', id: 1 })
    world.wait(250)
    expect(people.receipts(ann)).toEqual(['1-2: 1/1 bob'])
  })

  it('is not asked about where the client itself gave numbers up', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(9, 'room', 9, 1)])
    expect(world.calls('sent')).toEqual([])
  })

  it('asks for no more than the last 1,024, whatever another node was told', () => {
    const store = tables()
    const [a, b] = [new World({}, store), new World({}, store)]
    a.open(1, 'ann')
    b.feed({ on: 'opened', link: 1 })
    b.say(1, { t: 'hello', v: 1, client: 'ann', key: "ann's key", acked: 5_000_000_000 })
    b.say(1, send(5_000_000_001))
    a.say(1, send(1))
    expect(a.calls('sent').map(({ request }) => request.ask)).toEqual([{ client: 'ann', from: 4_999_998_978 }])
  })
})

describe('what the welcome says to be there', () => {
  it('has its places told to a sender that tracks, those alone', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(2), send(3)])
    world.feed({ on: 'closed', link: 1 })
    world.feed({ on: 'opened', link: 2 })
    world.say(2, { t: 'hello', v: 1, client: 'ann', key: "ann's key", acked: 1 }, track)
    world.say(2, send(4))
    world.say(2, track)
    expect(world.reads(2, 'accepted').map(({ seq, placed }) => [seq, placed])).toEqual([
      [3, [[2, 2], [3, 3]]], // prettier-ignore
      [4, [[4, 4]]],
      [3, [[2, 2], [3, 3]]], // prettier-ignore
    ])
  })
})

describe('what is received', () => {
  it('of another log counts for nothing in this one', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.open(2, 'bob', [send(1), send(2)])
    world.say(1, { t: 'received', ch: 'room', offset: 2, epoch: 'an old one' })
    expect(world.store.cursor({ client: 'ann', ch: 'room' })).toMatchObject({ offset: 0 })
    const { epoch } = world.log()
    world.say(1, { t: 'received', ch: 'room', offset: 2, epoch })
    expect(world.store.cursor({ client: 'ann', ch: 'room' })).toMatchObject({ offset: 2 })
  })
})

describe('who follows', () => {
  it('is a member although the store failed to note it', () => {
    const world = new World()
    world.hold.add('keep')
    world.open(1, 'ann', [sub()])
    for (const call of held(world)) world.fail(call)
    world.hold.clear()
    expect(members(world)).toEqual([])
    world.wait(1_000)
    expect(members(world)).toEqual(['ann'])
    world.wait(10_000)
    expect(world.calls('keep')).toHaveLength(2)
  })

  it.each(['cursor', 'read'] as const)(
    'and wants another position while the store fails at %s gets that one',
    (call) => {
      const world = new World()
      world.open(1, 'bob', [send(1), send(2)])
      world.hold.add(call)
      world.open(2, 'ann', [sub('room', 'last')])
      world.say(2, sub('room', 'now'))
      for (const one of held(world)) world.fail(one)
      world.release()
      world.wait(1_000)
      expect(world.reads(2, 'subscribed')).toMatchObject([{ next: 3 }])
    },
  )

  it('is asked about again a second after the store failed, and not before, whatever else is due', () => {
    const world = new World()
    world.open(1, 'bob', [sub(), send(1)])
    world.hold.add('read')
    world.open(2, 'ann', [sub()])
    for (const call of held(world)) world.fail(call)
    world.hold.clear()
    const asked = world.calls('read').length
    world.say(1, { t: 'received', ch: 'room', offset: 1 })
    world.wait(900)
    expect(world.reads(1, 'noted')).toHaveLength(1)
    expect(world.calls('read')).toHaveLength(asked)
    world.wait(100)
    expect(world.calls('read')).toHaveLength(asked + 1)
  })

  it('and left before the store could note it is none', () => {
    const world = new World()
    world.hold.add('keep')
    world.open(1, 'ann', [sub()])
    const calls = held(world)
    world.say(1, unsub())
    for (const call of calls) world.fail(call)
    world.hold.clear()
    world.wait(10_000)
    expect(world.calls('keep')).toHaveLength(1)
  })
})

describe('who has left', () => {
  it('hears so when the store knows it', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.hold.add('leave')
    world.say(1, unsub('room', 3))
    world.read(1)
    world.release()
    expect(world.read(1)).toEqual([{ t: 'unsubscribed', ch: 'room', id: 3 }])
    expect(members(world)).toEqual([])
  })

  it('hears nothing when the store fails, and may say it again', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.hold.add('leave')
    world.say(1, unsub('room', 3))
    for (const call of held(world)) world.fail(call)
    expect(world.reads(1, 'unsubscribed')).toEqual([])
    expect(members(world)).toEqual(['ann'])
    world.release()
    world.say(1, unsub('room', 3))
    expect(world.reads(1, 'unsubscribed')).toHaveLength(1)
    expect(members(world)).toEqual([])
  })

  it('may say so on a later link', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.feed({ on: 'closed', link: 1 })
    world.open(2, 'ann', [unsub('room', 1)])
    expect(world.reads(2, 'unsubscribed')).toHaveLength(1)
    expect(members(world)).toEqual([])
  })

  it('and follows again stays: what is said of the earlier subscription ends no later one', () => {
    const world = new World()
    world.open(1, 'ann', [{ t: 'sub', ch: 'room', from: 'oldest', id: 2 }])
    world.say(1, unsub('room', 1))
    expect(world.reads(1, 'unsubscribed')).toEqual([{ t: 'unsubscribed', ch: 'room', id: 1 }])
    expect(members(world)).toEqual(['ann'])
  })
})

describe('who may not follow any more', () => {
  it('is no member when it hears so, even of a store that fails at first', () => {
    const world = new World({ guarded: true })
    world.open(1, 'ann', [sub()])
    world.feed({ on: 'closed', link: 1 })
    world.denied.add('subscribe room')
    world.hold.add('leave')
    world.open(2, 'ann', [sub()])
    for (const call of held(world)) world.fail(call)
    expect(world.reads(2, 'denied')).toEqual([])
    world.hold.clear()
    world.wait(1_000)
    expect(world.reads(2, 'denied')).toMatchObject([{ ch: 'room', code: 'forbidden' }])
    expect(members(world)).toEqual([])
  })
})

describe('who has left for good', () => {
  const bye: ClientFrame = { t: 'bye' }

  it('is forgotten by a store that fails at first', () => {
    const world = new World()
    world.open(1, 'ann', [sub()])
    world.hold.add('forget')
    world.say(1, bye)
    for (const call of held(world)) world.fail(call)
    expect(members(world)).toEqual(['ann'])
    world.hold.clear()
    world.wait(1_000)
    expect(members(world)).toEqual([])
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })

  it.each([true, false])('and comes back is not forgotten for what failed before (it fails before: %s)', (before) => {
    const world = new World()
    world.open(1, 'ann', [send(1)])
    world.hold.add('forget')
    world.say(1, { t: 'bye', acked: 2 })
    const calls = held(world)
    world.hold.clear()
    if (before) for (const call of calls) world.fail(call)
    world.feed({ on: 'opened', link: 2 })
    world.say(2, { t: 'hello', v: 1, client: 'ann', key: "ann's key", acked: 2 }, sub())
    if (!before) for (const call of calls) world.fail(call)
    world.wait(10_000)
    expect(members(world)).toEqual(['ann'])
    expect(world.calls('forget')).toHaveLength(2)
  })

  it('is not waited for when the node goes down', () => {
    const world = new World()
    world.open(1, 'ann')
    world.hold.add('forget')
    world.say(1, bye)
    for (const call of held(world)) world.fail(call)
    expect(world.feed({ on: 'drain', after: 0, spread: 0 })).toContainEqual({ do: 'drained' })
    expect(world.server.deadline).toBe(Infinity)
  })

  it('does not come back: what arrives late is not stored a second time', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), bye])
    world.read(1)
    world.open(2, 'ann', [sub(), send(1)])
    expect(world.read(2)).toMatchObject([{ t: 'error', code: 'left' }])
    expect(world.closes(2)).toEqual([4403])
    expect(world.log().entries).toHaveLength(1)
    expect(members(world)).toEqual([])
  })
})
