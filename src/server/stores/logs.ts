import { isInbox } from '../../core/server/inbox.js'
import type { Bounds, Draft, Member, Place, ReadAsk, Slice } from '../../core/store.js'
import type { StoreLimits } from './limits.js'
import { Log } from './log.js'
import type { LogBook } from './parts.js'
import { costOf, fullBy } from './rules.js'

/** What all logs together may be. */
export interface LogsLimits extends StoreLimits {
  /**
   * Channels; beyond, the one longest without a new entry is forgotten, an inbox as well: memory ends somewhere. Default
   * 10,000.
   */
  maxChannels: number
  /** All entries together; beyond, channels are forgotten likewise. Default 256 MiB. */
  totalBytes: number
}

/** Between two looks for entries past their age, ms. */
const SWEEP = 60_000

/** The log of every channel. */
export class Logs implements LogBook {
  readonly #limits: LogsLimits
  readonly #now: () => number
  readonly #id: string
  /** The channel written last stands last. */
  readonly #logs = new Map<string, Log>()
  #bytes = 0
  /** Counts the channels forgotten: one that begins again must not look like the one that was. */
  #generation = 0
  #sweepAt = -Infinity

  constructor(limits: LogsLimits, now: () => number, id: string) {
    this.#limits = limits
    this.#now = now
    this.#id = id
  }

  add({ ch, seq, after: _, ...draft }: Draft): Place | string {
    this.#sweep()
    const log = this.#logs.get(ch) ?? new Log(this.#fresh)
    const full = isInbox(ch) ? fullBy(this.#limits, log, costOf(draft)) : undefined
    if (full !== undefined) return full
    const offset = log.next
    this.#logs.delete(ch)
    this.#logs.set(ch, log)
    this.#resize(log, () => log.add({ offset, ...draft }))
    this.#limit(log, isInbox(ch))
    return { seq, ch, epoch: log.epoch, offset }
  }

  read({ ch, from, limit, bytes }: ReadAsk): Slice {
    this.#sweep()
    return this.#logs.get(ch)?.read(from, limit, bytes) ?? { ...this.#empty, entries: [] }
  }

  bounds(ch: string): Bounds {
    this.#sweep()
    const { epoch, oldest, next } = this.#logs.get(ch) ?? this.#empty
    return { epoch, oldest, next }
  }

  trim(ch: string, offset: number): void {
    const log = this.#logs.get(ch)
    while (log?.size && log.oldest <= offset) this.#resize(log, () => log.trim())
  }

  past(ch: string): Member | undefined {
    return this.#logs.get(ch)?.past
  }

  remember(ch: string, past: Member): void {
    const log = this.#logs.get(ch)
    if (log) log.past = past
  }

  get #empty(): Bounds {
    return { epoch: this.#fresh, oldest: 1, next: 1 }
  }

  /** The epoch of a channel that begins now. */
  get #fresh(): string {
    return this.#generation ? `${this.#id}.${this.#generation}` : this.#id
  }

  #limit(log: Log, inbox: boolean): void {
    const { maxEntries, maxBytes, maxChannels, totalBytes } = this.#limits
    while (!inbox && (log.size > maxEntries || (log.bytes > maxBytes && log.size > 1)))
      this.#resize(log, () => log.trim())
    for (const [ch, oldest] of this.#logs) {
      if (oldest === log || (this.#logs.size <= maxChannels && this.#bytes <= totalBytes)) break
      this.#logs.delete(ch)
      this.#bytes -= oldest.bytes
      this.#generation++
    }
    while (this.#bytes > totalBytes && log.size > 1) this.#resize(log, () => log.trim())
  }

  /** A channel without entries keeps its count: what is quiet for a day has lost nothing. */
  #sweep(): void {
    const now = this.#now()
    if (now < this.#sweepAt) return
    this.#sweepAt = now + SWEEP
    const { maxAge, inboxAge } = this.#limits
    for (const [ch, log] of this.#logs) {
      const least = now - (isInbox(ch) ? inboxAge : maxAge)
      while (log.since <= least) this.#resize(log, () => log.trim())
    }
  }

  #resize(log: Log, change: () => void): void {
    this.#bytes -= log.bytes
    change()
    this.#bytes += log.bytes
  }
}
