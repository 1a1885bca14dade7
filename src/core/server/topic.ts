import type { Slice } from '../store.js'
import type { Answer } from './effects.js'
import type { Feed } from './feed.js'

/** What this node knows of a followed channel. */
export class Topic {
  readonly feeds = new Set<Feed>()
  /** Reads under way, by the first offset asked for, and who waits for each. */
  readonly reads = new Map<number, ((answer: Answer<Slice>) => void)[]>()
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

  /** One batch is over. Says whether the waiting is, too. */
  waited(): boolean {
    if (this.patience) this.patience--
    return !this.patience
  }
}
