import { MessageError, type MessageErrorCode } from '../wire/errors.js'
import { type Packed, type Send } from '../wire/frame.js'
import type { Rtt } from './rtt.js'
import { isLarge, Throughput } from './throughput.js'

export interface OutboxOptions {
  /** Messages waiting or unacknowledged, at most. */
  maxMessages: number
  /** Their bodies together, bytes at most. */
  maxBytes: number
  /** What gives way when it is full: the new message, or the oldest that was never sent. */
  onFull: 'reject' | 'drop-oldest'
  /** Unacknowledged at once, messages at most; the server may ask for fewer. */
  window: number
  /** Unacknowledged at once, bytes at most; one message always fits. */
  windowBytes: number
}

/** What the app hands in. `Tag` is its own handle, given back when something happens to the message. */
export interface Draft<Tag> {
  /** The message's number. Each is higher than the one before; those never sent may leave holes. */
  seq: number
  ch: string
  body: Packed
  /** Size of `body`, bytes. */
  bytes: number
  /** Replaces a message of the same channel and key that was never sent. */
  key?: string | undefined
  /** Given up at this time; Infinity for never. */
  expiresAt: number
  tag: Tag
}

/** A message as it is kept for the next page. */
export interface KeptItem<Tag> extends Draft<Tag> {
  /** Its place in the slots: channel and key in one. */
  key: string | undefined
  /** How often it was written, here or by another page; once written it is in doubt until the server says what it has. */
  tries: number
}

interface Item<Tag> extends KeptItem<Tag> {
  /** When it was last written to a link by this page. */
  sentAt: number | undefined
}

/** A number that may not be used: the server has taken it from another page with this name. The message has this one now. */
export interface Numbered<Tag> {
  do: 'number'
  /** None where it is only the last number taken. */
  tag?: Tag
  seq: number
}

/** What became of a message. Said once, and last. */
export interface Settled<Tag> {
  do: 'settled'
  tag: Tag
  error?: MessageError
  /** Which it was, when the server has taken it. */
  seq?: number
  ch?: string
  /** Who has it will be told. */
  tracked?: boolean
}

/** Between two looks for expired messages, ms: bounds the work, whatever the ttls. */
const SWEEP = 50
/** The longest between two tries on a live link, ms. */
const MAX_RTO = 30_000

/** The ack-wait queue: a ledger of all that the server has not acknowledged, in the order sent. */
export class Outbox<Tag> {
  /** Cumulative: every message up to this one was acknowledged. */
  acked = 0
  /** Waiting and unacknowledged bodies together, bytes. */
  bytes = 0
  retransmits = 0
  /** The first so many are in flight on the current link. */
  inFlight = 0
  readonly throughput = new Throughput()
  readonly #options: OutboxOptions
  readonly #rtt: Rtt
  #items: Item<Tag>[] = []
  /** The last message of each channel and key, until it is settled. */
  #slots = new Map<string | undefined, Item<Tag>>()

  #window: number
  #maxBody = Infinity
  #expiresAt = Infinity
  /** How often in a row the oldest was overdue; its RTO doubles each time. */
  #strikes = 0
  /** When the server last took something: the next is awaited from then on (RFC 6298, 5.3). */
  #movedAt = 0

  constructor(options: OutboxOptions, rtt: Rtt) {
    this.#options = options
    this.#rtt = rtt
    this.#window = options.window
  }

  get size(): number {
    return this.#items.length
  }

  /** Unsettled, in their order. */
  get items(): readonly KeptItem<Tag>[] {
    return this.#items
  }

  /** When to look for expired messages next. */
  get expiresAt(): number {
    return this.size ? this.#expiresAt : Infinity
  }

  /** In flight, bytes. */
  get load(): number {
    return this.#items.slice(0, this.inFlight).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** When the oldest in flight has been without an answer for too long; of use while there is a link. */
  get overdueAt(): number {
    const [oldest] = this.#items
    if (!oldest || !this.inFlight) return Infinity
    const patience = (this.#rtt.rto + this.throughput.time(oldest.bytes)) * 2 ** this.#strikes
    return Math.max(oldest.sentAt ?? 0, this.#movedAt) + Math.min(patience, MAX_RTO)
  }

  /** Takes a message, or settles it (and those that gave way) at once. */
  push(draft: Draft<Tag>): Settled<Tag>[] {
    if (draft.bytes > this.#maxBody) return [this.#tooBig(draft)]
    const slot = draft.key === undefined ? undefined : JSON.stringify([draft.ch, draft.key])
    const known = this.#slots.get(slot)
    const older = known?.tries ? undefined : known
    const gone = this.#giveWay(draft, older)
    if (!gone) return [fail(draft, 'queue-full', `the outbox has ${this.size} messages, ${this.bytes} bytes`)]
    for (const item of gone) this.#take(this.#items.indexOf(item))
    const { seq, ch, body, bytes, expiresAt, tag } = draft
    // Each by its name: a spread makes an object of more than twice the size.
    const item: Item<Tag> = { seq, ch, body, bytes, key: slot, expiresAt, tag, sentAt: undefined, tries: 0 }
    this.#items.push(item)
    this.bytes += bytes
    if (slot !== undefined) this.#slots.set(slot, item)
    this.#expiresAt = Math.min(this.#expiresAt, expiresAt)
    return gone.map((lost) => fail(lost, lost === older ? 'superseded' : 'dropped', 'a newer message took its place'))
  }

  /**
   * What the window lets out now. `sent` holds the tags of those that leave for the first time.
   * @param limit bytes at most, also for a message alone.
   */
  pump(now: number, limit = Infinity): { frames: Send<Packed>[]; sent: Tag[] } {
    const frames: Send<Packed>[] = []
    const sent: Tag[] = []
    const most = Math.min(limit, this.#options.windowBytes)
    let bytes = this.load
    for (let item; this.inFlight < this.#window && (item = this.#items[this.inFlight]); this.inFlight++) {
      bytes += item.bytes
      if (bytes > most && (this.inFlight || limit < Infinity)) break
      if (item.sentAt === undefined) sent.push(item.tag)
      frames.push(this.#write(item, this.inFlight, now))
    }
    return { frames, sent }
  }

  /** The link is gone: what was in flight is not. */
  interrupt(): void {
    this.inFlight = 0
    this.#strikes = 0
  }

  /**
   * What another page left behind that had this client's name. It may have written any of it since, and of the own
   * messages those up to `bound`: these keep their numbers, and all others get numbers after `seq`.
   */
  restore(items: readonly KeptItem<Tag>[], acked: number, seq: number, bound: number): Numbered<Tag>[] {
    this.interrupt()
    this.acked = Math.max(this.acked, acked)
    const own = this.#items.filter((item) => item.seq <= bound)
    for (const item of own) item.tries ||= 1
    // What may have been written gives way to nothing: these need no slots.
    const others = items.map((item): Item<Tag> => ({ ...item, tries: item.tries || 1, sentAt: undefined }))
    for (const item of others) {
      this.bytes += item.bytes
      this.#expiresAt = Math.min(this.#expiresAt, item.expiresAt)
    }
    this.#items = [...own, ...others, ...this.#items.filter((item) => item.seq > bound)]
    return this.renumber(seq)
  }

  /** Numbers up to `taken` are used: those that were never written, and were not another page's, get later ones. */
  renumber(taken: number): Numbered<Tag>[] {
    const numbered: Numbered<Tag>[] = [{ do: 'number', seq: taken }]
    for (const item of this.#items) {
      if (item.tries || item.seq > taken) continue
      item.seq = ++taken
      numbered.push({ do: 'number', tag: item.tag, seq: item.seq })
    }
    return numbered
  }

  /** The server's terms, known from its welcome. Messages over `maxBody` bytes are settled. */
  agree(window: number, maxBody: number): Settled<Tag>[] {
    this.#window = Math.min(this.#options.window, Math.max(1, window))
    this.#maxBody = maxBody
    return this.#settle(
      (item) => item.bytes > maxBody,
      (item) => this.#tooBig(item),
    )
  }

  /** Everything up to `seq` is accepted. What was never sent cannot be. */
  ack(seq: number, now: number): Settled<Tag>[] {
    let count = 0
    let bytes = 0
    let fresh: Item<Tag> | undefined
    const [first] = this.#items
    for (let item; (item = this.#items[count]) && item.tries && item.seq <= seq; count++) {
      this.acked = Math.max(this.acked, item.seq)
      this.#forget(item)
      bytes += item.bytes
      fresh = item.tries === 1 && count < this.inFlight ? item : undefined
    }
    if (!count) return []
    const done = this.#items.splice(0, count)
    if (fresh?.sentAt !== undefined) {
      const since = Math.max((first?.sentAt ?? 0) + (this.#rtt.srtt ?? 0), this.#movedAt)
      if (!this.#strikes) this.throughput.took(bytes, now - since)
      // What waited behind what is large says nothing of the round trip.
      if (!done.some((item) => isLarge(item.bytes))) this.#rtt.sample(now - fresh.sentAt)
    }
    this.inFlight = Math.max(0, this.inFlight - count)
    this.#movedAt = now
    // The overdue one alone was missing: what went after it has fallen, and is sent again. With more, only the answer was late.
    if (this.#strikes && count === 1 && !fresh) this.interrupt()
    this.#strikes = 0
    return done.map(taken)
  }

  /** One message is settled out of turn: accepted, or refused with a reason. */
  settle(seq: number, error?: { code: MessageErrorCode; reason: string }): Settled<Tag>[] {
    // Those that were written stand before those that were not: a number made up does not search them all.
    const at = this.#items.findIndex((item) => item.seq >= seq || !item.tries)
    if (this.#items[at]?.seq !== seq || !this.#items[at].tries) return []
    const item = this.#take(at)
    if (!at) this.#strikes = 0
    // In order means: what followed a refused message was not looked at.
    if (error) this.interrupt()
    return [error ? fail(item, error.code, error.reason) : taken(item)]
  }

  /** Settles what has expired: surely not taken if it was never sent, in doubt otherwise. */
  expire(now: number): Settled<Tag>[] {
    if (now < this.#expiresAt) return []
    const settled = this.#settle(
      (item) => item.expiresAt <= now,
      (item) => fail(item, item.tries ? 'in-doubt' : 'expired', 'its time to live has passed'),
    )
    const next = this.#items.reduce((least, { expiresAt }) => Math.min(least, expiresAt), Infinity)
    this.#expiresAt = Math.max(next, now + SWEEP)
    return settled
  }

  /**
   * The oldest in flight leaves again when it is overdue, alone: the rest follows when the server has moved. What is large
   * may be on its way still: the first time its link is only to be asked. Undefined where nothing is overdue.
   */
  retransmit(now: number): Send<Packed>[] | undefined {
    const [oldest] = this.#items
    if (now < this.overdueAt || !oldest) return undefined
    return this.#strikes++ || !isLarge(oldest.bytes) ? [this.#write(oldest, 0, now)] : []
  }

  /**
   * Leaves for good. Should it come back all the same, it says that one number more is settled than were ever sent: by that
   * it is told from what was on its way before it left.
   */
  leave(): Numbered<Tag> {
    this.acked = Math.max(this.acked, this.#items.at(-1)?.seq ?? 0) + 1
    return { do: 'number', seq: this.acked }
  }

  /** Settles everything: nothing will be sent any more. There may be very many, so those of one fate share their error. */
  close(reason: string): Settled<Tag>[] {
    const doubt = new MessageError('in-doubt', reason)
    const closed = new MessageError('closed', reason)
    return this.#settle(
      () => true,
      ({ tag, tries }) => ({ do: 'settled', tag, error: tries ? doubt : closed }),
    )
  }

  #write(item: Item<Tag>, at: number, now: number): Send<Packed> {
    if (item.tries++) this.retransmits++
    item.sentAt = now
    const { seq, ch, body } = item
    const after = this.#items[at - 1]?.seq ?? this.acked
    return { t: 'send', seq, ...(after !== seq - 1 && { after }), ch, body }
  }

  /** Those that make room for `draft`; nobody gives way where even that would not do. */
  #giveWay(draft: Draft<Tag>, older: Item<Tag> | undefined): Item<Tag>[] | undefined {
    const { maxMessages, maxBytes, onFull } = this.#options
    const gone = older ? [older] : []
    let bytes = this.bytes + draft.bytes - (older?.bytes ?? 0)
    const full = (): boolean => this.size - gone.length >= maxMessages || bytes > maxBytes
    for (let at = 0, item; onFull === 'drop-oldest' && full() && (item = this.#items[at]); at++) {
      if (item.tries || item === older) continue
      gone.push(item)
      bytes -= item.bytes
    }
    return full() ? undefined : gone
  }

  #tooBig(draft: Draft<Tag>): Settled<Tag> {
    return fail(draft, 'too-big', `the message has ${draft.bytes} bytes, the server takes ${this.#maxBody}`)
  }

  #settle(which: (item: Item<Tag>) => boolean, how: (item: Item<Tag>) => Settled<Tag>): Settled<Tag>[] {
    const gone = this.#items.filter(which)
    this.#items = this.#items.filter((item) => !which(item))
    for (const item of gone) this.#forget(item)
    // Those sent behind them must name another predecessor.
    if (gone.some(({ tries }) => tries)) this.interrupt()
    return gone.map(how)
  }

  #take(at: number): Item<Tag> {
    const [item] = this.#items.splice(at, 1) as [Item<Tag>]
    this.#forget(item)
    if (at < this.inFlight) this.inFlight--
    return item
  }

  #forget(item: Item<Tag>): void {
    this.bytes -= item.bytes
    if (this.#slots.get(item.key) === item) this.#slots.delete(item.key)
  }
}

const taken = <Tag>({ tag, seq, ch }: Draft<Tag>): Settled<Tag> => ({ do: 'settled', tag, seq, ch })

function fail<Tag>({ tag }: { tag: Tag }, code: MessageErrorCode, reason: string): Settled<Tag> {
  return { do: 'settled', tag, error: new MessageError(code, reason) }
}
