import type { Effects } from './effects.js'

/** What the store failed to forget is told again after this, ms. */
const RETRY = 1_000
/** Clients waiting; beyond, the store forgets them when they were idle for long enough. */
const MOST = 10_000

/** Clients that have left for good: nobody will say it again, so this node does until the store knows. */
export class Farewells {
  /** When to `tick`. */
  deadline = Infinity
  readonly #untold = new Set<string>()
  readonly #effects: Effects

  constructor(effects: Effects) {
    this.#effects = effects
  }

  get size(): number {
    return this.#untold.size
  }

  say(client: string): void {
    this.#effects.call('forget', { client }, ({ is }) => {
      if (is === 'known' || this.#untold.size >= MOST) return
      this.#untold.add(client)
      this.deadline = Math.min(this.deadline, this.#effects.now + RETRY)
    })
  }

  tick(now: number): void {
    if (now < this.deadline) return
    this.deadline = Infinity
    const due = [...this.#untold]
    this.#untold.clear()
    for (const client of due) this.say(client)
  }

  /** This node goes down, and does not wait for a store that fails. */
  clear(): void {
    this.#untold.clear()
    this.deadline = Infinity
  }
}
