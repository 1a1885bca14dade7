import { connect as dial, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MemoryStore, type Log } from '../../src/server/index.js'
import { ask, connect, hello, Raw, serve } from './server.world.js'

describe('bad input', () => {
  const deep = '['.repeat(200_000)
  it.each<[string, string | Buffer, string, number]>([
    ['no JSON', 'hello?', 'bad-frame', 4400],
    ['half of a JSON', '[{"t":"ping","id":', 'bad-frame', 4400],
    ['no list', '{"t":"ping","id":1}', 'bad-frame', 4400],
    ['a list of nothing known', '[1,null]', 'bad-frame', 4400],
    ['an unknown type', '[{"t":"format","disk":"c"}]', 'bad-frame', 4400],
    ['the type of an inherited name', '[{"t":"constructor"}]', 'bad-frame', 4400],
    ['a field of the wrong type', '[{"t":"send","seq":"1","ch":"room","body":1}]', 'bad-frame', 4400],
    ['a __proto__ key', '[{"t":"send","seq":1,"ch":"room","body":{"__proto__":{"x":1}}}]', 'bad-frame', 4400],
    ['a hidden __proto__ key', '[{"t":"ping","id":1,"__pro\\u0074o__":{}}]', 'bad-frame', 4400],
    ['a negative number', '[{"t":"received","ch":"room","offset":-1}]', 'bad-frame', 4400],
    ['a huge number', '[{"t":"ping","id":1e300}]', 'bad-frame', 4400],
    ['a channel without a name', '[{"t":"unsub","ch":""}]', 'bad-frame', 4400],
    ['an endless nesting', deep, 'bad-frame', 4400],
    ['bytes that are nothing', Buffer.from([255, 255, 255, 255, 0]), 'bad-frame', 4400],
    [
      'bytes shorter than promised',
      Buffer.from('\0\0\0\x2c[{"t":"send","seq":1,"ch":"room","bin":99999}]'),
      'bad-frame',
      4400,
    ],
  ])('%s is named and closed, and nothing else is harmed', async (_, packet, code, closeCode) => {
    const { url, server } = await serve()
    const other = await connect(url, 'other', { t: 'sub', ch: 'room', from: 'now' })
    const raw = await connect(url, 'ann', { t: 'send', seq: 1, ch: 'room', body: '"before"' })
    await raw.next('accepted')
    raw.socket.send(packet)
    expect(await raw.next('error')).toMatchObject({ code })
    expect((await raw.closed).code).toBe(closeCode)
    expect(await other.next('message')).toMatchObject({ body: 'before' })
    expect(server.links).toBe(1)
  })

  it('a frame before hello', async () => {
    const { url } = await serve()
    const raw = new Raw(url)
    await raw.opened
    raw.say({ t: 'ping', id: 1 })
    expect(await raw.next('pong')).toEqual({ t: 'pong', id: 1 })
    raw.say({ t: 'pong', id: 1 })
    expect(await raw.next('error')).toMatchObject({ code: 'no-hello' })
    expect((await raw.closed).code).toBe(4400)
  })

  it('a client id that belongs to another key', async () => {
    const { url } = await serve()
    const owner = await connect(url)
    const raw = new Raw(url)
    await raw.opened
    raw.say({ t: 'hello', v: 1, client: 'ann', key: 'stolen', acked: 0 })
    expect((await raw.closed).code).toBe(4403)
    expect(owner.socket.readyState).toBe(1)
  })

  it('a packet beyond the limit is not even read', async () => {
    const { url } = await serve({ maxPacket: 65_536 })
    const raw = await connect(url)
    expect(raw.frames[0]).toMatchObject({ max: 65_536 })
    raw.socket.send(JSON.stringify([{ t: 'send', seq: 1, ch: 'room', body: 'x'.repeat(70_000) }]))
    expect((await raw.closed).code).toBe(1009)
  })

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

  it('that are silent are asked, then dropped', async () => {
    const { url, server } = await serve({ idle: 200 })
    const silent = await connect(url, 'silent')
    const lively = await connect(url, 'lively')
    lively.socket.on('message', () => lively.say({ t: 'pong', id: 1 }))
    await silent.next('ping')
    expect((await silent.closed).code).toBe(4408)
    expect(lively.socket.readyState).toBe(1)
    expect(server.links).toBe(1)
  })

  it('that never say hello are dropped', async () => {
    const { url } = await serve({ helloTimeout: 50 })
    const raw = new Raw(url)
    expect((await raw.closed).code).toBe(4408)
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

  it('of one store are served by any node, and told of each other', async () => {
    const store = new MemoryStore()
    const [a, b] = [await serve({ store }), await serve({ store })]
    const ann = await connect(a.url, 'ann', { t: 'sub', ch: 'room', from: 'now' })
    const bob = await connect(b.url, 'bob', { t: 'send', seq: 1, ch: 'room', body: '"hi"' })
    await bob.next('accepted')
    expect(await ann.next('message')).toMatchObject({ id: 'bob:1', body: 'hi' })
    const again = await connect(a.url, 'bob')
    expect(again.frames[0]).toMatchObject({ resumed: true, got: 1 })
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
