import { Close, type Closing, inWords, verdict } from '../wire/close.js'
import { afterBreak, type Health, well } from './rung.js'

/** The transports by their rank, the best first, and how they are tried. */
export interface LadderOptions {
  /** How many there are. */
  rungs: number
  /** The one that worked the last time; 0 when nothing is known. */
  first: number
  /** From the start of one rung to the start of the next (RFC 8305), ms. */
  stagger: number
}

export type LadderOutput =
  /** `fresh`: the first of a race; the others go to the same address with the same token. */
  | { do: 'open'; link: number; rung: number; fresh: boolean }
  /** Close and stop listening at once. */
  | { do: 'drop'; link: number; closing: Closing }
  /** This one serves from now on, and may be tried first the next time; undefined: the one that did has failed. */
  | { do: 'rung'; rung: number | undefined; reason: string }

/** What follows for the session: say hello on that link; or nothing is left, and the attempt (or the link) is over. */
export type Turn = 'hello' | 'over' | undefined

/** A connection that is tried, or serves. */
interface Runner {
  rung: number
  opened: boolean
  /** Has given its sign of life. */
  useful: boolean
}

/** The first climb comes after this, ms; each that leads nowhere doubles the wait. */
const FIRST_CLIMB = 1_000
const MAX_CLIMB = 300_000
/** What a climb may take, ms. */
const CLIMB = 8_000
/**
 * Where all others were refused, one that is neither refused nor open gets this long, ms: then it is time to try again.
 * As much more with each failure, for it may be the only one, and slow.
 */
const STRAGGLER = 2_000
/** How long a welcome may take once the link before is gone, ms. */
const MOVE = 2_000
const UNANSWERED: Closing = { code: Close.timeout, reason: 'no welcome on the transport moved to' }
const SLOWER: Closing = { code: Close.normal, reason: 'another transport serves' }

/**
 * Which transport next. An attempt is a race: the next rung starts a while after the one before, or at once when that
 * fails outright. The first that opens says hello; the others only ask for a sign of life, and the first of them to get
 * it takes over from one that is not welcomed yet. On a lower rung, the higher ones are tried in the background.
 */
export class Ladder {
  /** The link that carries the session, or is to. */
  front: number | undefined
  /** Has said hello, while the front still serves. */
  mover: number | undefined
  /** Why the attempt, or the link, is over: what matters most of all that was said. */
  blame: Closing | undefined
  readonly #options: LadderOptions
  readonly #random: () => number
  readonly #emit: (output: LadderOutput) => void
  readonly #runners = new Map<number, Runner>()
  #health: Health[]
  /** The rung that serves, or did. */
  best: number
  #links = 0
  /** Rungs still to be started in this race. */
  #plan: number[] = []
  #nextAt = Infinity
  #fresh = true
  /** What worked before and now fails outright is rather down than blocked: no other is asked in its place. */
  #cautious = false
  #straggle = 0
  /** When the front was welcomed; undefined before that. */
  #since: number | undefined
  #climbAt = Infinity
  #endAt = Infinity
  #climbs = 0
  #holdUntil = 0

  constructor(options: LadderOptions, random: () => number, emit: (output: LadderOutput) => void) {
    this.#options = options
    this.#random = random
    this.#emit = emit
    this.best = options.first
    this.#health = Array.from({ length: options.rungs }, () => well)
  }

  get deadline(): number {
    return Math.min(this.#nextAt, this.#climbAt, this.#endAt)
  }

  has(link: number): boolean {
    return this.#runners.has(link)
  }

  /** Whether this rung is left alone for a while. */
  rests(rung: number, now: number): boolean {
    return now < (this.#health[rung]?.restsUntil ?? 0)
  }

  /** An attempt begins. @param failures in a row so far. @param known whether a link was ever welcomed. */
  start(failures: number, known: boolean, now: number): void {
    const rungs = [...this.#health.keys()]
    // Those at rest come last: they may be all that there is. Of the others, the one that worked is the first.
    const rank = (rung: number): number => (this.rests(rung, now) ? rungs.length : rung === this.best ? -1 : rung)
    this.#plan = rungs.sort((one, other) => rank(one) - rank(other))
    this.#cautious = known && failures % 2 === 0
    this.#straggle = STRAGGLER * (failures + 1)
    this.#fresh = true
    this.#next(now)
  }

  /** Packets can be sent. Says whether it is the first, which says hello; the others are to be asked for a sign of life. */
  opened(link: number): boolean {
    const runner = this.#runners.get(link)
    if (runner) runner.opened = true
    if (this.front !== undefined || this.#since !== undefined) return false
    this.front = link
    return true
  }

  /** A link that is not the front has given its sign of life. */
  useful(link: number, now: number): Turn {
    const runner = this.#runners.get(link)
    if (runner) runner.useful = true
    if (this.#since !== undefined) {
      if (this.mover !== undefined) return undefined
      this.mover = link
      // The server moves the session when it hears the hello: nobody else starts, and the climb's end waits for the answer.
      this.#nextAt = Infinity
      this.#endAt = Math.max(this.#endAt, now + MOVE)
      return 'hello'
    }
    if (this.front !== undefined) {
      // On a slow way the signs of life of all may come before the first welcome.
      if (this.#runners.get(this.front)?.useful) return undefined
      this.drop(this.front, SLOWER)
    }
    this.front = link
    return 'hello'
  }

  /** One that has said hello is to wait for its welcome: it carries both ways, and its turn would be lost on another. */
  waits(link: number, after: number, now: number): void {
    if (link === this.front) this.#clear(SLOWER)
    // Nobody waits for a mover while nobody serves: another link may come up sooner.
    else if (this.front !== undefined) this.#endAt = Math.max(this.#endAt, now + after + MOVE)
  }

  /** The front, or the mover in its place, is welcomed: the race is over. */
  won(link: number, now: number): void {
    const rung = this.#runners.get(link)?.rung ?? 0
    const climbed = this.#since !== undefined
    const { blame } = this
    const reason = climbed ? 'a better transport works again' : blame ? inWords(blame) : ''
    this.#climbs = 0
    this.front = link
    this.#since = now
    this.best = rung
    this.blame = undefined
    this.#settle(now)
    this.#emit({ do: 'rung', rung, reason })
  }

  /** A link has ended. */
  ended(link: number, closing: Closing, now: number): Turn {
    const runner = this.#runners.get(link)
    if (!runner) return undefined
    const served = link === this.front
    this.#runners.delete(link)
    if (served) this.front = undefined
    if (link === this.mover) this.mover = undefined
    if (closing.retryAfter !== undefined) {
      this.#plan = []
      this.#holdUntil = now + closing.retryAfter
    }
    return this.#since === undefined ? this.#failed(runner, closing, now) : this.#lost(runner, served, closing, now)
  }

  tick(now: number): Turn {
    if (now >= this.#endAt) {
      if (this.#since !== undefined) this.#settle(now, this.front === undefined ? UNANSWERED : SLOWER)
      else if (this.front === undefined) return 'over'
      // Who has said hello may wait for its answer as long as the link does.
      else this.#endAt = Infinity
    }
    if (now >= this.#nextAt) this.#next(now)
    if (now >= this.#climbAt) this.#climb(now)
    return this.#since !== undefined && !this.#runners.size ? 'over' : undefined
  }

  /** The network may be another: what did not work may work now. */
  renew(now: number): void {
    this.#climbs = 0
    this.#health = this.#health.map(() => well)
    if (this.#climbAt < Infinity) this.#climbAt = this.#later(Math.min(this.#climbAt, now + FIRST_CLIMB))
  }

  /** The attempt, or the link, is over. */
  stop(closing: Closing, now: number): void {
    const runner = this.front === undefined ? undefined : this.#runners.get(this.front)
    if (this.#since === undefined) {
      if (closing.code === Close.timeout) this.#forget(closing)
    } else if (runner) this.#judge(runner, closing, now)
    this.front = this.#since = this.blame = undefined
    this.#clear(closing)
  }

  /** Ends a link from this side. */
  drop(link: number, closing: Closing): void {
    if (this.#runners.delete(link)) this.#emit({ do: 'drop', link, closing })
  }

  #next(now: number): void {
    const rung = this.#plan.shift()
    this.#nextAt = this.#plan.length ? now + this.#options.stagger : Infinity
    if (rung === undefined) return
    const link = ++this.#links
    this.#runners.set(link, { rung, opened: false, useful: false })
    this.#emit({ do: 'open', link, rung, fresh: this.#fresh })
    this.#fresh = false
  }

  /** The front failed before its welcome: another that is open takes its place. */
  #promote(): Turn {
    for (const [link, { opened }] of this.#runners) {
      if (!opened) continue
      this.front = link
      return 'hello'
    }
    return undefined
  }

  /** One of the race is out: the next starts at once. */
  #failed({ rung }: Runner, closing: Closing, now: number): Turn {
    const away = closing.retryAfter !== undefined
    // A bare 403 may be some box's, which lets another transport pass: it is believed when no other is left.
    if (closing.code === Close.forbidden && !closing.clean && (this.#runners.size || this.#plan.length))
      closing = { ...closing, code: Close.abnormal }
    const final = away || verdict(closing.code) !== 'retry'
    if (away) {
      // Even to be sent away takes a transport that carries both ways.
      this.best = rung
      this.#health[rung] = well
    } else if (!final && rung === this.best && !this.#cautious) this.#forget(closing)
    if (final || !this.blame) this.blame = closing
    if (final || (!this.#runners.size && (this.#cautious || !this.#plan.length))) return 'over'
    if (this.#plan.length) this.#next(now)
    else this.#endAt = now + this.#straggle
    return this.front === undefined ? this.#promote() : undefined
  }

  /** Something ended while a link is up: the link itself, unless the session is on its way to another; or a climber. */
  #lost(runner: Runner, served: boolean, closing: Closing, now: number): Turn {
    if (served) {
      this.#judge(runner, closing, now)
      this.blame = closing
      // Where the session is on its way, nobody is served until it has arrived.
      this.#endAt = Math.min(this.#endAt, now + MOVE)
    } else if (this.front !== undefined) {
      if (this.#plan.length) this.#next(now)
      else if (this.#runners.size < 2) this.#settle(now)
    }
    if ((this.front ?? this.mover) !== undefined) return undefined
    // What the server asked of the one that was to take over, counts for the next as well.
    if (this.blame && now < this.#holdUntil) this.blame = { ...this.blame, retryAfter: this.#holdUntil - now }
    return 'over'
  }

  #climb(now: number): void {
    this.#plan = [...this.#health.keys()].filter((rung) => rung < this.best && !this.rests(rung, now))
    this.#climbAt = Infinity
    this.#endAt = now + CLIMB
    this.#fresh = true
    if (this.#plan.length) this.#next(now)
    else this.#settle(now)
  }

  /** Nobody but the front runs on. From a lower rung, the next climb comes in a while. */
  #settle(now: number, closing = SLOWER): void {
    this.#clear(closing)
    if (!this.best) return
    const wait = Math.min(MAX_CLIMB, FIRST_CLIMB * 2 ** this.#climbs++) * (0.5 + this.#random() / 2)
    // One that has rested is tried as soon as it may be.
    const rested = this.#health.slice(0, this.best).map(({ restsUntil }) => (now < restsUntil ? restsUntil : Infinity))
    this.#climbAt = this.#later(Math.min(now + wait, ...rested))
  }

  /** A server that sends a climber away is left alone for as long as it asks. */
  #later(at: number): number {
    return Math.max(at, this.#holdUntil)
  }

  #clear(closing: Closing): void {
    for (const link of [...this.#runners.keys()]) if (link !== this.front) this.drop(link, closing)
    this.mover = undefined
    this.#nextAt = this.#endAt = this.#climbAt = Infinity
  }

  /** A rung that keeps dying young, or whose requests starve, is left alone for a while. */
  #judge({ rung }: Runner, { code }: Closing, now: number): void {
    const silent = code === Close.timeout
    // Requests of which none is answered any more may starve, for a browser has few connections: whatever their age.
    const lived = silent && rung ? 0 : now - (this.#since ?? now)
    if (silent || code === Close.abnormal) this.#health[rung] = afterBreak(this.#health[rung] ?? well, lived, now)
  }

  #forget({ reason }: Closing): void {
    if (!this.best) return
    this.best = 0
    this.#emit({ do: 'rung', rung: undefined, reason })
  }
}
