import type { Effects } from './effects.js'

/** What the store failed to forget is told again after this, ms. */
const RETRY = 1_000
/** Clients waiting; beyond, the store forgets them when they were idle for long enough. */
const MOST = 10_000

/** Clients that have left for good: nobody will say it again, so this node does until the store knows. */
export class Farewells {
  /** When to `tick`. */
  deadline = Infinity
  /** From the farewell until the store knows of it: the seq that each had. */
  readonly #untold = new Map<string, number>()
  /** Those of which the store is to be told again. */
  readonly #due = new Set<string>()
  readonly #effects: Effects

  constructor(effects: Effects) {
    this.#effects = effects
  }

  get size(): number {
    return this.#untold.size
  }

  say(client: string, seq: number): void {
    if (this.#untold.size < MOST) this.#untold.set(client, seq)
    this.#tell(client)
  }

  /** It is here again: with more settled than it had, this was not on its way before it left. */
  comeBack(client: string, acked: number): void {
    if (acked <= (this.#untold.get(client) ?? Infinity)) return
    this.#untold.delete(client)
    this.#due.delete(client)
  }

  tick(now: number): void {
    if (now < this.deadline) return
    this.deadline = Infinity
    const due = [...this.#due]
    this.#due.clear()
    for (const client of due) this.#tell(client)
  }

  /** This node goes down, and does not wait for a store that fails. */
  clear(): void {
    this.#untold.clear()
    this.#due.clear()
    this.deadline = Infinity
  }

  #tell(client: string): void {
    this.#effects.call('forget', { client }, ({ is }) => {
      if (is === 'known') this.#untold.delete(client)
      if (!this.#untold.has(client)) return
      this.#due.add(client)
      this.deadline = Math.min(this.deadline, this.#effects.now + RETRY)
    })
  }
}
