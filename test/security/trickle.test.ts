// Slow-loris: headers, bodies and hellos that do not come to their end.
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage } from 'node:http'
import { connect as dial, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { Bodies } from '../../src/server/http/body.js'
import { Hand } from '../server/hand.js'
import { leaveAll, later } from '../support/servers.js'
import { HttpLink, packet, say, send } from '../net/http.world.js'
import { Raw, serve } from '../net/server.world.js'

afterEach(leaveAll)

const quick = { secret: 'the same for every test', pollGrace: 100 }

/** A connection that says what it is told; resolves to all that it hears, when it ends. */
function raw(port: number, text: string): { socket: Socket; heard: Promise<string> } {
  const socket = dial(port, '127.0.0.1')
  later(() => socket.destroy())
  let all = ''
  socket.on('error', () => undefined).on('data', (part: Buffer) => (all += part.toString()))
  socket.write(text)
  return { socket, heard: once(socket, 'close').then(() => all) }
}

describe('a body', () => {
  const post = (port: number, more: string) =>
    raw(port, `POST /realtime HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n${more}\r\n[`)

  it('that does not come to its end is given up, and opens nothing', async () => {
    const { port, server } = await serve({ ...quick, bodyTimeout: 50 })
    expect(await post(port, '').heard).toMatch(/^HTTP\/1\.1 408 [\s\S]*connection: close/i)
    expect(server.links).toBe(0)
  })

  it('of which is said beforehand that it is too large is not waited for', async () => {
    const { port, server } = await serve({ ...quick, bodyTimeout: 50 })
    const { heard } = raw(port, 'POST /realtime HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n[')
    expect(await heard).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i)
    expect(server.links).toBe(0)
  })

  it('of a link likewise: its number is not taken', async () => {
    const { port } = await serve({ ...quick, pollGrace: 500, bodyTimeout: 50 })
    const link = await HttpLink.open(port)
    const { auth } = link
    const heard = await post(port, `Authorization: ${auth['authorization'] ?? ''}\r\nHoldfast: post=1\r\n`).heard
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
    expect((await link.post(port, send(1))).status).toBe(204)
  })

  it('of a link is cut by the next: no client has two on their way', async () => {
    const { port } = await serve({ ...quick, pollGrace: 500, bodyTimeout: 60_000 })
    const link = await HttpLink.open(port)
    const headers = `Authorization: ${link.auth['authorization'] ?? ''}\r\nHoldfast: post=1\r\n`
    const { heard } = post(port, headers)
    // Whether the first is there already or not, one of those that follow finds it.
    let over = false
    void heard.then(() => (over = true))
    while (!over) expect((await link.ask(port, 'POST', '?post=1', packet(send(1)))).status).toBe(204)
    expect(await heard).toBe('')
  })

  describe('by the clock', () => {
    const read = (patience = 10_000) => {
      const hand = new Hand()
      const bodies = new Bodies({ maxPacket: 65_536, bodyTimeout: patience, env: hand.env })
      const request = Object.assign(new PassThrough(), { headers: {} })
      const body = bodies.readOf('link', request as unknown as IncomingMessage)
      let is: unknown = 'open'
      void body.then((result) => (is = result))
      const pass = async (ms: number) => {
        hand.wait(ms)
        await new Promise((resolve) => setImmediate(resolve))
        return is
      }
      return { request, bodies, pass }
    }

    it('has a second more for each 2 KiB that came', async () => {
      const { request, pass, bodies } = read()
      request.write('x'.repeat(4_096))
      expect(await pass(0)).toBe('open')
      expect(await pass(11_999)).toBe('open')
      expect(bodies.size).toBe(1)
      expect(await pass(1)).toBe(408)
      expect(bodies.size).toBe(0)
    })

    it('that comes a letter at a time is given up like one that does not', async () => {
      const { request, pass } = read()
      for (let n = 0; n < 10; n++) {
        request.write('x')
        expect(await pass(1_000)).toBe('open')
      }
      expect(await pass(10)).toBe(408)
    })
  })
})

describe('headers', () => {
  const most = { maxHeaderSize: 16_384, headersTimeout: 100, connectionsCheckingInterval: 20 }

  it('that do not come to their end are given up by the HTTP server, and so are those of an upgrade', async () => {
    const { port, server } = await serve(quick, createHttp(most))
    for (const how of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'])
      expect(await raw(port, `GET /realtime HTTP/1.1\r\nHost: x\r\n${how}X-Slow: `).heard).toMatch(/^HTTP\/1\.1 408 /)
    expect(server.links).toBe(0)
  })

  it('are a matter of the HTTP server, whose limits stay as they are', async () => {
    const http = createHttp()
    const limits = () => {
      const { headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxHeadersCount } = http
      const { maxHeaderSize } = http as { maxHeaderSize?: number }
      return { headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxHeadersCount, maxHeaderSize }
    }
    const before = limits()
    await serve(quick, http)
    expect(limits()).toEqual(before)
    expect(before).toMatchObject({ headersTimeout: 60_000, requestTimeout: 300_000 })
  })

  it('that are too large are refused, and nobody is asked who that is', async () => {
    let asked = 0
    const { port, url, server } = await serve({ ...quick, authenticate: () => (asked++, 'ann') }, createHttp(most))
    const headers = { authorization: `Bearer ${'x'.repeat(20_000)}` }
    expect((await say(port, 'POST', { headers })).status).toBe(431)
    expect((await new Raw(url, { headers }).refused).status).toBe(431)
    expect([asked, server.links]).toEqual([0, 0])
  })
})

describe('a hello', () => {
  it('that does not come ends the link, over any transport', async () => {
    const { port, url, server } = await serve({ ...quick, pollGrace: 500, helloTimeout: 50, idle: 100 })
    const silent = new Raw(url)
    expect((await silent.closed).code).toBe(4408)
    expect(silent.frames).toMatchObject([{ t: 'error', code: 'no-hello' }])
    const opening = await say(port, 'POST', { query: '?hold=10000' })
    expect(opening.text).toMatch(/#\{"code":4408,"reason":"no-hello"\}$/)
    const stream = await say(port, 'POST', { headers: { accept: 'text/event-stream' } })
    expect(stream.text).toMatch(/\ndata: #\{"code":4408,"reason":"no-hello"\}\n\n$/)
    // Its opening is answered at once, and so is each poll; what is said before a hello does not count as one.
    const short = new HttpLink('')
    short.take(await say(port, 'POST'))
    let controls: object[] = []
    while (!controls.length) {
      await short.post(port, { t: 'ping', id: 1 })
      controls = (await short.poll(port, 0)).controls
    }
    expect(controls).toEqual([{ code: 4408, reason: 'no-hello' }])
    expect(server.links).toBe(0)
  })

  it('of which a frame is begun and not ended, likewise', async () => {
    const { port, server } = await serve({ ...quick, helloTimeout: 50, idle: 100 })
    const key = Buffer.alloc(16).toString('base64')
    const { socket, heard } = raw(
      port,
      'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    await once(socket, 'data')
    // A text frame of 100 masked bytes, of which one comes now and then.
    socket.write(Buffer.from([0x81, 0x80 | 100, 0, 0, 0, 0]))
    const more = setInterval(() => socket.write('['), 5)
    later(() => clearInterval(more))
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
    expect(await heard).toContain('no-hello')
  })
})
