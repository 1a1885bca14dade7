import { Close, type Closing } from '../wire/close.js'
import { ConnectionError, FrameError } from '../wire/errors.js'
import { type ClientFrame, type Packed, PROTOCOL_VERSION } from '../wire/frame.js'
import type { Retry, ServerFrame, Welcome } from '../wire/frame.js'
import type { ClientInput, ClientOptions, ClientOutput } from './contract.js'
import { Greeting } from './greeting.js'
import { DEAF, Hearing } from './hearing.js'
import { Ledgers } from './ledgers.js'
import { verdicts } from './kinds.js'
import type { Link } from './link.js'
import type { Outbox } from './outbox.js'
import type { Machine } from './port.js'
import { Renewal } from './renewal.js'
import { Route } from './route.js'
import { type Status, statusOf } from './status.js'

export type { ClientInput, ClientOptions, ClientOutput } from './contract.js'

/** What is about the link; the rest goes to the ledgers. */
type About = 'welcome' | 'ping' | 'pong' | 'large' | 'retry' | 'wait' | 'error'

/** The client's decisions: what to say to the server and to the app, and when. */
export class Client<Tag> implements Machine<ClientInput<Tag>, ClientOutput<Tag>> {
  readonly ledgers: Ledgers<Tag>
  readonly route: Route
  readonly #greeting: Greeting
  readonly #hearing: Hearing
  readonly #renewal = new Renewal()
  readonly #options: ClientOptions
  #out: ClientOutput<Tag>[] = []
  #now = 0
  #pings = 0
  /** The error told last, while it may come again. */
  #failure: Error | undefined
  #reason = ''
  #said = ''

  /** What each frame means for the link. */
  readonly #heard: { [T in About]: (frame: ServerFrame & { t: T }, link: number) => void } = {
    welcome: (frame, link) => {
      this.#welcome(link, frame)
    },
    ping: (frame) => {
      // Only the welcome says whether who has it is told: what is settled before goes untracked.
      if (this.#serving) this.ledgers.compare(frame, this.#now)
      this.#write([...this.#received, { t: 'pong', id: frame.id }])
    },
    pong: (frame) => {
      if (this.#serving) this.ledgers.compare(frame, this.#now)
      this.ledgers.pong(frame)
    },
    large: ({ bytes }) => {
      this.#hearing.announced(bytes, this.#now)
    },
    retry: (frame, link) => {
      this.#sendAway(frame, link)
    },
    wait: ({ after }, link) => {
      this.route.waits(link, after, this.#now)
    },
    error: ({ code, reason }) => {
      this.#out.push({ do: 'fault', error: new ConnectionError(code, reason) })
    },
  }

  constructor(options: ClientOptions) {
    this.#options = options
    this.#greeting = new Greeting(options.id, options.key)
    this.ledgers = new Ledgers({ outbox: options.outbox, greets: options.link.greets }, (output) =>
      this.#out.push(output),
    )
    this.#hearing = new Hearing(this.outbox)
    const isFatal = (closing: Closing): boolean =>
      this.#renewal.isFatal(closing, options.shared === true && this.ledgers.isAway)
    const extra = (): number => this.#hearing.extra
    const link = { ...options.link, rtt: this.ledgers.rtt, closeTimeout: 0, isFatal, extra }
    this.route = new Route(link, options.ladder, {
      emit: (output) => this.#out.push(output),
      greet: (to, moving) => this.#greet(to, moving),
      // What races is asked, and answers, without a name: the answer says which link it came by.
      ask: (to) => this.#out.push({ do: 'write', link: to, frames: [{ t: 'ping', id: 0 }] }),
      beat: () => {
        const id = ++this.#pings
        this.#write([...this.#received, ...this.ledgers.news(this.#now, id), { t: 'ping', id }])
      },
      lost: ({ code, reason }) => {
        this.#hearing.lost(code)
        this.ledgers.interrupt()
        this.#reason = reason
        this.#failure = undefined
      },
    })
  }

  get outbox(): Outbox<Tag> {
    return this.ledgers.outbox
  }

  get link(): Link {
    return this.route.link
  }

  get status(): Status {
    return statusOf(this.link.state, this.route.known)
  }

  get deadline(): number {
    const always = Math.min(this.route.deadline, this.outbox.expiresAt)
    return this.#serving ? Math.min(always, this.ledgers.dueAt) : always
  }

  handle(input: ClientInput<Tag>, now: number): ClientOutput<Tag>[] {
    this.#now = now
    // News of a link that is no more is no news.
    if (!('link' in input) || this.route.ladder.has(input.link)) this.#decide(input)
    this.#flush()
    this.#tell()
    const out = this.#out
    this.#out = []
    return out
  }

  #tell(): void {
    const { status } = this
    const said = status + this.#reason
    if (said !== this.#said) this.#out.push({ do: 'status', status, reason: this.#reason })
    this.#said = said
  }

  /** A link is up, and can be written to: while the session moves, there may be none for a moment. */
  get #serving(): boolean {
    return this.link.state.is === 'up' && this.route.front !== undefined
  }

  #decide(input: ClientInput<Tag>): void {
    switch (input.on) {
      case 'send':
      case 'restore':
      case 'subscribe':
      case 'unsubscribe':
      case 'history':
      case 'watch':
      case 'unwatch':
      case 'look':
        this.ledgers.take(input)
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
        if (input.on === 'close' && this.link.state.is !== 'closed') {
          this.#write([...this.#received, { t: 'bye', acked: this.ledgers.leave() }])
        }
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
    this.#hearing.doubt.greet(this.#now)
    if (moving) {
      this.#out.push({ do: 'write', link, frames: [hello] })
      return
    }
    this.ledgers.resume()
    // Without a greeting (a codec of the user's) the link is up at once, and everything is sent anew.
    if (this.link.state.is === 'up') this.#welcomed()
    else
      this.#say([hello], this.route.known || this.ledgers.isShared ? -1 : this.#greeting.flight(this.outbox.throughput))
  }

  /** What comes by a link that does not serve: its sign of life, the welcome that makes it serve, or that nobody may come. */
  #aside(link: number, frames: ServerFrame[]): void {
    const says = (type: ServerFrame['t']): boolean => frames.some(({ t }) => t === type)
    const retry = frames.find((frame) => frame.t === 'retry')
    if (retry) this.#sendAway(retry, link)
    else if (link === this.route.ladder.mover) {
      if (says('welcome')) this.#frames(link, frames)
      else for (const frame of frames) if (frame.t === 'wait') this.#hear(frame, link)
    } else if (says('pong')) this.route.useful(link, this.#now)
  }

  #frames(link: number, frames: ServerFrame[]): void {
    const pong = frames.some((frame) => frame.t === 'pong' && frame.id === this.#pings)
    this.route.heard(pong, this.#now)
    const late = this.#hearing.hears(frames, this.#now)
    // Over HTTP what is said goes a way of its own, and may wait there for the app's own requests.
    if (late > 0 && !this.route.ladder.best && late >= this.link.patience) this.#give(DEAF, link)
    for (const frame of frames) {
      // It may have been dropped for the frame before.
      if (!this.route.ladder.has(link)) return
      if (this.#serving || !verdicts.has(frame.t)) this.#hear(frame, link)
      else this.#out.push({ do: 'fault', error: new FrameError('bad-frame', `${frame.t} before the welcome`) })
    }
  }

  #hear(frame: ServerFrame, link: number): void {
    const { t } = frame
    // The table has for each type what takes a frame of that type, which the compiler cannot follow.
    if (t in this.#heard) (this.#heard[t as About] as (frame: ServerFrame, link: number) => void)(frame, link)
    else (this.ledgers.heard[t as never] as (frame: ServerFrame, now: number) => void)(frame, this.#now)
  }

  #welcome(link: number, welcome: Welcome): void {
    const { v, idle, got, window, time, receipts = false } = welcome
    if (v !== PROTOCOL_VERSION) {
      this.#give({ code: Close.version, reason: `the server speaks version ${v}` }, link)
      return
    }
    const { packet, body } = this.#greeting.accept(welcome)
    this.#hearing.doubt.welcomed(time)
    // It takes over: what was under way on the other may have come too late.
    if (link !== this.route.front) this.ledgers.resume()
    this.route.welcomed(link, idle, this.#now)
    this.#out.push({ do: 'limit', link, max: packet })
    this.#welcomed()
    // Before what comes with it.
    this.#tell()
    this.ledgers.agree({ got, window, body, receipts }, this.#now)
  }

  #welcomed(): void {
    this.#renewal.welcomed()
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

  /** After every input: what is due is settled, and what may leave leaves in one piece. */
  #flush(): void {
    const { ledgers } = this
    const now = this.#now
    ledgers.expire(now)
    if (this.link.state.is === 'closed') ledgers.close(`the client is closed: ${this.link.state.closing.reason}`)
    if (!this.#serving) return
    const overdue = this.outbox.retransmit(now)
    this.#say(overdue ?? [])
    // Overdue on a link that is up: it was said again, in case only the message was lost; does the link live?
    if (!overdue || !this.link.askable) return
    if (this.#hearing.doubt.ask(now, this.#hearing.extra)) this.#give(DEAF, this.route.front ?? 0)
    else this.route.probe(now)
  }

  /**
   * What comes first, the questions that are due, and what the window lets out, all in one piece. On a link that is up
   * (only a hello sets a limit) the acknowledgements travel with them.
   */
  #say(first: ClientFrame<Packed>[], limit?: number): void {
    const { ledgers } = this
    const now = this.#now
    const up = limit === undefined
    const { frames, sent } = this.outbox.pump(now, limit)
    const due = [...first, ...ledgers.questions(now), ...(up ? ledgers.news(now) : []), ...frames]
    const acks = up && (due.length || now >= ledgers.reader.ackAt) ? this.#received : []
    this.#write([...acks, ...due])
    for (const tag of sent) this.#out.push({ do: 'sent', tag })
  }

  #write(frames: ClientFrame<Packed>[]): void {
    const { front } = this.route
    if (front !== undefined && frames.length) this.#out.push({ do: 'write', link: front, frames })
  }

  get #received(): ClientFrame<Packed>[] {
    return this.ledgers.received(this.#now)
  }
}
