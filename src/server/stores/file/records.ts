import type { Change } from '../../../core/store.js'
import { Books } from '../books.js'
import type { StoreLimits } from '../limits.js'
import { FileClients, type FileClient } from './clients.js'
import { FileLogs } from './logs.js'
import { inspect, prepare } from './schema.js'
import { FileSeats } from './seats.js'
import { type DatabaseConstructor, Sqlite } from './sqlite.js'

/** Where the file is, how it is opened, and what is told when. */
export interface RecordsSettings {
  Libsql: DatabaseConstructor
  path: string
  limits: StoreLimits
  /** Bytes of the file, at most. */
  maxFile: number
  /** ms since 1970. */
  now: () => number
  /** Hears of each change once it is on the disk. */
  tell: (change: Change) => void
}

/** The rules of a store over a database file, in steps that are done as a whole or not at all. */
export class Records {
  readonly books: Books<FileClient>
  readonly #sqlite: Sqlite
  readonly #clients: FileClients
  readonly #logs: FileLogs
  readonly #tell: (change: Change) => void
  /** What has changed in this step. */
  #changes: Change[] = []

  /** Throws `HoldfastError`. */
  constructor({ Libsql, path, limits, maxFile, now, tell }: RecordsSettings) {
    this.#sqlite = new Sqlite(Libsql, path, (sqlite) => inspect(sqlite, path))
    try {
      const epoch = prepare(this.#sqlite)
      this.#sqlite.limit(maxFile)
      this.#tell = tell
      this.#clients = new FileClients(this.#sqlite, limits, now)
      this.#logs = new FileLogs(this.#sqlite, limits, now, epoch)
      const seats = new FileSeats(this.#sqlite, limits, this.#logs, now)
      this.books = new Books(this.#clients, seats, this.#logs, (change) => this.#changes.push(change))
    } catch (error) {
      this.#sqlite.close()
      throw error
    }
  }

  /** One step: all of the work is on the disk when this returns, or it throws and none of it is done. */
  commit(work: () => unknown): void {
    this.#changes = []
    try {
      this.#sqlite.commit(() => {
        this.#clients.begin()
        this.#logs.sweep()
        work()
      })
    } catch (error) {
      this.#clients.undone()
      this.#logs.undone()
      throw error
    }
    for (const change of this.#changes.splice(0)) this.#tell(change)
  }

  /** Part of a step: lets some of what is too old go. Whether there may be more. */
  tidy(): boolean {
    this.books.expire()
    return this.#logs.sweep() || this.#clients.behind
  }

  close(): void {
    this.#sqlite.close()
  }
}
