import { ConnectionError } from '../wire/errors.js'
import type {
  ClientFrame,
  Denied,
  History,
  Message,
  Noted,
  Packed,
  Page,
  Pong,
  Subscribe,
  Subscribed,
  Unsubscribed,
} from '../wire/frame.js'
import { Asks } from './asks.js'
import { type Gap, Inbox, type Place, type Taken } from './inbox.js'

export type ReaderOutput =
  | { do: 'deliver'; ch: string; message: Message }
  | { do: 'gap'; ch: string; gap: Gap }
  | { do: 'page'; id: number; page: Page | ConnectionError }
  /** A channel, or with none the connection, has something wrong with it. */
  | { do: 'fault'; ch?: string; error: Error }

/** An acknowledgement waits this long for company, ms; this many messages do not wait. */
const ACK_DELAY = 200
const ACK_COUNT = 32
/** Channels not followed of which the place is remembered. */
const MAX_PLACES = 1_000

/** The downlink's ledgers: a cursor per channel, the questions not yet answered, the acknowledgements not yet told. */
export class Reader {
  gaps = 0
  readonly #inboxes = new Map<string, Inbox>()
  readonly #asks = new Asks()
  /** Acknowledgements that the server has not noted, where it says so. */
  readonly #acks = new Asks()
  #ackAt = Infinity
  /** Subscriptions given up of which the server has not said that it knows. */
  readonly #partings = new Asks()
  readonly #emit: (output: ReaderOutput) => void
  /** Where this page was, or the one before it, in channels not followed now. */
  readonly #places = new Map<string, Place>()
  #forgotten = 0
  #subscriptions = 0

  constructor(emit: (output: ReaderOutput) => void) {
    this.#emit = emit
  }

  /** When a question is to be asked again; of use while there is a link. */
  get askAt(): number {
    return Math.min(this.#asks.deadline, this.#partings.deadline)
  }

  /** When the acknowledgements are to leave, even alone. */
  get ackAt(): number {
    return Math.min(this.#ackAt, this.#acks.deadline)
  }

  get duplicates(): number {
    let sum = this.#forgotten
    for (const { duplicates } of this.#inboxes.values()) sum += duplicates
    return sum
  }

  subscribe(ch: string, from: Subscribe['from']): void {
    if (this.#inboxes.has(ch)) return
    const inbox = new Inbox(ch, from, ++this.#subscriptions, from === 'last' ? this.#places.get(ch) : undefined)
    this.#places.delete(ch)
    this.#inboxes.set(ch, inbox)
    this.#ask(inbox)
  }

  unsubscribe(ch: string): void {
    this.#asks.delete(ch)
    this.#acks.delete(ch)
    const inbox = this.#inboxes.get(ch)
    if (!inbox) return
    this.#inboxes.delete(ch)
    this.#forgotten += inbox.duplicates
    const { id, epoch, next, since } = inbox
    if (epoch !== undefined && next !== undefined) this.#places.set(ch, { epoch, next, since })
    const [oldest = ''] = this.#places.keys()
    if (this.#places.size > MAX_PLACES) this.#places.delete(oldest)
    this.#partings.add(id, () => ({ t: 'unsub', ch, id }))
  }

  /** Where each channel is to go on, on the next page. */
  get places(): Record<string, Place> {
    const places = new Map(this.#places)
    for (const [ch, { epoch, next, since }] of this.#inboxes)
      if (epoch !== undefined && next !== undefined) places.set(ch, { epoch, next, since })
    return Object.fromEntries(places)
  }

  restore(places: Record<string, Place>): void {
    for (const [ch, place] of Object.entries(places)) if (!this.#inboxes.has(ch)) this.#places.set(ch, place)
  }

  history(id: number, ch: string, from: number, limit: number): void {
    const frame: History = { t: 'history', id, ch, from, limit }
    this.#asks.add(id, () => frame)
  }

  /** The link is gone, and every question with it. */
  interrupt(): void {
    this.#asks.interrupt()
    this.#partings.interrupt()
    this.#ackAt = Infinity
  }

  /** There is a link: follow every channel from where it was left, and ask again what was not answered. */
  resume(): void {
    this.#acks.clear()
    for (const inbox of this.#inboxes.values()) {
      inbox.sure = false
      this.#ask(inbox)
    }
    this.#asks.resume()
    this.#partings.resume()
  }

  /** The questions that are due; one without an answer is due again after `patience` ms. */
  questions(now: number, patience: number): ClientFrame<Packed>[] {
    return this.#asks.due(now, patience)
  }

  /**
   * The cumulative acknowledgements not yet told. They travel with whatever leaves next; one that is not noted within
   * `patience` ms is told again.
   */
  received(now: number, patience: number): ClientFrame<Packed>[] {
    this.#ackAt = Infinity
    for (const [ch, inbox] of this.#inboxes) {
      if (inbox.untold < 1) continue
      inbox.told += inbox.untold
      this.#acks.delete(ch)
      this.#acks.add(ch, () => inbox.ack)
    }
    return this.#acks.due(now, patience)
  }

  /** What is followed no longer: said once where `patience` is Infinity, for no answer comes, else until it is answered. */
  partings(now: number, patience: number): ClientFrame<Packed>[] {
    const frames = this.#partings.due(now, patience)
    if (patience === Infinity) this.#partings.clear()
    return frames
  }

  unsubscribed({ id }: Unsubscribed): void {
    this.#partings.delete(id)
  }

  /** The server keeps for good what it was told. */
  noted({ ch, offset, id }: Noted): void {
    const inbox = this.#inboxes.get(ch)
    if (inbox && (id ?? inbox.id) === inbox.id && offset >= inbox.told) this.#acks.delete(ch)
  }

  message(frame: Message, now: number): void {
    const inbox = this.#inboxes.get(frame.ch)
    if (inbox) this.#take(inbox, inbox.accept(frame), now)
  }

  subscribed(frame: Subscribed, now: number): void {
    const inbox = this.#inboxes.get(frame.ch)
    // The answer may be to a subscription that was given up since.
    if (!inbox || (frame.id ?? inbox.id) !== inbox.id) return
    this.#asks.delete(frame.ch)
    this.#take(inbox, inbox.subscribed(frame), now)
    // What is still early lacks something that may be on its way: ask again only if it does not come.
    if (inbox.waits) this.#ask(inbox, now)
  }

  denied({ ch, id, code, reason }: Denied): void {
    const error = new ConnectionError(code, reason)
    if (id !== undefined) this.answer(id, error)
    else if (this.#asks.delete(ch)) this.#emit({ do: 'fault', ch, error })
  }

  /** The answer to a history request, once. */
  answer(id: number, page: Page | ConnectionError): void {
    if (this.#asks.delete(id)) this.#emit({ do: 'page', id, page })
  }

  /** A heartbeat repairs: what the server has pushed, and not heard of, is asked for, or said again to be here. */
  heads(heads: Pong['heads'] = {}, now: number): void {
    for (const [ch, head] of Object.entries(heads)) {
      const inbox = this.#inboxes.get(ch)
      if (inbox?.next === undefined) continue
      if (head >= inbox.next) this.#ask(inbox)
      else {
        inbox.told = Math.min(inbox.told, head - 1)
        this.#ackAt = now
      }
    }
  }

  /** No answer will come any more. */
  close(): void {
    this.#asks.resume()
    for (const frame of this.#asks.due(0, Infinity)) {
      if (frame.t === 'history') this.answer(frame.id, new ConnectionError('closed', 'the client is closed'))
    }
  }

  #ask(inbox: Inbox, now?: number): void {
    this.#asks.add(inbox.ch, () => inbox.question, now)
  }

  #take(inbox: Inbox, { messages, missing, gap }: Taken, now: number): void {
    const { ch } = inbox
    if (missing) this.#ask(inbox)
    if (gap) {
      this.gaps++
      this.#emit({ do: 'gap', ch, gap })
    }
    if (messages.length) this.#ackAt = Math.min(this.#ackAt, inbox.untold >= ACK_COUNT ? now : now + ACK_DELAY)
    for (const message of messages) this.#emit({ do: 'deliver', ch, message })
  }
}
