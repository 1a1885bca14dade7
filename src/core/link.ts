import { Close, type Closing } from '../wire/close.js'
import { backoff } from './backoff.js'
import { type Asked, beat, probe } from './heartbeat.js'
import type { LinkOptions } from './link-options.js'
import { type Machine, type Tick } from './port.js'

export type { LinkOptions } from './link-options.js'

/** Links are numbered: what is said of an old one is ignored, so nothing reconnects twice. */
export type LinkState =
  | { is: 'idle' }
  | { is: 'dialing'; link: number; failures: number; until: number }
  | { is: 'greeting'; link: number; failures: number; until: number }
  | {
      is: 'up'
      link: number
      failures: number
      since: number
      /** Silence before a ping, ms. */
      interval: number
      /** The ping or the verdict. Moves with traffic; no timer moves with it. */
      until: number
      asked?: Asked | undefined
    }
  /** `hold`: the time that the server named, which no wake-up shortens; 0 without. */
  | { is: 'waiting'; failures: number; until: number; hold: number }
  /** No network, or the page is put away: dialling rests. */
  | { is: 'paused'; failures: number; until: number; hold: number }
  | { is: 'closing'; link: number; until: number; closing: Closing }
  | { is: 'closed'; closing: Closing }

export type LinkInput =
  | Tick
  | { on: 'connect' }
  | { on: 'opened'; link: number }
  /** `idle`: the server's own limit of silence, ms. */
  | { on: 'welcomed'; link: number; idle: number }
  | { on: 'heard'; link: number; pong: boolean }
  /** The other side lives, and its welcome comes within `after` ms. */
  | { on: 'waits'; link: number; after: number }
  | { on: 'ended'; link: number; closing: Closing }
  /** Something happened that a link may not have survived: ask it. */
  | { on: 'wake' }
  | { on: 'online' }
  | { on: 'offline' }
  /** The page is put away and may come back. */
  | { on: 'suspend' }
  | { on: 'reconnect'; code: number; reason: string }
  | { on: 'close'; code: number; reason: string }

export type LinkOutput =
  | { do: 'open'; link: number }
  | { do: 'ping'; link: number }
  /** Ask for a close and listen for its end. */
  | { do: 'hangup'; link: number; code: number; reason: string }
  /** Close and stop listening at once. */
  | { do: 'drop'; link: number; closing: Closing }
  /** A dial follows in `delay` ms; Infinity while there is no network. */
  | { do: 'retry'; attempt: number; delay: number; closing: Closing }
  | { do: 'ended'; closing: Closing }

type News = Extract<LinkInput, { link: number }>
type Up = LinkState & { is: 'up' }
type Attempt = LinkState & { is: 'dialing' | 'greeting' }

/** What the answer to a probe may take, ms, where round trips are not known to take longer. */
const PROBE = 2_000
/** `navigator.onLine` has been known to lie: look for ourselves this often, ms. */
const PAUSE = 30_000
/** A server that names a silly idle limit is not answered with a storm of pings, ms. */
const MIN_INTERVAL = 100
/** The longest that a server can send a client away for, or have it wait for its welcome, ms. */
const MAX_HOLD = 3_600_000
export { MAX_HOLD }

/** One connection to one server, kept alive and made again: the decisions of dialling, heartbeat and reconnect. */
export class Link implements Machine<LinkInput, LinkOutput> {
  state: LinkState = { is: 'idle' }
  /** So far. The newest one's number. */
  dials = 0
  readonly #options: LinkOptions
  #outputs: LinkOutput[] = []
  #online = true

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get deadline(): number {
    const { state } = this
    return 'until' in state ? state.until : Infinity
  }

  handle(input: LinkInput, now: number): LinkOutput[] {
    this.#outputs = []
    this.#take(input, now)
    return this.#outputs
  }

  /** Something is overdue: asks the link whether it lives; silence for as long as an answer may take ends it. */
  probe(now: number): LinkOutput[] {
    this.#outputs = []
    this.#probe(now)
    return this.#outputs
  }

  /** What an answer may take, ms. */
  get patience(): number {
    const { heartbeat, rtt } = this.#options
    // No longer than the heartbeat, whose verdict it would put off.
    return Math.max(PROBE, Math.min(rtt.rto, heartbeat.timeout)) + this.#extra
  }

  /** The state of a link that can be asked whether it lives: without a heartbeat there is no way. */
  get askable(): Up | undefined {
    const { state } = this
    return state.is === 'up' && state.interval < Infinity ? state : undefined
  }

  get #extra(): number {
    return this.#options.extra?.() ?? 0
  }

  #take(input: LinkInput, now: number): void {
    const { state } = this
    switch (input.on) {
      case 'connect':
        if (state.is === 'idle' || state.is === 'closed') this.#dial(0, now)
        break
      case 'tick':
        if (now >= this.deadline) this.#expire(now)
        break
      case 'wake':
        this.#wake(now)
        break
      case 'online':
      case 'offline':
        this.#online = input.on === 'online'
        if (this.#online) this.#wake(now)
        else this.#rest(now)
        break
      case 'suspend':
        this.#suspend()
        break
      case 'reconnect':
        this.#drop({ code: input.code, reason: input.reason })
        this.#dial(0, now)
        break
      case 'close':
        this.#close({ code: input.code, reason: input.reason }, now)
        break
      default:
        if ('link' in state && state.link === input.link) this.#hear(input, now)
    }
  }

  #hear(input: News, now: number): void {
    const { state } = this
    const { heartbeat, greets, connectTimeout, rtt } = this.#options
    switch (input.on) {
      case 'opened':
        // Said again where another connection takes the place of one that was not greeted: it gets as long.
        if (state.is !== 'dialing' && state.is !== 'greeting') break
        if (greets) this.state = { ...state, is: 'greeting', until: now + connectTimeout }
        else this.#up(state, heartbeat.interval, now)
        break
      case 'welcomed':
        if (state.is === 'greeting')
          this.#up(state, Math.min(heartbeat.interval, Math.max(MIN_INTERVAL, input.idle / 2)), now)
        break
      case 'heard':
        if (state.is !== 'up') break
        if (input.pong && state.asked?.at !== undefined) rtt.sample(now - state.asked.at)
        this.state = { ...state, asked: undefined, until: now + state.interval }
        break
      case 'waits':
        if (state.is === 'greeting')
          this.state = { ...state, until: now + Math.min(input.after, MAX_HOLD) + connectTimeout }
        break
      case 'ended':
        if (state.is === 'closing') this.#end(input.closing)
        else this.#lose(input.closing, now)
        break
      default:
        input satisfies never
    }
  }

  /** The time of a state is over. */
  #expire(now: number): void {
    const { state } = this
    if ('hold' in state) this.#dial(state.failures, now)
    else if (state.is === 'up') this.#beat(state, now)
    else if (state.is === 'closing') {
      this.#drop(state.closing)
      this.#end({ ...state.closing, code: Close.abnormal, clean: false })
    } else this.#give('no answer within the connect timeout', now)
  }

  #beat(state: Up, now: number): void {
    const { heartbeat, rtt } = this.#options
    const { retries } = heartbeat
    const asked = beat(state.asked, retries, state.until, now)
    // One ping's share of the timeout, shortened where round trips are known to be quick.
    const share = heartbeat.timeout / (retries + 1)
    const patience = rtt.srtt === undefined ? share : Math.min(share, Math.max(1_000, 4 * rtt.rto))
    if (asked) this.#ask(state, asked, now + patience + this.#extra)
    else this.#give('no answer to the heartbeat', now)
  }

  #probe(now: number): void {
    const state = this.askable
    if (!state) return
    const { asked, until } = state
    const due = now + this.patience
    // Otherwise the verdict is near already.
    if (!asked || asked.left || until > due) this.#ask(state, probe(asked, now), due)
  }

  #ask(state: Up, asked: Asked, until: number): void {
    this.state = { ...state, asked, until }
    this.#outputs.push({ do: 'ping', link: state.link })
  }

  /** Ask a link, dial where there is none: neither trust nor kill. */
  #wake(now: number): void {
    const { state } = this
    if (!('hold' in state)) this.#probe(now)
    else if (now >= state.hold) this.#dial(state.failures, now)
    else this.state = { ...state, is: 'waiting', until: state.hold }
  }

  /** There is no network, they say. */
  #rest(now: number): void {
    const { state } = this
    if (state.is === 'waiting') this.state = { ...state, is: 'paused', until: Math.max(state.until, now + PAUSE) }
    this.#probe(now)
  }

  #suspend(): void {
    const { state } = this
    if (!('failures' in state)) return
    this.#drop({ code: Close.goingAway, reason: 'the page is put away' })
    this.state = { is: 'paused', failures: 0, until: Infinity, hold: 'hold' in state ? state.hold : 0 }
  }

  #close(closing: { code: number; reason: string }, now: number): void {
    const { state } = this
    const { closeTimeout } = this.#options
    if ('closing' in state) return
    if ('link' in state && closeTimeout) {
      const { link } = state
      this.state = { is: 'closing', link, until: now + closeTimeout, closing }
      this.#outputs.push({ do: 'hangup', link, ...closing })
    } else {
      this.#drop(closing)
      this.#end({ ...closing, clean: true })
    }
  }

  #up({ link, failures }: Attempt, interval: number, now: number): void {
    // It opened: who says that there is no network is wrong.
    this.#online = true
    this.state = { is: 'up', link, failures, since: now, interval, until: now + interval }
  }

  #dial(failures: number, now: number): void {
    const link = ++this.dials
    this.state = { is: 'dialing', link, failures, until: now + this.#options.connectTimeout }
    this.#outputs.push({ do: 'open', link })
  }

  #drop(closing: Closing): void {
    const { state } = this
    if ('link' in state) this.#outputs.push({ do: 'drop', link: state.link, closing })
  }

  /** We end it: the close event of a dead link may be 60 s away, so nobody waits for it. */
  #give(reason: string, now: number): void {
    const closing = { code: Close.timeout, reason }
    this.#drop(closing)
    this.#lose(closing, now)
  }

  #lose(closing: Closing, now: number): void {
    const { state } = this
    const { isFatal, maxRetries, stableAfter, random, backoff: spacing } = this.#options
    const { retryAfter } = closing
    const online = this.#online
    const stable = state.is === 'up' && now - state.since >= stableAfter
    // Looks taken while the network is said to be away use up no retries.
    const failures = stable || !('failures' in state) ? 0 : state.failures + Number(online)
    if (isFatal(closing) || failures > maxRetries) {
      this.#end(closing)
      return
    }
    const delay = Math.min(retryAfter ?? backoff(spacing, failures, random()), MAX_HOLD)
    const until = now + delay
    this.#outputs.push({ do: 'retry', attempt: failures, delay: online ? delay : Infinity, closing })
    this.state = { is: 'waiting', failures, until, hold: retryAfter === undefined ? 0 : until }
    if (!online) this.#rest(now)
    else if (!delay) this.#dial(failures, now)
  }

  #end(closing: Closing): void {
    this.state = { is: 'closed', closing }
    this.#outputs.push({ do: 'ended', closing })
  }
}
