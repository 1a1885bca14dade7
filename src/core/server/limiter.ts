import type { ServerOptions } from './contract.js'

/** Who is turned away comes back after this at the earliest, ms. */
const AWAY = 2_000
/** Those who find no room come back one after the other, so far apart, ms. */
const SLOT = 10
/** A server that was idle lets in at once what it would have let in over so long, ms. */
const BURST = 1_000

/** Lets links in as far as there is room, and no more a second than the server can take. */
export class Limiter {
  readonly #options: Pick<ServerOptions, 'maxLinks' | 'maxAccepts'>
  /** When the next link is let in. */
  #nextAt = -Infinity
  /** When the last one that was turned away comes back. */
  #slot = 0

  constructor(options: Pick<ServerOptions, 'maxLinks' | 'maxAccepts'>) {
    this.#options = options
  }

  /** Undefined lets it in; otherwise it may come back in so many ms, and nobody else is told the same time. */
  enter(links: number, now: number): number | undefined {
    const { maxLinks, maxAccepts } = this.#options
    const step = 1_000 / maxAccepts
    if (links >= maxLinks) return this.#turnAway(Math.max(SLOT, step), now)
    this.#nextAt = Math.max(this.#nextAt, now - BURST + step)
    if (now < this.#nextAt) return this.#turnAway(step, now)
    this.#nextAt += step
    return undefined
  }

  #turnAway(step: number, now: number): number {
    this.#slot = Math.max(this.#slot, now + AWAY) + step
    return Math.ceil(this.#slot - now)
  }
}
