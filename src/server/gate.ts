import type { IncomingMessage } from 'node:http'
import { addressOf } from './address.js'
import { admit, type Admission } from './auth.js'
import { Census, type CensusLimits, type Seat } from './census.js'
import { welcome } from './origin.js'
import type { Settings } from './settings.js'

type GateSettings = CensusLimits &
  Pick<Settings, 'allowedOrigins' | 'authenticate' | 'authenticateTimeout' | 'trustProxy' | 'env' | 'log'>

/** Who may come in, and the seat that is theirs until they leave it. */
export interface Guest {
  user: string
  seat: Seat
}

export type Refusal = 401 | 403 | 429 | 503

/** Who may come in: the same for an upgrade as for a request. */
export class Gate {
  readonly #settings: GateSettings
  readonly #onRefused: (status: number) => void
  readonly #census: Census
  /** Seconds until it may open again; absent while it is open. */
  #closedFor: number | undefined

  /** @param onRefused hears the status of each link that was not opened. */
  constructor(settings: GateSettings, onRefused: (status: number) => void) {
    this.#settings = settings
    this.#onRefused = onRefused
    this.#census = new Census(settings)
  }

  get closedFor(): number | undefined {
    return this.#closedFor
  }

  /** Nobody comes in any more. */
  close(seconds: number): void {
    this.#closedFor = seconds
  }

  isOriginAllowed(request: IncomingMessage): boolean {
    return welcome(request, this.#settings.allowedOrigins) !== 'no'
  }

  /** Who asks, or the status that turns them away. */
  async judge(request: IncomingMessage): Promise<Guest | Refusal> {
    if (this.#isClosed()) return 503
    const page = welcome(request, this.#settings.allowedOrigins)
    if (page === 'no') return 403
    // The browser sends them to us all the same: nobody is to be taken for their owner.
    if (page !== 'with cookies') delete request.headers.cookie
    // Counted before anybody is asked who that is: a flood of strangers is not one of questions.
    const seat = this.#census.enter(addressOf(request, this.#settings.trustProxy))
    if (!seat) return 429
    let guest: Guest | Refusal | undefined
    try {
      return (guest = await this.#sit(request, seat))
    } finally {
      if (typeof guest !== 'object') seat.leave()
    }
  }

  /** Somebody who asked for a link was refused one. */
  refused(what: 'upgrade' | 'opening', status: number): void {
    this.#settings.log.info({ status }, `${what} refused`)
    this.#onRefused(status)
  }

  async #sit(request: IncomingMessage, seat: Seat): Promise<Guest | Refusal> {
    const admission = await this.#admit(request)
    if (admission.is === 'refused') return admission.status
    // It may have been closed while the hook was thinking.
    if (this.#isClosed()) return 503
    const { user } = admission
    return seat.name(user) ? { user, seat } : 429
  }

  #isClosed(): boolean {
    return this.#closedFor !== undefined
  }

  /** A hook that hangs must not hold the connection for ever. */
  async #admit(request: IncomingMessage): Promise<Admission> {
    const { authenticate, authenticateTimeout, env, log } = this.#settings
    let cancel = (): void => undefined
    const timeout = new Promise<Admission>((resolve) => {
      const error = new Error('authenticate took too long')
      cancel = env.timer(() => resolve({ is: 'refused', status: 503, error }), authenticateTimeout)
    })
    const admission = await Promise.race([admit(authenticate, request), timeout])
    cancel()
    if (admission.is === 'refused' && admission.error !== undefined)
      log.error({ err: admission.error }, 'authenticate failed')
    return admission
  }
}
