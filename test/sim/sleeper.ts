import type { Clock } from './clock.js'

type Kind = 'timer' | 'news'

/** A process that may stand still: what should have happened meanwhile happens when it wakes, all at once. */
export class Sleeper {
  asleep = false
  /** When it last woke. */
  wokeAt = -Infinity
  readonly #clock: Clock
  #missed: { kind: Kind; what: () => void }[] = []
  /** It will never wake. */
  isDead = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  run(kind: Kind, what: () => void): void {
    if (this.isDead) return
    if (this.asleep) this.#missed.push({ kind, what })
    else what()
  }

  /** It is no more: what is on its way to it is lost. */
  die(): void {
    this.isDead = true
    this.#missed = []
  }

  /** @param first what comes first when it wakes. */
  sleep(ms: number, first: Kind, then?: () => void): void {
    if (this.asleep) return
    this.asleep = true
    this.#clock.after(ms, () => {
      if (this.isDead) return
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
