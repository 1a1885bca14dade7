import { createServer as createHttp, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { createServer, type HoldfastServer, type ServerSettings } from '../../src/server/index.js'
import { clientCodec } from '../../src/wire/codec.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

export interface Served {
  http: Server
  server: HoldfastServer
  port: number
  url: string
}

/** A server on a free port of this machine, gone after the test. */
export async function serve(settings: ServerSettings = {}, http = createHttp()): Promise<Served> {
  const server = createServer(settings).attach(http, { path: '/realtime' })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  closers.push(async () => {
    http.closeAllConnections()
    await Promise.all([server.close({ after: 0, spread: 0 }), new Promise((resolve) => http.close(resolve))])
  })
  return { http, server, port, url: `ws://127.0.0.1:${port}/realtime` }
}

/** A raw `ws` client that gathers what it is told. */
export class Raw {
  readonly socket: WebSocket
  readonly frames: ServerFrame[] = []
  packets = 0
  readonly closed: Promise<{ code: number; reason: string }>
  /** The HTTP status of a refused upgrade. */
  readonly refused: Promise<{ status: number; headers: IncomingHttpHeaders }>
  #onFrames = new Set<() => void>()

  constructor(url: string, options: ClientOptions = {}, protocols: string[] = ['holdfast.1']) {
    this.socket = new WebSocket(url, protocols, options)
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      this.packets++
      this.frames.push(...clientCodec.decode(isBinary ? new Uint8Array(bytes) : bytes.toString()))
      for (const look of this.#onFrames) look()
    })
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    this.refused = new Promise((resolve) => {
      this.socket.on('unexpected-response', (_, { statusCode = 0, headers }) =>
        resolve({ status: statusCode, headers }),
      )
    })
    closers.push(() => this.socket.terminate())
  }

  get opened(): Promise<void> {
    return new Promise((resolve) => this.socket.once('open', () => resolve()))
  }

  say(...frames: ClientFrame<Packed>[]): void {
    for (const packet of clientCodec.encode(frames)) this.socket.send(packet)
  }

  /** The first frame of this type, now or to come. */
  next<T extends ServerFrame['t']>(t: T, where: (frame: Extract<ServerFrame, { t: T }>) => boolean = () => true) {
    return new Promise<Extract<ServerFrame, { t: T }>>((resolve) => {
      const look = () => {
        const found = this.frames.find((frame) => frame.t === t && where(frame as Extract<ServerFrame, { t: T }>))
        if (!found) return
        this.#onFrames.delete(look)
        resolve(found as Extract<ServerFrame, { t: T }>)
      }
      this.#onFrames.add(look)
      look()
    })
  }
}

export const hello = (client = 'ann'): ClientFrame<Packed> => ({
  t: 'hello',
  v: 1,
  client,
  key: `key of ${client}`,
  acked: 0,
})

export async function connect(url: string, client = 'ann', ...frames: ClientFrame<Packed>[]): Promise<Raw> {
  const raw = new Raw(url)
  await raw.opened
  raw.say(hello(client), ...frames)
  await raw.next('welcome')
  return raw
}

export interface Plain {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export const ask = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Plain> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on('error', reject).end()
  })
