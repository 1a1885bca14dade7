import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Desk, LeaveStatus, PostStatus, Taken } from '../../src/server/http/desk.js'
import { toNote } from '../../src/server/http/notes.js'
import { Relay } from '../../src/server/http/relay.js'
import { type Log, silent } from '../../src/server/log.js'
import { Bus } from '../../src/server/stores/bus.js'
import { Hand } from './hand.js'

const post = { link: 7, n: 1, text: '[]', close: undefined }
const take = { link: 7, reader: 'b.1', again: false, since: 0, hold: 5_000 }
const leave = { link: 7, code: 1006, reader: 'b.1' }

/** Node `b`, which is asked, and node `a`, where the links are; between them a bus whose notes can be seen and changed. */
class World {
  readonly hand = new Hand()
  readonly bus = new Bus()
  readonly asked: unknown[] = []
  readonly notes: string[] = []
  change = (note: string): string | undefined => note
  taken: Taken = { is: 'lines', first: 1, lines: ['[]'] }
  posted: PostStatus = 204
  left: LeaveStatus = 204
  readonly local: Desk = {
    post: (ask) => this.#answer(ask, this.posted),
    take: (ask) => this.#answer(ask, this.taken),
    leave: (ask) => this.#answer(ask, this.left),
  }
  readonly store = {
    listen: (node: string, onNote: (note: string) => void) => this.bus.listen(node, onNote),
    notify: async ({ node, note }: { node: string; note: string }) => {
      this.notes.push(note)
      const changed = this.change(note)
      await Promise.resolve()
      if (changed !== undefined) this.bus.notify({ node, note: changed })
    },
  }
  readonly a = this.node('a')
  readonly b = this.node('b')

  node(node: string, log: Log = silent): Relay {
    return new Relay({ node, store: this.store, local: this.local, env: this.hand.env, log })
  }

  get desk(): Desk {
    return this.b.deskOf('a') as Desk
  }

  #answer<T>(ask: unknown, value: T): Promise<T> {
    this.asked.push(ask)
    return Promise.resolve(value)
  }
}

/** All that was under way has come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a link of another node', () => {
  it('is asked over the bus, and answers as it would at home', async () => {
    const world = new World()
    expect(await world.desk.post(post)).toBe(204)
    expect(await world.desk.take(take)).toEqual(world.taken)
    expect(await world.desk.leave(leave)).toBe(204)
    expect(world.asked).toEqual([post, take, leave])
  })

  it.each<PostStatus>([204, 400, 409, 410])('answers a post with %i', async (status) => {
    const world = new World()
    world.posted = status
    expect(await world.desk.post(post)).toBe(status)
  })

  it.each<Taken>([
    { is: 'superseded' },
    { is: 'wrong' },
    { is: 'gone' },
    { is: 'lines', first: 3, lines: [] },
    { is: 'lines', first: 3, lines: ['[]', '!AAAA'], closed: { code: 4409, reason: 'later' } },
  ])('answers a reader with %j', async (taken) => {
    const world = new World()
    world.taken = taken
    expect(await world.desk.take(take)).toEqual(taken)
  })

  it('is this node’s own where it is', () => {
    const world = new World()
    expect(world.a.deskOf('a')).toBe(world.local)
    expect(world.notes).toEqual([])
  })

  it('cannot be reached where the store passes no notes', () => {
    const { hand, local } = new World()
    const alone = new Relay({ node: 'c', store: {}, local, env: hand.env, log: silent })
    expect(alone.deskOf('a')).toBeUndefined()
    expect(alone.deskOf('c')).toBe(local)
    alone.stop()
  })
})

describe('a node that does not answer', () => {
  it('is gone two seconds beyond what is asked, and its links with it', async () => {
    const world = new World()
    world.change = () => undefined
    const answers: unknown[] = []
    void world.desk.post(post).then((status) => answers.push(status))
    void world.desk.leave(leave).then((status) => answers.push(status))
    void world.desk.take(take).then((taken) => answers.push(taken))
    await settled()
    world.hand.wait(1_999)
    await settled()
    expect(answers).toEqual([])
    world.hand.wait(1)
    await settled()
    expect(answers).toEqual([410, 410])
    world.hand.wait(5_000)
    await settled()
    expect(answers[2]).toEqual({ is: 'gone' })
  })

  it('that answers late is heard no more', async () => {
    const world = new World()
    const held: string[] = []
    world.change = (note) => (note.includes('answer') ? void held.push(note) : note)
    const status = world.desk.post(post)
    await settled()
    world.hand.wait(2_000)
    expect(await status).toBe(410)
    for (const note of held) world.bus.notify({ node: 'b', note })
  })

  it('is gone at once where the store fails', async () => {
    const world = new World()
    world.store.notify = () => Promise.reject(new Error('no bus'))
    expect(await world.desk.post(post)).toBe(410)
    expect(await world.desk.take(take)).toEqual({ is: 'gone' })
  })
})

describe('a relay that stops', () => {
  it('sends its readers away and hears nothing more', async () => {
    const world = new World()
    world.change = (note) => (note.includes('"call"') ? undefined : note)
    const waiting = [world.desk.take(take), world.desk.post(post)]
    await settled()
    world.b.stop()
    expect(world.hand.timers).toBe(0)
    expect(await Promise.all(waiting)).toEqual([{ is: 'superseded' }, 410])
    expect(world.b.deskOf('a')).toBeUndefined()
    world.a.stop()
    world.bus.notify({ node: 'a', note: JSON.stringify({ is: 'call', id: 1, from: 'b', call: 'post', ask: post }) })
    await settled()
    expect(world.asked).toEqual([])
  })
})

describe('what is no note', () => {
  const call = { is: 'call', id: 1, from: 'b', call: 'take', ask: take }
  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['null', null],
    ['a list', [call]],
    ['a number', 1],
    ['nothing', {}],
    ['no kind', { ...call, is: undefined }],
    ['another kind', { ...call, is: 'constructor' }],
    ['no number', { ...call, id: '1' }],
    ['nobody to answer', { ...call, from: 1 }],
    ['another call', { ...call, call: 'toString' }],
    ['nothing asked', { ...call, ask: undefined }],
    ['no link', { ...call, ask: { ...take, link: -1 } }],
    ['no reader', { ...call, ask: { ...take, reader: 1 } }],
    ['no number to go on from', { ...call, ask: { ...take, since: 0.5 } }],
    ['a hold without an end', { ...call, ask: { ...take, hold: 2 ** 31 } }],
    ['no word of coming again', { ...call, ask: { ...take, again: 1 } }],
    ['a post without text', { ...call, call: 'post', ask: { ...post, text: [] } }],
    ['a post without number', { ...call, call: 'post', ask: { ...post, n: null } }],
    ['a post with a strange close', { ...call, call: 'post', ask: { ...post, close: '1' } }],
    ['a leaving without a code', { ...call, call: 'leave', ask: { link: 7 } }],
    ['a leaving of no reader', { ...call, call: 'leave', ask: { ...leave, reader: 1 } }],
    ['an answer to nothing', { is: 'answer', id: -1, value: 204 }],
  ])('%s is left alone', async (_, note) => {
    const world = new World()
    const text = note === '{' ? note : JSON.stringify(note)
    expect(toNote(text)).toBeUndefined()
    world.bus.notify({ node: 'a', note: text })
    await settled()
    expect(world.asked).toEqual([])
    expect(world.notes).toEqual([])
  })

  it('whatever it is, nothing is thrown and no prototype harmed', () => {
    const clean = Reflect.ownKeys(Object.prototype)
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void toNote(text)))
    const text = '{"is":"call","id":1,"from":"b","call":"take","ask":{"__proto__":{"link":1},"link":7}}'
    expect(toNote(text)).toBeUndefined()
    expect(Reflect.ownKeys(Object.prototype)).toEqual(clean)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a status for a reader', 204],
    ['no list', { is: 'lines', first: 1, lines: 'x' }],
    ['no number', { is: 'lines', first: '1', lines: [] }],
    ['a line that is two', { is: 'lines', first: 1, lines: ['a\n\nevent: control'] }],
    ['a line that is no text', { is: 'lines', first: 1, lines: [{}] }],
  ])('%s is no answer to a reader', async (_, value) => {
    const world = new World()
    world.change = (note) => (note.includes('"answer"') ? JSON.stringify({ ...JSON.parse(note), value }) : note)
    expect(await world.desk.take(take)).toEqual({ is: 'gone' })
  })

  it.each([undefined, null, 200, '204', {}])('%j is no status', async (value) => {
    const world = new World()
    world.change = (note) => (note.includes('"answer"') ? JSON.stringify({ ...JSON.parse(note), value }) : note)
    expect([await world.desk.post(post), await world.desk.leave(leave)]).toEqual([410, 410])
  })

  it('is logged without what it says', () => {
    const world = new World()
    const lines: unknown[] = []
    const line = (...said: unknown[]) => void lines.push(said)
    world.node('c', { ...silent, warn: line })
    world.bus.notify({ node: 'c', note: 'a secret' })
    expect(lines).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toContain('secret')
  })
})

it('a bus reaches every ear of a node, and none that was taken away', () => {
  const bus = new Bus()
  const heard: string[] = []
  const offs = [1, 2].map((ear) => bus.listen('a', (note) => heard.push(`${ear} ${note}`)))
  bus.notify({ node: 'a', note: 'x' })
  bus.notify({ node: 'b', note: 'y' })
  offs[0]?.()
  bus.notify({ node: 'a', note: 'z' })
  offs[1]?.()
  bus.notify({ node: 'a', note: 'lost' })
  expect(heard).toEqual(['1 x', '2 x', '2 z'])
})
