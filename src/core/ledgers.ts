import type { ClientFrame, Packed, Ping, Pong, ServerFrame, Subscribe } from '../wire/frame.js'
import type { Place } from './inbox.js'
import type { Draft, KeptItem, Numbered, OutboxOptions, Settled } from './outbox.js'
import { Outbox } from './outbox.js'
import { assertNever } from './port.js'
import { Reader, type ReaderOutput } from './reader.js'
import { type ReceiptOutput, Receipts } from './receipts.js'
import { Rtt } from './rtt.js'
import { Watcher, type WatcherOutput } from './watcher.js'
import { Word } from './word.js'

export type LedgersOutput<Tag> = Numbered<Tag> | ReaderOutput | ReceiptOutput<Tag> | WatcherOutput | Settled<Tag>

export type LedgersInput<Tag> =
  | { on: 'send'; draft: Draft<Tag> }
  /** What another page left behind: its last number is `seq`. Own messages up to `bound` may be among it. */
  | { on: 'restore'; kept: Kept<Tag>; seq: number; bound: number }
  | { on: 'subscribe'; ch: string; from: Subscribe['from'] }
  | { on: 'unsubscribe'; ch: string }
  | { on: 'watch'; ch: string }
  | { on: 'unwatch'; ch: string }
  /** Nobody looks at this page, or somebody does again. */
  | { on: 'look'; away: boolean }
  | { on: 'history'; id: number; ch: string; from: number; limit: number }

export interface LedgersOptions {
  outbox: OutboxOptions
  /** A server that does not greet may not answer questions at all. */
  greets: boolean
}

/** What another page needs in order to go on, under the same name. */
export interface Kept<Tag> {
  /** Unsettled, in their order. */
  items: readonly KeptItem<Tag>[]
  acked: number
  /** Accepted, and not yet with everybody. */
  tracked: readonly { seq: number; ch: string; tag: Tag }[]
  places: Record<string, Place>
}

export interface Terms {
  got: number
  window: number
  /** The largest body, bytes. */
  body: number
  /** It tells who has what and who is there. */
  receipts: boolean
}

type Said<T extends ServerFrame['t']> = ServerFrame & { t: T }
/** What is heard of messages and channels. */
type About =
  | 'accepted'
  | 'refused'
  | 'subscribed'
  | 'unsubscribed'
  | 'denied'
  | 'message'
  | 'page'
  | 'noted'
  | 'delivered'
  | 'present'
type Frames = ClientFrame<Packed>[]

/** All that outlives a link: what goes up, what comes down, who has what and who is there. */
export class Ledgers<Tag> {
  readonly rtt = new Rtt()
  readonly outbox: Outbox<Tag>
  readonly reader: Reader
  readonly receipts: Receipts<Tag>
  readonly #watcher: Watcher
  readonly #greets: boolean
  readonly #emit: (output: LedgersOutput<Tag>) => void
  /** The server tells who has what and who is there. */
  #tells = false
  /** The number of the last such news on this link. */
  #news = 0
  #away = false
  /** This name had, or may have had, another page: the server may have taken more than is known here. */
  #shared = false
  readonly #seen = new Word()

  readonly heard: { [T in About]: (frame: Said<T>, now: number) => void } = {
    accepted: ({ seq, only, placed = [] }, now) => {
      this.#accept(only ? this.outbox.settle(seq) : this.outbox.ack(seq, now))
      for (const [each, offset] of placed) this.receipts.placed(each, offset)
    },
    refused: ({ seq, code, reason }) => {
      this.#settle(this.outbox.settle(seq, { code: 'refused', reason: `${code}: ${reason}` }))
    },
    subscribed: (frame, now) => {
      this.reader.subscribed(frame, now)
    },
    unsubscribed: (frame) => {
      this.reader.unsubscribed(frame)
    },
    denied: (frame) => {
      if (frame.watch) this.#watcher.denied(frame)
      else this.reader.denied(frame)
    },
    message: (frame, now) => {
      this.reader.message(frame, now)
    },
    page: (frame) => {
      this.reader.answer(frame.id, frame)
    },
    noted: (frame) => {
      this.reader.noted(frame)
    },
    delivered: (frame, now) => {
      if (!this.#isNews(frame.n)) return
      // Who has a message of ours has it from the server: the server's own answer may be late, or lost.
      for (const { to } of frame.list) this.#accept(this.outbox.ack(to, now))
      this.receipts.delivered(frame)
    },
    present: (frame) => {
      if (this.#isNews(frame.n)) this.#watcher.present(frame)
    },
  }

  constructor({ outbox, greets }: LedgersOptions, emit: (output: LedgersOutput<Tag>) => void) {
    this.#emit = emit
    this.#greets = greets
    this.outbox = new Outbox(outbox, this.rtt)
    this.reader = new Reader(emit)
    this.receipts = new Receipts(emit)
    this.#watcher = new Watcher(emit)
  }

  /** When something is to be said, on a link that is up. */
  get dueAt(): number {
    const { outbox, reader } = this
    return Math.min(outbox.overdueAt, reader.ackAt, reader.askAt, this.#tells ? this.#watcher.askAt : Infinity)
  }

  get kept(): Kept<Tag> {
    const { items, acked } = this.outbox
    return { items, acked, tracked: this.receipts.tracked, places: this.reader.places }
  }

  get isAway(): boolean {
    return this.#away
  }

  get isShared(): boolean {
    return this.#shared
  }

  /** The app's wishes. */
  take(input: LedgersInput<Tag>): void {
    switch (input.on) {
      case 'send':
        this.#settle(this.outbox.push(input.draft))
        return
      case 'subscribe':
        this.reader.subscribe(input.ch, input.from)
        return
      case 'unsubscribe':
        this.reader.unsubscribe(input.ch)
        return
      case 'history':
        this.reader.history(input.id, input.ch, input.from, input.limit)
        return
      case 'watch':
        this.#watcher.watch(input.ch)
        return
      case 'unwatch':
        this.#watcher.unwatch(input.ch)
        return
      case 'look':
        if (input.away !== this.#away && this.#tells) this.#seen.renew()
        this.#away = input.away
        return
      case 'restore':
        this.#restore(input)
        return
      default:
        assertNever(input)
    }
  }

  /** A heartbeat: what the server has, and what it has said, is held against what is known here. */
  compare({ got = 0, heads, news = 0 }: Ping | Pong, now: number): void {
    this.reader.heads(heads, now)
    this.#accept(this.outbox.ack(got, now))
    if (news <= this.#news) return
    this.#news = news
    this.#renew()
  }

  pong({ id }: Pong): void {
    this.receipts.word.pong(id)
    this.#seen.pong(id)
  }

  /** The link is gone. */
  interrupt(): void {
    this.outbox.interrupt()
    this.reader.interrupt()
    this.#watcher.interrupt()
  }

  /** There is another. */
  resume(): void {
    this.outbox.interrupt()
    this.reader.resume()
  }

  /** The server's terms: what it has taken, how much it takes, and whether it tells. */
  agree({ got, window, body, receipts: tells }: Terms, now: number): void {
    this.#tells = tells
    this.#news = 0
    const { word } = this.receipts
    word.silence()
    if (tells && this.receipts.size) word.renew()
    this.#seen.silence()
    if (tells && this.#away) this.#seen.renew()
    this.#watcher.resume()
    if (this.#shared) for (const one of this.outbox.renumber(got)) this.#emit(one)
    this.#accept(this.outbox.ack(got, now))
    this.#settle(this.outbox.agree(window, body))
  }

  expire(now: number): void {
    this.#settle(this.outbox.expire(now))
  }

  /** Answers with what is settled. */
  leave(): number {
    this.#emit(this.outbox.leave())
    return this.outbox.acked
  }

  close(reason: string): void {
    this.#settle(this.outbox.close(reason))
    this.reader.close()
    this.receipts.close()
  }

  /** What is asked, in the first flight as well. */
  questions(now: number): Frames {
    return this.reader.questions(now, this.#patience)
  }

  /** What is not for a first flight, most of it only for a server that tells; with a ping, what may not have come. */
  news(now: number, ping?: number): Frames {
    const frames = this.reader.partings(now, this.#tellingPatience)
    if (!this.#tells) return frames
    frames.push(...this.#watcher.questions(now, this.#patience))
    if (this.receipts.word.leaves(ping)) frames.push(this.receipts.question(this.outbox.acked))
    if (this.#seen.leaves(ping)) frames.push({ t: 'seen', away: this.#away })
    return frames
  }

  received(now: number): Frames {
    return this.reader.received(now, this.#tellingPatience)
  }

  /** How long a question may go without an answer, ms. */
  get #patience(): number {
    return this.#greets ? Math.max(1_000, 2 * this.rtt.rto) : Infinity
  }

  /** The same of what only a server that tells answers. */
  get #tellingPatience(): number {
    return this.#tells ? this.#patience : Infinity
  }

  /** News is numbered on each link. What was said before is no news; where some lack, all is said anew. */
  #isNews(n: number): boolean {
    if (n <= this.#news) return false
    if (n > this.#news + 1) this.#renew()
    this.#news = n
    return true
  }

  #renew(): void {
    if (!this.receipts.word.isSilent) this.receipts.word.renew()
    this.#watcher.renew()
  }

  #accept(settled: Settled<Tag>[]): void {
    for (const { seq = 0, ch = '', ...one } of settled) {
      if (!this.#tells) this.#emit({ ...one })
      else {
        this.#emit({ ...one, tracked: true })
        this.receipts.add(seq, ch, one.tag)
      }
    }
  }

  #restore({ kept, seq, bound }: LedgersInput<Tag> & { on: 'restore' }): void {
    this.#shared = true
    for (const one of this.outbox.restore(kept.items, kept.acked, seq, bound)) this.#emit(one)
    for (const one of kept.tracked) this.receipts.add(one.seq, one.ch, one.tag)
    this.reader.restore(kept.places)
  }

  #settle(settled: Settled<Tag>[]): void {
    for (const one of settled) this.#emit(one)
  }
}
