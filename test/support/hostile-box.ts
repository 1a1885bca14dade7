// A box on the way that does to HTTP what nginx and haproxy cannot be told to do. It changes its mind at run time.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Mood {
  /** Upgrades: passed on; let in and never answered; answered, and then silent; refused with 403. */
  upgrade: 'pass' | 'hang' | 'mute' | 'refuse'
  /** Answers: passed on; streams cut after `ms`; every `nth` of the others cut in its middle. */
  cut?: { ms: number; nth: number }
  /** Streams are kept until they are complete, which they never are. */
  streams?: 'keep'
}

/** RFC 6455, 1.3. */
const accept = (key = ''): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

const MUTE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
const REFUSED = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

/** Half of the body; of an answer without one, nothing. */
function cutShort(answer: IncomingMessage, response: ServerResponse): void {
  answer.once('end', () => response.destroy())
  answer.once('data', (data: Buffer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    response.write(data.subarray(0, data.length / 2), () => response.destroy())
  })
}

export class HostileBox {
  readonly #server = http.createServer((request, response) => this.#pass(request, response))
  readonly #sockets = new Set<Socket>()
  readonly #target: number
  #mood: Mood
  #answers = 0

  private constructor(target: number, mood: Mood) {
    this.#target = target
    this.#mood = mood
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)))
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      this.#upgrade(request, socket, head)
    })
  }

  /** @param target port of the server behind it. */
  static async start(target: number, mood: Mood): Promise<HostileBox> {
    const box = new HostileBox(target, mood)
    box.#server.listen(0, '127.0.0.1')
    await once(box.#server, 'listening')
    return box
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** What runs is cut. */
  become(mood: Mood): void {
    this.#mood = mood
    for (const socket of this.#sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url: path, headers } = request
    const ask = http.request({ host: '127.0.0.1', port: this.#target, method, path, headers }, (answer) => {
      const { cut } = this.#mood
      const streams = answer.headers['content-type']?.startsWith('text/event-stream')
      if (streams && this.#mood.streams) {
        answer.resume()
        return
      }
      if (cut && !streams && ++this.#answers % cut.nth === 0) cutShort(answer, response)
      else {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      }
      if (!cut || !streams) return
      const timer = setTimeout(() => response.destroy(), cut.ms)
      response.once('close', () => clearTimeout(timer))
    })
    ask.on('error', () => response.destroy())
    response.on('close', () => ask.destroy())
    request.pipe(ask)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { upgrade } = this.#mood
    if (upgrade === 'refuse') socket.end(REFUSED)
    else if (upgrade === 'mute') {
      const key = accept(request.headers['sec-websocket-key'])
      socket.write(`${MUTE}Sec-WebSocket-Accept: ${key}\r\nSec-WebSocket-Protocol: holdfast.1\r\n\r\n`)
      socket.resume()
    } else if (upgrade === 'pass') this.#join(request, socket, head)
  }

  #join({ method, url, rawHeaders }: IncomingMessage, socket: Duplex, head: Buffer): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true })
    server.on('error', () => socket.destroy())
    server.on('close', () => socket.destroy())
    socket.on('close', () => server.destroy())
    const lines = rawHeaders.map((text, at) => (at % 2 ? `${text}\r\n` : `${text}: `))
    server.write(`${String(method)} ${String(url)} HTTP/1.1\r\n${lines.join('')}\r\n`)
    server.write(head)
    socket.pipe(server).pipe(socket)
  }
}
