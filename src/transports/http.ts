import type { Closing } from '../wire/close.js'
import type { Packet } from '../wire/codec.js'
import { base64url } from './base64.js'
import { fromLine, toLine } from './lines.js'
import { type Answer, type Ask, closingOf, type HttpOptions, isCut, request } from './request.js'
import type { Connection, LeafClock, Target, Transport, TransportEvents } from './transport.js'

type Query = Partial<Record<'post' | 'close' | 'since' | 'hold' | 'link', number | string>>
type How = Pick<Ask, 'hold' | 'read'> & { accept?: string }
/** Opens the link by a first POST, and sees to it that packets come down. */
type Run = (link: HttpLink) => Promise<void>

/** ms before a request that was cut is said again; after the last the link is given up. */
export const REPEATS = [100, 1_000]

/** By this side, which needs no telling. */
const CLOSED: Closing = { code: 1000, reason: '' }

/** A transport over HTTP. */
export const http = (name: string, options: HttpOptions, run: Run): Transport => ({
  name,
  open: (target, on, clock) => new HttpLink(target, on, clock, options, run),
})

/** One link over HTTP: its ticket, and the way up. The way down is the leaf's. */
export class HttpLink implements Connection {
  /** Names the link to the server, from its first answer on. */
  ticket: string | undefined
  /** Packets that came. */
  got = 0
  /** Called when there is something to say. */
  wake: () => void
  /** Ends what brings the packets down. */
  stop: (() => void) | undefined
  readonly clock: LeafClock
  readonly #options: HttpOptions
  readonly #token: string | undefined
  #url: string
  /** Nobody listens any more once either side has closed. */
  #on: TransportEvents | undefined
  /** Lines that the server has not confirmed. */
  readonly #queue: string[] = []
  /** Length of a body. */
  #limit = 2 ** 16
  #posts = 0
  #posting = false
  /** The code of this side's close, for the server. */
  #code: number | undefined
  /** No more is said. */
  #over = false

  constructor({ url, token }: Target, on: TransportEvents, clock: LeafClock, options: HttpOptions, run: Run) {
    this.#url = url.replace(/^ws/, 'http')
    this.#token = token
    this.#on = on
    this.clock = clock
    this.#options = options
    this.wake = () => {
      this.wake = () => undefined
      if (this.#on) run(this).catch((error: unknown) => this.end({ code: 1006, reason: String(error) }))
    }
    void Promise.resolve().then(() => {
      this.#on?.opened()
      // The first packets travel with the first request; where none are said, it goes alone.
      clock.timer(() => this.wake(), 0)
    })
  }

  get live(): boolean {
    return this.#on !== undefined
  }

  /** It is live, and there is nothing to say. */
  get idle(): boolean {
    return this.live && !this.#queue.length
  }

  get buffered(): number {
    return this.#queue.reduce((sum, { length }) => sum + length, 0)
  }

  send(packet: Packet): void {
    if (!this.#on) return
    this.#queue.push(toLine(packet))
    // What is said in one task leaves together.
    void Promise.resolve().then(() => this.wake())
  }

  /** Silent at once. Packets come down until the server knows, for to some servers a stream that ends is the end. */
  close(code: number): void {
    if (!this.#on) return
    this.#on = undefined
    this.#code = code >= 3_000 ? code : 1_000
    // Nobody knows of the link yet, or nobody can be told which it is.
    if (!this.ticket) this.end(CLOSED)
    this.wake()
  }

  /** This link is over: nothing more is heard or said. */
  end(closing: Closing): void {
    const on = this.#on
    this.#on = undefined
    this.#over = true
    this.stop?.()
    on?.closed({ clean: false, ...closing })
  }

  wait(ms: number): Promise<void> {
    return new Promise((done) => this.clock.timer(done, ms))
  }

  /** The address, with a query. */
  at(query: Query): string {
    const url = new URL(this.#url)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    return url.href
  }

  /** What the server said, of the link or for the app. */
  take(text: string): void {
    for (const line of text.split('\n')) {
      if (!line || !this.#on) continue
      let packet: Packet | undefined
      try {
        if (line.startsWith('#')) this.#control(line.slice(1))
        else packet = fromLine(line)
        if (!this.ticket) throw new TypeError()
      } catch {
        this.end({ code: 1006, reason: 'the answer is not understood' })
        return
      }
      if (packet === undefined) continue
      this.got++
      this.#on.received(packet)
    }
  }

  /** The first POST; it ends the link where it brings no ticket. */
  async dial(query: Query, how: How): Promise<void> {
    this.take((await this.post(query, how)) ?? '')
    if (!this.ticket) this.end({ code: 1006, reason: 'this is no Holdfast server' })
  }

  /** From now on what is said leaves at once, in a POST of its own. */
  speak(): void {
    this.wake = () => void this.#pump()
    this.wake()
  }

  async #pump(): Promise<void> {
    if (this.#posting) return
    this.#posting = true
    while (!this.#over && (this.#queue.length || this.#code !== undefined)) await this.post()
    this.#posting = false
  }

  /** Says what waits and fits in one body; gives the text of the answer, or nothing where it ended the link. */
  async post(query: Query = {}, how: How = {}): Promise<string | undefined> {
    const open = this.ticket !== undefined
    const numbered = open ? { ...query, post: ++this.#posts } : query
    const code = this.#code
    let lines = this.#batch()
    for (let tries = 0; !this.#over;) {
      const last = code !== undefined && lines.length === this.#queue.length
      const answer = await this.ask(last ? { ...numbered, close: code } : numbered, how, lines.join('\n'))
      const { status, from } = answer
      // A redirect may have made a GET of it: only what was answered where it was asked was taken.
      if (status === (open && query.since === undefined ? 204 : 200) && !(open && from)) {
        this.#queue.splice(0, lines.length)
        if (last) this.end(CLOSED)
        return answer.text
      }
      const again = open ? isCut(answer) || from : from && [401, 405, 426].includes(status) && !tries
      const pause = again ? REPEATS[tries++] : undefined
      // Not after a try that may have been heard: the same number must say the same.
      if (status === 413 && lines.length && !(open && tries)) lines = this.#smaller(lines)
      else if (pause === undefined) this.end(closingOf(answer, open))
      else await this.wait(pause)
    }
    return undefined
  }

  async ask(query: Query, { accept, ...how }: How, body?: string): Promise<Answer> {
    const abort = new AbortController()
    if (query.post === undefined) this.stop = () => abort.abort()
    const secret = this.ticket ? `link.${this.ticket}` : this.#token !== undefined && `token.${base64url(this.#token)}`
    const ask: Ask = {
      ...how,
      headers: { ...(secret && { authorization: `Bearer holdfast.${secret}` }), ...(accept && { accept }) },
      // A page that goes away takes its requests with it; the platform takes 64 KiB of them over.
      ...(body !== undefined && { method: 'POST', body, keepalive: query.close !== undefined && body.length < 20_000 }),
    }
    const answer = await request(this.at(query), ask, this.#options, this.clock, abort)
    if (answer.from && answer.status >= 0) {
      const url = new URL(answer.from)
      for (const name of ['post', 'close', 'since', 'hold']) url.searchParams.delete(name)
      this.#url = url.href
    }
    return answer
  }

  #control(json: string): void {
    const { ticket, code, reason = '' } = JSON.parse(json) as { ticket?: string; code?: number; reason?: string }
    if (ticket) this.ticket = ticket
    if (code) this.end({ code, reason, clean: true })
  }

  /** What fits in one body; one line always does. */
  #batch(): string[] {
    let room = this.#limit
    const end = this.#queue.findIndex(({ length }, at) => (room -= length + 1) < 0 && at > 0)
    return this.#queue.slice(0, end < 0 ? undefined : end)
  }

  /** For a way that takes no body of this size. */
  #smaller(lines: readonly string[]): string[] {
    this.#limit = lines.join('\n').length / 2
    const packet = fromLine(lines[0] ?? '')
    const size = typeof packet === 'string' ? new TextEncoder().encode(packet).length : packet.length
    if (lines.length === 1) this.end({ code: 1009, reason: 'too large for the way', max: size - 1 })
    return this.#batch()
  }
}
