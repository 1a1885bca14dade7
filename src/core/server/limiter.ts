import type { ServerOptions } from './contract.js'

/** Who is turned away comes back after this at the earliest, ms. */
const AWAY = 2_000
/** Those who find no room come back one after the other, so far apart, ms. */
const SLOT = 10
/** A server that was idle lets in at once what it would have let in over so long, ms. */
const BURST = 1_000
/** Whose turn is nearer waits on its link, ms: proxies and long polls bear such a silence. */
const HOLD = 25_000

/** What becomes of a hello: it is answered now, or on the same link within so many ms, or on another after so many. */
export type Turn = { is: 'in' } | { is: 'waits' | 'away'; after: number }

/** Lets links in as far as there is room, and welcomes no more of them a second than the server can take. */
export class Limiter<Waiter> {
  readonly #options: Pick<ServerOptions, 'maxLinks' | 'maxAccepts'>
  /** When the next hello is answered. */
  #nextAt = -Infinity
  /** When the last one that was turned away comes back. */
  #slot = 0
  /** In the order of their hellos, from `#first` on; those that have left are only out of `#waiting`. */
  #queue: Waiter[] = []
  #first = 0
  readonly #waiting = new Set<Waiter>()

  constructor(options: Pick<ServerOptions, 'maxLinks' | 'maxAccepts'>) {
    this.#options = options
  }

  /** When it is the next one's turn. */
  get deadline(): number {
    return this.#waiting.size ? this.#nextAt : Infinity
  }

  get waiting(): ReadonlySet<Waiter> {
    return this.#waiting
  }

  /** A link opens. Undefined lets it in; otherwise it may come back in so many ms, and nobody else is told the same time. */
  enter(links: number, now: number): number | undefined {
    const { maxLinks } = this.#options
    return links < maxLinks ? undefined : this.#turnAway(Math.max(SLOT, this.#step), now)
  }

  /** It says hello: only this counts, since of a race no more than one does. */
  greet(waiter: Waiter, now: number): Turn {
    this.#save(now)
    if (!this.#waiting.size && now >= this.#nextAt) {
      this.#nextAt += this.#step
      return { is: 'in' }
    }
    const after = Math.max(0, this.#nextAt - now) + this.#waiting.size * this.#step
    // Once those who wait have had their turns there is room for those who are sent away.
    if (after > HOLD) return { is: 'away', after: this.#turnAway(this.#step, now, now + after) }
    this.#queue.push(waiter)
    this.#waiting.add(waiter)
    return { is: 'waits', after: Math.ceil(after) }
  }

  /** Its link has ended: those behind it move up. */
  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
  }

  /** Those whose turn it is, who wait no longer. */
  due(now: number): Waiter[] {
    this.#save(now)
    const due: Waiter[] = []
    while (now >= this.deadline) {
      const waiter = this.#queue[this.#first++] as Waiter
      if (!this.#waiting.delete(waiter)) continue
      this.#nextAt += this.#step
      due.push(waiter)
    }
    this.#tidy()
    return due
  }

  get #step(): number {
    return 1_000 / this.#options.maxAccepts
  }

  /** Time in which nobody came counts, but not without end. */
  #save(now: number): void {
    this.#nextAt = Math.max(this.#nextAt, now - BURST + this.#step)
  }

  #turnAway(step: number, now: number, notBefore = 0): number {
    this.#slot = Math.max(this.#slot, now + AWAY, notBefore) + step
    return Math.ceil(this.#slot - now)
  }

  #tidy(): void {
    if (this.#waiting.size && this.#first * 2 < this.#queue.length) return
    this.#queue = this.#waiting.size ? this.#queue.slice(this.#first) : []
    this.#first = 0
  }
}
