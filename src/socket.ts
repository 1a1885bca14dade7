import type { Link, LinkInput } from './core/link.js'
import { assertNever } from './core/port.js'
import { Rtt } from './core/rtt.js'
import { listen } from './shell/page.js'
import { type Feed, run } from './shell/run.js'
import { Seen } from './socket/dedupe.js'
import {
  addHandlers,
  checkClose,
  closeEvent,
  makeEvent,
  type SocketErrorEvent,
  type SocketEventMap,
  type SocketTarget,
} from './socket/events.js'
import { createLink, type SocketOutput, withQueue } from './socket/machine.js'
import { ask, type Data, type Provider, settle, type Settled, type SocketOptions } from './socket/options.js'
import { Queue, sizeOf } from './socket/queue.js'
import { Close, type Closing } from './wire/close.js'

export type { RetryEvent, SocketErrorEvent, SocketEventMap } from './socket/events.js'
export type { Data, Id, Provider, SocketAck, SocketDedupe, SocketHeartbeat, SocketOptions } from './socket/options.js'

type Handler<K extends keyof SocketEventMap> = ((this: ResilientWebSocket, event: SocketEventMap[K]) => unknown) | null
/**
 * The standard `WebSocket`, for any server, that heals itself: it reconnects, and what is sent meanwhile waits.
 *
 * It differs where it must: `readyState` is CONNECTING while a retry is coming, `send` waits instead of throwing, `close`
 * events come once for each link and each attempt, and `url`, `protocol` and `extensions` are the newest attempt's.
 */
export class ResilientWebSocket extends (EventTarget as SocketTarget) {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3

  declare onopen: Handler<'open'>
  declare onmessage: Handler<'message'>
  declare onerror: Handler<'error'>
  declare onclose: Handler<'close'>

  readonly #url: Provider<string | URL>
  readonly #protocols: Provider<string | string[] | null | undefined>
  readonly #options: Settled
  readonly #link: Link
  readonly #queue: Queue
  readonly #seen: Seen | undefined
  readonly #feed: Feed<LinkInput>
  #ws: WebSocket | undefined
  /** The link that is listened to; 0 for none. */
  #current = 0
  /** The app was told of the link's end before the link's machine says what comes next. */
  #told = false
  /** Bytes sent after `close`. */
  #lost = 0
  #binaryType: BinaryType = 'blob'
  #unlisten: (() => void) | undefined

  /**
   * @param url a function is asked on each attempt.
   * @param protocols likewise.
   * @throws OptionError for an option with a value that it does not take.
   */
  constructor(
    url: Provider<string | URL>,
    protocols?: Provider<string | string[] | null | undefined>,
    options: SocketOptions = {},
  ) {
    super()
    const settled = settle(options)
    const rtt = new Rtt()
    this.#url = url
    this.#protocols = protocols
    this.#options = settled
    this.#queue = new Queue(rtt, settled.ack?.timeout ?? 0)
    this.#seen = settled.dedupe && new Seen(settled.dedupe.maxCount, settled.dedupe.maxAge)
    this.#link = createLink(
      settled,
      rtt,
      (closing) => this.#ask(settled.shouldReconnectOnClose, closeEvent(closing)) === false,
    )
    this.#feed = run<LinkInput, SocketOutput>(withQueue(this.#link, this.#queue, settled), settled.env, (output) =>
      this.#perform(output),
    )
    addHandlers(this, ['open', 'message', 'error', 'close'])
    if (!settled.startClosed) this.#feed({ on: 'connect' })
  }

  get readyState(): 0 | 1 | 2 | 3 {
    const { is } = this.#link.state
    return is === 'up' ? 1 : is === 'closing' ? 2 : is === 'idle' || is === 'closed' ? 3 : 0
  }

  get url(): string {
    return this.#ws?.url ?? (typeof this.#url === 'function' ? '' : `${this.#url}`)
  }

  get protocol(): string {
    return this.#ws?.protocol ?? ''
  }

  get extensions(): string {
    return this.#ws?.extensions ?? ''
  }

  /** Kept across reconnects. */
  get binaryType(): BinaryType {
    return this.#binaryType
  }

  set binaryType(value: BinaryType) {
    this.#binaryType = value
    if (this.#ws) this.#ws.binaryType = value
  }

  /** Bytes not yet on their way: those that wait for a link included, and those sent after `close`. */
  get bufferedAmount(): number {
    const open = this.#open
    return this.#lost + (open ? open.bufferedAmount : this.#queue.bytes)
  }

  /** Failures in a row. */
  get retryCount(): number {
    const { state } = this.#link
    return 'failures' in state ? state.failures : 0
  }

  /**
   * Sends, or keeps until there is a link. After `close` the message is dropped in silence, as the standard has it.
   * @returns whether it went out at once.
   */
  send(data: Data): boolean {
    const { state } = this.#link
    const open = this.#open
    if (state.is === 'closing' || state.is === 'closed') this.#lost += sizeOf(data)
    else if (open ?? this.#queue.size < this.#options.maxEnqueuedMessages) {
      this.#queue.add(this.#ask(this.#options.ack?.idOf, data), data, this.#options.env.now(), open)
      this.#feed({ on: 'tick' })
    }
    return !!open
  }

  /** Takes back what waits for a link or an acknowledgement, in the order sent. */
  drainQueuedMessages(): Data[] {
    return this.#queue.drain()
  }

  /**
   * Closes for good, unless `reconnect` is called. What still waits is kept for that.
   * @throws DOMException `InvalidAccessError` for a code that is neither 1000 nor 3000 to 4999, `SyntaxError` for a
   * reason of over 123 bytes.
   */
  close(code = 1000, reason = ''): void {
    checkClose(code, reason)
    this.#told = false
    this.#feed({ on: 'close', code, reason })
  }

  /** Leaves the link, if there is one, and dials at once; opens what is closed. Throws as `close` does. */
  reconnect(code = 1000, reason = ''): void {
    checkClose(code, reason)
    this.#lost = 0
    this.#feed({ on: 'reconnect', code, reason })
  }

  /** The native socket, while it takes messages. */
  get #open(): WebSocket | undefined {
    return this.#ws?.readyState === 1 ? this.#ws : undefined
  }

  #perform(output: SocketOutput): void {
    switch (output.do) {
      case 'open':
        void this.#dial(output.link)
        break
      case 'ping':
        this.#ping(output.link)
        break
      case 'retransmit':
        this.#flush(false)
        break
      case 'hangup':
        if (this.#ws) this.#ws.close(output.code, output.reason)
        else this.#feed({ on: 'ended', link: output.link, closing: { code: Close.abnormal, reason: '' } })
        break
      case 'drop':
        this.#drop(output.closing)
        break
      case 'retry':
        this.#finish(output.closing)()
        this.#emit('retry', { attempt: output.attempt, delay: output.delay })
        break
      case 'ended':
        this.#unlisten?.()
        this.#unlisten = undefined
        // Never from within `close`: natives tell of it later, when there is a listener.
        queueMicrotask(this.#finish(output.closing))
        break
      default:
        assertNever(output)
    }
  }

  async #dial(link: number): Promise<void> {
    const { WebSocket, page } = this.#options
    this.#current = link
    this.#told = false
    this.#ws = undefined
    if (page) this.#unlisten ??= listen(page, (on) => this.#feed({ on }))
    try {
      const [url, protocols] = await Promise.all([ask(this.#url), ask(this.#protocols)])
      if (link === this.#current) this.#adopt(new WebSocket(url, protocols ?? []), link)
    } catch (error) {
      this.#fail(error)
      this.#feed({ on: 'ended', link, closing: { code: Close.abnormal, reason: '' } })
    }
  }

  /** Listens to a native socket for as long as its link is the current one. */
  #adopt(ws: WebSocket, link: number): void {
    const on = <K extends keyof WebSocketEventMap>(type: K, hear: (event: WebSocketEventMap[K]) => void) => {
      ws.addEventListener(type, (event) => {
        if (link === this.#current) hear(event)
      })
    }
    this.#ws = ws
    ws.binaryType = this.#binaryType
    on('open', () => {
      this.#feed({ on: 'opened', link })
      if (this.#link.state.is !== 'up') return
      this.#flush(true)
      this.#emit('open')
    })
    on('message', (event) => this.#receive(event, link))
    on('error', ({ error, message }: SocketErrorEvent) => this.#emit('error', { error, message }))
    on('close', (event) => {
      const { code, reason, wasClean } = event
      const retryAfter = this.#ask(this.#options.retryAfter, event)
      this.#feed({ on: 'ended', link, closing: { code, reason, clean: wasClean, ...(retryAfter && { retryAfter }) } })
    })
  }

  #receive({ data, origin }: MessageEvent<unknown>, link: number): void {
    const { heartbeat, ack, dedupe, env } = this.#options
    const pong = !!this.#ask(heartbeat?.isPong, data)
    this.#feed({ on: 'heard', link, pong })
    if (pong && heartbeat?.hidePongs) return
    const acked = this.#ask(ack?.isAck, data)
    this.#queue.ack(acked === true ? this.#ask(ack?.idOf, data as Data) : acked, env.now())
    const id = this.#ask(dedupe?.idOf, data)
    if (id === undefined || id === null || !this.#seen?.has(id, env.now())) this.#emit('message', { data, origin })
  }

  #ping(link: number): void {
    const { heartbeat } = this.#options
    // Without a ping there is nothing to ask: the link has the benefit of the doubt.
    if (!heartbeat) {
      this.#feed({ on: 'heard', link, pong: false })
      return
    }
    const { message = 'ping' } = heartbeat
    const ping = typeof message === 'function' ? this.#ask(message) : message
    if (ping !== undefined) this.#open?.send(ping)
  }

  #flush(fresh: boolean): void {
    const open = this.#open
    if (open) this.#queue.flush(this.#options.env.now(), open, fresh)
    else this.#queue.due = Infinity
    this.#feed({ on: 'tick' })
  }

  /** Lets go of a link at once; the close event of a dead one would take up to a minute. */
  #drop(closing: Closing): void {
    this.#current = 0
    // A page may not say 1001.
    this.#ws?.close(closing.code < 3000 ? 1000 : closing.code, closing.reason)
    if (closing.code === Close.timeout) this.#fail(new Error(closing.reason))
    this.dispatchEvent(closeEvent(closing))
    this.#told = true
  }

  /** Forgets the link that has ended; what is returned tells the app, unless it was told. */
  #finish(closing: Closing): () => void {
    const told = this.#told
    this.#current = 0
    this.#told = false
    return () => {
      if (!told) this.dispatchEvent(closeEvent(closing))
    }
  }

  /** Asks the app; its mistake is reported, and is no answer. */
  #ask<A extends unknown[], R>(question: ((...args: A) => R) | undefined, ...args: A): R | undefined {
    try {
      return question?.(...args)
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  #fail(error: unknown): void {
    this.#emit('error', { error, message: String(error) })
  }

  #emit(type: keyof SocketEventMap, fields?: object): void {
    this.dispatchEvent(makeEvent(type, fields))
  }
}
