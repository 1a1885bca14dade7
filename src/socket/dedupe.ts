import type { Id } from './options.js'

/** Ids seen, bounded by count and age. */
export class Seen {
  readonly #seen = new Map<Id, number>()
  readonly #maxCount: number
  readonly #maxAge: number

  constructor(maxCount: number, maxAge: number) {
    this.#maxCount = maxCount
    this.#maxAge = maxAge
  }

  /** Whether it was seen before; from now on it was. */
  has(id: Id, now: number): boolean {
    const seen = this.#seen
    const at = seen.get(id)
    if (at !== undefined && now - at <= this.#maxAge) return true
    seen.delete(id)
    seen.set(id, now)
    for (const [old, time] of seen) {
      if (seen.size <= this.#maxCount && now - time <= this.#maxAge) break
      seen.delete(old)
    }
    return false
  }
}
