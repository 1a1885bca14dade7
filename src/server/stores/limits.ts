import { type Checks, isLimit } from '../options.js'

/** What is kept of each channel and client, at most. Durations in ms, sizes in bytes, roughly. */
export interface StoreLimits {
  /** Entries of one channel; beyond, the oldest go. Default 10,000. */
  maxEntries: number
  /** Entries of one channel, together; beyond, the oldest go. Default 16 MiB. */
  maxBytes: number
  /** Age of an entry. Default 24 h. */
  maxAge: number
  /**
   * Entries of one inbox, a channel whose name begins with `@`; beyond, new ones are refused. `maxEntries`, `maxBytes`
   * and `maxAge` do not count for it. Default 1,000.
   */
  inboxEntries: number
  /** Entries of one inbox, together; beyond, new ones are refused. Default 4 MiB. */
  inboxBytes: number
  /** Age of an entry in an inbox. Default 7 days. */
  inboxAge: number
  /** A client that did nothing for so long is forgotten, with all its places in channels. Default 7 days. */
  clientTtl: number
  /** Clients; beyond, the one longest idle is forgotten. Default 100,000. */
  maxClients: number
  /** Channels that one client is a member of; beyond, it leaves the one where it is longest unchanged. Default 1,000. */
  maxCursors: number
}

const DAY = 86_400_000

export const storeLimits: StoreLimits = {
  maxEntries: 10_000,
  maxBytes: 2 ** 24,
  maxAge: DAY,
  inboxEntries: 1_000,
  inboxBytes: 2 ** 22,
  inboxAge: 7 * DAY,
  clientTtl: 7 * DAY,
  maxClients: 100_000,
  maxCursors: 1_000,
}

export const limitChecks: Checks<StoreLimits> = {
  maxEntries: isLimit(1),
  maxBytes: isLimit(1),
  maxAge: isLimit(1),
  inboxEntries: isLimit(1),
  inboxBytes: isLimit(1),
  inboxAge: isLimit(1),
  clientTtl: isLimit(1),
  maxClients: isLimit(1),
  maxCursors: isLimit(1),
}
