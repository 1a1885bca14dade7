import type { Slice } from '../store.js'
import type { Answer } from './effects.js'
import type { Feed } from './feed.js'

type Receive = (answer: Answer<Slice>) => void

/** What this node knows of a followed channel. */
export class Topic {
  readonly feeds = new Set<Feed>()
  /** Reads under way, by the first offset asked for, and who waits for each. */
  readonly #reads = new Map<number, Receive[]>()
  /** Batches to wait for before those behind read: they may bring the very entries. */
  patience = 0
  #epoch = ''
  /** The highest `next` heard of. */
  #next = 0

  note(epoch: string, next: number): void {
    this.#next = epoch === this.#epoch ? Math.max(this.#next, next) : next
    this.#epoch = epoch
  }

  isBehind({ epoch, next }: Feed): boolean {
    return epoch !== this.#epoch || next < this.#next
  }

  /** No entry that this node ever heard of has this offset. */
  isBeyond({ epoch }: Feed, offset: number): boolean {
    return this.#next > 0 && epoch === this.#epoch && offset >= this.#next
  }

  /** A read of the same position is shared by all who wait for it: the first of them asks. */
  read(from: number, receive: Receive, ask: (then: Receive) => void): void {
    const waiting = this.#reads.get(from)
    if (waiting) {
      waiting.push(receive)
      return
    }
    const all = [receive]
    this.#reads.set(from, all)
    ask((answer) => {
      this.#reads.delete(from)
      for (const one of all) one(answer)
    })
  }

  /** One batch is over. Says whether the waiting is, too. */
  waited(): boolean {
    if (this.patience) this.patience--
    return !this.patience
  }
}
