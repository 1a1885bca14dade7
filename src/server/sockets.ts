import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { ServerOutput } from '../core/server/contract.js'
import type { Env } from '../shell/env.js'
import { type Packed, type ServerFrame, SUBPROTOCOL } from '../wire/frame.js'
import { Batches, packetsOf, portions } from './batches.js'
import type { Carrier } from './carrier.js'
import { framesIn, inputOf, type LinkInput } from './input.js'
import type { Log } from './log.js'
import { Pacer, type Rates } from './pacer.js'

export interface SocketsOptions extends Rates {
  /** The largest packet taken, bytes. */
  maxPacket: number
  /** Bytes waiting in one socket; beyond, it is cut. */
  maxBuffered: number
  perMessageDeflate: boolean
}

/** What is counted: bytes that leave, and links that said too much and were not heard for a while. */
export interface Counts {
  sent: (bytes: number) => void
  paced: () => void
}

/** How long a closing handshake may take, ms. */
const CLOSING = 5_000
/** What a close frame has room for, bytes. */
const REASON = 123

/** WebSockets as numbered links. */
export class Sockets implements Carrier {
  readonly #options: SocketsOptions
  readonly #env: Env
  readonly #log: Log
  readonly #feed: (input: LinkInput) => void
  readonly #server: WebSocketServer
  readonly #links = new Map<number, WebSocket>()
  /** Every socket not yet closed, those that the core has let go included. */
  readonly #open = new Set<WebSocket>()
  readonly #batches: Batches<WebSocket>
  readonly #number: () => number
  readonly #count: Counts
  #onEmpty: (() => void) | undefined

  /** @param number the next link's number. */
  constructor(
    options: SocketsOptions,
    env: Env,
    log: Log,
    feed: (input: LinkInput) => void,
    number: () => number,
    count: Counts,
  ) {
    this.#options = options
    this.#number = number
    this.#count = count
    this.#batches = new Batches(env, (socket, frames) => this.#send(socket, frames))
    this.#env = env
    this.#log = log
    this.#feed = feed
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.maxPacket,
      perMessageDeflate: options.perMessageDeflate,
      handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
    })
  }

  /** Ends the handshake: from here on it is a link. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, user: string): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#take(socket, user))
  }

  /** Resolves when every socket is closed. */
  empty(): Promise<void> {
    if (!this.#open.size) return Promise.resolve()
    return new Promise((resolve) => (this.#onEmpty = resolve))
  }

  write({ link, frames }: ServerOutput & { do: 'write' }): void {
    const socket = this.#links.get(link)
    if (socket) this.#batches.add(socket, frames)
  }

  close({ link, code, reason }: ServerOutput & { do: 'close' }): void {
    const socket = this.#links.get(link)
    if (!socket) return
    this.#batches.flush(socket)
    this.#links.delete(link)
    socket.close(
      code,
      Buffer.from(reason)
        .subarray(0, REASON)
        .toString()
        .replace(/\uFFFD$/, ''),
    )
    const cancel = this.#env.timer(() => socket.terminate(), CLOSING)
    socket.once('close', cancel)
  }

  #take(socket: WebSocket, user: string): void {
    const number = this.#number()
    this.#links.set(number, socket)
    this.#open.add(socket)
    const listen = this.#pace(socket)
    socket.on('message', (data, isBinary) => {
      if (!this.#links.has(number)) return
      const input = this.#receive(number, data, isBinary)
      listen(framesIn(input), input.bytes ?? 0)
    })
    // What is below the protocol is work as well.
    for (const kind of ['ping', 'pong'] as const)
      socket.on(kind, ({ length }) => {
        if (this.#links.has(number)) listen(1, length)
      })
    // A close always follows an error, and says as much as anybody needs.
    socket.on('error', (err) => this.#log.debug({ link: number, err }, 'socket error'))
    socket.on('close', (code) => this.#closed(number, socket, code))
    this.#feed({ on: 'opened', link: number, user, transport: 'websocket' })
  }

  #closed(number: number, socket: WebSocket, code: number): void {
    this.#links.delete(number)
    this.#open.delete(socket)
    this.#log.debug({ link: number, code }, 'closed')
    this.#feed({ on: 'closed', link: number, code })
    if (!this.#open.size) this.#onEmpty?.()
  }

  /** Stops reading from a socket that says too much, until it may say more: to TCP, its sender is held up. */
  #pace(socket: WebSocket): (frames: number, bytes: number) => void {
    const pacer = new Pacer(this.#options, this.#env)
    let cancel: (() => void) | undefined
    const look = (): void => {
      cancel = undefined
      const { wait } = pacer
      if (wait) cancel = this.#env.timer(look, wait)
      else socket.resume()
    }
    socket.once('close', () => cancel?.())
    return (frames, bytes) => {
      pacer.spend(frames, bytes)
      if (cancel || !pacer.wait) return
      socket.pause()
      this.#count.paced()
      look()
    }
  }

  #receive(link: number, data: RawData, isBinary: boolean): LinkInput {
    // With the default binaryType a message is one Buffer.
    const bytes = data as Buffer
    const packet = isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes.toString()
    const input = inputOf(link, packet, bytes.length)
    this.#feed(input)
    return input
  }

  #send(socket: WebSocket, frames: ServerFrame<Packed>[]): void {
    if (socket.readyState !== WebSocket.OPEN) return
    for (const portion of portions(frames)) {
      for (const packet of packetsOf(portion)) {
        const binary = typeof packet !== 'string'
        const bytes = binary ? packet : Buffer.from(packet)
        this.#count.sent(bytes.length)
        socket.send(bytes, { binary })
      }
      if (this.#bound(socket)) return
    }
  }

  /** It asks for much and reads nothing: the core has stopped pushing long before. */
  #bound(socket: WebSocket): boolean {
    const isOver = socket.bufferedAmount > this.#options.maxBuffered
    if (isOver) socket.terminate()
    return isOver
  }
}
