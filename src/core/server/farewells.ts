import type { Effects } from './effects.js'
import { RETRY } from './retry.js'

/** Clients waiting; beyond, the store forgets them when they were idle for long enough. */
const MOST = 10_000

/** Clients that have left for good: nobody will say it again, so this node does until the store knows. */
export class Farewells {
  /** When to `tick`. */
  deadline = Infinity
  /** Those of which the store is to be told again, and what each had settled. */
  #untold = new Map<string, number>()
  readonly #effects: Effects

  constructor(effects: Effects) {
    this.#effects = effects
  }

  get size(): number {
    return this.#untold.size
  }

  say(client: string, acked: number): void {
    this.#effects.call('forget', { client, below: acked }, ({ is }) => {
      if (is === 'known' || this.#untold.size >= MOST) return
      this.#untold.set(client, acked)
      this.deadline = Math.min(this.deadline, this.#effects.now + RETRY)
    })
  }

  tick(now: number): void {
    if (now < this.deadline) return
    this.deadline = Infinity
    const due = this.#untold
    this.#untold = new Map()
    for (const [client, acked] of due) this.say(client, acked)
  }

  /** This node goes down, and does not wait for a store that fails. */
  clear(): void {
    this.#untold.clear()
    this.deadline = Infinity
  }
}
