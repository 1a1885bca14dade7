// Time and turns in the test's hand.
import type { Env } from '../../src/shell/env.js'
import { Clock } from '../sim/clock.js'

export class Hand {
  readonly #clock = new Clock()
  readonly #deferred: (() => void)[] = []
  readonly #armed = new Set<object>()
  readonly env: Env = {
    now: () => this.#clock.now,
    timer: (callback, ms) => {
      const timer = {}
      this.#armed.add(timer)
      const cancel = this.#clock.after(ms, () => {
        this.#armed.delete(timer)
        callback()
      })
      return () => {
        this.#armed.delete(timer)
        cancel()
      }
    },
    random: () => 0,
    id: () => 'a name',
    defer: (callback) => this.#deferred.push(callback),
  }

  /** Timers that would keep a process alive. */
  get timers(): number {
    return this.#armed.size
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
