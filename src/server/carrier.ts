import type { ServerOutput } from '../core/server/contract.js'

/** What holds links: it moves packets, and decides nothing. Each carrier hears of every link, and passes over those that are not its own. */
export interface Carrier {
  write(output: ServerOutput & { do: 'write' }): void
  close(output: ServerOutput & { do: 'close' }): void
  /** Resolves when everybody whose link was closed has been told, or cannot be. */
  empty(): Promise<void>
}
