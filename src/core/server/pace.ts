import type { Effects } from './effects.js'

/** Somebody who is told of something, and not before `freeAt`, machine time. */
export interface Paced {
  freeAt: number
}

/** Tells each at once, and then not more often than every so often: what comes meanwhile waits for the next time. */
export class Pace<One extends Paced> {
  /** When somebody is to be told. */
  deadline = Infinity
  readonly #effects: Effects
  readonly #every: number
  readonly #tell: (one: One) => boolean
  readonly #due = new Set<One>()

  /** @param every ms. @param tell says whether there was something to tell. */
  constructor(effects: Effects, every: number, tell: (one: One) => boolean) {
    this.#effects = effects
    this.#every = every
    this.#tell = tell
  }

  /** There is something to tell it. */
  plan(one: One): void {
    this.#due.add(one)
    this.deadline = Math.min(this.deadline, Math.max(one.freeAt, this.#effects.now))
  }

  /** It is to be told nothing more. */
  drop(one: One): void {
    this.#due.delete(one)
    if (!this.#due.size) this.deadline = Infinity
  }

  tick(now: number): void {
    if (now < this.deadline) return
    this.deadline = Infinity
    for (const one of this.#due) {
      if (now < one.freeAt) this.plan(one)
      else {
        this.#due.delete(one)
        if (this.#tell(one)) one.freeAt = now + this.#every
      }
    }
  }
}
