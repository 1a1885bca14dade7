import type { Link, LinkInput, LinkState } from './core/link.js'
import { Rtt } from './core/rtt.js'
import { listen } from './shell/page.js'
import { type Feed, run } from './shell/run.js'
import { type Data, type NativeSocket, sizeOf, toData } from './socket/data.js'
import { remember } from './socket/dedupe.js'
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
import { ask, checkUrl, type Provider, settle, type Settled, type SocketOptions } from './socket/options.js'
import { createQueue, type Queue } from './socket/queue.js'
import { Close, type Closing } from './wire/close.js'

export type { RetryEvent, SocketErrorEvent, SocketEventMap } from './socket/events.js'
export type { Data, NativeSocket } from './socket/data.js'
export type { Id, Provider, SocketAck, SocketDedupe, SocketHeartbeat, SocketOptions } from './socket/options.js'

const readyStates: Partial<Record<LinkState['is'], 1 | 2 | 3>> = { up: 1, closing: 2, idle: 3, closed: 3 }

type Handler<K extends keyof SocketEventMap> = ((event: SocketEventMap[K]) => unknown) | null

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
  readonly #seen: ReturnType<typeof remember> | undefined
  readonly #feed: Feed<LinkInput>
  #ws: NativeSocket | undefined
  /** What is now performed began with the end of a link, and the app was told of that. */
  #told = false
  /** Bytes sent after `close`. */
  #lost = 0
  #binaryType: BinaryType = 'blob'
  #unlisten: (() => void) | undefined

  /**
   * @param url a function is asked on each attempt.
   * @param protocols likewise.
   * @throws OptionError for an option that there is not, or with a value that it does not take; DOMException
   * `SyntaxError` for a URL that no WebSocket has.
   */
  constructor(
    url: Provider<string | URL>,
    protocols?: Provider<string | string[] | null | undefined>,
    options: SocketOptions = {},
  ) {
    super()
    checkUrl(url)
    const settled = settle(options)
    const rtt = new Rtt()
    this.#url = url
    this.#protocols = protocols
    this.#options = settled
    this.#queue = createQueue(rtt, settled.ack?.timeout ?? 0)
    this.#seen = settled.dedupe && remember(settled.dedupe)
    this.#link = createLink(
      settled,
      rtt,
      (closing) => this.#ask(settled.shouldReconnectOnClose, closeEvent(closing)) === false,
    )
    const machine = withQueue(this.#link, this.#queue, (input, outputs) => {
      this.#told = false
      if (settled.debug) settled.debugLogger(input, outputs)
    })
    this.#feed = run<LinkInput, SocketOutput>(machine, settled.env, (output) => this.#perform(output), true)
    addHandlers(this, ['open', 'message', 'error', 'close'])
    if (!settled.startClosed) this.#feed({ on: 'connect' })
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return readyStates[this.#link.state.is] ?? 0
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

  /** Kept across reconnects; what is neither `blob` nor `arraybuffer` is ignored. */
  get binaryType(): BinaryType {
    return this.#binaryType
  }

  set binaryType(value: BinaryType) {
    if (!/^(blob|arraybuffer)$/.test(value)) return
    this.#binaryType = value
    if (this.#ws) this.#ws.binaryType = value
  }

  /** Bytes not yet on their way: those that wait for a link included, and those sent after `close`. */
  get bufferedAmount(): number {
    const open = this.#open
    return this.#lost + (open ? open.bufferedAmount : this.#queue.bytes())
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
  send(given: Data): boolean {
    const data = toData(given)
    const open = this.#open
    if ('closing' in this.#link.state) this.#lost += sizeOf(data)
    else if (open ?? this.#queue.size() < this.#options.maxEnqueuedMessages) {
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
    this.#feed({ on: 'close', code, reason })
  }

  /** Leaves the link, if there is one, and dials at once; opens what is closed. Throws as `close` does. */
  reconnect(code = 1000, reason = ''): void {
    checkClose(code, reason)
    this.#lost = 0
    this.#feed({ on: 'reconnect', code, reason })
  }

  /** The native socket, while it takes messages. */
  get #open(): NativeSocket | undefined {
    return this.#ws?.readyState === 1 ? this.#ws : undefined
  }

  #perform(output: SocketOutput): void {
    switch (output.do) {
      case 'open':
        void this.#dial(output.link)
        break
      case 'ping':
        this.#ping()
        break
      case 'flush':
        this.#flush(output.fresh)
        break
      case 'hangup':
        if (this.#ws) this.#ws.close(output.code, output.reason)
        else this.#ended(output.link)
        break
      case 'drop':
        this.#drop(output.closing)
        break
      case 'retry':
        if (!this.#told) this.#tell(output.closing)
        this.#emit('retry', { attempt: output.attempt, delay: output.delay })
        break
      case 'ended':
        this.#unlisten?.()
        this.#unlisten = undefined
        // Never from within `close`: natives tell of it later, when there is a listener.
        if (!this.#told) queueMicrotask(() => this.#tell(output.closing))
        break
      default:
        output satisfies never
    }
  }

  async #dial(link: number): Promise<void> {
    const { WebSocket, page = globalThis } = this.#options
    this.#ws = undefined
    if (page) this.#unlisten ??= listen(page, (on) => this.#feed({ on }))
    try {
      const [url, protocols] = await Promise.all([ask(this.#url), ask(this.#protocols)])
      if (this.#isCurrent(link)) this.#adopt(new WebSocket(url, protocols ?? []), link)
    } catch (error) {
      this.#fail(error)
      this.#ended(link)
    }
  }

  #isCurrent(link: number): boolean {
    const { state } = this.#link
    return 'link' in state && state.link === link
  }

  /** Listens to a native socket for as long as its link is the current one. */
  #adopt(ws: NativeSocket, link: number): void {
    const on = <K extends keyof WebSocketEventMap>(type: K, hear: (event: WebSocketEventMap[K]) => void) => {
      ws.addEventListener(type, (event: WebSocketEventMap[K]) => {
        if (this.#isCurrent(link)) hear(event)
      })
    }
    this.#ws = ws
    ws.binaryType = this.#binaryType
    on('open', () => this.#feed({ on: 'opened', link }))
    on('message', (event) => this.#receive(event, link))
    on('error', ({ error, message }: SocketErrorEvent) => this.#emit('error', { error, message }))
    on('close', (event) => {
      const { code, reason, wasClean } = event
      const retryAfter = this.#ask(this.#options.retryAfter, event)
      this.#ended(link, { code, reason, clean: wasClean, ...(retryAfter && { retryAfter }) })
    })
  }

  #ended(link: number, closing: Closing = { code: Close.abnormal, reason: '' }): void {
    this.#feed({ on: 'ended', link, closing })
  }

  #receive({ data, origin }: MessageEvent<unknown>, link: number): void {
    const { heartbeat, ack, dedupe, env } = this.#options
    const pong = !!this.#ask(heartbeat?.isPong, data)
    this.#feed({ on: 'heard', link, pong })
    if (pong && heartbeat?.hidePongs) return
    const acked = this.#ask(ack?.isAck, data)
    this.#queue.ack(acked === true ? this.#ask(ack?.idOf, data as Data) : acked, env.now())
    const id = this.#ask(dedupe?.idOf, data)
    if (id === undefined || id === null || !this.#seen?.(id, env.now())) this.#emit('message', { data, origin })
  }

  #ping(): void {
    const message = this.#options.heartbeat?.message
    const ping = typeof message === 'function' ? this.#ask(message) : message
    if (ping !== undefined) this.#open?.send(ping)
  }

  /** Writes what is overdue; on a fresh link everything, before the app hears of it. */
  #flush(fresh: boolean): void {
    const open = this.#open
    if (open) this.#queue.flush(this.#options.env.now(), open, fresh)
    else this.#queue.due = Infinity
    if (fresh) this.#emit('open')
  }

  /** Lets go of a link at once; the close event of a dead one would take up to a minute. */
  #drop(closing: Closing): void {
    // A page may not say 1001.
    this.#ws?.close(closing.code < 3000 ? 1000 : closing.code, closing.reason)
    if (closing.code === Close.timeout) this.#fail(new Error(closing.reason))
    this.#tell(closing)
    this.#told = true
  }

  #tell(closing: Closing): void {
    this.dispatchEvent(closeEvent(closing))
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
