import type { Closing } from '../wire/close.js'
import type { Packet } from '../wire/codec.js'
import { closingOf, isCut } from './answer.js'
import { base64url } from './base64.js'
import { fromLine, toLine } from './lines.js'
import { ask, type Asking, type HttpOptions, type Query, type Read } from './request.js'
import type { Connection, LeafClock, Target, Transport, TransportEvents } from './transport.js'

/** Opens the link by a first POST, and sees to it that packets come down. */
export type Run = (link: HttpLink) => Promise<void>

/** ms before a request that was cut is said again; after the last the link is given up. */
const REPEATS = [100, 1_000]

/** ms that a link may take to say that it is closed. */
const FAREWELL = 5_000

/** A transport over HTTP. */
export const http = (name: string, options: HttpOptions, run: Run): Transport => ({
  name,
  open: (target, on, clock) => new HttpLink(target, on, clock, options, run),
})

/** One link over HTTP: its ticket, and the way up. The way down is the leaf's. */
export class HttpLink implements Connection, Asking {
  readonly clock: LeafClock
  readonly options: HttpOptions
  url: string
  secret: string
  stop?: () => void
  /** Names the link to the server, from its first answer on. */
  ticket: string | undefined
  /** Packets that came. */
  got = 0
  /** Called when there is something to say. The constructor sets it, by `rest`. */
  wake!: () => void
  /** Nobody listens any more once either side has closed. */
  #on: TransportEvents | undefined
  /** Lines that the server has not confirmed. */
  readonly #queue: string[] = []
  /** Length of a body. */
  #limit = 2 ** 16
  #posts = 0
  /** The code of this side's close, for the server. */
  #code: number | undefined
  /** Takes back that the link ends when its farewell takes too long. */
  #hurry: (() => void) | undefined
  /** No more is said. */
  #over = false

  constructor({ url, token }: Target, on: TransportEvents, clock: LeafClock, options: HttpOptions, run: Run) {
    this.url = url.replace(/^ws/, 'http')
    this.secret = token === undefined ? '' : `holdfast.token.${base64url(token)}`
    this.clock = clock
    this.options = options
    this.#on = on
    this.rest()
      .then(() => run(this))
      .catch((error: unknown) => this.lose(String(error)))
    queueMicrotask(() => {
      this.#on?.opened()
      // The first packets travel with the first request; where none are said, it goes alone.
      clock.timer(() => this.wake(), 0)
    })
  }

  isLive(): boolean {
    return !!this.#on
  }

  get buffered(): number {
    return this.#queue.join('').length
  }

  send(packet: Packet): void {
    if (!this.#on) return
    this.#queue.push(toLine(packet))
    // What is said in one task leaves together.
    queueMicrotask(() => this.wake())
  }

  /** Silent at once. Packets come down until the server knows, for to some servers a stream that ends is the end. */
  close(code: number): void {
    if (!this.#on) return
    this.#on = undefined
    this.#code = code >= 3000 ? code : 1000
    // Without a ticket nobody can be told which link it is. Where what was said last was not answered in time, no farewell
    // would be either, and what brings packets down would keep a connection that others, the next link first, may wait for.
    if (!this.ticket || (code === 4408 && this.buffered)) this.end()
    else {
      this.#hurry = this.clock.timer(() => this.end(), FAREWELL)
      this.wake()
    }
  }

  /** This link is over: nothing more is heard or said. */
  end(closing?: Closing): void {
    const on = this.#on
    this.#on = undefined
    this.#over = true
    this.#hurry?.()
    this.stop?.()
    if (closing) on?.closed({ clean: false, ...closing })
  }

  /** It broke. */
  lose(reason: string): void {
    this.end({ code: 1006, reason })
  }

  wait(ms: number): Promise<void> {
    return new Promise((done) => {
      this.clock.timer(done, ms)
    })
  }

  /** What the server said, of the link or for the app. It begins with the ticket. */
  take(text: string): void {
    for (const line of text.split('\n')) {
      if (!line || !this.#on) continue
      let packet: Packet | undefined
      try {
        if (line.startsWith('#')) this.#control(line.slice(1))
        else packet = fromLine(line)
        if (!this.ticket) throw new TypeError()
      } catch {
        this.lose('the answer is not understood')
        return
      }
      if (packet === undefined) continue
      this.got++
      this.#on.received(packet)
    }
    if (!this.ticket) this.lose('this is no Holdfast server')
  }

  /** Says what waits, and from then on at once what there is to say, in a POST of its own. */
  async speak(query?: Query, read?: Read): Promise<void> {
    await this.post(query, read)
    void this.#pump()
  }

  async #pump(): Promise<void> {
    while (!this.#over) await (this.#queue.length || this.#code ? this.post() : this.rest())
  }

  /** Waits until there is something to say, or for `ms`. */
  rest(ms?: number): Promise<void> {
    return new Promise((done) => {
      const cancel = ms === undefined ? undefined : this.clock.timer(done, ms)
      this.wake = () => {
        cancel?.()
        done()
      }
    })
  }

  /**
   * Says what waits and fits in one body, or asks where nothing waits, and takes the answer. What was cut is done again,
   * but for the first POST, which has no number.
   */
  async post(query: Query = {}, read?: Read): Promise<void> {
    const open = !!this.ticket
    const code = this.#code
    let lines = this.#batch()
    const says = !open || code || lines.length
    const numbered = open && says ? { ...query, post: ++this.#posts } : query
    for (let tries = 0; !this.#over;) {
      const last = code && lines.length === this.#queue.length
      const answer = await ask(
        this,
        last ? { ...numbered, close: code } : numbered,
        says ? lines.join('\n') : null,
        read,
      )
      const { status, ok, moved, headers, text } = answer
      if (ok) {
        this.#queue.splice(0, lines.length)
        if (last) this.end()
        this.take(text)
        return
      }
      const again = moved ? open || (!tries && [401, 405, 426].includes(status)) : open && isCut(status)
      const pause = again ? REPEATS[tries++] : undefined
      // Not after a try that may have been heard: the same number must say the same.
      if (status === 413 && lines.length && !(open && tries)) lines = this.#smaller(lines)
      else if (pause === undefined) this.end(closingOf(status, headers, open))
      // An opening that was led elsewhere has failed nowhere.
      else if (open) await this.wait(pause)
    }
  }

  #control(json: string): void {
    const { ticket, code, reason = '' } = JSON.parse(json) as { ticket?: string; code?: number; reason?: string }
    if (ticket) this.secret = `holdfast.link.${(this.ticket = ticket)}`
    if (code) this.end({ code, reason, clean: true })
  }

  /** What fits in one body; one line always does. */
  #batch(): string[] {
    let room = this.#limit
    return this.#queue.filter(({ length }, at) => (room -= length + 1) >= -1 || !at)
  }

  /** For a way that takes no body of this size. */
  #smaller(lines: readonly string[]): string[] {
    this.#limit = lines.join('\n').length / 2
    const { size } = new Blob([fromLine(lines[0] ?? '') as BlobPart])
    if (lines.length === 1) this.end({ code: 1009, reason: 'too large for the way', max: size - 1 })
    return this.#batch()
  }
}
