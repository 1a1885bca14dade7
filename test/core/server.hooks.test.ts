import { describe, expect, it } from 'vitest'
import type { Review, ReviewAsk } from '../../src/core/server/contract.js'
import { hello, send, sub, tables, World } from './server.world.js'

const bodies = (world: World, ch = 'room') => world.log(ch).entries.map(({ body }) => body)

const reviewing = (review: (ask: ReviewAsk) => Review = ({ body }) => ({ is: 'taken', body }), options = {}) => {
  const world = new World({ reviewed: true, ...options })
  world.review = review
  return world
}

const no = (reason = 'no', code = 'rude'): Review => ({ is: 'refused', code, reason })
const numbers = (world: World) => world.calls('review').map(({ request }) => (request.ask as ReviewAsk).id)

describe('the hook for messages', () => {
  it('is asked who sends what where, and the message goes in as it is', () => {
    const world = reviewing()
    world.feed({ on: 'opened', link: 1, user: 'Ann' })
    world.say(1, hello(), send(1, 'room', { a: 1 }), send(2, 'hall', new Uint8Array([1])))
    expect(world.calls('review').map(({ request }) => request.ask)).toEqual([
      { client: 'ann', user: 'Ann', ch: 'room', id: 'ann:1', body: '{"a":1}' },
      { client: 'ann', user: 'Ann', ch: 'hall', id: 'ann:2', body: new Uint8Array([1]) },
    ])
    expect([bodies(world), bodies(world, 'hall')]).toEqual([['{"a":1}'], [new Uint8Array([1])]])
    expect(world.reads(1, 'accepted').at(-1)).toMatchObject({ seq: 2 })
  })

  it('changes what is stored, and so what everybody reads', () => {
    const world = reviewing(({ body }) => ({ is: 'taken', body: `[${String(body)}]` }))
    world.open(1, 'ann', [sub(), send(1)])
    expect(bodies(world)).toEqual(['[1]'])
    expect(world.reads(1, 'message')).toMatchObject([{ body: '[1]' }])
  })

  it('refuses with a reason, behind the answer to what went before, and without a trace', () => {
    const world = reviewing(({ id, body }) => (id === 'ann:2' ? no() : { is: 'taken', body }))
    world.hold.add('append')
    world.open(1, 'ann', [send(1), send(2), send(3)])
    expect(world.reads(1, 'refused')).toEqual([])
    world.release()
    expect(world.read(1)).toMatchObject([
      { t: 'accepted', seq: 1 },
      { t: 'refused', seq: 2, code: 'rude', reason: 'no' },
      { t: 'accepted', seq: 1 },
    ])
    world.say(1, send(3, 'room', 3, 1))
    expect(bodies(world)).toEqual(['1', '3'])
  })

  it('is asked ahead, and heard in order', () => {
    const world = reviewing()
    world.hold.add('review')
    world.open(1, 'ann', [send(1), send(2), send(3)])
    expect(world.held).toHaveLength(3)
    const [first, second, third] = world.held.splice(0)
    for (const call of [third, second]) if (call) world.answer(call)
    expect(world.calls('append')).toEqual([])
    if (first) world.answer(first)
    expect(world.calls('append')).toHaveLength(1)
    expect(bodies(world)).toEqual(['1', '2', '3'])
  })

  it('refuses in order, however early it says so', () => {
    const world = reviewing(({ id, body }) => (id === 'ann:2' ? no() : { is: 'taken', body }))
    world.hold.add('review')
    world.open(1, 'ann', [send(1), send(2)])
    world.hold.add('append')
    const [first, second] = world.held.splice(0)
    for (const call of [second, first]) if (call) world.answer(call)
    expect(world.reads(1, 'refused')).toEqual([])
    world.release()
    expect(world.read(1)).toMatchObject([
      { t: 'accepted', seq: 1 },
      { t: 'refused', seq: 2 },
    ])
  })

  it('is asked while a batch is stored, and what it took goes together', () => {
    const world = reviewing()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    for (let seq = 2; seq <= 9; seq++) world.say(1, send(seq))
    expect(world.calls('review')).toHaveLength(9)
    world.release()
    expect(world.calls('append')).toHaveLength(2)
  })

  it('is not asked about what was taken, waits, or is being stored', () => {
    const world = reviewing()
    world.hold.add('review').add('append')
    world.open(1, 'ann', [send(1), send(2)])
    world.say(1, send(1), send(2))
    for (const call of world.held.splice(0)) world.answer(call)
    world.say(1, send(1), send(2))
    world.release()
    world.say(1, send(1), send(2))
    expect(numbers(world)).toEqual(['ann:1', 'ann:2'])
    expect(bodies(world)).toEqual(['1', '2'])
    // What was said again meanwhile is answered, and holds nothing up.
    expect(world.server.load.calls).toBe(0)
    expect(world.reads(1, 'accepted').at(-1)).toEqual({
      t: 'accepted',
      seq: 2,
      placed: [
        [1, 1],
        [2, 2],
      ],
    })
  })

  it('is asked again about what was not stored', () => {
    const world = reviewing()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.fail(world.held.pop())
    world.say(1, send(1))
    world.release()
    expect(numbers(world)).toEqual(['ann:1', 'ann:1'])
    expect(bodies(world)).toEqual(['1'])
  })

  it('that fails refuses nothing: what waits falls and is said again; the outage is logged once', () => {
    const world = reviewing()
    world.hold.add('review')
    world.open(1, 'ann', [send(1), send(2)])
    world.read(1)
    for (const call of world.held.splice(0)) world.fail(call)
    world.say(1, send(1), send(2))
    for (const call of world.held.splice(0)) world.fail(call)
    expect([world.read(1), bodies(world)]).toEqual([[], []])
    expect(world.logs('failing')).toMatchObject([{ level: 'error', fields: { what: 'review', call: 'review' } }])
    world.say(1, send(1), send(2))
    world.release()
    expect(bodies(world)).toEqual(['1', '2'])
    expect(world.logs('recovered')).toMatchObject([{ fields: { what: 'review' } }])
  })

  it('that fails lets what stands before go, and nothing behind', () => {
    const world = reviewing()
    world.hold.add('review')
    world.open(1, 'ann', [send(1), send(2), send(3, 'room', 3, 1)])
    const [first, second, third] = world.held.splice(0)
    world.fail(second)
    for (const call of [third, first]) if (call) world.answer(call)
    expect(bodies(world)).toEqual(['1'])
    expect(world.reads(1, 'refused')).toEqual([])
  })

  it('that never answers is given up', () => {
    const world = reviewing(undefined, { callTimeout: 10_000 })
    world.hold.add('review')
    world.open(1, 'ann', [send(1)])
    for (let i = 0; i < 4; i++) {
      world.wait(5_000)
      world.say(1, { t: 'pong', id: 0 })
    }
    world.say(1, send(1))
    expect(world.held).toHaveLength(2)
    world.release()
    expect(bodies(world)).toEqual(['1'])
  })

  it('of a link that is gone decides nothing for the next', () => {
    const world = reviewing(() => no())
    world.hold.add('review')
    world.open(1, 'ann', [send(1)])
    world.open(2)
    world.release()
    expect([...world.reads(1, 'refused'), ...world.reads(2, 'refused')]).toEqual([])
    expect(bodies(world)).toEqual([])
  })

  it('may not make a body that no packet holds', () => {
    const world = reviewing(({ body }) => ({ is: 'taken', body: `"${'é'.repeat(600)}${String(body)}"` }), {
      maxPacket: 1_000,
    })
    world.open(1, 'ann', [send(1)])
    expect(world.reads(1, 'refused')).toMatchObject([{ seq: 1, code: 'too-big', reason: /1203 bytes, and 1000/ }])
    expect(world.logs('review-oversize')).toMatchObject([{ level: 'warn', fields: { bytes: 1203, max: 1_000 } }])
    expect(bodies(world)).toEqual([])
  })

  it('may make one that just fits, and is not asked to shorten what it left alone', () => {
    const world = reviewing(({ body }) => ({ is: 'taken', body: `${String(body)}${' '.repeat(99)}` }), {
      maxPacket: 100,
    })
    world.open(1, 'ann', [send(1)])
    expect(bodies(world)).toHaveLength(1)
    const alone = reviewing(undefined, { maxPacket: 5 })
    alone.open(1, 'ann', [send(1, 'room', 'x'.repeat(20))])
    expect(bodies(alone)).toHaveLength(1)
  })

  it('changes what is held for a client: the queue is bounded by the bytes that it made', () => {
    const ten = 'x'.repeat(8)
    const world = reviewing(({ id, body }) => ({ is: 'taken', body: id === 'ann:2' ? `"${'x'.repeat(28)}"` : body }), {
      queueBytes: 40,
    })
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    for (let seq = 2; seq <= 4; seq++) world.say(1, send(seq, 'room', ten))
    world.release()
    expect(bodies(world)).toHaveLength(3)
  })

  it('that answers for a link that is gone takes up no room of the next', () => {
    const ten = 'x'.repeat(8)
    const world = reviewing(({ id }) => ({ is: 'taken', body: id === 'ann:9' ? `"${'x'.repeat(38)}"` : `"${ten}"` }), {
      queueBytes: 40,
    })
    world.hold.add('review')
    world.open(1, 'ann', [send(9, 'room', ten, 0)])
    world.open(2)
    world.release()
    world.hold.add('append')
    for (let seq = 1; seq <= 4; seq++) world.say(2, send(seq, 'room', ten))
    world.release()
    expect(bodies(world)).toHaveLength(4)
    // The next link has the session, whatever becomes of the first one's.
    world.open(3)
    expect(world.closes(2)).toEqual([4409])
  })

  it('speaks to the sender within what a frame may hold', () => {
    const world = reviewing(() => no('x'.repeat(9_999), 'y'.repeat(9_999)))
    world.open(1, 'ann', [send(1)])
    expect(world.reads(1, 'refused')).toMatchObject([{ code: 'y'.repeat(64), reason: 'x'.repeat(1_024) }])
  })

  it('is heard before a client that said bye is forgotten', () => {
    const world = reviewing()
    world.hold.add('review')
    world.open(1, 'ann', [send(1), { t: 'bye' }])
    expect(world.calls('forget')).toEqual([])
    world.release()
    expect(bodies(world)).toEqual(['1'])
    expect(world.calls('forget')).toHaveLength(1)
  })

  it('is not asked about what the link may not do, nor where there is none', () => {
    const world = reviewing(undefined, { guarded: true })
    world.denied.add('publish room')
    world.open(1, 'ann', [send(1)])
    const other = new World()
    other.open(1, 'ann', [send(1)])
    expect([...world.calls('review'), ...other.calls('review')]).toEqual([])
    expect(world.reads(1, 'refused')).toMatchObject([{ code: 'forbidden' }])
  })
})

describe('a permit', () => {
  it('that many wait for lets them go as one batch', () => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [send(1), send(2), send(3)])
    world.say(1, send(4))
    world.release()
    expect(world.calls('append')).toHaveLength(1)
    expect(bodies(world)).toHaveLength(4)
  })

  it('of a link that is gone asks no hook about what it said', () => {
    const world = reviewing(undefined, { guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [send(1)])
    world.feed({ on: 'closed', link: 1 })
    world.release()
    expect(world.calls('review')).toEqual([])
  })

  it('of a link that is gone decides nothing for the next', () => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [send(1)])
    world.open(2, 'ann', [send(1)])
    const [old] = world.held
    world.denied.add('publish room')
    if (old) world.answer(old)
    expect(world.reads(2, 'refused')).toEqual([])
    world.denied.clear()
    world.release()
    expect(bodies(world)).toEqual(['1'])
  })
})

describe('a message said again', () => {
  it('is answered with the place it got, also by a node that never heard of it', () => {
    const store = tables()
    const [a, b] = [new World({}, store), new World({}, store)]
    b.open(1, 'bob', [send(1)])
    a.open(1, 'ann', [send(1), send(2, 'hall'), send(3)])
    const told = a.reads(1, 'accepted').at(-1)?.placed
    expect(told).toEqual([
      [1, 2],
      [2, 1],
      [3, 3],
    ])
    b.open(2, 'ann', [send(1), send(2, 'hall'), send(3)])
    expect(b.reads(2, 'accepted')).toEqual([{ t: 'accepted', seq: 3, placed: told }])
    expect(b.calls('sent').map(({ request }) => request.ask)).toEqual([{ client: 'ann', from: 1 }])
    expect(b.calls('append')).toHaveLength(1)
  })

  it('is answered without the store while the answer may be on its way, and with it later', () => {
    const world = new World()
    world.open(1)
    for (let seq = 1; seq <= 100; seq++) world.say(1, send(seq))
    world.read(1)
    world.say(1, send(99), send(100))
    expect(world.calls('sent')).toEqual([])
    world.say(1, send(1), send(100))
    expect(world.calls('sent')).toHaveLength(1)
    expect(world.reads(1, 'accepted').map(({ placed }) => placed)).toEqual([
      [
        [99, 99],
        [100, 100],
      ],
      [
        [1, 1],
        [100, 100],
      ],
    ])
  })

  it('waits for one answer of the store at a time, and is asked about again where that fails', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(2)])
    world.feed({ on: 'closed', link: 1 })
    world.hold.add('sent')
    world.open(2, 'ann', [send(2)])
    world.say(2, send(1))
    world.read(2)
    expect(world.calls('sent')).toHaveLength(1)
    world.fail(world.held.pop())
    expect(world.read(2)).toEqual([])
    expect(world.calls('sent')).toHaveLength(2)
    world.release()
    expect(world.reads(2, 'accepted')).toEqual([
      { t: 'accepted', seq: 2, placed: [[1, 1]] },
      { t: 'accepted', seq: 2, placed: [[2, 2]] },
    ])
  })

  it('whose place nobody knows is accepted all the same', () => {
    const world = new World()
    world.open(1, 'ann', [send(5, 'room', 5, 0)])
    world.read(1)
    world.say(1, send(3))
    expect(world.reads(1, 'accepted')).toEqual([{ t: 'accepted', seq: 5 }])
  })

  it('on a link that is gone is answered to nobody', () => {
    const world = new World()
    world.open(1, 'ann', [send(1)])
    world.feed({ on: 'closed', link: 1 })
    world.hold.add('sent')
    world.open(2, 'ann', [send(1)])
    world.open(3)
    world.release()
    expect([...world.reads(2, 'accepted'), ...world.reads(3, 'accepted')]).toEqual([])
  })
})

describe('what is said again while it is being stored', () => {
  it('holds up nothing behind it', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.say(1, send(1), send(2))
    world.release()
    world.say(1, send(3))
    expect(bodies(world)).toEqual(['1', '2', '3'])
  })
})

describe('a full inbox', () => {
  const full = () => new World({}, tables({ inboxEntries: 2 }))

  it('refuses with its reason, behind the answer to what went before; what follows comes again', () => {
    const world = full()
    world.open(1, 'ann', [send(1, '@bob'), send(2, '@bob'), send(3, '@bob'), send(4)])
    expect(world.read(1).slice(1)).toEqual([
      {
        t: 'accepted',
        seq: 2,
        placed: [
          [1, 1],
          [2, 2],
        ],
      },
      { t: 'refused', seq: 3, code: 'inbox-full', reason: expect.stringMatching(/holds 2 messages/) as string },
      { t: 'accepted', seq: 2 },
    ])
    world.say(1, send(4, 'room', 4, 2))
    expect(world.read(1)).toMatchObject([{ t: 'accepted', seq: 4, placed: [[4, 1]] }])
    expect(bodies(world, '@bob')).toEqual(['1', '2'])
  })

  it('is told between the answers to what stands around it', () => {
    const world = full()
    world.open(1, 'ann', [send(1, '@bob'), send(2, '@bob')])
    world.read(1)
    world.say(1, send(3), send(4, '@bob'), send(5, 'room', 5, 3))
    expect(world.read(1)).toEqual([
      { t: 'accepted', seq: 3, placed: [[3, 1]] },
      { t: 'refused', seq: 4, code: 'inbox-full', reason: expect.any(String) as string },
      { t: 'accepted', seq: 5, placed: [[5, 2]] },
    ])
  })

  it('is not told with a number of one that fell', () => {
    const world = full()
    world.open(1, 'ann', [send(1, '@bob'), send(2, '@bob')])
    world.read(1)
    world.say(1, send(4, 'room', 4, 3), send(5, '@bob', 5, 2))
    expect(world.read(1)).toMatchObject([
      { t: 'refused', seq: 5 },
      { t: 'accepted', seq: 2 },
    ])
  })

  it('is not told with a number that would settle what it refuses', () => {
    const world = full()
    world.open(1, 'ann', [send(1, '@bob'), send(2, '@bob')])
    world.read(1)
    world.say(1, send(3, '@bob'), send(4, 'room', 4, 2))
    expect(world.read(1)).toMatchObject([
      { t: 'refused', seq: 3 },
      { t: 'accepted', seq: 4, placed: [[4, 1]] },
    ])
  })
})
