import type { Change } from '../../core/store.js'
import { Books } from './books.js'
import { Clients, type MemoryClient } from './clients.js'
import { storeLimits } from './limits.js'
import { Logs, type LogsLimits } from './logs.js'
import { Seats } from './seats.js'
import { Watchers } from './watchers.js'

/** What is kept in memory, at most. */
export type TablesOptions = LogsLimits

export const tablesDefaults: TablesOptions = { ...storeLimits, maxChannels: 10_000, totalBytes: 2 ** 28 }

/** A store in memory, without the waiting: for `MemoryStore`, tests and simulations. */
export class Tables extends Books<MemoryClient> {
  readonly #watchers: Watchers

  /** @param now ms since 1970. @param id a name that no other store has. */
  constructor(options: TablesOptions, now: () => number, id: string) {
    const watchers = new Watchers()
    const tell = (change: Change): void => watchers.tell(change)
    super(new Clients(options, now), new Seats(options.maxCursors), new Logs(options, now, id), tell)
    this.#watchers = watchers
  }

  watch(onChange: (change: Change) => void): () => void {
    return this.#watchers.add(onChange)
  }
}
