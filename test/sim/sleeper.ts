import type { Clock } from './clock.js'

type Kind = 'timer' | 'news'

/** A process that may stand still: what should have happened meanwhile happens when it wakes, all at once. */
export class Sleeper {
  asleep = false
  /** When it last woke. */
  wokeAt = -Infinity
  readonly #clock: Clock
  #missed: { kind: Kind; what: () => void }[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  run(kind: Kind, what: () => void): void {
    if (this.asleep) this.#missed.push({ kind, what })
    else what()
  }

  /** @param first what comes first when it wakes. */
  sleep(ms: number, first: Kind, then?: () => void): void {
    if (this.asleep) return
    this.asleep = true
    this.#clock.after(ms, () => {
      this.asleep = false
      this.wokeAt = this.#clock.now
      const missed = this.#missed
      this.#missed = []
      for (const { kind, what } of missed) if (kind === first) what()
      for (const { kind, what } of missed) if (kind !== first) what()
      then?.()
    })
  }
}
