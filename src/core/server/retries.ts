import type { Effects } from './effects.js'
import type { Feed } from './feed.js'
import { RETRY } from './retry.js'

/** What the store failed to do for those who follow, until it is tried again. */
export class Retries {
  /** When to `take`. */
  deadline = Infinity
  /** Those that could not be placed, or read on. */
  #stalled = new Set<Feed>()
  /** Those of which the store does not have how far they are. */
  #unkept = new Set<Feed>()
  /** Channels in which something may have been missed. */
  #unsure = new Set<string>()
  readonly #effects: Effects

  constructor(effects: Effects) {
    this.#effects = effects
  }

  stalled(feed: Feed): void {
    this.#stalled.add(feed)
    this.#wait()
  }

  unkept(feed: Feed): void {
    this.#unkept.add(feed)
    this.#wait()
  }

  unsure(ch: string): void {
    this.#unsure.add(ch)
    this.#wait()
  }

  /** It is gone. */
  drop(feed: Feed): void {
    this.#stalled.delete(feed)
    this.#unkept.delete(feed)
  }

  /** All of it, for another try. */
  take(): { stalled: Set<Feed>; unkept: Set<Feed>; unsure: Set<string> } {
    const due = { stalled: this.#stalled, unkept: this.#unkept, unsure: this.#unsure }
    this.#stalled = new Set()
    this.#unkept = new Set()
    this.#unsure = new Set()
    this.deadline = Infinity
    return due
  }

  #wait(): void {
    this.deadline = Math.min(this.deadline, this.#effects.now + RETRY)
  }
}
