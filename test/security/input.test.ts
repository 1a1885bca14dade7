// What is too large, compressed to be small, or named so that it would be something else.
import { afterEach, describe, expect, it } from 'vitest'
import { connect as dial } from 'node:net'
import { gzipSync } from 'node:zlib'
import { later, leaveAll } from '../support/servers.js'
import { hello, HttpLink, packet, say, send } from '../net/http.world.js'
import { connect, Raw, serve } from '../net/server.world.js'

afterEach(leaveAll)

const quick = { secret: 'the same for every test', pollGrace: 500 }
const MiB = 2 ** 20

describe('a megabyte too much', () => {
  it('is refused by name over each transport, and nothing has changed', async () => {
    const { url, port, server } = await serve(quick)
    const body = `"${'x'.repeat(2 * MiB)}"`
    const raw = await connect(url, 'ann')
    raw.say(send(1, body))
    expect((await raw.closed).code).toBe(1009)
    const link = await HttpLink.open(port, hello('bob'))
    await link.post(port, send(1, body.slice(0, MiB * 1.5) + '"'))
    expect(await link.poll(port)).toMatchObject({ frames: [{ code: 'too-big' }], controls: [{ code: 1009 }] })
    const other = await HttpLink.open(port, hello('eve'))
    expect((await other.post(port, send(1, `"${'x'.repeat(3 * MiB)}"`))).status).toBe(413)
    expect((await server.read('room')).next).toBe(1)
    // Nor where the length is not said before.
    const headers = { 'transfer-encoding': 'chunked' }
    expect((await other.ask(port, 'POST', '?post=1', `"${'x'.repeat(3 * MiB)}"`, headers)).status).toBe(413)
    expect((await server.read('room')).next).toBe(1)
    // The number is not taken, and the link lives.
    other.posts--
    expect((await other.post(port, send(1))).status).toBe(204)
    expect((await server.read('room')).next).toBe(2)
  })
})

describe.each(['*/*', 'text/event-stream'])('a megabyte too much in an opening that accepts %s', (accept) => {
  it('is refused by name, and nothing has changed', async () => {
    const { port, server } = await serve(quick)
    const body = packet(hello(), send(1, `"${'x'.repeat(1.5 * MiB)}"`))
    const { text } = await say(port, 'POST', { headers: { accept }, query: '?hold=5000', body })
    expect(text).toContain('"code":"too-big"')
    expect(text).toContain('{"code":1009,"reason":"too-big"}')
    const large = packet(hello(), send(1, `"${'x'.repeat(3 * MiB)}"`))
    for (const chunked of [{}, { 'transfer-encoding': 'chunked' }])
      expect((await say(port, 'POST', { headers: { accept, ...chunked }, body: large })).status).toBe(413)
    expect((await server.read('room')).next).toBe(1)
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
  })
})

/** Masked with nothing. */
const frame = (opcode: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

it('a message in very many pieces is not waited for: each of them costs more than its letter', async () => {
  const { port, server } = await serve({ helloTimeout: 60_000 })
  const socket = dial(port, '127.0.0.1')
  later(() => socket.destroy())
  let heard = ''
  socket.on('error', () => undefined).on('data', (part: Buffer) => (heard += part.toString('latin1')))
  const key = Buffer.alloc(16).toString('base64')
  socket.write(
    'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  while (!heard.includes('101 ')) await new Promise((resolve) => setImmediate(resolve))
  // Small enough to be taken, were it whole.
  const [first = '', ...rest] = packet(hello()) + ' '.repeat(16_384)
  socket.write(Buffer.concat([frame(1, first), ...rest.map((letter) => frame(0, letter)), frame(0x80, '')]))
  while (server.links && !heard.includes('welcome')) await new Promise((resolve) => setImmediate(resolve))
  expect(server.links).toBe(0)
  // Too many fragments: 1008.
  expect(heard).toContain('\x88\x02\x03\xf0')
})

describe('a decompression bomb', () => {
  const bomb = `[{"t":"send","seq":1,"ch":"room","body":"${'x'.repeat(64 * MiB)}"}]`

  it('finds no compression by default', async () => {
    const { url } = await serve()
    const raw = new Raw(url, { perMessageDeflate: true })
    await raw.opened
    expect(raw.socket.extensions).toBe('')
  })

  it('is cut where there is: what counts is what comes out', async () => {
    const { url, server } = await serve({ perMessageDeflate: true })
    const raw = new Raw(url, { perMessageDeflate: { threshold: 0 } })
    await raw.opened
    expect(raw.socket.extensions).toBe('permessage-deflate')
    raw.say(hello())
    await raw.next('welcome')
    raw.socket.send(bomb)
    expect((await raw.closed).code).toBe(1009)
    expect((await server.read('room')).next).toBe(1)
  })

  it('in a POST is no text: nothing is decompressed', async () => {
    const { port, server } = await serve(quick)
    const headers = { 'content-encoding': 'gzip' }
    expect((await say(port, 'POST', { headers, body: gzipSync(bomb) })).status).toBe(400)
    expect(server.links).toBe(0)
  })
})

describe('names of a prototype', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']
  const clean = Reflect.ownKeys(Object.prototype)

  it.each(names)('as channel, client and user are names: %s', async (name) => {
    const { url, server } = await serve({ ...quick, authenticate: () => name })
    const raw = await connect(url, name, { t: 'sub', ch: name, from: 'oldest' }, { t: 'watch', ch: name })
    raw.say({ t: 'send', seq: 1, ch: name, body: `{"constructor":{"prototype":{"x":1}}}` }, { t: 'track', from: 1 })
    expect(await raw.next('message')).toMatchObject({ ch: name, id: `${name}:1`, from: name })
    raw.say({ t: 'ping', id: 1 })
    await raw.next('pong')
    await raw.next('present')
    expect(await server.read(name)).toMatchObject({ next: 2 })
    const again = await connect(url, name)
    expect(again.frames).toMatchObject([{ resumed: true, got: 1, user: name }])
    expect(Reflect.ownKeys(Object.prototype)).toEqual(clean)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('as a key is refused, wherever it stands: nothing is stored', async () => {
    const { url, port, server } = await serve(quick)
    const evil = (where: string) => `[{"t":"send","seq":1,"ch":"room","body":1,${where}}]`
    for (const text of [
      evil('"__proto__":{"x":1}'),
      evil('"body":{"a":[{"__proto__":{"x":1}}]}'),
      evil('"\\u005f_proto__":{"x":1}'),
    ]) {
      const raw = await connect(url, 'ann')
      raw.socket.send(text)
      expect((await raw.closed).code).toBe(4400)
      const { text: answer } = await say(port, 'POST', {
        query: '?hold=5000',
        body: `${packet(hello('bob'))}\n${text}`,
      })
      expect(answer).toContain('"code":"bad-frame"')
    }
    expect((await server.read('room')).next).toBe(1)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})
