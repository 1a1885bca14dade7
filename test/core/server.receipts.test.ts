import { describe, expect, it } from 'vitest'
import { People } from './server.people.js'

const track = (from = 1) => ({ t: 'track', from }) as const

/** Ann, who wants receipts, and Bob, who follows the room. */
function two(ch = 'room') {
  const people = new People()
  const ann = people.come('ann')
  const bob = people.come('bob')
  people.world.say(ann, track())
  people.follow(bob, ch)
  return { people, ann, bob, world: people.world }
}

describe('a receipt', () => {
  it('comes when somebody says that he has it, and says who', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    expect(people.receipts(ann)).toEqual([])
    people.has(bob, 'room', 1)
    expect(world.reads(ann, 'delivered')).toEqual([
      {
        t: 'delivered',
        n: 1,
        ch: 'room',
        list: [{ seq: 1, to: 1, count: 1, of: 1, by: { client: 'bob', user: 'bob', time: 1_000_000 } }],
      },
    ])
  })

  it('is not for those who did not ask', () => {
    const people = new People()
    const [ann, bob] = [people.come('ann'), people.come('bob')]
    people.follow(bob, 'room')
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    expect(people.receipts(ann)).toEqual([])
  })

  it('says that it is kept where nobody is there to get it', () => {
    const { people, ann, bob } = two('@bob')
    people.go(bob)
    people.world.wait(10_000)
    people.send(ann, '@bob', 1)
    expect(people.receipts(ann)).toEqual(['1: 0/1'])
  })

  it('of an inbox counts its owner also when no device of his was ever there', () => {
    const people = new People()
    const ann = people.come('ann')
    people.world.say(ann, track())
    people.send(ann, '@zoe', 1)
    expect(people.receipts(ann)).toEqual(['1: 0/1'])
  })

  it('says that it is kept when the one who was there goes before he has it', () => {
    const { people, ann, bob } = two()
    people.send(ann, 'room', 1)
    people.go(bob)
    people.world.wait(9_999)
    expect(people.receipts(ann)).toEqual([])
    people.world.wait(1)
    expect(people.receipts(ann)).toEqual(['1: 0/1'])
  })

  it('does not count other devices of the sender', () => {
    const { people, ann, bob } = two()
    const phone = people.come('ann', 'phone')
    people.follow(phone, 'room')
    people.send(ann, 'room', 1)
    people.has(phone, 'room', 1)
    expect(people.receipts(ann)).toEqual([])
    people.has(bob, 'room', 1)
    expect(people.receipts(ann)).toEqual(['1: 1/1 bob'])
  })

  it('counts other devices of the sender in what he writes to himself', () => {
    const people = new People()
    const [ann, phone] = [people.come('ann'), people.come('ann', 'phone')]
    people.world.say(ann, track())
    people.follow(phone, '@ann')
    people.send(ann, '@ann', 1)
    people.has(phone, '@ann', 1)
    expect(people.receipts(ann)).toEqual(['1: 1/1 phone'])
  })

  it('joins neighbours of which the same is true', () => {
    const { people, ann, bob } = two()
    people.send(ann, 'room', 1, 2, 3, 4, 5)
    people.has(bob, 'room', 4)
    expect(people.receipts(ann)).toEqual(['1-4: 1/1 bob'])
  })

  it('does not reach over one of which something else is true', () => {
    const people = new People()
    const [ann, bob, eve] = [people.come('ann'), people.come('bob'), people.come('eve')]
    people.world.say(ann, track())
    people.follow(bob, 'room')
    people.send(ann, 'room', 1)
    people.follow(eve, 'room', 'now')
    people.send(ann, 'room', 2)
    people.has(bob, 'room', 2)
    expect(people.receipts(ann)).toEqual(['1: 1/1 bob', '2: 1/2 bob'])
  })

  it('is told again when more have it, and never after all have', () => {
    const { people, ann, bob } = two()
    const eve = people.come('eve')
    people.follow(eve, 'room')
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    people.world.wait(1_000)
    people.has(eve, 'room', 1)
    people.world.wait(1_000)
    expect(people.receipts(ann)).toEqual(['1: 1/2 bob', '1: 2/2 eve'])
    people.follow(people.come('zoe'), 'room')
    people.world.wait(1_000)
    expect(people.receipts(ann)).toEqual([])
  })

  it('is told at once, and then not more often than every so often', () => {
    const { people, ann, bob, world } = two()
    const others = ['c', 'd', 'e', 'f'].map((name) => people.come(name))
    for (const other of others) people.follow(other, 'room')
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    expect(people.receipts(ann)).toEqual(['1: 1/5 bob'])
    world.wait(1)
    for (const other of others) people.has(other, 'room', 1)
    world.wait(248)
    expect(people.receipts(ann)).toEqual([])
    world.wait(1)
    expect(people.receipts(ann)).toEqual(['1: 5/5 c'])
  })

  it('says that the message was deleted before anybody had it', () => {
    const people = new People({ idle: 1_000_000 }, { inboxAge: 1_000 })
    const ann = people.come('ann')
    people.world.say(ann, track())
    people.send(ann, '@bob', 1)
    expect(people.receipts(ann)).toEqual(['1: 0/1'])
    people.world.wait(200_000)
    expect(people.receipts(ann)).toEqual(['1: 0/1 gone'])
  })
})

describe('a sender whose message fell', () => {
  it('is told nothing of it', () => {
    const { people, ann, world } = two()
    people.send(ann, 'room', 1, 3)
    expect(world.reads(ann, 'accepted')).toMatchObject([{ seq: 1 }])
  })
})

describe('a sender who comes back', () => {
  it('is told what became of its messages meanwhile', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1, 2)
    people.go(ann)
    people.has(bob, 'room', 2)
    const again = people.come('ann')
    world.say(again, track(2))
    expect(people.receipts(again)).toEqual(['2: 1/1 bob'])
  })

  it('and asks again is told all of it again', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    expect(people.receipts(ann)).toEqual(['1: 1/1 bob'])
    world.say(ann, track())
    expect(people.receipts(ann)).toEqual(['1: 1/1 bob'])
  })

  it('hears of what was deleted because all had it, also when they are gone for good', () => {
    const { people, ann, bob, world } = two('@bob')
    people.send(ann, '@bob', 1)
    people.go(ann)
    people.has(bob, '@bob', 1)
    expect(world.log('@bob')).toMatchObject({ oldest: 2, next: 2 })
    world.say(bob, { t: 'bye' })
    const again = people.come('ann')
    world.say(again, track())
    expect(people.receipts(again)).toEqual(['1: 1/1 bob'])
  })

  it('is asked about again where the store does not say', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    world.hold.add('sent')
    const again = people.come('ann')
    world.say(again, track())
    world.fail(world.held.pop())
    world.hold.clear()
    world.wait(999)
    expect(people.receipts(again)).toEqual([])
    world.wait(1)
    expect(people.receipts(again)).toEqual(['1: 1/1 bob'])
  })
})

describe('what the client has', () => {
  it('is acknowledged when it is kept', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1, 2)
    world.hold.add('keep')
    people.has(bob, 'room', 1)
    expect(world.reads(bob, 'noted')).toEqual([])
    world.release()
    world.wait(100)
    expect(world.reads(bob, 'noted')).toEqual([{ t: 'noted', ch: 'room', offset: 1 }])
  })

  it('is acknowledged after 100 ms, the last of it for each channel', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1, 2)
    people.has(bob, 'room', 1)
    world.wait(60)
    people.has(bob, 'room', 2)
    world.wait(39)
    expect(world.reads(bob, 'noted')).toEqual([])
    world.wait(1)
    expect(world.reads(bob, 'noted')).toEqual([{ t: 'noted', ch: 'room', offset: 2 }])
    world.wait(1_000)
    expect(world.reads(bob, 'noted')).toEqual([])
  })

  it('is acknowledged with what is told next', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    people.send(ann, 'room', 2)
    expect(world.read(bob).map(({ t }) => t)).toEqual(expect.arrayContaining(['message', 'noted']))
    world.wait(1_000)
    expect(world.reads(bob, 'noted')).toEqual([])
  })

  it('is forgotten with the link', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    people.has(bob, 'room', 1)
    people.go(bob)
    world.wait(100)
    expect(world.reads(bob, 'noted')).toEqual([])
  })

  it('is not acknowledged where it was not', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    world.hold.add('keep')
    people.has(bob, 'room', 1)
    world.fail(world.held.pop())
    world.wait(100)
    expect(world.reads(bob, 'noted')).toEqual([])
  })

  it('is kept when it is said again', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1)
    world.hold.add('keep')
    people.has(bob, 'room', 1)
    world.fail(world.held.pop())
    world.hold.clear()
    people.has(bob, 'room', 1)
    world.wait(100)
    expect(world.reads(bob, 'noted')).toEqual([{ t: 'noted', ch: 'room', offset: 1 }])
  })
})

describe('a subscription that goes on where it was', () => {
  const again = (extra: object) => ({ t: 'sub', ch: 'room', from: 3, epoch: 'epoch', ...extra }) as const

  it('says what it has: the word for it may have been lost with the link', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1, 2)
    people.go(bob)
    world.say(people.come('bob'), again({ since: 1 }))
    expect(people.receipts(ann)).toEqual(['1-2: 1/1 bob'])
  })

  it('says nothing of what lies before its beginning', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1, 2)
    people.go(bob)
    world.say(people.come('bob'), again({ since: 2 }))
    // The first is for nobody any more.
    expect(people.receipts(ann)).toEqual(['1: 0/0', '2: 1/1 bob'])
  })

  it('says nothing where it names no beginning, or the log is another one', () => {
    const { people, ann, bob, world } = two()
    people.send(ann, 'room', 1, 2)
    people.go(bob)
    world.say(people.come('bob'), again({}))
    world.say(people.come('bob', 'phone'), again({ epoch: 'before', since: 1 }))
    expect(people.receipts(ann).filter((line) => line.includes('1/'))).toEqual([])
  })
})
