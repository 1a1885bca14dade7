import type { Feed } from './feed.js'
import type { Follows } from './follows.js'
import { Topic } from './topic.js'

/** The channels that somebody here reads, and what is under way into any channel. */
export class Topics {
  readonly #follows: Follows
  readonly #topics = new Map<string, Topic>()
  /** Batches under way into each channel, followed or not. */
  readonly #writing = new Map<string, number>()

  constructor(follows: Follows) {
    this.#follows = follows
  }

  get size(): number {
    return this.#topics.size + this.#writing.size
  }

  get(ch: string): Topic | undefined {
    return this.#topics.get(ch)
  }

  /** That of a channel with readers; it begins with the first of them. */
  of(ch: string): Topic {
    let topic = this.#topics.get(ch)
    if (!topic) {
      this.#topics.set(ch, (topic = new Topic()))
      this.#follows.begin(ch)
    }
    return topic
  }

  drop(feed: Feed): void {
    const topic = this.#topics.get(feed.ch)
    if (!topic?.feeds.delete(feed) || topic.feeds.size) return
    this.#topics.delete(feed.ch)
    this.#follows.end(feed.ch)
  }

  /** Batches to wait for: they may be just what is told of. */
  writing(ch: string): number {
    return this.#writing.get(ch) ?? 0
  }

  expect(ch: string): void {
    this.#writing.set(ch, this.writing(ch) + 1)
  }

  /** One batch is over. Gives the topic whose waiting that ends. */
  settle(ch: string): Topic | undefined {
    const writing = this.writing(ch) - 1
    if (writing > 0) this.#writing.set(ch, writing)
    else this.#writing.delete(ch)
    const topic = this.#topics.get(ch)
    return topic?.waited() ? topic : undefined
  }
}
