import type { Message, Subscribe, Subscribed } from '../wire/frame.js'

/** Messages that came early and are kept until the ones before them are here; what exceeds it is pulled again. */
const MAX_EARLY = 256
/** Senders (or ids, where a server has no offsets) remembered for dedupe. The longest silent is forgotten first. */
const MAX_SEEN = 1_000

export interface Accepted {
  /** In order, each once. */
  messages: Message[]
  /** Something before the last message is missing: ask for it. */
  missing: boolean
}

/** Offsets that this device will not get: the server no longer has them. */
export interface Gap {
  from: number
  to: number
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
  /** The last offset acknowledged to the server. */
  told = 0
  duplicates = 0
  readonly #ch: string
  readonly #from: Subscribe['from']
  readonly #early = new Map<number, Message>()
  readonly #seen = new Map<string, number>()

  constructor(ch: string, from: Subscribe['from']) {
    this.#ch = ch
    this.#from = from
  }

  /** The question that gets the rest, from here on. */
  get question(): Subscribe {
    const { next, epoch } = this
    const from = next ?? this.#from
    return epoch === undefined ? { t: 'sub', ch: this.#ch, from } : { t: 'sub', ch: this.#ch, from, epoch }
  }

  /** Messages in hand that the server has not been told of. */
  get untold(): number {
    return (this.next ?? 1) - 1 - this.told
  }

  /** Whether something came that cannot be handed on yet. */
  get waits(): boolean {
    return this.#early.size > 0
  }

  /** The server's answer to {@link question}. An older answer that arrives late moves nothing back. */
  subscribed({ epoch, next, lost }: Subscribed): { gap?: Gap; messages: Message[] } {
    const expected = this.next
    const renewed = this.epoch !== undefined && this.epoch !== epoch
    // The same epoch, yet shorter than what is in hand: the log lost its end.
    const rewound = lost !== undefined && lost[1] === expected
    if (renewed || rewound) this.#early.clear()
    this.epoch = epoch
    if (expected !== undefined && !renewed && !rewound && next <= expected) return { messages: [] }
    this.next = next
    this.told = next - 1
    for (const offset of this.#early.keys()) if (offset < next) this.#early.delete(offset)
    const messages = this.#drain()
    const missed = expected === undefined ? lost : (lost ?? [expected, next])
    return missed ? { gap: { from: missed[0], to: missed[1] }, messages } : { messages }
  }

  accept(message: Message): Accepted {
    const { offset } = message
    if (offset === undefined) return { messages: this.#isNew(message) ? [message] : [], missing: false }
    if (this.next === undefined || offset < this.next || this.#early.has(offset)) {
      if (this.next !== undefined) this.duplicates++
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
