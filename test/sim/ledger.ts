import type { Reach } from '../../src/core/receipts.js'
import type { Packed } from '../../src/wire/frame.js'

/** A message as its app handed it in, and what the app was told of it. */
export interface Sent {
  id: string
  client: string
  seq: number
  user: string
  ch: string
  body: Packed
  /** How often it was settled, and how the first time: `accepted` or the code of an error. */
  settlements: number
  outcome: string
  settledAt: number
  sentAt: number
  /** It was written to a link. */
  left: boolean
  /** What its sender was told last of who has it; `over`: nothing more will be told. */
  reach: Reach | 'over' | undefined
}

/** The truth about one entry that was ever in a log. */
export interface Truth {
  epoch: string
  ch: string
  offset: number
  sent: Sent
}

/** What a simulation knows and no machine does: all that was sent, and all that was ever stored, forgotten or not. */
export class Ledger {
  readonly sent = new Map<string, Sent>()
  readonly #stored = new Map<string, Truth[]>()
  readonly #logs = new Map<string, Truth>()

  entry(epoch: string, ch: string, offset: number): Truth | undefined {
    return this.#logs.get(key(epoch, ch, offset))
  }

  /** Where a message is, or was. */
  places(id: string): readonly Truth[] {
    return this.#stored.get(id) ?? []
  }

  store(truth: Truth): void {
    this.#logs.set(key(truth.epoch, truth.ch, truth.offset), truth)
    this.#stored.set(truth.sent.id, [...this.places(truth.sent.id), truth])
  }
}

const key = (epoch: string, ch: string, offset: number): string => `${epoch} ${ch} ${String(offset)}`

/** Whether a body that arrived is the one that left. */
export function same(packed: Packed, body: unknown): boolean {
  if (typeof packed === 'string') return JSON.stringify(body) === packed
  return body instanceof Uint8Array && body.length === packed.length && body.every((byte, at) => byte === packed[at])
}
