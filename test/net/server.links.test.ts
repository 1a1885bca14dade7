import { connect as dial, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MemoryStore, type Log } from '../../src/server/index.js'
import { ask, connect, hello, Raw, serve } from './server.world.js'

// What is the same on each transport is in links.test.ts; here is what only sockets have.
describe('bad input', () => {
  it('text that is no UTF-8', async () => {
    const { url } = await serve()
    const raw = await connect(url)
    raw.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
    expect((await raw.closed).code).toBe(1007)
  })
})

describe('links', () => {
  it('deliver text and bytes, and frames of one task leave together', async () => {
    const { url } = await serve()
    const raw = await connect(url, 'ann', { t: 'sub', ch: 'room', from: 'now' })
    await raw.next('subscribed')
    raw.packets = 0
    const bytes = new Uint8Array([0, 1, 255])
    raw.say({ t: 'send', seq: 1, ch: 'room', body: '{"a":1}' }, { t: 'send', seq: 2, ch: 'room', body: bytes })
    expect(await raw.next('message', ({ offset }) => offset === 1)).toMatchObject({ body: { a: 1 } })
    expect((await raw.next('message', ({ offset }) => offset === 2)).body).toEqual(bytes)
    expect(raw.packets).toBe(1)
  })

  it('answer packets that came in one piece in one piece', async () => {
    const { url } = await serve()
    const raw = await connect(url)
    raw.packets = 0
    const { _socket: socket } = raw.socket as unknown as { _socket: Socket }
    socket.cork()
    for (let id = 1; id <= 3; id++) raw.say({ t: 'ping', id })
    socket.uncork()
    await raw.next('pong', ({ id }) => id === 3)
    expect(raw.packets).toBe(1)
  })

  it('that ask for much and read nothing are cut', async () => {
    const store = new MemoryStore()
    const { url, server } = await serve({ store, maxBuffered: 2 ** 20 })
    const writer = await connect(url, 'writer')
    for (let seq = 1; seq <= 8; seq++) {
      writer.say({ t: 'send', seq, ch: 'room', body: JSON.stringify('x'.repeat(500_000)) })
      await writer.next('accepted', (frame) => frame.seq === seq)
    }
    const reader = await connect(url, 'reader')
    reader.socket.pause()
    let more = true
    void reader.closed.then(() => (more = false))
    for (let id = 1; id < 2_000 && server.links === 2 && more; id++) {
      reader.say({ t: 'history', id, ch: 'room', from: 1, limit: 100 })
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(server.links).toBe(1)
  })

  it('that are cut without a word are gone', async () => {
    const { url, server } = await serve()
    const raw = await connect(url)
    ;(raw.socket as unknown as { _socket: Socket })._socket.resetAndDestroy()
    await raw.closed
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
  })

  it('of garbage instead of WebSocket frames are gone', async () => {
    const { port, server } = await serve()
    const socket = dial(port, '127.0.0.1')
    socket.write('GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n')
    socket.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
    socket.once('data', () => socket.write(Buffer.alloc(1_000, 0xff)))
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('close', resolve))
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('closing the server', () => {
  it('tells every client when to come back, lets nobody in, and ends when all are gone', async () => {
    const { url, port, server } = await serve()
    const raws = [await connect(url, 'ann'), await connect(url, 'bob')]
    const closed = server.close({ after: 700, spread: 100 })
    expect(server.close()).toBe(closed)
    expect(await new Raw(url).refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect((await ask(port, '/realtime')).status).toBe(503)
    for (const raw of raws) {
      expect(await raw.next('retry')).toEqual({ t: 'retry', after: 700, spread: 100 })
      expect((await raw.closed).code).toBe(1012)
    }
    await closed
    expect(server.links).toBe(0)
  })

  it('leaves no connection behind', async () => {
    const { url, server, http } = await serve()
    await connect(url)
    await server.close({ after: 0, spread: 0 })
    expect(await new Promise((resolve) => http.getConnections((_, count) => resolve(count)))).toBe(0)
  })

  it('waits for what is being stored', async () => {
    const store = new MemoryStore()
    let let_go = (): void => undefined
    const slow = Object.assign(Object.create(store) as MemoryStore, {
      append: async (batch: Parameters<MemoryStore['append']>[0]) => {
        await new Promise<void>((resolve) => (let_go = resolve))
        return store.append(batch)
      },
      open: store.open.bind(store),
      read: store.read.bind(store),
      watch: store.watch.bind(store),
      listen: store.listen.bind(store),
    })
    const { url, server } = await serve({ store: slow })
    const raw = await connect(url, 'ann', { t: 'send', seq: 1, ch: 'room', body: '1' })
    let over = false
    const closed = server.close({ after: 0, spread: 0 }).then(() => (over = true))
    expect((await raw.closed).code).toBe(1012)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(over).toBe(false)
    let_go()
    await closed
    expect(await store.read({ ch: 'room', from: 1, limit: 9, bytes: 999 })).toMatchObject({ next: 2 })
  })
})

it('the log holds no token, no key and no body', async () => {
  const lines: unknown[] = []
  const line = (fields: Record<string, unknown>, message: string) => lines.push({ ...fields, message })
  const log: Log = { debug: line, info: line, warn: line, error: line }
  const { url } = await serve({ log, authenticate: ({ token }) => (token === 'tok-secret' ? 'ann' : null) })
  const raw = new Raw(url, { headers: { authorization: 'Bearer tok-secret' } })
  await raw.opened
  raw.say(hello(), { t: 'hello', v: 1, client: 'ann', key: 'key of ann', acked: 0, ticket: 'forged' })
  raw.say({ t: 'send', seq: 1, ch: 'room', body: '"private"' })
  await raw.next('accepted')
  raw.socket.send('[{"t":"private"}]')
  await raw.closed
  await new Raw(url, { headers: { authorization: 'Bearer tok-private' } }).refused
  expect(lines.length).toBeGreaterThan(2)
  expect(JSON.stringify(lines)).not.toMatch(/secret|private|key of/)
})
