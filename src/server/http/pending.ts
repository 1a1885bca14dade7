import type { RequestListener, ServerResponse } from 'node:http'
import type { Env } from '../../shell/env.js'

/** Answers under way. */
export class Pending {
  readonly #env: Pick<Env, 'timer'>
  readonly #open = new Set<ServerResponse>()
  #onEmpty: (() => void) | undefined

  constructor(env: Pick<Env, 'timer'>) {
    this.#env = env
  }

  add(response: Parameters<RequestListener>[1]): void {
    this.#open.add(response)
    response.once('close', () => {
      this.#open.delete(response)
      if (!this.#open.size) this.#onEmpty?.()
    })
  }

  /** Resolves when all are over; after `patience` ms those that are left are cut. */
  async empty(patience: number): Promise<void> {
    if (!this.#open.size) return
    await new Promise<void>((resolve) => {
      const cancel = this.#env.timer(resolve, patience)
      this.#onEmpty = () => {
        cancel()
        resolve()
      }
    })
    for (const response of this.#open) response.destroy()
  }
}
