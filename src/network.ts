import { Emitter, type ListenOptions } from './shell/emitter.js'
import { createClock, type Env } from './shell/env.js'
import { fill, number, type Rules } from './shell/options.js'
import { listen, type PageLike, type PageSignal } from './shell/page.js'

/** `unknown` until something was learnt. */
export type NetworkStatus = 'online' | 'offline' | 'unknown'

export interface NetworkEvents {
  /** The status is another. */
  change: { status: NetworkStatus; cause: string }
  /** Connections may not have survived: the page came back, the network changed, or the machine slept. */
  wake: { cause: string }
  /** The page is put away, and may come back. */
  suspend: { cause: string }
}

/** All durations in ms. */
export interface NetworkOptions {
  /**
   * A URL to ask when in doubt; any answer at all means online. It should be cheap, and not on the server whose
   * failure is to be told from the network's.
   */
  probeUrl?: string | undefined
  /** Without an answer by then it is offline. Default 5,000. */
  probeTimeout?: number | undefined
  /** Between two looks at the clock, by which sleep is noticed; 0 turns it off. Default 5,000. */
  sleepCheck?: number | undefined
  /** Where page events come from. Default `globalThis`. */
  page?: PageLike | undefined
  /** What probes. Default: the global `fetch`. */
  fetch?: typeof fetch | undefined
  /** Clock, for tests. */
  env?: Pick<Env, 'now' | 'timer'> | undefined
}

type Settled = NetworkOptions & Record<'probeTimeout' | 'sleepCheck', number>

const rules: Rules<Settled> = {
  probeUrl: [undefined, 'string'],
  probeTimeout: number(5_000),
  sleepCheck: number(5_000),
  page: [undefined, 'object'],
  fetch: [undefined, 'function'],
  env: [undefined, 'object'],
}

/** While offline it is probed again after so long (ms), then after twice that, and so on. */
const FIRST_WAIT = 1_000
const MAX_WAIT = 30_000

/** A look at the clock that comes so much too late (ms) means that the machine slept. */
const LATE = 2_000

/**
 * Watches whether there is a network.
 *
 * With a `probeUrl`, what the browser says is only a reason to probe. Without one, `navigator.onLine === false` means
 * `offline`, and `online` means no more than "not known to be offline".
 */
export class NetworkDetector {
  readonly #options: Settled
  readonly #page: PageLike
  readonly #env: Pick<Env, 'now' | 'timer'>
  readonly #events = new Emitter<NetworkEvents>()
  readonly #unlisten: () => void
  #status: NetworkStatus = 'unknown'
  /** The newest look, and what ends its probe. */
  #checking: Promise<NetworkStatus> = Promise.resolve('unknown')
  #control = new AbortController()
  #stop: (() => void) | undefined
  /** Until the next probe while offline, and what calls it off. */
  #wait = FIRST_WAIT
  #rest: (() => void) | undefined
  #closed = false

  /** @throws OptionError for an option that there is not, or with a value that it does not take. */
  constructor(options: NetworkOptions = {}) {
    const { page, env, probeUrl, sleepCheck } = (this.#options = fill('options', rules, options))
    this.#page = page ?? globalThis
    this.#env = env ?? createClock()
    this.#status = probeUrl === undefined ? this.#claimed() : 'unknown'
    void this.#check('start')
    this.#unlisten = listen(this.#page, (signal, cause) => this.#hear(signal, cause))
    if (sleepCheck) this.#watchClock()
  }

  /** What is known now. */
  get status(): NetworkStatus {
    return this.#status
  }

  /** Listens, until `signal` aborts or the returned function is called. */
  on<K extends keyof NetworkEvents>(
    type: K,
    listener: (event: NetworkEvents[K]) => void,
    options?: ListenOptions,
  ): () => void {
    return this.#events.on(type, listener, options)
  }

  /** Looks now, by the probe where there is one. Never rejects; after `close` it says what was last known. */
  async check(): Promise<NetworkStatus> {
    return this.#closed ? this.#status : this.#check('check')
  }

  /** Stops watching and probing. */
  close(): void {
    this.#closed = true
    this.#unlisten()
    this.#stop?.()
    this.#rest?.()
    this.#control.abort()
  }

  #hear(signal: PageSignal, cause: string): void {
    if (signal === 'suspend') this.#events.emit('suspend', { cause })
    else if (this.#options.probeUrl !== undefined) void this.#check(cause)
    else if (signal !== 'wake') this.#set(signal, cause)
    if (signal === 'wake') this.#events.emit('wake', { cause })
  }

  #check(cause: string): Promise<NetworkStatus> {
    return (this.#checking = this.#look(cause))
  }

  async #look(cause: string): Promise<NetworkStatus> {
    // What was asked before the cause may have been answered by another network.
    const control = this.#takeOver()
    const status = await this.#ask(control.signal)
    if (control !== this.#control) return this.#checking
    this.#set(status, cause)
    this.#lookAgain(status, cause)
    return this.#status
  }

  /** One failed probe is not the last word: nothing else may ever tell that the network is back. */
  #lookAgain(status: NetworkStatus, cause: string): void {
    if (cause !== 'probe') this.#wait = FIRST_WAIT
    if (this.#closed || status !== 'offline' || this.#options.probeUrl === undefined) return
    this.#rest = this.#env.timer(() => void this.#check('probe'), this.#wait)
    this.#wait = Math.min(2 * this.#wait, MAX_WAIT)
  }

  #takeOver(): AbortController {
    this.#rest?.()
    this.#control.abort()
    return (this.#control = new AbortController())
  }

  async #ask(signal: AbortSignal): Promise<NetworkStatus> {
    const { probeUrl, fetch = globalThis.fetch } = this.#options
    if (probeUrl === undefined) return this.#claimed()
    const cancel = this.#env.timer(() => this.#control.abort(), this.#options.probeTimeout)
    try {
      await fetch(probeUrl, { method: 'HEAD', mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal })
      return 'online'
    } catch {
      return 'offline'
    } finally {
      cancel()
    }
  }

  #claimed(): NetworkStatus {
    const onLine = this.#page.navigator?.onLine
    return onLine === undefined ? 'unknown' : onLine ? 'online' : 'offline'
  }

  #set(status: NetworkStatus, cause: string): void {
    if (this.#closed || status === this.#status) return
    this.#status = status
    this.#events.emit('change', { status, cause })
  }

  #watchClock(): void {
    const due = this.#env.now() + this.#options.sleepCheck
    this.#stop = this.#env.timer(() => {
      this.#watchClock()
      // A hidden page's timers are held back: there, late proves nothing.
      if (this.#env.now() > due + LATE && this.#page.document?.visibilityState !== 'hidden') this.#hear('wake', 'sleep')
    }, this.#options.sleepCheck)
  }
}
