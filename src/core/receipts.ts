import type { Delivered, Receipt, Track } from '../wire/frame.js'
import { Word } from './word.js'

/** Messages whose receipts are awaited; beyond, the oldest is given up. */
const MAX_TRACKED = 1_000

/** Who has a message. */
export type Reach = Pick<Receipt, 'count' | 'of' | 'by' | 'gone'>

export type ReceiptOutput<Tag> =
  /** Without a receipt: none will come any more. */
  { do: 'receipt'; tag: Tag; receipt?: Reach } | { do: 'placed'; tag: Tag; offset: number }

interface Tracked<Tag> {
  ch: string
  tag: Tag
  /** Its place was told. */
  placed?: boolean
  /** What was told of it last, as text. */
  told?: string
}

/** The messages that the server has, and not yet everybody they are for. */
export class Receipts<Tag> {
  readonly word = new Word()
  readonly #open = new Map<number, Tracked<Tag>>()
  readonly #emit: (output: ReceiptOutput<Tag>) => void

  constructor(emit: (output: ReceiptOutput<Tag>) => void) {
    this.#emit = emit
  }

  get size(): number {
    return this.#open.size
  }

  get tracked(): { seq: number; ch: string; tag: Tag }[] {
    return Array.from(this.#open, ([seq, { ch, tag }]) => ({ seq, ch, tag }))
  }

  /** The server has it: who else? One question on a link is enough for all that come after. */
  add(seq: number, ch: string, tag: Tag): void {
    this.#open.set(seq, { ch, tag })
    if (this.word.isSilent) this.word.renew()
    for (const [oldest, given] of this.#open) {
      if (this.#open.size <= MAX_TRACKED) break
      this.#open.delete(oldest)
      this.#emit({ do: 'receipt', tag: given.tag })
    }
  }

  /** @param acked all later ones may be taken any time. */
  question(acked: number): Track {
    let from = acked + 1
    for (const seq of this.#open.keys()) from = Math.min(from, seq)
    return { t: 'track', from }
  }

  placed(seq: number, offset: number): void {
    const tracked = this.#open.get(seq)
    if (!tracked || tracked.placed) return
    tracked.placed = true
    this.#emit({ do: 'placed', tag: tracked.tag, offset })
  }

  /** What is said last counts; what was said before is no news. */
  delivered({ ch, list }: Delivered): void {
    for (const { seq: from, to, count, of, by, gone } of list) {
      const told = JSON.stringify([count, of, by, gone])
      for (const [seq, tracked] of this.#open) {
        if (seq < from || seq > to || tracked.ch !== ch) continue
        if (gone || (count && count >= of)) this.#open.delete(seq)
        if (tracked.told === told) continue
        tracked.told = told
        this.#emit({
          do: 'receipt',
          tag: tracked.tag,
          receipt: { count, of, ...(by && { by }), ...(gone && { gone }) },
        })
      }
    }
  }

  /** Nothing will be told any more. */
  close(): void {
    for (const { tag } of this.#open.values()) this.#emit({ do: 'receipt', tag })
    this.#open.clear()
  }
}
