import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Peer, Stand } from '../../src/testing/index.js'
import { Watched } from '../../src/testing/watched.js'
import { webSocket } from '../../src/transports/websocket.js'
import { conformance } from './conformance.js'

const transport = webSocket({ WebSocket: WebSocket as never })

async function freePort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

function peerOf(socket: WebSocket): Peer {
  const got: Peer['got'] = []
  socket.on('message', (data: RawData, isBinary) => got.push(isBinary ? new Uint8Array(data as Buffer) : String(data)))
  socket.on('error', () => undefined)
  return {
    got,
    send: (packet) => socket.send(packet),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
    gone: new Promise((resolve) => socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))),
  }
}

conformance('webSocket()', async (): Promise<Stand> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  return {
    transport,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    protocols: ['holdfast.1'],
    async peer() {
      const [socket] = (await once(server, 'connection')) as [WebSocket]
      return peerOf(socket)
    },
    nowhere: `ws://127.0.0.1:${String(await freePort())}/`,
    async close() {
      for (const one of server.clients) one.terminate()
      await new Promise((done) => server.close(done))
    },
  }
})

/** As browsers have it, and with a will of its own: it goes on talking after its close. */
class Talkative {
  static last: Talkative
  binaryType = 'blob'
  bufferedAmount = 7
  onopen: (event: object) => void = () => undefined
  onmessage: (event: object) => void = () => undefined
  onerror: (event: object) => void = () => undefined
  onclose: (event: object) => void = () => undefined
  constructor() {
    Talkative.last = this
  }
  send(): void {
    this.bufferedAmount++
  }
  close(): void {
    this.onopen({})
    this.onmessage({ data: 'late' })
    this.onerror({})
    this.onclose({ code: 1006, reason: '', wasClean: false })
  }
}

describe('a browser’s WebSocket', () => {
  const open = () => new Watched(webSocket({ WebSocket: Talkative as never }), 'ws://fake/', [])

  it('is not listened to after the close, whatever it says', () => {
    const link = open()
    link.connection.close(1000, '')
    expect(link.news).toEqual([])
  })
  it('is asked for bytes, not for a Blob, and for what it has not sent yet', () => {
    const link = open()
    expect(Talkative.last.binaryType).toBe('arraybuffer')
    Talkative.last.onopen({})
    Talkative.last.onmessage({ data: new Uint8Array([1, 2]).buffer })
    expect(link.news).toEqual(['opened', new Uint8Array([1, 2])])
    expect(link.connection.buffered).toBe(7)
  })
  it('that cannot be made throws: the one who dials hears of it', () => {
    expect(() => new Watched(transport, 'ftp://nowhere', [])).toThrow(SyntaxError)
  })
})

describe('a token', () => {
  const leaving: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const leave of leaving.splice(0)) await leave()
  })

  /** Refuses every upgrade, and answers whoever asks why. */
  async function refusing(status: number, headers: Record<string, string> = {}) {
    const asked: IncomingMessage[] = []
    const upgrades: IncomingMessage[] = []
    const http = createHttp((request, response) => {
      asked.push(request)
      response.writeHead(status, headers).end()
    })
    http.on('upgrade', (request, socket) => {
      upgrades.push(request)
      socket.end(`HTTP/1.1 ${String(status)} No\r\n\r\n`)
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    leaving.push(() => {
      http.closeAllConnections()
      return new Promise((done) => http.close(done))
    })
    return { url: `ws://127.0.0.1:${String((http.address() as AddressInfo).port)}/realtime`, asked, upgrades }
  }

  const dial = async (url: string, token?: string, using = transport) => {
    const link = new Watched(using, url, ['holdfast.1'], token)
    await link.count(1)
    return link
  }

  it('travels as a subprotocol, in letters that may stand there, and never in the URL', async () => {
    const { url, upgrades, asked } = await refusing(401)
    // In base64: Pj4+Pz8/YQ==
    const token = '>>>???a'
    await dial(url, token)
    const names = upgrades[0]?.headers['sec-websocket-protocol']?.split(',') ?? []
    expect(names[0]).toBe('holdfast.1')
    expect(names[1]).toMatch(/^holdfast\.token\.[\w-]+$/)
    expect(Buffer.from(names[1]?.slice('holdfast.token.'.length) ?? '', 'base64url').toString()).toBe(token)
    expect([upgrades[0]?.url, asked[0]?.url]).toEqual(['/realtime', '/realtime'])
  })
  it('may hold any letters', async () => {
    const { url, upgrades } = await refusing(401)
    await dial(url, 'ключ ☃')
    const name = upgrades[0]?.headers['sec-websocket-protocol']?.split(',')[1] ?? ''
    expect(Buffer.from(name.slice('holdfast.token.'.length), 'base64url').toString()).toBe('ключ ☃')
  })
  it.each<[number, Record<string, string>, object]>([
    [401, {}, { code: 4401, reason: 'the server answered 401' }],
    [403, {}, { code: 4403, reason: 'the server answered 403' }],
    [503, { 'retry-after': '7' }, { code: 1013, reason: 'the server answered 503', retryAfter: 7_000 }],
    [429, {}, { code: 1013, reason: 'the server answered 429' }],
    [500, { 'retry-after': '7' }, { code: 1006, reason: 'the server answered 500', retryAfter: 7_000 }],
    [403, { 'retry-after': '7' }, { code: 4403, reason: 'the server answered 403' }],
    [503, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, { code: 1013, reason: 'the server answered 503' }],
    [426, {}, { code: 1006, reason: 'the server answered 426' }],
  ])('refused with %d %o', async (status, headers, closing) => {
    const { url, asked } = await refusing(status, headers)
    const link = await dial(url, 'secret')
    expect(link.news).toEqual([closing])
    expect(asked).toHaveLength(1)
    expect(asked[0]?.headers.authorization).toBe('Bearer holdfast.token.c2VjcmV0')
  })
  it('nobody is asked why without one', async () => {
    const { url, asked } = await refusing(401)
    const link = await dial(url)
    expect(link.news).toEqual([expect.objectContaining({ code: 1006 })])
    expect(asked).toEqual([])
  })
  it('a server that is not there says nothing', async () => {
    const link = await dial(`ws://127.0.0.1:${String(await freePort())}/`, 'secret')
    expect(link.news).toEqual([{ code: 1006, reason: 'no answer from the server' }])
  })
  it('a link given up meanwhile hears no answer', async () => {
    const { url } = await refusing(401)
    let answer: (response: Response) => void = () => undefined
    const fetch = (): Promise<Response> => new Promise((resolve) => (answer = resolve))
    let asked = (): void => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const slow = webSocket({
      WebSocket: WebSocket as never,
      fetch: () => {
        asked()
        return fetch()
      },
    })
    const link = new Watched(slow, url, ['holdfast.1'], 'secret')
    await isAsked
    link.connection.close(1000, '')
    answer(new Response('', { status: 401 }))
    await new Promise((done) => setImmediate(done))
    expect(link.news).toEqual([])
  })
})
