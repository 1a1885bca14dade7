import { describe, expect, it } from 'vitest'
import type { AppendAsk, Appended, OpenAsk } from '../../src/core/store.js'
import { type Published, Publisher } from '../../src/server/publish.js'
import { MemoryStore, type MemoryStoreOptions } from '../../src/server/stores/memory.js'
import { Hand } from './hand.js'

const PATIENCE = 10_000

/** What can be done without time going by is done. */
async function turns(): Promise<void> {
  for (let count = 0; count < 50; count++) await Promise.resolve()
}

type Trouble = 'fails' | 'hangs' | 'stores and fails'

/** A publisher, a store that can be made to fail, and the time in the test's hand. */
class World {
  readonly hand = new Hand()
  readonly store: MemoryStore
  /** What happens to the appends to come, one after the other. */
  readonly troubles: Trouble[] = []
  readonly appends: AppendAsk[] = []
  readonly opens: OpenAsk[] = []
  readonly publisher: Publisher
  hidesPlaces = false

  constructor(options: MemoryStoreOptions = {}, maxPacket = 1_000) {
    const store = new MemoryStore({ now: () => this.hand.env.now(), ...options })
    this.store = store
    this.publisher = new Publisher({
      store: {
        open: (ask) => (this.opens.push(ask), store.open(ask)),
        append: (ask) => this.#append(ask),
        sent: (ask) => store.sent(ask),
        forget: (ask) => store.forget(ask),
      },
      env: this.hand.env,
      wall: () => 77,
      maxPacket,
      callTimeout: PATIENCE,
    })
  }

  async #append(ask: AppendAsk): Promise<Appended> {
    this.appends.push(ask)
    const trouble = this.troubles.shift()
    if (trouble === 'fails') throw new Error('disk on fire')
    if (trouble === 'hangs') return new Promise(() => undefined)
    const answer = await this.store.append(ask)
    if (trouble === 'stores and fails') throw new Error('the line broke')
    if (!this.hidesPlaces || answer.is !== 'done') return answer
    return { ...answer, fates: answer.fates.map(({ is }) => ({ is }) as (typeof answer.fates)[number]) }
  }

  /** What came of it: a place, or a code. */
  publish(ch: string, body: unknown, from = ''): Promise<Published | { code: string; message: string }> {
    return this.publisher
      .publish(ch, body, from)
      .catch((error: { code: string; message: string }) => ({ code: error.code, message: error.message }))
  }

  async run(ms = 0): Promise<void> {
    this.hand.flush()
    await turns()
    for (let left = ms; left > 0; left -= 10) {
      this.hand.wait(10)
      await turns()
    }
  }

  async log(ch: string) {
    return (await this.store.read({ ch, from: 0, limit: 1_000, bytes: Infinity })).entries
  }
}

describe('a message of the server', () => {
  it('gets a place, and is nobody’s unless said otherwise', async () => {
    const world = new World()
    const [first, second] = [world.publish('room', { a: 1 }), world.publish('room', new Uint8Array([1]), 'Ann')]
    await world.run()
    expect(await first).toEqual({ id: 'a name:1', epoch: expect.any(String) as string, offset: 1 })
    expect(await second).toMatchObject({ id: 'a name:2', offset: 2 })
    expect(await world.log('room')).toEqual([
      { offset: 1, id: 'a name:1', from: '', time: 77, body: '{"a":1}' },
      { offset: 2, id: 'a name:2', from: 'Ann', time: 77, body: new Uint8Array([1]) },
    ])
  })

  it('goes with all that was said in the same task, and the next ones after the answer', async () => {
    const world = new World()
    for (let at = 0; at < 3; at++) void world.publish('room', at)
    await world.run()
    for (let at = 3; at < 5; at++) void world.publish('room', at)
    await world.run()
    expect(world.appends.map(({ records }) => records.length)).toEqual([3, 2])
    expect(world.opens).toHaveLength(1)
  })

  it('needs nothing of the store before there is one', async () => {
    const world = new World()
    await world.publisher.close()
    expect(world.opens).toEqual([])
  })

  it('is said again to a store that fails, and stored once', async () => {
    const world = new World()
    world.troubles.push('fails', 'stores and fails', 'fails')
    const published = world.publish('room', 1)
    await world.run(1_000)
    expect(await published).toMatchObject({ offset: 1 })
    expect(await world.log('room')).toHaveLength(1)
    expect(world.appends).toHaveLength(4)
    expect(world.hand.timers).toBe(0)
  })

  it('is asked after where the store has it and does not say where', async () => {
    const world = new World()
    world.troubles.push('stores and fails')
    world.hidesPlaces = true
    const published = world.publish('room', 1)
    await world.run(100)
    expect(await published).toMatchObject({ offset: 1 })
  })

  it('is given up in doubt when its time is over, and what follows is not held up', async () => {
    const world = new World()
    world.troubles.push('hangs')
    const lost = world.publish('room', 1)
    await world.run(PATIENCE - 1_000)
    const next = world.publish('room', 2)
    await world.run(2_000)
    expect(await lost).toMatchObject({ code: 'in-doubt' })
    expect(await next).toMatchObject({ offset: 1, id: 'a name:2' })
    expect((await world.log('room')).map(({ body }) => body)).toEqual(['2'])
  })

  it('that was never said is certainly not stored', async () => {
    const world = new World()
    world.store.open = () => Promise.reject(new Error('no'))
    const lost = world.publish('room', 1)
    await world.run(PATIENCE + 100)
    expect(await lost).toMatchObject({ code: 'expired' })
    expect(world.appends).toEqual([])
  })

  it('finds its place again in a store that forgot this client', async () => {
    const world = new World({ clientTtl: 50 })
    void world.publish('room', 1)
    await world.run(100)
    const second = world.publish('room', 2)
    await world.run(100)
    expect(await second).toMatchObject({ offset: 2, id: 'a name:2' })
    expect(world.opens.map(({ acked }) => acked)).toEqual([0, 1])
  })

  it('is not asked for without a pause where the store settles nothing', async () => {
    const world = new World()
    world.store.append = () => Promise.resolve({ is: 'done', seq: 0, fates: [] })
    const lost = world.publish('room', 1)
    await world.run(PATIENCE + 100)
    expect(await lost).toMatchObject({ code: 'in-doubt' })
    expect(world.appends.length).toBeLessThan(20)
  })

  it('that a full inbox refuses is refused alone', async () => {
    const world = new World({ inboxEntries: 1 })
    const all = [world.publish('@bob', 1), world.publish('@bob', 2), world.publish('room', 3)]
    await world.run()
    expect(await Promise.all(all)).toMatchObject([
      { offset: 1 },
      { code: 'refused', message: /inbox-full: the inbox holds 1/ },
      { offset: 1, id: 'a name:3' },
    ])
  })

  it('is not taken where it cannot be sent', async () => {
    const world = new World()
    const all = [world.publish('room', undefined), world.publish('room', 'x'.repeat(999)), world.publish('room', 1)]
    await world.run()
    expect(await Promise.all(all)).toMatchObject([
      { code: 'not-encodable' },
      { code: 'too-big', message: /1001 bytes, and 1000/ },
      { id: 'a name:1' },
    ])
  })

  it('is not taken when too many wait', async () => {
    const world = new World()
    for (let at = 0; at < 10_000; at++) void world.publish('room', at)
    expect(await world.publish('room', 'more')).toMatchObject({ code: 'queue-full' })
  })

  it('is settled before the end, and none is taken after it', async () => {
    const world = new World()
    world.troubles.push('fails')
    const published = world.publish('room', 1)
    const closed = world.publisher.close()
    expect(await world.publish('room', 2)).toMatchObject({ code: 'closed' })
    await world.run(100)
    await closed
    expect(await published).toMatchObject({ offset: 1 })
    expect(await world.store.append({ client: 'a name', records: [] })).toEqual({ is: 'unknown' })
  })
})
