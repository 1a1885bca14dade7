// What the store is told of devices, who watches them, and what stays of those who are gone.
import { describe, expect, it } from 'vitest'
import type { SeenAsk } from '../../src/core/store.js'
import { People } from './server.people.js'
import { hello, send, sub, World } from './server.world.js'

const told = (world: World) => world.calls('seen').map(({ request }) => (request.ask as SeenAsk).devices)
const who = (world: World) => told(world).map((devices) => devices.map((one) => `${one.client} ${one.presence}`).join())

describe('the store', () => {
  it('is told of a change once, and of all that are there every so often', () => {
    const world = new World({ idle: 1_000_000 })
    world.open(1)
    for (let n = 0; n < 2; n++) world.say(1, { t: 'seen', away: true })
    world.wait(14_999)
    expect(who(world)).toEqual(['ann online', 'ann away'])
    world.wait(1)
    expect(who(world).slice(2)).toEqual(['ann away'])
  })
  it('is told one thing at a time, and of a thousand at once', () => {
    const world = new World({ idle: 1_000_000, maxAccepts: Infinity })
    world.hold.add('seen')
    for (let link = 1; link <= 1_502; link++) world.open(link, `client ${link}`)
    expect(told(world)).toHaveLength(1)
    world.release()
    world.wait(0)
    expect(told(world).map(({ length }) => length)).toEqual([1, 1_000, 501])
  })
  it('is told nothing of one who has left before it could be told', () => {
    const world = new World({ idle: 1_000_000 })
    world.hold.add('seen')
    world.open(1)
    world.open(2, 'bob', [{ t: 'bye' }])
    world.release()
    world.wait(100)
    expect(who(world)).toEqual(['ann online'])
  })
  it('is told that one is gone who went while it was told that he is there', () => {
    const world = new World({ idle: 1_000_000 })
    world.hold.add('seen')
    world.open(1)
    world.feed({ on: 'closed', link: 1 })
    world.wait(10_000)
    world.release()
    world.wait(0)
    expect(who(world)).toEqual(['ann online', 'ann offline'])
  })
  it('is still told of those who stay when one is gone', () => {
    const world = new World({ idle: 1_000_000 })
    world.open(1)
    world.open(2, 'bob')
    world.feed({ on: 'closed', link: 2 })
    world.wait(60_000)
    expect(who(world).slice(-3)).toEqual(['ann online', 'ann online', 'ann online'])
  })
})

describe('a link that is not welcomed', () => {
  it.each<[string, (world: World) => void]>([
    ['the store fails', (world) => world.fail(world.held.pop())],
    ['it was sent away', (world) => world.feed({ on: 'done', op: world.held.pop()?.op ?? 0, result: { is: 'left' } })],
    ['it is another’s', (world) => world.feed({ on: 'done', op: world.held.pop()?.op ?? 0, result: { is: 'taken' } })],
  ])('is no device: %s', (_, end) => {
    const world = new World()
    world.hold.add('open')
    world.open(1)
    end(world)
    expect(told(world)).toEqual([])
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })
})

describe('what a server has to remember', () => {
  it('is counted', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [sub(), send(1)])
    // The session and its link; the channel that is read, its reader, what is under way into it, and the device.
    expect(world.server.load).toEqual({ links: 1, sessions: 2, channels: 4, calls: 1 })
    world.release()
    world.hold.add('forget')
    world.say(1, { t: 'bye' })
    world.fail(world.held.pop())
    expect(world.server.load).toEqual({ links: 0, sessions: 1, channels: 0, calls: 0 })
  })
  it('is no more than 256 channels of one sender who wants receipts', () => {
    const world = new World({ idle: 1_000_000 })
    world.open(1, 'ann', [{ t: 'track', from: 1 }])
    const channels = (upTo: number) => {
      for (let seq = upTo - 255; seq <= upTo; seq++) world.say(1, send(seq, `room ${seq}`))
      return world.server.load.channels
    }
    expect([channels(256), channels(512)]).toEqual([1 + 256 + 1, 1 + 256 + 1])
  })
})

describe('a ticket', () => {
  const asked = (grant?: { client: string; user: string }) => {
    const world = new World({ verify: () => grant })
    world.feed({ on: 'opened', link: 1, user: 'Ann' })
    world.say(1, hello('ann', { ticket: 'T' }))
    return world.logs('ticket-ignored')
  }
  it('that proves nothing is worth a line in the log', () => {
    expect(asked({ client: 'ann', user: 'Ann' })).toEqual([])
    for (const grant of [undefined, { client: 'ann', user: 'Bob' }, { client: 'bob', user: 'Ann' }])
      expect(asked(grant)).toMatchObject([{ level: 'debug', fields: { link: 1 } }])
    const world = new World()
    world.open(1)
    expect(world.logs('ticket-ignored')).toEqual([])
    expect(world.logs('welcome')).toMatchObject([{ fields: { link: 1, client: 'ann', resumed: false, seq: 0 } }])
  })
})

describe('a watcher', () => {
  const watch = (ch: string) => ({ t: 'watch', ch }) as const

  it.each([
    [1_000, [1_000]],
    [1_001, [1_000, 1]],
  ])('is told of %d in frames of a thousand', (count, lengths) => {
    const people = new People()
    const { store } = people.world
    for (let n = 1; n <= count; n++) {
      store.open({ client: `c${n}`, key: 'k', user: '', acked: 0 })
      store.keep({ client: `c${n}`, ch: 'room', cursor: { epoch: 'epoch', since: 1, offset: 0, time: 0 } })
    }
    const ann = people.come('ann')
    people.world.say(ann, watch('room'))
    people.settle()
    expect(people.world.reads(ann, 'present').map(({ list }) => list.length)).toEqual(lengths)
  })
  it('has a bound of channels', () => {
    const world = new World({ maxSubscriptions: 2 })
    world.open(1, 'ann', [watch('a'), watch('b'), watch('c')])
    expect(world.reads(1, 'denied')).toMatchObject([{ ch: 'c', watch: true, code: 'too-many' }])
  })
  it('is told where it cannot be known whether he may, and may ask again', () => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [watch('room')])
    world.fail(world.held.pop())
    expect(world.reads(1, 'denied')).toMatchObject([{ ch: 'room', watch: true, code: 'unavailable' }])
    world.release()
    world.say(1, watch('room'))
    world.wait(0)
    expect(world.reads(1, 'present')).toHaveLength(1)
  })
  it.each(['stops', 'is gone'])('who %s before it is known whether he may hears nothing', (how) => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [watch('room')])
    if (how === 'stops') world.say(1, { t: 'unwatch', ch: 'room' })
    else world.feed({ on: 'closed', link: 1 })
    world.release()
    world.wait(1_000)
    expect(world.reads(1, 'present')).toEqual([])
    expect(world.calls('members')).toEqual([])
  })
})

describe('a sender who wants receipts', () => {
  const track = (from = 1) => ({ t: 'track', from }) as const
  const sent = (world: World) => world.calls('sent').length

  it('hears of nothing before the number that it names', () => {
    const people = new People()
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    people.world.say(ann, track(2))
    people.follow(bob, 'room')
    people.send(ann, 'room', 1, 2)
    people.has(bob, 'room', 2)
    expect(people.receipts(ann)).toEqual(['2: 1/1 bob'])
  })
  it('is asked about again a second later, each in its time, until it is gone', () => {
    const world = new World()
    world.hold.add('sent')
    world.open(1, 'ann', [track()])
    world.fail(world.held.pop())
    world.wait(500)
    for (const [link, name] of [[2, 'bob'], [3, 'eve']] as const) world.open(link, name, [track()]) // prettier-ignore
    for (const call of world.held.splice(0)) world.fail(call)
    world.feed({ on: 'closed', link: 3 })
    world.wait(500)
    expect(sent(world)).toBe(4)
    for (const call of world.held.splice(0)) world.fail(call)
    world.wait(500)
    expect(sent(world)).toBe(5)
    for (const link of [1, 2]) world.feed({ on: 'closed', link })
    expect(world.server.deadline).toBeGreaterThan(world.now + 1_000)
  })
  it('that is gone before the store has said where its messages went leaves nothing', () => {
    const world = new World()
    world.open(1, 'ann', [send(1)])
    world.hold.add('sent')
    world.say(1, track())
    world.feed({ on: 'closed', link: 1 })
    world.release()
    world.wait(20_000)
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })
  it('is told the places of all that its welcome had', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(2), send(3), send(4)])
    world.feed({ on: 'closed', link: 1 })
    world.feed({ on: 'opened', link: 2 })
    world.say(2, hello('ann', { acked: 1 }), track())
    expect(world.reads(2, 'accepted')).toMatchObject([{ seq: 4 }])
  })
})
