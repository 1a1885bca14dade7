/** Where the transport that worked is kept: `localStorage`, or anything like it. */
export type MemoryLike = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** What worked the last time. */
export interface Remembered {
  /** The transport's name. */
  transport: string
  /** Smoothed round trip, ms; absent where none was measured. */
  rtt?: number | undefined
}

/** Networks change: what was learnt is forgotten after so long, ms. */
const EXPIRY = 86_400_000

/** One value that outlives the page, as far as the page lets it. What the storage throws is no news to anybody. */
export class Memory {
  readonly #storage: () => MemoryLike | undefined
  readonly #key: string

  /** @param storage asked each time: in some pages the mere look at `localStorage` throws. */
  constructor(storage: () => MemoryLike | undefined, key: string) {
    this.#storage = storage
    this.#key = key
  }

  /** What was kept, unless it is too old, or not of our making. */
  recall(): Partial<Remembered> {
    try {
      const { transport, rtt, until } = JSON.parse(this.#storage()?.getItem(this.#key) ?? '{}') as Record<
        string,
        unknown
      >
      const fresh = typeof transport === 'string' && typeof until === 'number' && until > Date.now()
      return fresh ? { transport, ...(typeof rtt === 'number' && { rtt }) } : {}
    } catch {
      return {}
    }
  }

  keep(what: Remembered | undefined): void {
    try {
      if (what) this.#storage()?.setItem(this.#key, JSON.stringify({ ...what, until: Date.now() + EXPIRY }))
      else this.#storage()?.removeItem(this.#key)
    } catch {
      // A full or forbidden storage costs the next page half a second, no more.
    }
  }
}
