import type { IncomingMessage } from 'node:http'
import { admit, type Admission, isOriginAllowed } from './auth.js'
import type { Settings } from './settings.js'

type GateSettings = Pick<Settings, 'allowedOrigins' | 'authenticate' | 'authenticateTimeout' | 'env' | 'log'>

/** Who may come in: the same for an upgrade as for a request. */
export class Gate {
  readonly #settings: GateSettings
  readonly #onRefused: (status: number) => void
  /** Seconds until it may open again; absent while it is open. */
  #closedFor: number | undefined

  /** @param onRefused hears the status of each link that was not opened. */
  constructor(settings: GateSettings, onRefused: (status: number) => void) {
    this.#settings = settings
    this.#onRefused = onRefused
  }

  get closedFor(): number | undefined {
    return this.#closedFor
  }

  /** Nobody comes in any more. */
  close(seconds: number): void {
    this.#closedFor = seconds
  }

  isOriginAllowed(request: IncomingMessage): boolean {
    return isOriginAllowed(request, this.#settings.allowedOrigins)
  }

  /** Who asks, or the status that turns them away: 401, 403 or 503. */
  async judge(request: IncomingMessage): Promise<{ user: string } | 401 | 403 | 503> {
    if (this.#isClosed()) return 503
    if (!this.isOriginAllowed(request)) return 403
    const admission = await this.#admit(request)
    if (admission.is === 'refused') return admission.status
    // It may have been closed while the hook was thinking.
    return this.#isClosed() ? 503 : admission
  }

  /** Somebody who asked for a link was refused one. */
  refused(what: 'upgrade' | 'opening', status: number): void {
    this.#settings.log.info({ status }, `${what} refused`)
    this.#onRefused(status)
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
