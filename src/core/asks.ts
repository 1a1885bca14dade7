import type { ClientFrame, Packed } from '../wire/frame.js'

interface Ask {
  /** Made when it is sent, for by then it may have changed. */
  frame: () => ClientFrame<Packed>
  /** Asked again at this time, ms. */
  at: number
  tries: number
}

/** What is only late gets this long, ms. */
const FIRST_WAIT = 500
/** Doubles with each try, up to this, ms. */
const MAX_WAIT = 10_000

/** Questions that the server owes an answer to. Each is asked again until it comes: a lost frame is not a lost question. */
export class Asks {
  readonly #open = new Map<string | number, Ask>()

  get deadline(): number {
    let least = Infinity
    for (const { at } of this.#open.values()) least = Math.min(least, at)
    return least
  }

  /** Due at once, or (where `now` is given) after the usual wait, for the answer may be on its way. */
  add(key: string | number, frame: () => ClientFrame<Packed>, now?: number): void {
    if (!this.#open.has(key))
      this.#open.set(key, { frame, at: now === undefined ? -Infinity : now + FIRST_WAIT, tries: 0 })
  }

  /** No longer wanted, or answered. */
  delete(key: string | number): boolean {
    return this.#open.delete(key)
  }

  clear(): void {
    this.#open.clear()
  }

  /** Those that are due; each is due again after `patience` ms, twice that the next time, and so on; never when Infinity. */
  due(now: number, patience: number): ClientFrame<Packed>[] {
    const frames: ClientFrame<Packed>[] = []
    for (const ask of this.#open.values()) {
      if (ask.at > now) continue
      ask.at = now + Math.min(patience * 2 ** ask.tries++, Math.max(patience, MAX_WAIT))
      frames.push(ask.frame())
    }
    return frames
  }

  /** The link is gone, and the questions with it: all are due when there is another. */
  interrupt(): void {
    for (const ask of this.#open.values()) {
      ask.at = Infinity
      ask.tries = 0
    }
  }

  /** There is a link: all are due. */
  resume(): void {
    for (const ask of this.#open.values()) ask.at = -Infinity
  }
}
