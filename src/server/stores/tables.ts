import type { AppendAsk, Appended, Change, Cursor, Draft, Fate, KeepAsk, ReadAsk, Slice } from '../../core/store.js'
import type { CursorAsk, ForgetAsk, OpenAsk, Opened } from '../../core/store.js'
import { Log } from './log.js'

/** What is kept, at most. Durations in ms, sizes in bytes, roughly. */
export interface TablesOptions {
  /** Entries of one channel. Default 10,000. */
  maxEntries: number
  /** Entries of one channel, together. Default 16 MiB. */
  maxBytes: number
  /** Age of an entry. Default 24 h. */
  maxAge: number
  /** Channels; beyond, the one longest without a new entry is forgotten. Default 10,000. */
  maxChannels: number
  /** All entries together; beyond, channels are forgotten likewise. Default 256 MiB. */
  totalBytes: number
  /** A client that did nothing for so long is forgotten. Default 24 h. */
  clientTtl: number
  /** Clients; beyond, the one longest idle is forgotten. Default 100,000. */
  maxClients: number
  /** Cursors of one client; beyond, the one longest unchanged is forgotten. Default 1,000. */
  maxCursors: number
}

const DAY = 86_400_000
/** Between two looks for entries past their age, ms. */
const SWEEP = 60_000

export const tablesDefaults: TablesOptions = {
  maxEntries: 10_000,
  maxBytes: 2 ** 24,
  maxAge: DAY,
  maxChannels: 10_000,
  totalBytes: 2 ** 28,
  clientTtl: DAY,
  maxClients: 100_000,
  maxCursors: 1_000,
}

interface Client {
  key: string
  seq: number
  touchedAt: number
  cursors: Map<string, Cursor>
}

/** The state and the rules of a store, without the waiting: each call is decided at once, in one step. */
export class Tables {
  readonly #options: TablesOptions
  readonly #now: () => number
  readonly #id: string
  /** Both maps in the order of last use, the longest unused first. */
  readonly #logs = new Map<string, Log>()
  readonly #clients = new Map<string, Client>()
  readonly #listeners = new Set<(change: Change) => void>()
  #bytes = 0
  /** Counts the channels forgotten: one that begins again must not look like the one that was. */
  #generation = 0
  #sweepAt = -Infinity

  /** @param now ms since 1970. @param id a name that no other store has. */
  constructor(options: TablesOptions, now: () => number, id: string) {
    this.#options = options
    this.#now = now
    this.#id = id
  }

  open({ client, key, acked }: OpenAsk): Opened {
    const known = this.#touch(client)
    if (known && known.key !== key) return { is: 'taken' }
    const one = known ?? { key, seq: 0, touchedAt: this.#now(), cursors: new Map<string, Cursor>() }
    one.seq = Math.max(one.seq, acked)
    this.#clients.set(client, one)
    this.#forgetClients()
    return { is: 'open', seq: one.seq, known: known !== undefined }
  }

  append({ client, records }: AppendAsk): Appended {
    const one = this.#touch(client)
    if (!one) return { is: 'unknown' }
    const fates = records.map((record) => this.#take(one, record))
    const grown = new Set(records.flatMap(({ ch }, at) => (fates[at]?.is === 'stored' ? [ch] : [])))
    for (const ch of grown) this.#grew(ch)
    return { is: 'done', seq: one.seq, fates }
  }

  read({ ch, from, limit, bytes }: ReadAsk): Slice {
    this.#sweep()
    const log = this.#logs.get(ch)
    return log ? log.read(from, limit, bytes) : { epoch: this.#epoch, oldest: 1, next: 1, entries: [] }
  }

  cursor({ client, ch }: CursorAsk): Cursor | undefined {
    return this.#clients.get(client)?.cursors.get(ch)
  }

  keep({ client, ch, cursor }: KeepAsk): void {
    const cursors = this.#touch(client)?.cursors
    if (!cursors) return
    const kept = cursors.get(ch)
    if (kept?.epoch === cursor.epoch && kept.offset >= cursor.offset) return
    cursors.delete(ch)
    cursors.set(ch, cursor)
    dropOldest(cursors, this.#options.maxCursors)
  }

  forget({ client }: ForgetAsk): void {
    this.#clients.delete(client)
  }

  watch(onChange: (change: Change) => void): () => void {
    this.#listeners.add(onChange)
    return () => {
      this.#listeners.delete(onChange)
    }
  }

  get #epoch(): string {
    return this.#generation ? `${this.#id}.${this.#generation}` : this.#id
  }

  #take(client: Client, { seq, after, ch, id, from, time, body }: Draft): Fate {
    if (seq <= client.seq) return { is: 'duplicate' }
    if (after > client.seq) return { is: 'gap' }
    const log = this.#logs.get(ch) ?? new Log(this.#epoch)
    const offset = log.next
    // The channel written last stands last.
    this.#logs.delete(ch)
    this.#logs.set(ch, log)
    client.seq = seq
    this.#resize(log, () => log.add({ offset, id, from, time, body }))
    this.#trim(log)
    return { is: 'stored', epoch: log.epoch, offset }
  }

  #grew(ch: string): void {
    const log = this.#logs.get(ch)
    if (log) for (const listener of this.#listeners) listener({ ch, epoch: log.epoch, next: log.next })
  }

  #trim(log: Log): void {
    const { maxEntries, maxBytes, maxChannels, totalBytes } = this.#options
    while (log.size > maxEntries || (log.bytes > maxBytes && log.size > 1)) this.#resize(log, () => log.trim())
    for (const [ch, oldest] of this.#logs) {
      if (oldest === log || (this.#logs.size <= maxChannels && this.#bytes <= totalBytes)) break
      this.#logs.delete(ch)
      this.#bytes -= oldest.bytes
      this.#generation++
    }
    while (this.#bytes > totalBytes && log.size > 1) this.#resize(log, () => log.trim())
    this.#sweep()
  }

  /** A channel without entries keeps its count: what is quiet for a day has lost nothing. */
  #sweep(): void {
    const now = this.#now()
    if (now < this.#sweepAt) return
    this.#sweepAt = now + SWEEP
    for (const log of this.#logs.values())
      while (log.since <= now - this.#options.maxAge) this.#resize(log, () => log.trim())
  }

  #resize(log: Log, change: () => void): void {
    this.#bytes -= log.bytes
    change()
    this.#bytes += log.bytes
  }

  /** The client used last stands last. */
  #touch(name: string): Client | undefined {
    this.#forgetClients()
    const client = this.#clients.get(name)
    if (!client) return undefined
    client.touchedAt = this.#now()
    this.#clients.delete(name)
    this.#clients.set(name, client)
    return client
  }

  #forgetClients(): void {
    const since = this.#now() - this.#options.clientTtl
    for (const [name, { touchedAt }] of this.#clients) {
      if (touchedAt > since) break
      this.#clients.delete(name)
    }
    dropOldest(this.#clients, this.#options.maxClients)
  }
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= max) return
    map.delete(oldest)
  }
}
