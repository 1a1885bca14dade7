import { describe, expect, it } from 'vitest'
import { FrameError } from '../../src/wire/errors.js'
import type { ClientFrame } from '../../src/wire/frame.js'
import { hello, send, sub, World } from './server.world.js'

/** The store answers the hello of link 2, and that of link 1 not before `late`. */
function overtaken() {
  const world = new World()
  world.hold.add('open')
  world.open(1)
  world.open(2)
  const [first, second] = world.held.splice(0)
  if (second) world.answer(second)
  return { world, late: () => first && world.answer(first) }
}

describe('a hello', () => {
  it('is welcomed with the terms of the server, and everything behind it is done', () => {
    const world = new World()
    world.feed({ on: 'opened', link: 1, user: 'Ann' })
    world.say(1, hello(), sub(), send(1))
    expect(world.read(1)).toEqual([
      {
        ...{ t: 'welcome', v: 1, ticket: 'ticket of ann/Ann', resumed: false, got: 0, time: 1_000 },
        ...{ idle: 45_000, max: 2 ** 20, window: 256, receipts: true, user: 'Ann' },
      },
      { t: 'subscribed', ch: 'room', epoch: 'epoch', next: 1 },
      { t: 'accepted', seq: 1, placed: [[1, 1]] },
      { t: 'message', ch: 'room', offset: 1, id: 'ann:1', from: 'Ann', time: 1_000, body: '1' },
    ])
  })

  it('holds what comes behind it until the store has answered', () => {
    const world = new World()
    world.hold.add('open')
    world.open(1, 'ann', [send(1)])
    world.say(1, send(2))
    expect(world.log().next).toBe(1)
    world.release()
    expect(world.log().entries.map(({ id }) => id)).toEqual(['ann:1', 'ann:2'])
  })

  it('resumes a known client where it was', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(2)])
    world.feed({ on: 'closed', link: 1 })
    world.open(2)
    expect(world.reads(2, 'welcome')).toMatchObject([{ resumed: true, got: 2 }])
  })

  it('brings a server that forgot the client up to what is settled', () => {
    const world = new World()
    world.feed({ on: 'opened', link: 1 })
    world.say(1, hello('ann', { acked: 7 }), send(8))
    expect(world.read(1)).toMatchObject([
      { t: 'welcome', resumed: false, got: 7 },
      { t: 'accepted', seq: 8 },
    ])
  })

  it('said again is harmless', () => {
    const world = new World()
    world.open(1, 'ann', [send(1)])
    world.say(1, hello())
    expect(world.reads(1, 'welcome')).toMatchObject([{ got: 0 }, { got: 1, resumed: true }])
    expect(world.closes(1)).toEqual([])
  })

  it('by a later link takes the session from the earlier', () => {
    const world = new World()
    world.open(1)
    world.open(2)
    expect(world.closes(1)).toEqual([4409])
    world.say(2, send(1))
    expect(world.reads(2, 'accepted')).toEqual([{ t: 'accepted', seq: 1, placed: [[1, 1]] }])
  })

  it('of an earlier link that is answered late does not take it back', () => {
    const { world, late } = overtaken()
    late()
    expect(world.closes(1)).toEqual([4409])
    expect(world.closes(2)).toEqual([])
  })

  it('of an earlier link that is answered late is not a device that is there', () => {
    const { world, late } = overtaken()
    world.wait(1_000)
    const told = world.calls('seen').length
    late()
    world.wait(1_000)
    expect(world.calls('seen')).toHaveLength(told)
  })

  it('answered after its link is gone opens nothing', () => {
    const world = new World()
    world.hold.add('open')
    world.open(1)
    world.feed({ on: 'closed', link: 1 })
    world.release()
    expect(world.read(1)).toEqual([])
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })

  it('is turned away for a while when the store fails', () => {
    const world = new World()
    world.hold.add('open')
    world.open(1)
    world.fail(world.held[0])
    expect(world.read(1)).toEqual([{ t: 'retry', after: 1_000, spread: 4_000 }])
    expect(world.closes(1)).toEqual([1013])
  })
})

describe('what is no client', () => {
  const wrong: [string, ClientFrame[], string, number][] = [
    ['a frame before hello', [send(1)], 'no-hello', 4400],
    ['another version', [hello('ann', { v: 2 })], 'version', 4406],
    ['the key of somebody else', [hello('bob', { key: 'guessed' })], 'taken', 4403],
    ['a second client on one link', [hello(), hello('eve')], 'bad-hello', 4400],
    ['a pong before hello', [{ t: 'pong', id: 1 }], 'no-hello', 4400],
    ['a flood of frames', Array.from({ length: 5_000 }, () => ({ t: 'ping', id: 1 })), 'flood', 4429],
  ]
  it.each(wrong)('%s is named and closed', (_, frames, code, closeCode) => {
    const world = new World()
    world.open(9, 'bob')
    world.feed({ on: 'opened', link: 10 })
    world.hold.add('open')
    for (const frame of frames.length > 9 ? [] : frames) {
      world.say(10, frame)
      world.release()
    }
    if (frames.length > 9) world.say(10, ...frames)
    expect(world.reads(10, 'error')).toMatchObject([{ code }])
    expect(world.closes(10)).toEqual([closeCode])
    world.say(10, hello())
    expect(world.read(10)).toEqual([])
    expect(world.closes(9)).toEqual([])
  })

  it('frames held behind a hello have a bound', () => {
    const world = new World()
    world.hold.add('open')
    world.open(1)
    for (let i = 0; i < 5; i++) world.say(1, ...Array.from({ length: 1_000 }, (_, at) => send(at + 1)))
    expect(world.closes(1)).toEqual([4429])
  })

  it('a packet of a link that is no more is nothing', () => {
    const world = new World()
    expect(world.feed({ on: 'broken', link: 7, error: new FrameError('bad-frame', '') })).toEqual([])
  })

  it.each([
    ['bad-frame', 4400],
    ['too-big', 1009],
  ])('a packet that is %s closes with %i', (code, closeCode) => {
    const world = new World()
    world.open(1)
    world.read(1)
    world.feed({ on: 'broken', link: 1, error: new FrameError(code, 'what it was') })
    expect(world.read(1)).toEqual([{ t: 'error', code, reason: 'what it was' }])
    expect(world.closes(1)).toEqual([closeCode])
  })
})

describe('silence', () => {
  it('drops a link that never says hello', () => {
    const world = new World()
    world.feed({ on: 'opened', link: 1 })
    world.wait(4_999)
    expect(world.closes(1)).toEqual([])
    world.wait(5_001)
    expect(world.closes(1)).toEqual([4408])
  })

  it('drops a link that only pings', () => {
    const world = new World()
    world.feed({ on: 'opened', link: 1 })
    for (let id = 1; id <= 5; id++) {
      world.wait(1_000)
      world.say(1, { t: 'ping', id })
    }
    world.wait(1)
    expect(world.reads(1, 'pong').length).toBeGreaterThan(3)
    expect(world.closes(1)).toEqual([4408])
  })

  it('is asked at half of the limit, and dropped past it', () => {
    const world = new World({ idle: 8_000 })
    world.open(1)
    world.wait(3_999)
    expect(world.reads(1, 'ping')).toEqual([])
    world.wait(2_001)
    expect(world.reads(1, 'ping').length).toBeGreaterThan(0)
    world.wait(4_000)
    expect(world.closes(1)).toEqual([4408])
    expect(world.server.links).toBe(0)
    world.wait(10_000)
    expect(world.server.deadline).toBe(Infinity)
  })

  it('ends with any frame', () => {
    const world = new World({ idle: 8_000 })
    world.open(1)
    for (let i = 0; i < 20; i++) {
      world.wait(5_000)
      world.say(1, { t: 'pong', id: 1 })
    }
    expect(world.closes(1)).toEqual([])
  })

  it('while this process was held is nobody’s fault', () => {
    const world = new World({ idle: 8_000 })
    world.open(1)
    world.now += 60_000
    world.feed({ on: 'tick' })
    expect(world.reads(1, 'ping')).toHaveLength(1)
    expect(world.closes(1)).toEqual([])
    world.wait(6_000)
    expect(world.closes(1)).toEqual([4408])
  })

  it('is nobody’s fault also where this process was held for less than the limit', () => {
    const world = new World({ idle: 8_000 })
    world.open(1)
    expect(world.server.deadline).toBe(2_000)
    world.now = 8_500
    world.feed({ on: 'tick' })
    expect([world.reads(1, 'ping').length, world.closes(1)]).toEqual([1, []])
  })

  it('is asked about once a round, however often the machine wakes', () => {
    const world = new World({ idle: 8_000 })
    world.open(1)
    world.wait(4_000)
    const asked = world.reads(1, 'ping').length
    for (let n = 0; n < 5; n++) world.feed({ on: 'tick' })
    expect([asked, world.reads(1, 'ping').length]).toEqual([1, 0])
  })

  it('has one deadline for all links', () => {
    const world = new World()
    world.open(1)
    const { deadline } = world.server
    for (let link = 2; link < 50; link++) world.open(link, `client ${link}`)
    expect(world.server.deadline).toBe(deadline)
  })
})

describe('a ping', () => {
  it('is answered with what was taken and what was pushed', () => {
    const world = new World()
    world.open(1, 'ann', [sub(), send(1), send(2)])
    world.read(1)
    world.say(1, { t: 'ping', id: 5 })
    expect(world.read(1)).toEqual([{ t: 'pong', id: 5, got: 2, heads: { room: 2 } }])
    world.say(1, { t: 'received', ch: 'room', offset: 2 }, { t: 'ping', id: 6 })
    expect(world.reads(1, 'pong')).toEqual([{ t: 'pong', id: 6, got: 2 }])
  })

  it('is answered once a packet', () => {
    const world = new World()
    world.open(1)
    world.say(1, ...Array.from({ length: 100 }, (_, id): ClientFrame => ({ t: 'ping', id })))
    expect(world.reads(1, 'pong')).toEqual([{ t: 'pong', id: 99, got: 0 }])
  })

  it('before hello is answered, too, once a packet, and a hello may follow', () => {
    const world = new World()
    world.feed({ on: 'opened', link: 1 })
    world.say(1, { t: 'ping', id: 1 }, { t: 'ping', id: 2 })
    expect(world.read(1)).toStrictEqual([{ t: 'pong', id: 2 }])
    world.say(1, { t: 'ping', id: 3 }, hello())
    expect(world.read(1)).toMatchObject([{ t: 'pong', id: 3 }, { t: 'welcome' }])
    expect(world.closes(1)).toEqual([])
  })

  it('with the hello behind it is answered while the store still thinks, and one behind the hello waits for it', () => {
    const world = new World()
    world.hold.add('open')
    world.feed({ on: 'opened', link: 1 })
    world.say(1, { t: 'ping', id: 1 }, hello(), { t: 'ping', id: 2 })
    expect(world.read(1)).toEqual([{ t: 'pong', id: 1 }])
    world.release()
    expect(world.read(1)).toMatchObject([{ t: 'welcome' }, { t: 'pong', id: 2, got: 0 }])
  })

  it('before another frame that is no hello does not save the link', () => {
    const world = new World()
    world.feed({ on: 'opened', link: 1 })
    world.say(1, { t: 'ping', id: 1 }, send(1))
    expect(world.read(1)).toMatchObject([{ t: 'error', code: 'no-hello' }])
    expect(world.closes(1)).toEqual([4400])
  })

  it('never names a channel whose name breaks the frame', () => {
    const world = new World()
    world.open(1, 'ann', [sub('__proto__'), send(1, '__proto__')])
    world.say(1, { t: 'ping', id: 1 })
    expect(world.reads(1, 'pong')).toEqual([{ t: 'pong', id: 1, got: 1 }])
  })
})

describe('a full server', () => {
  it('gives each client it turns away a time of its own', () => {
    const world = new World({ maxLinks: 1 })
    for (let link = 1; link <= 3; link++) world.feed({ on: 'opened', link })
    expect(world.reads(2, 'retry')).toEqual([{ t: 'retry', after: 2_010, spread: 0 }])
    expect(world.reads(3, 'retry')).toEqual([{ t: 'retry', after: 2_020, spread: 0 }])
    expect(world.closes(3)).toEqual([1013])
    world.say(1, hello())
    expect(world.reads(1, 'welcome')).toHaveLength(1)
  })
})

describe('a crowd', () => {
  const arrive = (world: World, from: number, to: number) => {
    for (let link = from; link <= to; link++) world.open(link, `client ${link}`)
  }
  const inside = (world: World, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at).filter((link) => world.reads(link, 'welcome').length)
  const waits = (world: World, link: number) => world.reads(link, 'wait').map(({ after }) => after)

  it('is welcomed at the rate the server takes: the others wait, and what they said waits with them', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 5)
    world.open(6, 'bob', [send(1), { t: 'ping', id: 1 }])
    expect(inside(world, 1, 4)).toEqual([1, 2, 3, 4])
    expect([waits(world, 5), waits(world, 6)]).toEqual([[250], [500]])
    world.say(6, send(2))
    world.wait(250)
    expect(inside(world, 5, 6)).toEqual([5])
    world.wait(249)
    expect(world.read(6)).toEqual([])
    world.wait(1)
    expect(world.read(6).map(({ t }) => t)).toEqual(expect.arrayContaining(['welcome', 'pong', 'accepted']))
    expect(world.log().entries).toHaveLength(2)
    expect(world.server.deadline).toBeGreaterThan(world.now + 250)
  })

  it('finds a place again as time goes by, and no more of them than a second has, however long nobody came', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 4)
    world.now += 250
    arrive(world, 5, 6)
    expect(inside(world, 5, 6)).toEqual([5])
    world.wait(60_000)
    arrive(world, 10, 19)
    expect(inside(world, 10, 19)).toEqual([10, 11, 12, 13])
  })

  it('counts hellos, each link once: not links that only ask, nor a hello said again', () => {
    const world = new World({ maxAccepts: 4 })
    for (let link = 1; link <= 9; link++) {
      world.feed({ on: 'opened', link })
      world.say(link, { t: 'ping', id: 0 })
    }
    for (let again = 0; again < 9; again++) world.say(1, hello('client 1'))
    arrive(world, 10, 13)
    expect(inside(world, 1, 13)).toEqual([1, 10, 11, 12])
  })

  it('is let in in its order, even by a clock that is late: nobody overtakes those who wait', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 5)
    world.now += 300
    arrive(world, 6, 6)
    expect(waits(world, 6)).toEqual([250])
    world.wait(0)
    expect(inside(world, 5, 6)).toEqual([5])
  })

  it('moves up when one that waits leaves', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 6)
    world.feed({ on: 'closed', link: 5 })
    world.wait(250)
    expect(inside(world, 6, 6)).toEqual([6])
  })

  it('whose turn is farther than a proxy waits is sent away, each with a time of its own behind those who wait', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 106)
    expect(waits(world, 104)).toEqual([25_000])
    expect(world.reads(105, 'retry')).toEqual([{ t: 'retry', after: 25_500, spread: 0 }])
    expect(world.reads(106, 'retry')).toEqual([{ t: 'retry', after: 25_750, spread: 0 }])
    expect(world.closes(106)).toEqual([1013])
    for (const [link, time] of [25_500, 25_750].entries()) {
      world.wait(time - world.now)
      arrive(world, 200 + link, 200 + link)
    }
    expect(inside(world, 200, 201)).toEqual([200, 201])
  })

  it('that waits is not judged for its silence', () => {
    const world = new World({ maxAccepts: 4, idle: 2_000 })
    arrive(world, 1, 44)
    world.wait(10_000)
    expect(world.closes(44)).toEqual([])
    expect(world.read(44).map(({ t }) => t)).toEqual(['wait', 'welcome'])
  })

  it('that waits is sent away at once by a server that goes down, and so is who would have to', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 6)
    world.feed({ on: 'opened', link: 7 })
    world.feed({ on: 'drain', after: 500, spread: 4_000 })
    expect([5, 6].map((link) => world.closes(link))).toEqual([[1012], [1012]])
    expect(world.reads(5, 'retry')).toEqual([{ t: 'retry', after: 500, spread: 4_000 }])
    world.say(7, hello('late'))
    expect(world.closes(7)).toEqual([1012])
    world.wait(4_000)
    expect(world.server.links).toBe(0)
  })

  it('that waits takes up room: those beyond it are sent away', () => {
    const world = new World({ maxLinks: 5, maxAccepts: 4 })
    arrive(world, 1, 6)
    expect(waits(world, 5)).toEqual([250])
    expect(world.reads(6, 'retry')).toEqual([{ t: 'retry', after: 2_250, spread: 0 }])
  })

  it('of another version hears so at once', () => {
    const world = new World({ maxAccepts: 4 })
    arrive(world, 1, 4)
    world.feed({ on: 'opened', link: 5 })
    world.say(5, hello('old', { v: 9 }))
    expect(world.closes(5)).toEqual([4406])
  })

  it('that finds no room either comes back no faster than to a full server', () => {
    const world = new World({ maxLinks: 1, maxAccepts: 1_000 })
    arrive(world, 1, 3)
    expect(world.reads(3, 'retry')).toEqual([{ t: 'retry', after: 2_020, spread: 0 }])
  })

  it('is no crowd where there is no limit', () => {
    const world = new World({ maxAccepts: Infinity })
    for (let link = 1; link <= 3_000; link++) world.open(link, `client ${link}`)
    expect(inside(world, 2_999, 3_000)).toEqual([2_999, 3_000])
  })
})
