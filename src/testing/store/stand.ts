import type { Store } from '../../core/store.js'

/** Limits that a case needs to have set; a stand without such an option leaves it. Durations in ms, sizes in bytes. */
export interface StoreLimitsWanted {
  /** Entries of one channel. */
  maxEntries?: number
  /** Age of an entry. */
  maxAge?: number
  /** Entries of one inbox. */
  inboxEntries?: number
  /** Bodies of one inbox; what a store adds for each entry is up to it, 1,000 at most. */
  inboxBytes?: number
  /** Age of an entry of an inbox. */
  inboxAge?: number
  /** A client that did nothing for so long is forgotten. */
  clientTtl?: number
}

/**
 * What a stand has, beside a store. `nodes`: `another()`. `reopen`: `reopen()`. `clock`: `clock`. `notes`: its stores
 * have `notify` and `listen`. `limits`: each limit that is wanted is set.
 */
export type StoreFeature = 'nodes' | 'reopen' | 'clock' | 'notes' | 'limits'

/** A store, and what is around it. */
export interface StoreStand {
  /** What is tried. Others may use the same data: a case uses names that nobody else has. */
  store: Store
  /** One more store over the same data, as another node has it. The stand closes it. */
  another?(): Promise<Store>
  /** Closes all stores of the stand, and opens one over the same data, as after a restart. */
  reopen?(): Promise<Store>
  /** The time of the store, in the hand of the case. */
  clock?: {
    /** ms since 1970. */
    now(): number
    /** Lets time pass, ms, all at once. */
    pass(ms: number): Promise<void> | void
  }
  /** Ends everything that the stand has started, and deletes what it stored. */
  close(): Promise<void>
}
