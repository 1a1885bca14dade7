import { describe, expect, it } from 'vitest'
import { People } from './server.people.js'

const watch = (ch = 'room') => ({ t: 'watch', ch }) as const

/** Ann watches the room, Bob is in it. */
function two() {
  const people = new People()
  const [ann, bob] = [people.come('ann'), people.come('bob')]
  people.follow(bob, 'room')
  people.world.say(ann, watch())
  return { people, ann, bob, world: people.world }
}

describe('a watcher', () => {
  it('is told who is there, and when each was seen', () => {
    const { ann, people, world } = two()
    people.settle()
    expect(world.reads(ann, 'present')).toEqual([
      {
        t: 'present',
        n: 1,
        ch: 'room',
        all: true,
        list: [{ client: 'bob', user: 'bob', presence: 'online', time: 1_000_000 }],
      },
    ])
  })

  it('is told of nobody where nobody is', () => {
    const people = new People()
    const ann = people.come('ann')
    people.world.say(ann, watch())
    expect(people.presence(ann)).toEqual(['all'])
  })

  it('is told who comes, who looks away, and who leaves', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    const eve = people.come('eve')
    people.follow(eve, 'room')
    world.wait(250)
    expect(people.presence(ann)).toEqual(['eve online'])
    world.say(bob, { t: 'seen', away: true })
    world.wait(250)
    expect(people.presence(ann)).toEqual(['bob away'])
    world.say(bob, { t: 'seen', away: false })
    world.wait(250)
    expect(people.presence(ann)).toEqual(['bob online'])
    world.say(bob, { t: 'unsub', ch: 'room' })
    world.wait(250)
    expect(people.presence(ann)).toEqual(['bob left'])
    world.say(eve, { t: 'bye' })
    world.wait(250)
    expect(people.presence(ann)).toEqual(['eve left'])
  })

  it('hears nothing of what the others receive', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    world.wait(1_000)
    expect(people.presence(ann)).toEqual([])
  })

  it('hears nothing of a quick return', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    people.go(bob)
    world.wait(9_999)
    people.follow(people.come('bob'), 'room', 'last')
    world.wait(20_000)
    expect(people.presence(ann)).toEqual([])
  })

  it('hears of one who returns while the store is told that he is gone', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    world.hold.add('seen')
    people.go(bob)
    world.wait(10_000)
    people.come('bob')
    world.release()
    world.wait(250)
    expect(people.presence(ann)).toEqual(['bob online'])
    world.wait(120_000)
    expect(people.presence(ann)).toEqual([])
  })

  it('hears nothing of one who returns before the store could be told that he is gone', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    world.hold.add('seen')
    people.go(bob)
    world.wait(10_000)
    people.come('bob')
    world.hold.clear()
    world.fail(world.held.shift())
    world.wait(120_000)
    expect(people.presence(ann)).toEqual([])
  })

  it('hears nothing when an inbox becomes shorter', () => {
    const people = new People()
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    people.follow(bob, '@bob')
    people.world.say(ann, watch('@bob'))
    people.send(ann, '@bob', 1)
    people.has(bob, '@bob', 1)
    people.world.wait(250)
    people.presence(ann)
    for (let id = 1; id <= 6; id++) {
      people.world.wait(20_000)
      for (const link of [ann, bob]) people.world.say(link, { t: 'ping', id })
    }
    expect(people.world.reads(ann, 'present')).toEqual([])
  })

  it('hears of one who does not return', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    people.go(bob)
    world.wait(9_999)
    expect(people.presence(ann)).toEqual([])
    world.wait(1)
    expect(people.presence(ann)).toEqual(['bob offline'])
  })

  it('is told at once, and then not more often than every so often', () => {
    const { people, ann, world } = two()
    people.presence(ann)
    for (const name of ['c', 'd']) people.follow(people.come(name), 'room')
    world.wait(249)
    expect(people.presence(ann)).toEqual([])
    world.wait(1)
    expect(people.presence(ann)).toEqual(['c online', 'd online'])
  })

  it('who asks again is told all of it again', () => {
    const { people, ann, world } = two()
    people.presence(ann)
    world.say(ann, watch())
    world.wait(250)
    expect(people.presence(ann)).toEqual(['all', 'bob online'])
  })

  it('who stops hears no more', () => {
    const { people, ann, world } = two()
    people.presence(ann)
    world.say(ann, { t: 'unwatch', ch: 'room' })
    people.follow(people.come('eve'), 'room')
    world.wait(1_000)
    expect(people.presence(ann)).toEqual([])
  })

  it('who may not is told so, and hears nothing', () => {
    const people = new People({ guarded: true })
    const { world } = people
    world.denied.add('presence room')
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    world.say(ann, watch(), watch())
    people.follow(bob, 'room')
    expect(world.read(ann).filter(({ t }) => t === 'denied' || t === 'present')).toEqual([
      { t: 'denied', ch: 'room', watch: true, code: 'forbidden', reason: expect.any(String) as string },
    ])
  })

  it('hears nothing before it is known that he may', () => {
    const people = new People({ guarded: true })
    const { world } = people
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    people.follow(bob, 'room')
    world.hold.add('authorize')
    world.say(ann, watch())
    world.say(ann, watch())
    expect(people.presence(ann)).toEqual([])
    world.release()
    expect(people.presence(ann)).toEqual(['all', 'bob online'])
  })

  it('shares one count with receipts, which a heartbeat tells', () => {
    const { people, ann, bob, world } = two()
    world.say(ann, { t: 'track', from: 1 })
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    world.read(ann)
    world.say(ann, { t: 'ping', id: 7 })
    expect(world.reads(ann, 'pong')).toMatchObject([{ id: 7, news: 2 }])
  })
})

describe('a node that is gone without a word', () => {
  it('is told who is cut, though the wall clock is a moment behind the machine’s since it was heard', () => {
    let behind = 0
    const wall = (): number => 1_000_000 + people.world.now - behind
    const people: People = new People({ wall })
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    people.follow(bob, 'room')
    people.world.say(ann, watch())
    people.presence(ann)
    behind = 1
    people.go(bob)
    people.world.wait(10_000)
    expect(people.presence(ann)).toEqual(['bob offline'])
  })

  it('leaves devices that are offline before long', () => {
    const people = new People()
    const { world } = people
    const ann = people.come('ann')
    world.store.open({ client: 'bob', key: 'k', user: 'bob', acked: 0 })
    world.store.keep({ client: 'bob', ch: 'room', cursor: { epoch: 'epoch', since: 1, offset: 0, time: 1_000_000 } })
    world.store.seen({ devices: [{ client: 'bob', user: 'bob', presence: 'online', seenAt: 1_000_000 }] })
    world.say(ann, watch())
    expect(people.presence(ann)).toEqual(['all', 'bob online'])
    for (let at = 0; at < 5; at++) {
      world.wait(15_000)
      world.say(ann, { t: 'ping', id: at })
    }
    expect(people.presence(ann)).toEqual(['bob offline'])
  })

  it('while one that says nothing new is there all the time', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    for (let at = 0; at < 20; at++) {
      world.wait(15_000)
      world.say(ann, { t: 'ping', id: at })
      world.say(bob, { t: 'ping', id: at })
    }
    expect(people.presence(ann)).toEqual([])
  })
})

describe('a device', () => {
  it('that went to another node is not spoken over by the one that it left', () => {
    const { people, ann, bob, world } = two()
    people.presence(ann)
    world.wait(1_000)
    people.go(bob)
    const seenAt = 1_000_000 + world.now + 1
    world.store.seen({ devices: [{ client: 'bob', user: 'bob', presence: 'away', seenAt }] })
    world.wait(20_000)
    expect(people.presence(ann)).toEqual(['bob away'])
  })

  it('is told of again where the store did not take it', () => {
    const people = new People()
    const { world } = people
    world.hold.add('seen')
    people.come('ann')
    world.fail(world.held.pop())
    world.hold.clear()
    world.wait(999)
    expect(world.calls('seen')).toHaveLength(1)
    world.wait(1)
    expect(world.calls('seen').map(({ request }) => request.ask)).toMatchObject([
      { devices: [{ client: 'ann' }] },
      { devices: [{ client: 'ann' }] },
    ])
  })

  it('is not remembered once it is gone, nor by a server that goes down', () => {
    const { people, ann, bob, world } = two()
    people.go(bob)
    world.wait(10_000)
    world.feed({ on: 'drain', after: 0, spread: 0 })
    people.settle()
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
    expect(world.server.deadline).toBe(Infinity)
    expect(world.closes(ann)).toEqual([1012])
  })
})

describe("a person's inbox", () => {
  const forbidden = { code: 'forbidden', ch: '@bob' }

  it('is read by that person only', () => {
    const people = new People()
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    for (const link of [ann, people.come('')]) {
      people.follow(link, '@bob')
      people.world.say(link, { t: 'history', id: 1, ch: '@bob', from: 1, limit: 9 })
      expect(people.world.reads(link, 'denied')).toMatchObject([forbidden, { ...forbidden, id: 1 }])
    }
    people.follow(bob, '@bob')
    expect(people.world.reads(bob, 'subscribed')).toHaveLength(1)
  })

  it('is written to by others', () => {
    const people = new People()
    people.send(people.come('ann'), '@bob', 1)
    expect(people.world.log('@bob').entries).toHaveLength(1)
  })

  it('refuses what it cannot hold, and tells the sender; what follows is taken', () => {
    const people = new People({}, { inboxEntries: 2 })
    const ann = people.come('ann')
    people.send(ann, '@bob', 1, 2, 3)
    expect(people.world.reads(ann, 'refused')).toMatchObject([{ seq: 3, code: 'inbox-full' }])
    people.world.say(ann, { t: 'send', seq: 4, after: 2, ch: 'room', body: 4 })
    expect(people.world.log().entries).toHaveLength(1)
  })

  it('lets go what its devices have, and keeps it while one of them does not', () => {
    const people = new People()
    const [ann, bob, phone] = [people.come('ann'), people.come('bob'), people.come('bob', 'phone')]
    people.follow(bob, '@bob')
    people.follow(phone, '@bob')
    people.send(ann, '@bob', 1, 2)
    people.has(bob, '@bob', 2)
    expect(people.world.log('@bob')).toMatchObject({ oldest: 1 })
    people.has(phone, '@bob', 1)
    expect(people.world.log('@bob')).toMatchObject({ oldest: 2 })
  })
})
