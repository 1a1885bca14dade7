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
  /** Of those, the ones that are not settled, in the same order. */
  readonly unsettled = new Set<Sent>()
  /** Those that were accepted, and of which their sender has not heard the last. */
  readonly undelivered = new Set<Sent>()
  readonly #stored = new Map<string, Truth[]>()
  readonly #logs = new Map<string, Truth>()

  entry(epoch: string, ch: string, offset: number): Truth | undefined {
    return this.#logs.get(key(epoch, ch, offset))
  }

  /** An app has handed it in. */
  begin(sent: Sent): void {
    this.sent.set(sent.id, sent)
    this.unsettled.add(sent)
  }

  /** Its sender was told something of it. */
  note(sent: Sent): void {
    const { outcome, reach } = sent
    if (outcome !== 'accepted' || reach === 'over' || isFinal(reach)) this.undelivered.delete(sent)
    else this.undelivered.add(sent)
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

/** Where all have it, or nobody ever will, nothing more needs to be told. */
const isFinal = (reach: Reach | undefined): boolean =>
  reach !== undefined && (reach.gone === true || (reach.count > 0 && reach.count === reach.of))

/** Whether a body that arrived is the one that left. */
export function same(packed: Packed, body: unknown): boolean {
  if (typeof packed === 'string') return JSON.stringify(body) === packed
  return body instanceof Uint8Array && body.length === packed.length && body.every((byte, at) => byte === packed[at])
}
