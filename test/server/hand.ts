// Time and turns in the test's hand.
import type { Env } from '../../src/shell/env.js'
import { Clock } from '../sim/clock.js'

export class Hand {
  readonly #clock = new Clock()
  readonly #deferred: (() => void)[] = []
  readonly env: Env = {
    now: () => this.#clock.now,
    timer: (callback, ms) => this.#clock.after(ms, callback),
    random: () => 0,
    id: () => 'a name',
    defer: (callback) => this.#deferred.push(callback),
  }

  /** Ends the task: what was put off happens. */
  flush(): void {
    for (const callback of this.#deferred.splice(0)) callback()
  }

  wait(ms: number): void {
    this.#clock.run(this.#clock.now + ms, () => false)
  }

  /** The process was held: time has passed, and no timer with it. */
  sleep(ms: number): void {
    this.#clock.now += ms
  }
}
