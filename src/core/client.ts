import { Close, type Closing, verdict } from '../wire/close.js'
import { ConnectionError, FrameError } from '../wire/errors.js'
import { type ClientFrame, type Packed, PROTOCOL_VERSION } from '../wire/frame.js'
import type { Ping, Pong, Retry, ServerFrame, Welcome } from '../wire/frame.js'
import type { ClientInput, ClientOptions, ClientOutput } from './contract.js'
import { Greeting } from './greeting.js'
import type { Link } from './link.js'
import { Outbox } from './outbox.js'
import type { Machine } from './port.js'
import { Reader } from './reader.js'
import { Route } from './route.js'
import { Rtt } from './rtt.js'
import { type Status, statusOf } from './status.js'

export type { ClientInput, ClientOptions, ClientOutput } from './contract.js'

/** Before the welcome nothing is known of the server; any takes a packet of 64 KiB. */
const FIRST_FLIGHT = 32_768

/** What is said of messages counts only from a server that has welcomed us: a welcome says it all again. */
const verdicts = new Set<ServerFrame['t']>(['accepted', 'refused'])

/** The client's decisions: what to say to the server and to the app, and when. */
export class Client<Tag> implements Machine<ClientInput<Tag>, ClientOutput<Tag>> {
  readonly rtt = new Rtt()
  readonly outbox: Outbox<Tag>
  readonly reader: Reader
  readonly route: Route
  readonly #greeting: Greeting
  readonly #options: ClientOptions
  #out: ClientOutput<Tag>[] = []
  #now = 0
  /** A new token was asked for since the last welcome. */
  #renewed = false
  #pings = 0
  /** The error told last, while it may come again. */
  #failure: Error | undefined
  #reason = ''
  #said = ''

  /** What each frame means. */
  readonly #heard: { [T in ServerFrame['t']]: (frame: ServerFrame & { t: T }, link: number) => void } = {
    welcome: (frame, link) => {
      this.#welcome(link, frame)
    },
    accepted: ({ seq, only }) => {
      this.#out.push(...(only ? this.outbox.settle(seq) : this.outbox.ack(seq, this.#now)))
    },
    refused: ({ seq, code, reason }) => {
      this.#out.push(...this.outbox.settle(seq, { code: 'refused', reason: `${code}: ${reason}` }))
    },
    message: (frame) => {
      this.reader.message(frame, this.#now)
    },
    subscribed: (frame) => {
      this.reader.subscribed(frame, this.#now)
    },
    denied: (frame) => {
      this.reader.denied(frame)
    },
    page: (frame) => {
      this.reader.answer(frame.id, frame)
    },
    ping: (frame) => {
      this.#compare(frame)
      this.#write([...this.reader.received(), { t: 'pong', id: frame.id }])
    },
    pong: (frame) => {
      this.#compare(frame)
    },
    retry: (frame, link) => {
      this.#sendAway(frame, link)
    },
    error: ({ code, reason }) => {
      this.#out.push({ do: 'fault', error: new ConnectionError(code, reason) })
    },
  }

  constructor(options: ClientOptions) {
    this.#options = options
    this.#greeting = new Greeting(options.id, options.key)
    this.outbox = new Outbox(options.outbox, this.rtt)
    this.reader = new Reader((output) => this.#out.push(output))
    const isFatal = (closing: Closing): boolean => this.#isFatal(closing)
    const link = { ...options.link, rtt: this.rtt, closeTimeout: 0, isFatal }
    this.route = new Route(link, options.ladder, {
      emit: (output) => this.#out.push(output),
      greet: (to, moving) => this.#greet(to, moving),
      // What races is asked, and answers, without a name: the answer says which link it came by.
      ask: (to) => this.#out.push({ do: 'write', link: to, frames: [{ t: 'ping', id: 0 }] }),
      beat: () => {
        this.#write([...this.reader.received(), { t: 'ping', id: ++this.#pings }])
      },
      lost: (reason) => {
        this.outbox.interrupt()
        this.reader.interrupt()
        this.#reason = reason
        this.#failure = undefined
      },
    })
  }

  get link(): Link {
    return this.route.link
  }

  get status(): Status {
    return statusOf(this.link.state, this.route.known)
  }

  get deadline(): number {
    const { outbox, reader } = this
    const always = Math.min(this.route.deadline, outbox.expiresAt)
    return this.#serving ? Math.min(always, outbox.overdueAt, reader.ackAt, reader.askAt) : always
  }

  handle(input: ClientInput<Tag>, now: number): ClientOutput<Tag>[] {
    this.#now = now
    // News of a link that is no more is no news.
    if (!('link' in input) || this.route.ladder.has(input.link)) this.#decide(input)
    this.#flush()
    const { status } = this
    const said = status + this.#reason
    if (said !== this.#said) this.#out.push({ do: 'status', status, reason: this.#reason })
    this.#said = said
    return this.#out.splice(0)
  }

  /** A link is up, and can be written to: while the session moves, there may be none for a moment. */
  get #serving(): boolean {
    return this.link.state.is === 'up' && this.route.front !== undefined
  }

  #decide(input: ClientInput<Tag>): void {
    const { reader, outbox } = this
    switch (input.on) {
      case 'send':
        this.#out.push(...outbox.push(input.draft))
        return
      case 'subscribe':
        reader.subscribe(input.ch, input.from)
        return
      case 'unsubscribe':
        this.#write(reader.unsubscribe(input.ch))
        return
      case 'history':
        reader.history(input.id, input.ch, input.from, input.limit)
        return
      case 'opened':
        this.route.opened(input.link, this.#now)
        return
      case 'frames':
        if (input.link === this.route.front) this.#frames(input.link, input.frames)
        else this.#aside(input.link, input.frames)
        return
      case 'broken':
        this.#give({ code: Close.badFrame, reason: input.error.message, error: input.error }, input.link)
        return
      case 'ended':
        this.#ended(input.closing, input.link)
        return
      default:
        if (input.on === 'close') this.#write([...reader.received(), { t: 'bye' }])
        // Another network, another way.
        else if (input.on === 'online') this.#greeting.passes = Infinity
        this.route.handle(input, this.#now)
    }
  }

  /**
   * Hello, the questions and the first messages leave together. A session resumed waits to hear what the server has.
   * Where it moves to another link, hello goes ahead: all else goes on where it is until the answer comes.
   */
  #greet(link: number, moving: boolean): void {
    const hello = this.#greeting.hello(this.outbox.acked)
    if (moving) {
      this.#out.push({ do: 'write', link, frames: [hello] })
      return
    }
    this.outbox.interrupt()
    this.reader.resume()
    // Without a greeting (a codec of the user's) the link is up at once, and everything is sent anew.
    if (this.link.state.is === 'up') this.#welcomed()
    else this.#say([hello], this.route.known ? -1 : Math.min(FIRST_FLIGHT, this.#greeting.passes / 2))
  }

  /** What comes by a link that does not serve: its sign of life, the welcome that makes it serve, or that nobody may come. */
  #aside(link: number, frames: ServerFrame[]): void {
    const says = (type: ServerFrame['t']): boolean => frames.some(({ t }) => t === type)
    const retry = frames.find((frame) => frame.t === 'retry')
    if (retry) this.#sendAway(retry, link)
    else if (link === this.route.ladder.mover) {
      if (says('welcome')) this.#frames(link, frames)
    } else if (says('pong')) this.route.useful(link, this.#now)
  }

  #frames(link: number, frames: ServerFrame[]): void {
    const pong = frames.some((frame) => frame.t === 'pong' && frame.id === this.#pings)
    this.route.heard(pong, this.#now)
    for (const frame of frames) {
      const hear = this.#heard[frame.t] as (frame: ServerFrame, link: number) => void
      // It may have been dropped for the frame before.
      if (!this.route.ladder.has(link)) return
      if (this.link.state.is === 'up' || !verdicts.has(frame.t)) hear(frame, link)
      else this.#out.push({ do: 'fault', error: new FrameError('bad-frame', `${frame.t} before the welcome`) })
    }
  }

  /** What the server has, and what it has pushed, is held against what is known here. */
  #compare({ got = 0, heads }: Ping | Pong): void {
    this.reader.heads(heads, this.#now)
    this.#out.push(...this.outbox.ack(got, this.#now))
  }

  #welcome(link: number, welcome: Welcome): void {
    const { v, idle, got, window } = welcome
    if (v !== PROTOCOL_VERSION) {
      this.#give({ code: Close.version, reason: `the server speaks version ${v}` }, link)
      return
    }
    const { outbox } = this
    const { packet, body } = this.#greeting.accept(welcome)
    if (link !== this.route.front) {
      // It takes over: what was under way on the other may have come too late.
      outbox.interrupt()
      this.reader.resume()
    }
    this.route.welcomed(link, idle, this.#now)
    this.#out.push({ do: 'limit', link, max: packet }, ...outbox.ack(got, this.#now), ...outbox.agree(window, body))
    this.#welcomed()
  }

  #welcomed(): void {
    this.#renewed = false
    this.#reason = ''
  }

  /** The server's close follows, and may be lost: nobody waits for it. */
  #sendAway({ after, spread }: Retry, link: number): void {
    const retryAfter = after + spread * this.#options.link.random()
    this.#give({ code: Close.tryLater, reason: 'the server asks to come back later', retryAfter }, link)
  }

  #give(closing: Closing, link: number): void {
    this.#out.push({ do: 'drop', link, closing })
    this.#ended(closing, link)
  }

  #ended(closing: Closing, link: number): void {
    const { error, max = Infinity } = closing
    // A provider that fails ends every link of a race, or of a climb, with one error.
    if (error && error !== this.#failure) this.#out.push({ do: 'fault', error })
    this.#failure = error
    this.#greeting.passes = Math.min(this.#greeting.passes, max)
    this.route.ended(link, closing, this.#now)
  }

  #isFatal({ code, max }: Closing): boolean {
    // Too large for something on the way: it is one message that fails for it.
    const said = max === undefined ? verdict(code) : 'retry'
    const fatal = said === 'fatal' || (said === 'renew' && this.#renewed)
    this.#renewed ||= said === 'renew'
    return fatal
  }

  /** After every input: what is due is settled, and what may leave leaves in one piece. */
  #flush(): void {
    const { outbox, reader } = this
    const now = this.#now
    this.#out.push(...outbox.expire(now))
    if (this.link.state.is === 'closed') {
      this.#out.push(...outbox.close(`the client is closed: ${this.link.state.closing.reason}`))
      reader.close()
    }
    if (!this.#serving) return
    const overdue = outbox.retransmit(now)
    this.#say(overdue)
    // Overdue on a link that is up: it was said again, in case only the message was lost; does the link live?
    if (overdue.length) this.route.probe(now)
  }

  /**
   * What comes first, the questions that are due, and what the window lets out, all in one piece. On a link that is up
   * (only a hello sets a limit) the acknowledgements travel with them.
   */
  #say(first: ClientFrame<Packed>[], limit?: number): void {
    const { reader } = this
    const now = this.#now
    const { frames, sent } = this.outbox.pump(now, limit)
    const due = [...first, ...reader.questions(now, this.#patience), ...frames]
    const acks = limit === undefined && (due.length || now >= reader.ackAt) ? reader.received() : []
    this.#write([...acks, ...due])
    for (const tag of sent) this.#out.push({ do: 'sent', tag })
  }

  #write(frames: ClientFrame<Packed>[]): void {
    const { front } = this.route
    if (front !== undefined && frames.length) this.#out.push({ do: 'write', link: front, frames })
  }

  /** How long a question may go without an answer, ms. A server that does not greet may not answer at all. */
  get #patience(): number {
    return this.#options.link.greets ? Math.max(1_000, 2 * this.rtt.rto) : Infinity
  }
}
