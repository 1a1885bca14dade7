import { Close, type Closing, inWords } from '../wire/close.js'
import { Ladder, type LadderOptions, type LadderOutput } from './ladder.js'
import { Link, MAX_HOLD, type LinkInput, type LinkOptions, type LinkOutput } from './link.js'

/** With one transport there is nothing to race. */
const ONE = { rungs: 1, first: 0, stagger: Infinity }

/** What a client tells its route, and the route hands on to the one link it stands for. */
export type RouteInput = Exclude<LinkInput, { link: number }>
export type RouteOutput = Exclude<LinkOutput, { do: 'ping' | 'hangup' | 'open' | 'drop' }> | LadderOutput

/** What the session does when the route turns. */
export interface Session {
  emit(output: RouteOutput): void
  /** Say who we are: on the link that is to serve, or (`moving`) on another that takes over from it. */
  greet(link: number, moving: boolean): void
  /** Ask this link for a sign of life. */
  ask(link: number): void
  /** The heartbeat asks. */
  beat(): void
  /** What was on its way is lost. */
  lost(closing: Closing): void
}

/**
 * Where the session runs: the life of one link after the other, and for each the transports that are tried for it. To
 * the link an attempt is one dial, whatever runs in it; outside, every connection has a number of its own.
 */
export class Route {
  readonly link: Link
  readonly ladder: Ladder
  /** A link was welcomed once: one that is lost is a reconnect. */
  known = false
  readonly #session: Session
  #now = 0

  constructor(link: LinkOptions, ladder: LadderOptions | undefined, session: Session) {
    this.#session = session
    this.link = new Link(link)
    this.ladder = new Ladder(ladder ?? ONE, link.random, (output) => {
      session.emit(output)
    })
  }

  /** The link to write to. */
  get front(): number | undefined {
    return this.ladder.front
  }

  get deadline(): number {
    return Math.min(this.link.deadline, this.ladder.deadline)
  }

  /** What is not about one connection. */
  handle(input: RouteInput, now: number): void {
    this.#now = now
    if (input.on === 'online') this.ladder.renew(now)
    this.#follow(this.link.handle(input, now))
    if (input.on === 'tick' && this.ladder.tick(now)) this.#over()
  }

  opened(link: number, now: number): void {
    this.#now = now
    if (this.ladder.opened(link)) this.#greet(link)
    else this.#session.ask(link)
  }

  ended(link: number, closing: Closing, now: number): void {
    this.#now = now
    const turn = this.ladder.ended(link, closing, now)
    if (turn === 'over') this.#over()
    else if (turn && this.front !== undefined) this.#greet(this.front)
  }

  /** A link that does not serve yet has shown that it carries both ways. */
  useful(link: number, now: number): void {
    this.#now = now
    if (!this.ladder.useful(link, now)) return
    if (link === this.front) this.#greet(link)
    else this.#session.greet(link, true)
  }

  /** The other side takes us on this link; `idle` is its own limit of silence, ms. */
  welcomed(link: number, idle: number, now: number): void {
    this.#now = now
    if (this.link.state.is === 'up' && link === this.front) return
    this.known = true
    this.#tell({ on: 'welcomed', link: this.#attempt, idle })
    this.ladder.won(link, now)
  }

  /** The other side will take us on this link, which has said hello: within `after` ms. */
  waits(link: number, after: number, now: number): void {
    this.#now = now
    const isMover = link === this.ladder.mover
    if (!isMover && this.link.state.is !== 'greeting') return
    this.ladder.waits(link, Math.min(after, MAX_HOLD), now)
    if (!isMover) this.#tell({ on: 'waits', link: this.#attempt, after })
  }

  heard(pong: boolean, now: number): void {
    this.#now = now
    this.#tell({ on: 'heard', link: this.#attempt, pong })
  }

  /** Does the link live? */
  probe(now: number): void {
    this.#now = now
    this.#follow(this.link.probe(now))
  }

  #greet(link: number): void {
    this.#tell({ on: 'opened', link: this.#attempt })
    if (this.link.state.is === 'up') {
      this.known = true
      this.ladder.won(link, this.#now)
    }
    this.#session.greet(link, false)
  }

  #over(): void {
    const closing = this.ladder.blame ?? { code: Close.abnormal, reason: '' }
    this.ladder.stop(closing, this.#now)
    this.#tell({ on: 'ended', link: this.#attempt, closing: { ...closing, reason: inWords(closing) } })
  }

  /** The link's own number: of the attempt, or of the link that came of it. */
  get #attempt(): number {
    const { state } = this.link
    return 'link' in state ? state.link : 0
  }

  #tell(input: LinkInput): void {
    this.#follow(this.link.handle(input, this.#now))
  }

  #follow(decided: LinkOutput[]): void {
    for (const output of decided) {
      if ('closing' in output) this.#session.lost(output.closing)
      if (output.do === 'ping') this.#session.beat()
      else if (output.do === 'drop') this.ladder.stop(output.closing, this.#now)
      else if (output.do === 'open') this.#start()
      else if (output.do !== 'hangup') this.#session.emit(output)
    }
  }

  #start(): void {
    const { state } = this.link
    this.ladder.start('failures' in state ? state.failures : 0, this.known, this.#now)
  }
}
