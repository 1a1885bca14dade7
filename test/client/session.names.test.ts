// A number is of one message, however many pages had the name: nothing is lost, and nothing is there twice.
import { describe, expect, it } from 'vitest'
import type { Packed, ServerFrame } from '../../src/wire/frame.js'
import { answers } from '../socket/fakes.js'
import { welcome } from '../support/client-core.js'
import { load, type Page } from '../support/tab.js'

/** One client's uplink at the server: the rules of docs/PROTOCOL.md, the link used last wins. */
class Uplink {
  readonly log: unknown[] = []
  got = 0
  receipts = false
  readonly #read = new WeakMap<object, number>()

  /** Answers all that a page has said since. */
  async serve({ transport }: Page): Promise<void> {
    const link = transport.last
    for (let more = true; more;) {
      await answers()
      const frames = link.frames.slice(this.#read.get(link) ?? 0)
      this.#read.set(link, link.frames.length)
      const told = frames.flatMap((frame): ServerFrame<Packed>[] => {
        if (frame.t === 'hello') return [{ ...welcome, resumed: this.got > 0, got: this.got, receipts: this.receipts }]
        if (frame.t !== 'send') return []
        const { seq, after = seq - 1, body } = frame
        if (after <= this.got && this.got < seq) {
          this.log.push(body)
          this.got = seq
        }
        return [{ t: 'accepted', seq: this.got }]
      })
      if (told.length) link.hear(...told)
      more = told.length > 0
    }
  }

  async open(page: Page): Promise<void> {
    page.transport.last.opened()
    await this.serve(page)
  }
}

describe('a page that is older than what was sent', () => {
  it('uses no number again: what it sends before it knows, and after, is there once', async () => {
    const server = new Uplink()
    const before = await load()
    await server.open(before)
    const room = before.client.channel('room')
    room.send('one')
    await server.serve(before)
    before.hide()
    const old = new Map(before.memory.items)
    room.send('two')
    room.send('three')
    await server.serve(before)
    // The page is killed, and its last words did not reach the storage.
    before.memory.items.clear()
    for (const [key, text] of old) before.memory.items.set(key, text)
    const page = await load(before.memory)
    expect(page.client.id).toBe(before.client.id)
    const early = ['four', 'five'].map((body) => page.client.channel('room').send(body))
    await server.open(page)
    const late = page.client.channel('room').send('six')
    await server.serve(page)
    expect(server.log).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
    expect([...early, late].map(({ id, state }) => [id, state])).toEqual(
      [4, 5, 6].map((seq) => [`${page.client.id}:${String(seq)}`, 'accepted']),
    )
  })
  it('a message that it had, and the other page sent, is not sent again with another number', async () => {
    const server = new Uplink()
    const before = await load()
    const room = before.client.channel('room')
    room.send('one')
    before.hide()
    const old = new Map(before.memory.items)
    await server.open(before)
    room.send('two')
    await server.serve(before)
    for (const [key, text] of old) before.memory.items.set(key, text)
    const page = await load(before.memory)
    await server.open(page)
    expect(server.log).toEqual(['one', 'two'])
    expect(page.client.messages).toEqual([])
  })
})

describe('a page that comes back from the cache', () => {
  async function pair(): Promise<{ server: Uplink; first: Page; second: Page }> {
    const server = new Uplink()
    const first = await load()
    first.client.channel('room').send('a1')
    first.leave()
    const second = await load(first.memory)
    await server.open(second)
    second.client.channel('room').send('b2')
    await server.serve(second)
    return { server, first, second }
  }

  it('takes over what the page after it has left, and goes on behind its numbers', async () => {
    const { server, first, second } = await pair()
    second.transport.last.end()
    second.client.channel('room').send('b3')
    second.leave()
    first.back()
    const a4 = first.client.channel('room').send('a4')
    await answers()
    await server.open(first)
    expect(server.log).toEqual(['a1', 'b2', 'b3', 'a4'])
    expect(a4.id).toBe(`${first.client.id}:4`)
    expect(first.client.messages).toEqual([])
  })
  it('what it sends before it knows that it is back is there, and takes nothing from what was left', async () => {
    const { server, first, second } = await pair()
    second.transport.last.end()
    second.client.channel('room').send('b3')
    second.leave()
    first.client.channel('room').send('a4')
    first.back()
    await answers()
    await server.open(first)
    expect(server.log).toEqual(['a1', 'b2', 'b3', 'a4'])
  })
  it('where the page after it has left nothing, no number is used again either', async () => {
    const { server, first, second } = await pair()
    second.client.close()
    first.back()
    first.client.channel('room').send('a3')
    // The page that it replaces may have left nothing, or have heard of nothing yet.
    expect(first.client.status).toBe('offline')
    await first.env.pass(1_100)
    await answers()
    await server.open(first)
    expect(server.log).toEqual(['a1', 'b2', 'a3'])
    expect(first.client.messages).toEqual([])
  })
  it('takes over what the page after it leaves when that one hears later that it is put away', async () => {
    const { server, first, second } = await pair()
    second.transport.last.end()
    second.client.channel('room').send('b3')
    // The order of Chromium.
    first.back()
    const a4 = first.client.channel('room').send('a4')
    second.leave()
    await first.env.pass(50)
    await answers()
    await server.open(first)
    expect(server.log).toEqual(['a1', 'b2', 'b3', 'a4'])
    expect(a4.id).toBe(`${first.client.id}:4`)
    expect(first.memory.items.size).toBe(0)
  })
  it('takes over at last what came too late for that', async () => {
    const { server, first, second } = await pair()
    second.transport.last.end()
    second.client.channel('room').send('b3')
    first.back()
    await first.env.pass(1_100)
    await answers()
    await server.open(first)
    second.leave()
    first.leave()
    first.back()
    await answers()
    await server.open(first)
    expect(server.log).toEqual(['a1', 'b2', 'b3'])
  })
  it('is put away again while it looks, and has lost nothing', async () => {
    const { server, first, second } = await pair()
    second.transport.last.end()
    second.client.channel('room').send('b3')
    first.back()
    first.client.channel('room').send('a4')
    second.leave()
    first.leave()
    const third = await load(first.memory)
    await server.open(third)
    expect(server.log).toEqual(['a1', 'b2', 'b3', 'a4'])
  })
  it('looks no more once it is closed', async () => {
    const { first } = await pair()
    first.back()
    expect(first.env.timers.size).toBe(1)
    first.client.close()
    expect(first.env.timers.size).toBe(0)
  })
  it('has each message once, which the page after it has left as well', async () => {
    const server = new Uplink()
    const first = await load()
    server.receipts = true
    await server.open(first)
    const room = first.client.channel('room')
    const a1 = room.send('a1')
    await server.serve(first)
    first.transport.last.end()
    room.send('a2')
    first.leave()
    const second = await load(first.memory)
    second.client.channel('room').send('b3')
    second.leave()
    first.back()
    const ids = [1, 2, 3].map((seq) => `${first.client.id}:${String(seq)}`)
    expect(first.client.messages.map(({ id }) => id)).toEqual(ids)
    // What becomes of it is told to the object that the app has.
    expect(first.client.messages[0]).toBe(a1)
    await answers()
    await server.open(first)
    expect(server.log).toEqual(['a1', 'a2', 'b3'])
  })
  it('where nobody had it meanwhile it goes on as it was', async () => {
    const server = new Uplink()
    const page = await load()
    const first = page.client.channel('room').send('a1', { key: 'k' })
    page.leave()
    page.back()
    await answers()
    // Never sent, and known to be: a newer one takes its place.
    page.client.channel('room').send('a2', { key: 'k' })
    expect(first.error?.code).toBe('superseded')
    await server.open(page)
    expect(server.log).toEqual(['a2'])
  })
  it('another client of the page, under the same key, takes nothing from it', async () => {
    const { first, second } = await pair()
    const other = await load()
    for (const body of ['mine', 'too']) other.client.channel('room').send(body)
    other.leave()
    second.client.close()
    for (const [key, text] of other.memory.items) first.memory.items.set(key, text)
    first.back()
    expect(first.client.messages.map(({ id }) => id)).toEqual([`${first.client.id}:1`])
  })
})

describe('two pages with one name', () => {
  it('the one that nobody looks at gives way when its link is taken', async () => {
    const page = await load()
    page.transport.last.accept()
    page.hide()
    page.transport.last.end(4409, 'a later link has this session')
    expect(page.client.status).toBe('closed')
    expect(page.memory.items.size).toBe(0)
  })
  it('the one that is looked at does not, nor one without a session', async () => {
    const page = await load()
    page.transport.last.accept()
    page.transport.last.end(4409)
    expect(page.client.status).toBe('reconnecting')
    const plain = await load(undefined, { session: false })
    plain.transport.last.accept()
    plain.hide()
    plain.transport.last.end(4409)
    expect(plain.client.status).toBe('reconnecting')
  })
})
