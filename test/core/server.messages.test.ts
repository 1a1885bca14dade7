import { describe, expect, it } from 'vitest'
import { hello, send, sub, tables, World } from './server.world.js'

const bodies = (world: World, ch = 'room') => world.log(ch).entries.map(({ body }) => body)

const accepted = (seq: number, ...placed: [number, number][]) => ({ t: 'accepted', seq, placed })

describe('messages', () => {
  it('are stored in order and accepted cumulatively, once a batch', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(2), send(3)])
    expect(bodies(world)).toEqual(['1', '2', '3'])
    expect(world.reads(1, 'accepted')).toEqual([accepted(3, [1, 1], [2, 2], [3, 3])])
    expect(world.calls('append')).toHaveLength(1)
  })

  it('that come while a batch is stored go together as the next', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    for (let seq = 2; seq <= 9; seq++) world.say(1, send(seq))
    expect(world.calls('append')).toHaveLength(1)
    world.release()
    expect(world.calls('append')).toHaveLength(2)
    expect(bodies(world)).toHaveLength(9)
    expect(world.reads(1, 'accepted').map(({ seq }) => seq)).toEqual([1, 9])
  })

  it('said twice are stored once and accepted again', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(2)])
    world.read(1)
    world.say(1, send(1), send(2))
    expect(world.read(1)).toEqual([accepted(2, [1, 1], [2, 2])])
    expect(bodies(world)).toEqual(['1', '2'])
    expect(world.calls('append')).toHaveLength(1)
  })

  it('behind a gap fall, and the client learns what is there', () => {
    const world = new World()
    world.open(1, 'ann', [send(1), send(3)])
    expect(world.reads(1, 'accepted')).toEqual([accepted(1, [1, 1])])
    world.say(1, send(3, 'room', 3, 1))
    expect(bodies(world)).toEqual(['1', '3'])
  })

  it('under way on the old link are accepted on the new one', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.say(1, send(2))
    world.open(2, 'ann', [send(1), send(2)])
    world.release()
    expect(bodies(world)).toEqual(['1', '2'])
    expect(world.reads(2, 'accepted').at(-1)).toEqual(accepted(2, [2, 2]))
  })

  it('that wait go no further once their link is gone or has lost the session', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.say(1, send(2))
    world.open(2)
    world.open(3, 'bob', [send(1)])
    world.say(3, send(2))
    world.feed({ on: 'closed', link: 3 })
    world.release()
    expect(world.log().entries.map(({ id }) => id)).toEqual(['ann:1', 'bob:1'])
    world.feed({ on: 'closed', link: 2 })
    world.wait(10_000)
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })

  it('keep JSON and bytes as they are', () => {
    const world = new World()
    world.open(1, 'ann', [send(1, 'room', { a: ['é', null] }), send(2, 'room', new Uint8Array([1, 2]))])
    expect(bodies(world)).toEqual(['{"a":["é",null]}', new Uint8Array([1, 2])])
  })

  it('with hostile numbers harm nobody', () => {
    const huge = Number.MAX_SAFE_INTEGER
    const world = new World()
    world.open(1, 'ann', [send(0), send(5, 'room', 'x', 9), send(huge), send(1, 'room', 'first', 0)])
    expect(bodies(world)).toEqual(['"first"'])
    world.say(1, send(huge, 'room', 'last', 1), send(huge), send(2))
    expect(bodies(world)).toEqual(['"first"', '"last"'])
    expect(world.closes(1)).toEqual([])
  })

  it('nested deeper than the stack are refused alone', () => {
    let body: unknown = 0
    for (let i = 0; i < 100_000; i++) body = [body]
    const world = new World()
    world.open(1, 'ann', [send(1, 'room', body)])
    expect(world.reads(1, 'refused')).toMatchObject([{ seq: 1, code: 'not-encodable' }])
    world.say(1, send(2, 'room', 'fine', 0))
    expect(bodies(world)).toEqual(['"fine"'])
  })

  it('past the bound of the queue fall, and come again', () => {
    const world = new World({ window: 2 })
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    for (let seq = 2; seq <= 50; seq++) world.say(1, send(seq))
    world.release()
    expect(bodies(world)).toEqual(['1', '2', '3', '4', '5'])
    world.say(1, send(6))
    expect(bodies(world)).toHaveLength(6)
  })

  it('fill the queue to the last byte, and each time anew', () => {
    const world = new World({ queueBytes: 40 })
    world.open(1)
    for (let seq = 1; seq <= 12; seq += 3) {
      world.hold.add('append')
      for (const one of [0, 1, 2, 3]) world.say(1, send(seq + one, 'room', 'x'.repeat(18)))
      world.release()
      expect(bodies(world)).toHaveLength(seq + 2)
    }
  })

  it('that wait and are said again behind another one wait twice: the one before may have been given up', () => {
    const world = new World({ guarded: true })
    world.hold.add('authorize')
    world.open(1, 'ann', [send(1), send(3, 'room', 3, 2), send(3, 'room', 3, 1)])
    world.release()
    expect(bodies(world)).toEqual(['1', '3'])
  })

  it('past the bytes of the queue fall, but one always fits', () => {
    const world = new World({ queueBytes: 10 })
    world.open(1, 'ann', [send(1, 'room', 'x'.repeat(20)), send(2)])
    expect(world.reads(1, 'accepted')).toEqual([accepted(1, [1, 1])])
    world.say(1, send(2))
    expect(world.log().next).toBe(3)
  })
})

describe('a store that fails', () => {
  it('is not answered for, is logged once, and once more when it is well', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.read(1)
    for (let i = 0; i < 3; i++) {
      world.fail(world.held.pop())
      world.say(1, send(1))
    }
    expect(world.read(1)).toEqual([])
    expect(world.logs('failing')).toHaveLength(1)
    world.release()
    expect(world.reads(1, 'accepted')).toEqual([accepted(1, [1, 1])])
    expect(world.logs('recovered')).toHaveLength(1)
  })

  it('by never answering is given up, and its late answer ignored', () => {
    const world = new World({ callTimeout: 10_000 })
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    for (let i = 0; i < 4; i++) {
      world.wait(5_000)
      world.say(1, { t: 'pong', id: 0 })
    }
    world.say(1, send(1))
    expect(world.held).toHaveLength(2)
    world.release()
    expect(world.reads(1, 'accepted')).toEqual([accepted(1, [1, 1])])
    expect(world.log().next).toBe(2)
  })

  it('that forgot a client whose link is gone has nobody to tell', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.feed({ on: 'closed', link: 1 })
    world.store.forget({ client: 'ann', below: Infinity })
    world.release()
    expect(world.log().next).toBe(1)
  })

  it('that forgot the client makes it say hello again', () => {
    const world = new World()
    world.open(1)
    world.store.forget({ client: 'ann', below: Infinity })
    world.say(1, send(1))
    expect(world.closes(1)).toEqual([1012])
    expect(world.log().next).toBe(1)
  })
})

describe('permission to publish', () => {
  const guarded = (...denied: string[]) => {
    const world = new World({ guarded: true })
    denied.forEach((one) => world.denied.add(one))
    return world
  }

  it('is asked once for each channel', () => {
    const world = guarded()
    world.open(1, 'ann', [send(1), send(2, 'hall'), send(3)])
    world.say(1, send(4))
    expect(world.calls('authorize').map(({ request }) => request.ask)).toEqual([
      { user: '', action: 'publish', ch: 'room' },
      { user: '', action: 'publish', ch: 'hall' },
    ])
    expect(world.reads(1, 'accepted').at(-1)).toEqual(accepted(4, [4, 3]))
  })

  it('refused leaves no trace: what follows falls, and is said again', () => {
    const world = guarded('publish hall')
    world.open(1, 'ann', [send(1), send(2, 'hall'), send(3)])
    const frames = world.read(1).slice(1)
    expect(frames).toEqual([
      accepted(1, [1, 1]),
      { t: 'refused', seq: 2, code: 'forbidden', reason: expect.any(String) as string },
      { t: 'accepted', seq: 1 },
    ])
    world.say(1, send(3, 'room', 3, 1))
    expect(bodies(world)).toEqual(['1', '3'])
    expect(world.log('hall').next).toBe(1)
    world.read(1)
    world.say(1, send(4), send(5, 'hall'), send(6))
    expect(world.read(1)).toMatchObject([{ seq: 4 }, { t: 'refused', seq: 5 }, { t: 'accepted', seq: 4 }])
  })

  it('that cannot be asked for is asked for again', () => {
    const world = guarded()
    world.hold.add('authorize')
    world.open(1, 'ann', [send(1)])
    world.fail(world.held.pop())
    expect(world.calls('authorize')).toHaveLength(1)
    world.release()
    expect(bodies(world)).toEqual([])
    world.say(1, send(1))
    expect(bodies(world)).toEqual(['1'])
  })

  it('remembered has a bound', () => {
    const world = guarded()
    world.open(1)
    for (let seq = 1; seq <= 5_000; seq++) world.say(1, send(seq, `room ${seq}`))
    world.say(1, send(5_001, 'room 5000'), send(5_002, 'room 1'))
    expect(world.calls('authorize')).toHaveLength(5_001)
  })
})

describe('bye', () => {
  it('waits for what is being stored, though nothing else waits', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.say(1, { t: 'bye' })
    expect(world.calls('forget')).toEqual([])
    world.release()
    expect(world.calls('forget')).toHaveLength(1)
  })

  it('stores what was sent, then forgets the client', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.say(1, send(2), { t: 'bye' })
    expect(world.closes(1)).toEqual([1000])
    expect(world.calls('forget')).toEqual([])
    world.release()
    expect(bodies(world)).toEqual(['1', '2'])
    expect(world.calls('forget')).toHaveLength(1)
    expect(world.reads(1, 'accepted')).toEqual([])
    world.open(2)
    expect(world.reads(2, 'error')).toMatchObject([{ code: 'left' }])
  })

  it('ends the link: what stands behind it is not read', () => {
    const world = new World()
    world.open(1)
    world.say(1, send(1), { t: 'bye' }, send(2), hello())
    expect(bodies(world)).toEqual(['1'])
    expect(world.calls('open')).toHaveLength(1)
    expect(world.server.load).toEqual({ links: 0, sessions: 0, channels: 0, calls: 0 })
  })
})

describe('two nodes over one store', () => {
  it('let nothing in twice, whichever is told', () => {
    const store = tables()
    const [a, b] = [new World({}, store), new World({}, store)]
    a.hold.add('append')
    a.open(1, 'ann', [send(1), send(2)])
    b.open(1, 'ann', [send(1), send(2), send(3)])
    a.release()
    expect(bodies(a)).toEqual(['1', '2', '3'])
    // Where the third went, which another node took, is asked.
    expect(a.reads(1, 'accepted')).toEqual([accepted(3, [1, 1], [2, 2]), accepted(3, [3, 3])])
  })

  it('tell each other, and each entry arrives once', () => {
    const store = tables()
    const [a, b] = [new World({}, store), new World({}, store)]
    a.open(1, 'ann', [sub()])
    b.open(1, 'bob', [sub()])
    a.say(1, send(1), send(2))
    b.say(1, send(1))
    for (const world of [a, b])
      expect(world.reads(1, 'message').map(({ id }) => id)).toEqual(['ann:1', 'ann:2', 'bob:1'])
    expect(a.calls('read').length + b.calls('read').length).toBeLessThanOrEqual(4)
  })
})
