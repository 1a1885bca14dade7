import type { Message, Subscribe, Subscribed } from '../wire/frame.js'

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
  /** The last offset acknowledged to the server. */
  told = 0
  duplicates = 0
  /** Which of this channel's subscriptions it is. */
  readonly id: number
  readonly ch: string
  readonly #from: Subscribe['from']
  readonly #early = new Map<number, Message>()
  readonly #seen = new Map<string, number>()

  constructor(ch: string, from: Subscribe['from'], id: number) {
    this.ch = ch
    this.#from = from
    this.id = id
  }

  /** The question that gets the rest, from here on. */
  get question(): Subscribe {
    const { ch, next, epoch, id } = this
    return { t: 'sub', ch, from: next ?? this.#from, id, ...(epoch !== undefined && { epoch }) }
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
    this.sure = true
    const renewed = this.epoch !== undefined && this.epoch !== epoch
    if (renewed) this.#early.clear()
    this.epoch = epoch
    let missed = lost
    if (expected !== undefined && !renewed) {
      // The same epoch, yet shorter than what is in hand: the log lost its end.
      const rewound = next < expected && lost?.[0] === next && lost[1] === expected
      if (rewound) this.#early.clear()
      // What leaps over entries that the log still has is no answer: those are asked for.
      if (!rewound && (next <= expected || !lost)) return { messages: [], missing: next > expected }
      // What was pushed before and never came is lost with the rest.
      if (!rewound) missed = [expected, next]
    }
    this.next = next
    this.told = next - 1
    for (const offset of this.#early.keys()) if (offset < next) this.#early.delete(offset)
    const answer = { messages: this.#drain(), missing: false }
    if (renewed) missed ??= [expected ?? next, next]
    return missed ? { ...answer, gap: { from: missed[0], to: missed[1], ...(renewed && { reset: true }) } } : answer
  }

  accept(message: Message): Taken {
    const { offset } = message
    if (offset === undefined) return { messages: this.#isNew(message) ? [message] : [], missing: false }
    if (this.next === undefined || !this.sure) return { messages: [], missing: false }
    if (offset < this.next || this.#early.has(offset)) {
      this.duplicates++
      return { messages: [], missing: false }
    }
    if (this.#early.size < MAX_EARLY || offset === this.next) this.#early.set(offset, message)
    const messages = this.#drain()
    return { messages, missing: this.next <= offset }
  }

  #drain(): Message[] {
    const messages: Message[] = []
    for (let message; this.next !== undefined && (message = this.#early.get(this.next));) {
      this.#early.delete(this.next++)
      if (this.#isNew(message)) messages.push(message)
    }
    return messages
  }

  #isNew({ id, offset }: Message): boolean {
    if (id === undefined) return true
    const colon = offset === undefined ? -1 : id.lastIndexOf(':')
    const sender = colon < 0 ? id : id.slice(0, colon)
    const seq = colon < 0 ? 1 : Number(id.slice(colon + 1))
    const last = this.#seen.get(sender)
    if (last !== undefined && seq <= last) {
      this.duplicates++
      return false
    }
    this.#seen.delete(sender)
    this.#seen.set(sender, seq)
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MAX_SEEN) break
      this.#seen.delete(oldest)
    }
    return true
  }
}
