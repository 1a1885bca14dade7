import type { Env } from '../../shell/env.js'

/** Rounds for all links at once, while there are any: one timer, whatever their number. */
export class Watch {
  readonly #env: Pick<Env, 'now' | 'timer'>
  readonly #grace: number
  readonly #judge: (grace: number) => void
  #cancel: (() => void) | undefined

  /** @param judge lets go of whoever was silent for `grace` ms. */
  constructor(env: Pick<Env, 'now' | 'timer'>, grace: number, judge: (grace: number) => void) {
    this.#env = env
    this.#grace = grace
    this.#judge = judge
  }

  /** There is somebody to watch. */
  start(): void {
    if (this.#cancel) return
    const round = this.#grace / 4
    const dueAt = this.#env.now() + round
    this.#cancel = this.#env.timer(() => {
      this.#cancel = undefined
      this.start()
      // A round that comes late means that this process was held, and requests with it: nobody is judged for that.
      if (this.#env.now() - dueAt < round) this.#judge(this.#grace)
    }, round)
  }

  /** There is nobody left. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
