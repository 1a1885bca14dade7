import type { Status } from '../core/status.js'

/** How long it took, the last time, from the loss of service to service again. */
export class Recovery {
  /** ms; undefined before the first. */
  took: number | undefined
  #lostAt: number | undefined

  hear(status: Status, now: number, dials: number): void {
    if (status !== 'online') this.#lostAt ??= now
    else if (this.#lostAt !== undefined) {
      if (dials > 1) this.took = now - this.#lostAt
      this.#lostAt = undefined
    }
  }
}
