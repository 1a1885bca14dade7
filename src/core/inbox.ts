import type { Message, Received, Subscribe, Subscribed } from '../wire/frame.js'

/** Messages that came early and are kept until the ones before them are here; what exceeds it is pulled again. */
const MAX_EARLY = 256
/** Senders (or ids, where a server has no offsets) remembered for dedupe. The longest silent is forgotten first. */
const MAX_SEEN = 1_000

export interface Taken {
  /** In order, each once. */
  messages: Message[]
  /** Something before the last message is missing: ask for it. */
  missing: boolean
  /** Comes before the messages. */
  gap?: Gap
}

/** How far a reader has come. */
export interface Place {
  epoch: string
  /** The offset wanted next. */
  next: number
  /** The first offset of what came before it without a hole. */
  since?: number | undefined
}

/** Offsets that this device will not get: the server no longer has them. */
export interface Gap {
  from: number
  to: number
  /** The log began anew (another epoch): how much of the old one was missed is not known, perhaps nothing. */
  reset?: true
}

/**
 * What one channel's reader has: a watermark, and what came early. Nothing passes it twice or out of order.
 * Offsets dedupe within an epoch. The sender's own count does so across epochs: a server that lost its log
 * may be told a message again that this device already has.
 */
export class Inbox {
  /** The offset wanted next; unknown until the server has answered. */
  next: number | undefined
  epoch: string | undefined
  /** The server has answered on this link. Before that, nobody knows of which epoch a message is. */
  sure = false
  /** The first offset of what is in hand without a hole. */
  since: number | undefined
  /** The last offset acknowledged to the server. */
  told = 0
  duplicates = 0
  /** Which of this channel's subscriptions it is. */
  readonly id: number
  readonly ch: string
  readonly #from: Subscribe['from']
  readonly #early = new Map<number, Message>()
  readonly #seen = new Map<string, number>()

  /** @param place where another page was that had this client's name. */
  constructor(ch: string, from: Subscribe['from'], id: number, place?: Place) {
    this.ch = ch
    this.#from = from
    this.id = id
    if (!place) return
    this.epoch = place.epoch
    this.next = place.next
    this.since = place.since
    this.told = place.next - 1
  }

  /** The question that gets the rest, from here on. */
  get question(): Subscribe {
    const { ch, next, epoch, since, id } = this
    const place = epoch !== undefined && { epoch, ...(since !== undefined && { since }) }
    return { t: 'sub', ch, from: next ?? this.#from, id, ...place }
  }

  /** What says how far it is. */
  get ack(): Received {
    const { ch, told: offset, id, epoch } = this
    return { t: 'received', ch, offset, id, ...(epoch !== undefined && { epoch }) }
  }

  /** Messages in hand that the server has not been told of. */
  get untold(): number {
    return (this.next ?? 1) - 1 - this.told
  }

  /** Whether something came that cannot be handed on yet. */
  get waits(): boolean {
    return this.#early.size > 0
  }

  /** The server's answer to {@link question}. One that comes late, or was given twice, moves nothing. */
  subscribed({ epoch, next, lost }: Subscribed): Taken {
    const expected = this.next
    const renewed = this.epoch !== undefined && this.epoch !== epoch
    this.sure = true
    this.epoch = epoch
    // The same epoch, yet shorter than what is in hand: the log lost its end.
    if (renewed || (lost?.[0] === next && lost[1] === expected && next < expected)) this.#early.clear()
    else if (expected !== undefined) {
      // What leaps over entries that the log still has is no answer: those are asked for.
      if (next <= expected || !lost) return { messages: [], missing: next > expected }
      // What was pushed before and never came is lost with the rest.
      lost = [expected, next]
    }
    if (renewed) lost ??= [expected ?? next, next]
    this.next = this.since = next
    this.told = next - 1
    for (const offset of this.#early.keys()) if (offset < next) this.#early.delete(offset)
    const messages = this.#drain()
    const gap = lost && { from: lost[0], to: lost[1], ...(renewed && { reset: true as const }) }
    return { messages, missing: false, ...(gap && { gap }) }
  }

  accept(message: Message): Taken {
    const { offset } = message
    if (offset === undefined) return { messages: [message].filter(this.#isNew), missing: false }
    let missing = false
    if (this.next !== undefined && this.sure) {
      if (offset < this.next || this.#early.has(offset)) this.duplicates++
      else {
        missing = offset > this.next
        if (!missing || this.#early.size < MAX_EARLY) this.#early.set(offset, message)
      }
    }
    return { messages: this.#drain(), missing }
  }

  #drain(): Message[] {
    const messages: Message[] = []
    for (let message; this.next !== undefined && (message = this.#early.get(this.next));) {
      this.#early.delete(this.next++)
      messages.push(message)
    }
    return messages.filter(this.#isNew)
  }

  readonly #isNew = ({ id, offset }: Message): boolean => {
    if (id === undefined) return true
    const [, sender = id, seq = 1] = (offset !== undefined && /^(.*):(.*)/s.exec(id)) || []
    const last = this.#seen.get(sender)
    if (last !== undefined && Number(seq) <= last) {
      this.duplicates++
      return false
    }
    this.#seen.delete(sender)
    this.#seen.set(sender, Number(seq))
    const [oldest = ''] = this.#seen.keys()
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(oldest)
    return true
  }
}
