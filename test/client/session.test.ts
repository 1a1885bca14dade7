// One page after the other, with one name: what the next one goes on with, and that no two have it at a time.
import { describe, expect, it, vi } from 'vitest'
import { type MemoryLike, storedSession, tabSession } from '../../src/index.js'
import type { Packed, ServerFrame } from '../../src/wire/frame.js'
import { answers, FakePage } from '../socket/fakes.js'
import { FakeMemory } from '../support/fake-memory.js'
import { welcome } from '../support/client-core.js'
import { load, type Page } from '../support/tab.js'

const telling = { receipts: true } as const
const hello = (page: Page) => page.said('hello').at(-1)
const bodies = (page: Page) => page.said('send').map((frame) => frame.t === 'send' && [frame.seq, frame.body])

/** A page that ends with the messages 1 … 4, of which the server has said that it has the first. */
async function left(): Promise<Page> {
  const page = await load()
  page.transport.last.accept()
  const room = page.client.channel('room')
  for (const body of ['one', 'two', new Uint8Array([1, 255]), 'four']) room.send(body)
  await answers()
  page.transport.last.hear({ t: 'accepted', seq: 1 })
  page.leave()
  return page
}

describe('the next page', () => {
  it('has the same name and secret, and what was not settled, with its numbers, in order, before all that is new', async () => {
    const before = await left()
    const page = await load(before.memory)
    expect(page.client.id).toBe(before.client.id)
    const late = page.client.channel('room').send('five')
    expect(late.id).toBe(`${page.client.id}:5`)
    page.transport.last.opened()
    await answers()
    // As a session resumed it waits to hear what the server has.
    expect(page.transport.last.frames).toEqual([{ ...hello(before), acked: 1 }])
    page.transport.last.hear({ ...welcome, got: 2, resumed: true })
    await answers()
    expect(bodies(page)).toEqual([
      [3, new Uint8Array([1, 255])],
      [4, 'four'],
      [5, 'five'],
    ])
  })
  it('shows what was left, and what becomes of it', async () => {
    const page = await load((await left()).memory)
    const [two, three, four] = page.client.messages
    expect(page.client.stats()).toMatchObject({ queued: 3, bytes: '"two"'.length + 2 + '"four"'.length })
    expect(page.client.messages.map(({ id, state }) => [id, state])).toEqual(
      [2, 3, 4].map((seq) => [`${page.client.id}:${String(seq)}`, 'sent']),
    )
    page.transport.last.accept({ got: 2 })
    page.transport.last.hear({ t: 'refused', seq: 3, code: 'forbidden', reason: '' })
    expect([two?.state, three?.state, four?.state]).toEqual(['accepted', 'failed', 'sent'])
    expect(page.client.messages).toEqual([four])
  })
  it('keeps waiting for those who do not have a message yet', async () => {
    const before = await load()
    before.transport.last.accept(telling)
    const rooms = ['room', 'other'].map((name) => before.client.channel(name).send('hi'))
    await answers()
    before.transport.last.hear({ t: 'accepted', seq: 2 })
    expect(before.client.messages).toEqual(rooms)
    before.leave()
    const page = await load(before.memory)
    const [room, other] = page.client.messages
    expect([room?.state, room?.channel, other?.channel]).toEqual(['accepted', 'room', 'other'])
    page.transport.last.accept({ ...telling, got: 2 })
    await answers()
    expect(page.said('track')).toEqual([{ t: 'track', from: 1 }])
    const receipt = { seq: 1, to: 2, count: 1, of: 1 }
    page.transport.last.hear({ t: 'delivered', n: 1, ch: 'room', list: [receipt] })
    expect([room?.state, other?.state]).toEqual(['delivered', 'accepted'])
    await expect(room?.accepted).resolves.toBe(room)
  })
  it('reads on exactly where the page before was, where it is asked to', async () => {
    const before = await load()
    before.transport.last.accept()
    for (const name of ['room', 'other', 'third']) before.client.channel(name).on('message', () => undefined)
    await answers()
    const subscribed = (ch: string): ServerFrame<Packed> => ({ t: 'subscribed', ch, epoch: 'e', next: 1 })
    before.transport.last.hear(subscribed('room'), subscribed('other'))
    before.transport.last.hear({ t: 'message', ch: 'room', offset: 1, id: 'b:1', from: '', time: 0, body: '1' })
    before.leave()
    // A page in between that follows nothing loses no place.
    const between = await load(before.memory)
    between.leave()
    const page = await load(before.memory)
    const follow = (name: string, from: 'last' | 'now') =>
      page.client.channel(name).on('message', () => undefined, { from })
    follow('room', 'last')
    follow('other', 'now')
    follow('third', 'last')
    page.transport.last.opened()
    await answers()
    expect(page.said('sub')).toMatchObject([
      { ch: 'room', from: 2, epoch: 'e' },
      { ch: 'other', from: 'now' },
      { ch: 'third', from: 'last' },
    ])
  })
  it('knows the time that is left to a message, and its key', async () => {
    const before = await load()
    const room = before.client.channel('room')
    room.send('short', { ttl: 1_000 })
    room.send('long')
    room.send('keyed', { key: 'k' })
    before.leave()
    const page = await load(before.memory)
    const [short, long] = page.client.messages
    expect(short?.state).toBe('queued')
    await page.env.pass(2_000)
    // It may have been sent by the page before, for all that is known here.
    expect([short?.error?.code, long?.state]).toEqual(['in-doubt', 'queued'])
    page.transport.last.accept()
    await answers()
    expect(bodies(page)).toEqual([
      [2, 'long'],
      [3, 'keyed'],
    ])
  })
  it('keeps the oldest of more than 1 MiB', async () => {
    const before = await load()
    const room = before.client.channel('room')
    for (let n = 0; n < 5; n++) room.send('x'.repeat(300_000))
    before.leave()
    const page = await load(before.memory)
    expect(page.client.messages.map(({ id }) => id)).toEqual([1, 2, 3].map((seq) => `${page.client.id}:${String(seq)}`))
    expect(page.client.channel('room').send('x').id).toBe(`${page.client.id}:6`)
  })
})

describe('a session lies in the storage', () => {
  it('while the page is hidden or put away, and at no other time', async () => {
    const page = await load()
    page.transport.last.accept()
    page.client.channel('room').send('hi')
    await answers()
    expect(page.memory.items.size).toBe(0)
    page.hide()
    expect(page.memory.items.size).toBe(1)
    page.show()
    expect(page.memory.items.size).toBe(0)
    page.leave()
    expect(page.memory.items.size).toBe(1)
    page.back()
    expect(page.memory.items.size).toBe(0)
    page.hide()
    page.page.navigator.connection.dispatchEvent(new Event('change'))
    expect(page.memory.items.size).toBe(1)
    page.leave()
    page.back()
    expect(page.memory.items.size).toBe(1)
    page.show()
    page.page.navigator.connection.dispatchEvent(new Event('change'))
    expect(page.memory.items.size).toBe(0)
  })
  it('once: a tab that is duplicated meanwhile has another name', async () => {
    const page = await load((await left()).memory)
    const twin = await load(page.memory)
    expect(twin.client.id).not.toBe(page.client.id)
    expect(twin.client.messages).toEqual([])
  })
  it('a hidden page says anew what was sent and what has failed: it may be killed without a word', async () => {
    const page = await load()
    page.transport.last.accept()
    const room = page.client.channel('room')
    room.send('one')
    page.hide()
    const tab = new FakeMemory()
    const look = () => {
      for (const [key, text] of page.memory.items) tab.items.set(key, text)
      return load(tab)
    }
    room.send('two')
    expect((await look()).client.messages).toHaveLength(2)
    await answers()
    page.transport.last.hear({ t: 'refused', seq: 1, code: 'forbidden', reason: '' })
    const next = await look()
    expect(next.client.messages.map(({ id }) => id)).toEqual([`${page.client.id}:2`])
  })
  it('not after the close, nor of a client that the server has closed', async () => {
    const page = await load()
    page.hide()
    page.client.close()
    expect(page.memory.items.size).toBe(0)
    page.leave()
    expect(page.memory.items.size).toBe(0)
    const shut = await load()
    shut.transport.last.opened()
    shut.transport.last.end(4403)
    shut.hide()
    expect(shut.memory.items.size).toBe(0)
  })
  it('where nobody looks from the start, too', async () => {
    const [memory, page] = [new FakeMemory(), new FakePage()]
    page.document.visibilityState = 'hidden'
    const { client } = await load(memory, { page })
    expect((await load(memory)).client.id).toBe(client.id)
  })
  it.each([
    '',
    '{',
    '[]',
    '{"v":2}',
    '{"v":1,"id":"a","key":"b","seq":-1}',
    '{"v":1,"id":"a","key":"b","seq":1,"acked":0}',
    '{"v":2,"id":"a","key":"b","seq":1,"acked":0,"places":{},"tracked":[],"items":[]}',
    '{"v":1,"id":"a","key":"b","seq":1,"acked":0,"places":{},"tracked":5,"items":[]}',
    '{"v":1,"id":"a","key":"b","seq":1,"acked":0,"places":{},"tracked":[],"items":5}',
  ])('what is not of our making is ignored: %s', async (text) => {
    const memory = new FakeMemory()
    memory.items.set('tab', text)
    const page = await load(memory)
    expect(page.client.id).toMatch(/^p/)
    expect(page.client.channel('room').send('hi').id).toBe(`${page.client.id}:1`)
  })
  it('a storage that throws is told of once, and harms nothing', async () => {
    const broken: MemoryLike = {
      getItem: () => {
        throw new Error('no look')
      },
      setItem: () => {
        throw new Error('full')
      },
      removeItem: () => undefined,
    }
    const errors = vi.fn()
    const page = await load(new FakeMemory(), { session: storedSession(broken, 'tab') })
    const early = page.client.explain().map(({ what }) => what)
    page.client.on('error', errors)
    page.hide()
    page.show()
    page.leave()
    expect(early).toContainEqual(expect.stringContaining('no look'))
    expect(errors).not.toHaveBeenCalled()
    const full = await load(new FakeMemory(), { session: storedSession({ ...broken, getItem: () => null }, 'tab') })
    full.client.on('error', errors)
    full.hide()
    full.show()
    full.leave()
    expect(errors.mock.calls).toMatchObject([[{ message: 'the session cannot be kept: full' }]])
    expect(full.client.status).toBe('offline')
  })
  it('tabSession is in sessionStorage, by its name; where there is none, that is told', async () => {
    const memory = new FakeMemory()
    vi.stubGlobal('sessionStorage', memory)
    const page = await load(memory, { session: tabSession('mine') })
    page.leave()
    expect([...memory.items.keys()]).toEqual(['mine:session'])
    expect((await load(memory, { session: tabSession('mine') })).client.id).toBe(page.client.id)
    vi.unstubAllGlobals()
    const none = await load(memory, { session: tabSession() })
    expect(none.client.explain().map(({ what }) => what)).toContainEqual(expect.stringContaining('sessionStorage'))
  })
  it('is no option of another kind', async () => {
    await expect(load(new FakeMemory(), { session: {} as never })).rejects.toMatchObject({ code: 'bad-option' })
    expect((await load(new FakeMemory(), { session: false })).client.messages).toEqual([])
  })
})
