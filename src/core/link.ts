import { Close, type Closing } from '../wire/close.js'
import { backoff, type BackoffOptions } from './backoff.js'
import { beat, type HeartbeatOptions, probe, type Pulse, pulseDeadline } from './heartbeat.js'
import { assertNever, type Machine, type Tick } from './port.js'
import type { Rtt } from './rtt.js'

/** All durations in ms. */
export interface LinkOptions {
  backoff: BackoffOptions
  heartbeat: HeartbeatOptions
  /** An attempt that takes longer is given up. Browsers wait 20 to 240 s. */
  connectTimeout: number
  /** A link that lived this long starts the count of failures anew. */
  stableAfter: number
  /** Failures in a row before giving up for good. */
  maxRetries: number
  /** How long `close` waits for the other side; 0 does not wait. */
  closeTimeout: number
  /** The other side opens with a `welcome`; without it a link is not yet up. */
  greets: boolean
  /** Closings after which nothing is tried again. */
  isFatal: (closing: Closing) => boolean
  random: () => number
  rtt: Rtt
}

/** Links are numbered: what is said of an old one is ignored, so nothing reconnects twice. */
export type LinkState =
  | { is: 'idle' }
  | { is: 'dialing'; link: number; failures: number; until: number }
  | { is: 'greeting'; link: number; failures: number; until: number }
  | { is: 'up'; link: number; failures: number; since: number; pulse: Pulse; interval: number }
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

/** What a wake-up probe may take, ms. */
const PROBE = 2_000
/** `navigator.onLine` has been known to lie: look for ourselves this often, ms. */
const PAUSE = 30_000
/** A server that names a silly idle limit is not answered with a storm of pings, ms. */
const MIN_INTERVAL = 100
/** The longest that a server can send a client away for, ms. */
const MAX_HOLD = 3_600_000

/** One connection to one server, kept alive and made again: the decisions of dialling, heartbeat and reconnect. */
export class Link implements Machine<LinkInput, LinkOutput> {
  state: LinkState = { is: 'idle' }
  readonly #options: LinkOptions
  #links = 0
  #online = true

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get deadline(): number {
    const { state } = this
    if (state.is === 'up') return pulseDeadline(state.pulse, this.#rhythm(state.interval))
    return 'until' in state ? state.until : Infinity
  }

  handle(input: LinkInput, now: number): LinkOutput[] {
    switch (input.on) {
      case 'connect':
        return this.state.is === 'idle' || this.state.is === 'closed' ? this.#dial(0, now) : []
      case 'opened':
      case 'welcomed':
      case 'heard':
      case 'ended':
        return 'link' in this.state && this.state.link === input.link ? this.#news(input, now) : []
      case 'tick':
        return this.#tick(now)
      case 'online':
      case 'wake':
        if (input.on === 'online') this.#online = true
        return this.#wake(now)
      case 'offline':
        this.#online = false
        return this.#offline(now)
      case 'suspend':
        return this.#suspend()
      case 'reconnect':
        return [...this.#drop({ code: input.code, reason: input.reason }), ...this.#dial(0, now)]
      case 'close':
        return this.#close({ code: input.code, reason: input.reason }, now)
      default:
        return assertNever(input)
    }
  }

  /** Asks the link whether it lives; no answer within 2 s ends it. */
  probe(now: number): LinkOutput[] {
    const { state } = this
    // Without a heartbeat there is no way to ask.
    if (state.is !== 'up' || state.interval === Infinity) return []
    const { asked } = state.pulse
    // The verdict is near already.
    if (asked && !asked.left && asked.due <= now + PROBE) return []
    this.state = { ...state, pulse: probe(state.pulse, now, PROBE) }
    return [{ do: 'ping', link: state.link }]
  }

  #news(input: LinkInput & { on: 'opened' | 'welcomed' | 'heard' | 'ended' }, now: number): LinkOutput[] {
    const { state } = this
    const { heartbeat, greets, connectTimeout, rtt } = this.#options
    switch (input.on) {
      case 'opened':
        if (state.is !== 'dialing') return []
        if (greets) this.state = { ...state, is: 'greeting', until: now + connectTimeout }
        else this.#up(state, heartbeat.interval, now)
        return []
      case 'welcomed':
        if (state.is === 'greeting')
          this.#up(state, Math.min(heartbeat.interval, Math.max(MIN_INTERVAL, input.idle / 2)), now)
        return []
      case 'heard':
        if (state.is !== 'up') return []
        if (input.pong && state.pulse.asked?.at !== undefined) rtt.sample(now - state.pulse.asked.at)
        this.state = { ...state, pulse: { heardAt: now } }
        return []
      case 'ended':
        return state.is === 'closing' ? this.#end(input.closing) : this.#lose(input.closing, now)
      default:
        return assertNever(input)
    }
  }

  #tick(now: number): LinkOutput[] {
    const { state } = this
    if (now < this.deadline) return []
    switch (state.is) {
      case 'waiting':
      case 'paused':
        return this.#dial(state.failures, now)
      case 'dialing':
      case 'greeting':
        return this.#give({ code: Close.timeout, reason: 'no answer within the connect timeout' }, now)
      case 'up':
        return this.#beat(state, now)
      case 'closing':
        return [...this.#drop(state.closing), ...this.#end({ ...state.closing, code: Close.abnormal, clean: false })]
      default:
        return []
    }
  }

  #beat(state: LinkState & { is: 'up' }, now: number): LinkOutput[] {
    const options = this.#rhythm(state.interval)
    const next = beat(state.pulse, options, this.#patience(), now)
    if (next.is === 'dead') return this.#give({ code: Close.timeout, reason: 'no answer to the heartbeat' }, now)
    if (next.is === 'calm') return []
    this.state = { ...state, pulse: next.pulse }
    return [{ do: 'ping', link: state.link }]
  }

  /** Ask a link, dial where there is none: neither trust nor kill. */
  #wake(now: number): LinkOutput[] {
    const { state } = this
    if (state.is !== 'paused' && state.is !== 'waiting') return this.probe(now)
    if (now >= state.hold) return this.#dial(state.failures, now)
    this.state = { ...state, is: 'waiting', until: state.hold }
    return []
  }

  #offline(now: number): LinkOutput[] {
    const { state } = this
    if (state.is === 'waiting') this.state = { ...state, is: 'paused', until: Math.max(state.until, now + PAUSE) }
    return this.probe(now)
  }

  #suspend(): LinkOutput[] {
    const { state } = this
    if (state.is === 'idle' || state.is === 'closing' || state.is === 'closed') return []
    const outputs = this.#drop({ code: Close.goingAway, reason: 'the page is put away' })
    this.state = { is: 'paused', failures: 0, until: Infinity, hold: 'hold' in state ? state.hold : 0 }
    return outputs
  }

  #close(closing: Closing, now: number): LinkOutput[] {
    const { state } = this
    const { closeTimeout } = this.#options
    if (state.is === 'closing' || state.is === 'closed') return []
    if (!('link' in state) || !closeTimeout) return [...this.#drop(closing), ...this.#end({ ...closing, clean: true })]
    this.state = { is: 'closing', link: state.link, until: now + closeTimeout, closing }
    return [{ do: 'hangup', link: state.link, code: closing.code, reason: closing.reason }]
  }

  #up(from: LinkState & { is: 'dialing' | 'greeting' }, interval: number, now: number): void {
    const { link, failures } = from
    this.state = { is: 'up', link, failures, since: now, pulse: { heardAt: now }, interval }
  }

  #dial(failures: number, now: number): LinkOutput[] {
    this.state = { is: 'dialing', link: ++this.#links, failures, until: now + this.#options.connectTimeout }
    return [{ do: 'open', link: this.#links }]
  }

  #drop(closing: Closing): LinkOutput[] {
    return 'link' in this.state ? [{ do: 'drop', link: this.state.link, closing }] : []
  }

  /** We end it: the close event of a dead link may be 60 s away, so nobody waits for it. */
  #give(closing: Closing, now: number): LinkOutput[] {
    return [...this.#drop(closing), ...this.#lose(closing, now)]
  }

  #lose(closing: Closing, now: number): LinkOutput[] {
    const { state } = this
    const { isFatal, maxRetries, stableAfter, random } = this.#options
    const stable = state.is === 'up' && now - state.since >= stableAfter
    // Looks taken while the network is said to be away use up no retries.
    const failures = stable || !('failures' in state) ? 0 : state.failures + Number(this.#online)
    if (isFatal(closing) || failures > maxRetries) return this.#end(closing)
    const delay = Math.min(closing.retryAfter ?? backoff(this.#options.backoff, failures, random()), MAX_HOLD)
    const hold = closing.retryAfter === undefined ? 0 : now + delay
    if (!this.#online) {
      this.state = { is: 'paused', failures, until: now + Math.max(PAUSE, delay), hold }
      return [{ do: 'retry', attempt: failures, delay: Infinity, closing }]
    }
    const retry: LinkOutput = { do: 'retry', attempt: failures, delay, closing }
    if (!delay) return [retry, ...this.#dial(failures, now)]
    this.state = { is: 'waiting', failures, until: now + delay, hold }
    return [retry]
  }

  #end(closing: Closing): LinkOutput[] {
    this.state = { is: 'closed', closing }
    return [{ do: 'ended', closing }]
  }

  #rhythm(interval: number): HeartbeatOptions {
    return { ...this.#options.heartbeat, interval }
  }

  /** One ping's share of the timeout, shortened where round trips are known to be quick. */
  #patience(): number {
    const { heartbeat, rtt } = this.#options
    const share = heartbeat.timeout / (heartbeat.retries + 1)
    return rtt.srtt === undefined ? share : Math.min(share, Math.max(1_000, 4 * rtt.rto))
  }
}
