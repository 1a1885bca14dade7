// A native socket and a clock under the test's full control.
import { type Data, ResilientWebSocket, type SocketOptions } from '../../src/socket.js'

export class FakeSocket extends EventTarget {
  static all: FakeSocket[] = []
  static get last(): FakeSocket {
    const last = FakeSocket.all.at(-1)
    if (!last) throw new Error('nothing was dialled')
    return last
  }
  readonly protocols: string | string[] | undefined
  readonly url: string
  protocol = ''
  extensions = ''
  binaryType = 'blob'
  readyState = 0
  bufferedAmount = 0
  sent: Data[] = []
  /** What `close` was called with. */
  closes: [code: number | undefined, reason: string | undefined][] = []

  constructor(url: string | URL, protocols?: string | string[]) {
    super()
    this.url = String(url)
    this.protocols = protocols
    FakeSocket.all.push(this)
  }

  send(data: Data): void {
    if (this.readyState === 0) throw new DOMException('still connecting', 'InvalidStateError')
    if (this.readyState === 1) this.sent.push(data)
  }

  /** As natives do: asks, and says nothing until the other side answers. */
  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
      throw new DOMException('code', 'InvalidAccessError')
    this.closes.push([code, reason])
    if (this.readyState < 2) this.readyState = 2
  }

  accept(protocol = ''): this {
    this.readyState = 1
    this.protocol = protocol
    this.dispatchEvent(new Event('open'))
    return this
  }

  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data, origin: 'ws://fake' }))
  }

  end(code = 1006, reason = '', wasClean = code !== 1006): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean }))
  }

  /** A dial that fails. */
  refuse(): void {
    this.readyState = 3
    this.dispatchEvent(new Event('error'))
    this.end()
  }
}

interface Timer {
  at: number
  callback: () => void
}

export class FakeEnv {
  time = 1_000_000
  /** How often a timer was armed. */
  armed = 0
  chance = 0.5
  readonly timers = new Set<Timer>()

  now = () => this.time
  random = () => this.chance
  timer = (callback: () => void, ms: number) => {
    const timer = { at: this.time + Math.max(0, ms), callback }
    this.armed++
    this.timers.add(timer)
    return () => {
      this.timers.delete(timer)
    }
  }

  /** Lets time pass; each timer fires when it is due, and providers get to answer. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    await answers()
    for (let next; (next = this.#next(end));) {
      this.time = Math.max(this.time, next.at)
      this.#fire(next)
      await answers()
    }
    this.time = end
    await answers()
  }

  /** The machine sleeps: nothing fires until it wakes, late. */
  async sleep(ms: number): Promise<void> {
    this.time += ms
    await this.pass(0)
  }

  #next(end: number): Timer | undefined {
    return [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }

  #fire(timer: Timer): void {
    this.timers.delete(timer)
    timer.callback()
  }
}

/** Promises that are settled have been heard after this. */
export const answers = () => new Promise<void>((done) => setImmediate(done))

/** A page in the way of `globalThis`. */
export class FakePage extends EventTarget {
  document = { visibilityState: 'visible' }
  navigator: { onLine?: boolean; connection: EventTarget } = { connection: new EventTarget() }
  say(type: string, fields: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), fields))
  }
}

export interface Seen {
  type: string
  readyState: number
  data?: unknown
  [field: string]: unknown
}

/** A socket over fakes, already dialling, that writes down its events. */
export async function start(
  options: SocketOptions = {},
  url: ConstructorParameters<typeof ResilientWebSocket>[0] = 'ws://fake/',
) {
  FakeSocket.all = []
  const env = new FakeEnv()
  const page = new FakePage()
  const socket = new ResilientWebSocket(url, undefined, {
    WebSocket: FakeSocket as unknown as NonNullable<SocketOptions['WebSocket']>,
    env,
    page,
    ...options,
  })
  const events = record(socket)
  await answers()
  return { socket, env, page, events, types: () => events.map(({ type }) => type) }
}

/** The same, with its first link open and stable, and its events so far forgotten. */
export async function open(options: SocketOptions = {}) {
  const started = await start(options)
  FakeSocket.last.accept()
  await started.env.pass(6_000)
  started.events.length = 0
  return { ...started, first: FakeSocket.last }
}

export function record(socket: ResilientWebSocket): Seen[] {
  const events: Seen[] = []
  for (const type of ['open', 'message', 'error', 'close', 'retry'])
    socket.addEventListener(type, (event) => {
      const { data, code, reason, wasClean, attempt, delay, error } = event as unknown as Record<string, unknown>
      const fields = { data, code, reason, wasClean, attempt, delay, error }
      const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
      events.push({ type, readyState: socket.readyState, ...said })
    })
  return events
}
