import type { Member, Slice } from '../../core/store.js'
import type { Entry, Packed } from '../../wire/frame.js'
import { costOf } from './rules.js'

/** One channel's entries, trimmed from the front. */
export class Log {
  readonly epoch: string
  /** Of an inbox: what former members had. */
  past: Member | undefined
  /** What it holds, bytes, roughly. */
  bytes = 0
  next = 1
  #entries: Entry<Packed>[] = []
  /** Entries trimmed and not yet cut off: cutting each time would move all the others each time. */
  #trimmed = 0

  constructor(epoch: string) {
    this.epoch = epoch
  }

  get size(): number {
    return this.#entries.length - this.#trimmed
  }

  get oldest(): number {
    return this.next - this.size
  }

  /** When its oldest entry was taken; Infinity when it holds none. */
  get since(): number {
    return this.#entries[this.#trimmed]?.time ?? Infinity
  }

  add(entry: Entry<Packed>): void {
    this.#entries.push(entry)
    this.bytes += costOf(entry)
    this.next++
  }

  /** Lets the oldest entry go. */
  trim(): void {
    const oldest = this.#entries[this.#trimmed]
    if (!oldest) return
    this.bytes -= costOf(oldest)
    this.#trimmed++
    if (this.#trimmed < 64 || this.#trimmed < this.#entries.length / 2) return
    this.#entries = this.#entries.slice(this.#trimmed)
    this.#trimmed = 0
  }

  read(from: number, limit: number, bytes: number): Slice {
    const { epoch, oldest, next } = this
    const start = this.#trimmed + Math.max(0, from - oldest)
    let end = start
    for (let sum = 0, entry; end - start < limit && (entry = this.#entries[end]); end++) {
      sum += entry.body.length
      if (sum > bytes && end > start) break
    }
    return { epoch, oldest, next, entries: this.#entries.slice(start, end) }
  }
}
