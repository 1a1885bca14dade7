// Requests in the test's hand: each is answered, cut or left alone as the test says, and time is the test's as well.
import type { News } from '../../src/testing/watched.js'
import { sse, type SseOptions } from '../../src/transports/sse.js'
import type { Connection, Transport } from '../../src/transports/transport.js'
import type { Packet } from '../../src/wire/codec.js'
import { FakeEnv, answers } from '../socket/fakes.js'

interface Extras {
  headers?: Record<string, string>
  /** The address that answered, after a redirect. */
  from?: string
}

/** A body that comes in pieces. */
export class FakeStream {
  #control: ReadableStreamDefaultController<Uint8Array> | undefined
  #over = false
  readonly body: ReadableStream<Uint8Array>

  constructor(signal: AbortSignal) {
    this.body = new ReadableStream({ start: (control) => void (this.#control = control) })
    signal.addEventListener('abort', () => this.fail())
  }

  async write(...parts: (string | Uint8Array)[]): Promise<void> {
    for (const part of parts) {
      if (!this.#over) this.#control?.enqueue(typeof part === 'string' ? new TextEncoder().encode(part) : part)
      await answers()
    }
  }

  async end(): Promise<void> {
    this.#control?.close()
    await answers()
  }

  fail(): void {
    this.#over = true
    this.#control?.error(new TypeError('terminated'))
  }
}

export class FakeRequest {
  readonly url: URL
  readonly init: RequestInit
  readonly reply: Promise<Response>
  #settle: { resolve: (response: Response) => void; reject: (error: unknown) => void } | undefined

  constructor(url: string, init: RequestInit) {
    this.url = new URL(url)
    this.init = init
    this.reply = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    this.signal.addEventListener('abort', () => this.#settle?.reject(new DOMException('aborted', 'AbortError')))
  }

  /** `GET since=1&hold=25000`, or `POST post=1`. */
  get line(): string {
    const query = new URLSearchParams(this.headers['holdfast'])
    query.delete('v')
    return `${String(this.init.method)} ${query.toString()}`.trim()
  }

  get body(): string {
    return String(this.init.body)
  }

  get headers(): Record<string, string> {
    return this.init.headers as Record<string, string>
  }

  get signal(): AbortSignal {
    return this.init.signal ?? new AbortController().signal
  }

  async answer(status: number, text = '', extras: Extras = {}): Promise<void> {
    this.#respond(new Response(text || null, { status, headers: extras.headers ?? {} }), extras)
    await answers()
  }

  /** Network error. */
  async fail(): Promise<void> {
    this.#settle?.reject(new TypeError('fetch failed'))
    await answers()
  }

  async stream(extras: Extras = {}, status = 200): Promise<FakeStream> {
    const stream = new FakeStream(this.signal)
    this.#respond(new Response(stream.body, { status }), extras)
    await answers()
    return stream
  }

  #respond(response: Response, { from }: Extras): void {
    if (from) Object.defineProperties(response, { redirected: { value: true }, url: { value: from } })
    this.#settle?.resolve(response)
  }
}

export const ticket = '#{"ticket":"T"}'
const URL_ = 'https://far/realtime?a=b'

/** One link over requests in the test's hand. */
export class FakeHttp {
  readonly env = new FakeEnv()
  readonly requests: FakeRequest[] = []
  readonly news: News[] = []
  /** What the app does with a packet. */
  onPacket: (packet: Packet) => void = () => undefined
  #connection: Connection | undefined

  /** Given to the transport. */
  readonly fetch = ((url: string, init: RequestInit) => {
    const request = new FakeRequest(url, init)
    this.requests.push(request)
    return request.reply
  }) as typeof fetch

  get connection(): Connection {
    if (!this.#connection) throw new Error('nothing was dialled')
    return this.#connection
  }

  /** The last request. */
  get last(): FakeRequest {
    const last = this.requests.at(-1)
    if (!last) throw new Error('nothing was asked')
    return last
  }

  /** All requests, in words. */
  get lines(): string[] {
    return this.requests.map(({ line }) => line.replace(/a=b&?/, '').trim())
  }

  /** Dials, says the first packets, and lets the first request out. */
  async dial(transport: Transport, first: string[] = ['hello'], token?: string): Promise<this> {
    this.#connection = transport.open(
      { url: URL_, protocols: ['holdfast.1'], ...(token !== undefined && { token }) },
      {
        opened: () => {
          this.news.push('opened')
          for (const packet of first) this.connection.send(packet)
        },
        received: (packet) => {
          this.news.push(packet)
          this.onPacket(packet)
        },
        closed: (closing) => this.news.push(closing),
      },
      this.env,
    )
    await this.env.pass(0)
    return this
  }

  async send(...packets: (string | Uint8Array)[]): Promise<void> {
    for (const packet of packets) this.connection.send(packet)
    await answers()
  }

  pass(ms: number): Promise<void> {
    return this.env.pass(ms)
  }
}

/** A link whose opening waits for its answer. */
export async function dialSse(first = ['hello'], token?: string, options: SseOptions = {}): Promise<FakeHttp> {
  const far = new FakeHttp()
  return far.dial(sse({ fetch: far.fetch, ...options }), first, token)
}

/** A link that has its ticket. */
export async function openSse(options: SseOptions = {}): Promise<{ far: FakeHttp; down: FakeStream }> {
  const far = await dialSse(['hello'], undefined, options)
  const down = await far.last.stream()
  await down.write(`data: ${ticket}\n\n`)
  return { far, down }
}
