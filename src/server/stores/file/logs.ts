import { isInbox } from '../../../core/server/inbox.js'
import type { Bounds, Draft, Member, Place, ReadAsk, Slice } from '../../../core/store.js'
import type { Entry, Packed } from '../../../wire/frame.js'
import type { StoreLimits } from '../limits.js'
import type { LogBook } from '../parts.js'
import { costOf, fullBy } from '../rules.js'
import type { Row, Sqlite } from './sqlite.js'
import { fromBytes, fromName, toBytes, toName } from './text.js'

/** Between two looks for entries past their age, ms. */
const SWEEP = 60_000
/** Entries dropped in one step: the rest goes in the next. */
const SOME = 500
/** Entries read from the database at once. */
const PAGE = 64

interface Channel {
  id: number
  epoch: string
  oldest: number
  next: number
  bytes: number
  /** When its oldest entry was taken, when it has one. */
  since: number | null
}

/** The logs in the database. A channel keeps its row, and its count, for good. */
export class FileLogs implements LogBook {
  readonly #sqlite: Sqlite
  readonly #limits: StoreLimits
  readonly #now: () => number
  /** The epoch of every channel: no offset is ever given twice in this file. */
  readonly #epoch: string
  #sweepAt = -Infinity

  constructor(sqlite: Sqlite, limits: StoreLimits, now: () => number, epoch: string) {
    this.#sqlite = sqlite
    this.#limits = limits
    this.#now = now
    this.#epoch = epoch
  }

  /** What was noted beside the database may be wrong: a step was undone. */
  undone(): void {
    this.#sweepAt = -Infinity
  }

  add(draft: Draft): Place | string {
    const { ch, seq, time } = draft
    const channel = this.#find(ch) ?? this.#make(ch)
    const { epoch, next: offset } = channel
    const cost = costOf(draft)
    if (isInbox(ch)) {
      const full = fullBy(this.#limits, { size: channel.next - channel.oldest, bytes: channel.bytes }, cost)
      if (full !== undefined) return full
    }
    this.#write(channel, draft, cost)
    channel.next++
    channel.bytes += cost
    channel.since ??= time
    if (!isInbox(ch)) this.#limit(channel)
    this.#save(channel)
    return { seq, ch, epoch, offset }
  }

  read({ ch, from, limit, bytes }: ReadAsk): Slice {
    const channel = this.#find(ch)
    if (!channel) return { ...this.#nothing, entries: [] }
    const { id, epoch, oldest, next } = channel
    return { epoch, oldest, next, entries: this.#entries(id, Math.max(from, oldest), next, limit, bytes) }
  }

  bounds(ch: string): Bounds {
    const { epoch, oldest, next } = this.#find(ch) ?? this.#nothing
    return { epoch, oldest, next }
  }

  trim(ch: string, offset: number): void {
    const channel = this.#find(ch)
    if (!channel || channel.oldest > offset) return
    this.#drop(channel, (entry) => entry.offset <= offset, Infinity)
    this.#save(channel)
  }

  past(ch: string): Member | undefined {
    const past = this.#sqlite.one('SELECT past FROM channels WHERE name = ?', toName(ch))?.['past']
    return typeof past === 'string' ? (JSON.parse(past) as Member) : undefined
  }

  remember(ch: string, past: Member): void {
    this.#sqlite.run('UPDATE channels SET past = ? WHERE name = ?', JSON.stringify(past), toName(ch))
  }

  /** The number of the channel's row, which is made where there is none. */
  idOf(ch: string): number {
    return (this.#find(ch) ?? this.#make(ch)).id
  }

  /** Lets a part of what is too old go. Whether there may be more. */
  sweep(): boolean {
    const now = this.#now()
    if (now < this.#sweepAt) return false
    const { maxAge, inboxAge } = this.#limits
    const left = this.#age(1, now - inboxAge, this.#age(0, now - maxAge, SOME))
    if (left > 0) this.#sweepAt = now + SWEEP
    return left <= 0
  }

  get #nothing(): Bounds {
    return { epoch: this.#epoch, oldest: 1, next: 1 }
  }

  #find(ch: string): Channel | undefined {
    const row = this.#sqlite.one('SELECT * FROM channels WHERE name = ?', toName(ch))
    return row && channelOf(row)
  }

  #make(ch: string): Channel {
    const sql = 'INSERT INTO channels (name, epoch, oldest, next, bytes, inbox) VALUES (?, ?, 1, 1, 0, ?)'
    const id = this.#sqlite.run(sql, toName(ch), this.#epoch, isInbox(ch) ? 1 : 0)
    return { id, ...this.#nothing, bytes: 0, since: null }
  }

  #save({ id, oldest, next, bytes, since }: Channel): void {
    const sql = 'UPDATE channels SET oldest = ?, next = ?, bytes = ?, since = ? WHERE id = ?'
    this.#sqlite.run(sql, oldest, next, bytes, since, id)
  }

  #write({ id: channel, next }: Channel, { id, from, time, body }: Draft, cost: number): void {
    const sql = `INSERT INTO entries (channel, "offset", id, sender, time, text, cost, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
    const isText = typeof body === 'string' ? 1 : 0
    this.#sqlite.run(sql, channel, next, toName(id), toName(from), time, isText, cost, toBytes(body))
  }

  #limit(channel: Channel): void {
    const { maxEntries, maxBytes } = this.#limits
    const over = (): boolean => {
      const size = channel.next - channel.oldest
      return size > maxEntries || (channel.bytes > maxBytes && size > 1)
    }
    if (over()) this.#drop(channel, over, Infinity)
  }

  /** A page at a time: an entry that does not fit was read in vain. */
  #entries(channel: number, from: number, next: number, limit: number, bytes: number): Entry<Packed>[] {
    const entries: Entry<Packed>[] = []
    for (let sum = 0; entries.length < limit && from + entries.length < next;) {
      const page = Math.min(PAGE, limit - entries.length)
      const sql = `SELECT "offset", id, sender, time, text, body FROM entries
        WHERE channel = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?`
      for (const entry of this.#sqlite.all(sql, channel, from + entries.length, page).map(entryOf)) {
        sum += entry.body.length
        if (sum > bytes && entries.length) return entries
        entries.push(entry)
      }
    }
    return entries
  }

  /** Lets the oldest go while they are to go, `most` at most; returns how many went. */
  #drop(channel: Channel, isDue: (entry: { offset: number; time: number }) => boolean, most: number): number {
    const { id, oldest } = channel
    for (;;) {
      const sql =
        'SELECT "offset", time, cost FROM entries WHERE channel = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?'
      const page = this.#sqlite.all(sql, id, channel.oldest, PAGE)
      channel.since = null
      for (const { offset, time, cost } of page) {
        channel.since = Number(time)
        if (channel.oldest - oldest >= most || !isDue({ offset: Number(offset), time: channel.since }))
          return this.#cut(channel, oldest)
        channel.oldest++
        channel.bytes -= Number(cost)
        channel.since = null
      }
      if (page.length < PAGE) return this.#cut(channel, oldest)
    }
  }

  #cut({ id, oldest }: Channel, from: number): number {
    if (oldest > from) this.#sqlite.run('DELETE FROM entries WHERE channel = ? AND "offset" < ?', id, oldest)
    return oldest - from
  }

  /** Returns how much of the step is left. */
  #age(inbox: 0 | 1, least: number, most: number): number {
    const sql = 'SELECT * FROM channels WHERE inbox = ? AND since <= ? ORDER BY since LIMIT 1'
    for (let left = most; ;) {
      const row = left > 0 && this.#sqlite.one(sql, inbox, least)
      if (!row) return left
      const channel = channelOf(row)
      left -= Math.max(
        1,
        this.#drop(channel, ({ time }) => time <= least, left),
      )
      this.#save(channel)
    }
  }
}

const channelOf = ({ id, epoch, oldest, next, bytes, since }: Row): Channel => ({
  ...{ id: Number(id), epoch: String(epoch), oldest: Number(oldest), next: Number(next) },
  ...{ bytes: Number(bytes), since: since === null ? null : Number(since) },
})

const entryOf = ({ offset, id, sender, time, text, body }: Row): Entry<Packed> => ({
  ...{ offset: Number(offset), id: fromName(id), from: fromName(sender), time: Number(time) },
  body: fromBytes(body as ArrayBuffer, text === 1),
})
