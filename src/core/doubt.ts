import type { Message, ServerFrame } from '../wire/frame.js'

/** What is overdue may go so long without any answer, ms, on a link by which others are heard. */
const DOUBT = 9_000

/**
 * Whether what is said arrives at all: a link may carry one way only, and what others say is no answer. It may be older
 * than the question, and have waited on the way; but what is told of them carries the server's time. Clocks differ, and
 * nobody asks for them: the welcome is no older than the hello, and nothing is heard before it was said.
 */
export class Doubt {
  #helloAt = 0
  /** How far the server's clock is ahead of this one, ms, at most. */
  #ahead = Infinity
  /** When it was first asked for something overdue, since the last answer to anything. */
  #since: number | undefined

  /** The hello leaves. */
  greet(now: number): void {
    this.#helloAt = now
  }

  /** @param time of the welcome; a server need not tell its own. */
  welcomed(time = Infinity): void {
    this.#ahead = time - this.#helloAt
  }

  /** There was an answer, or another link. */
  end(): void {
    this.#since = undefined
  }

  /**
   * Something is overdue, and asked for.
   * @param extra what an answer may take longer, ms.
   * @returns whether the link is to be given up.
   */
  ask(now: number, extra: number): boolean {
    this.#since ??= now
    return now - this.#since >= DOUBT + extra
  }

  /**
   * No answer is among these.
   * @returns how long after the question the last of them was said, ms, at least; less than 0 where nobody knows.
   */
  hear(frames: readonly ServerFrame[], now: number): number {
    // Messages are dated.
    const last = frames.reduce((latest, frame) => Math.max(latest, (frame as Partial<Message>).time ?? 0), 0)
    // Another node's clock goes ahead, or this machine slept.
    this.#ahead = Math.max(this.#ahead, last - now)
    return last - this.#ahead - (this.#since ?? Infinity)
  }
}
