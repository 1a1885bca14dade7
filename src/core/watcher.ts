import { ConnectionError } from '../wire/errors.js'
import type { ClientFrame, Denied, Packed, Present } from '../wire/frame.js'
import { Asks } from './asks.js'

export type WatcherOutput =
  { do: 'present'; ch: string; present: Present } | { do: 'unseen'; ch: string; error: ConnectionError }

/** The channels of which the app wants to know who is there. */
export class Watcher {
  readonly #channels = new Set<string>()
  readonly #asks = new Asks()
  /** To be told that they are watched no more. */
  #left: string[] = []
  readonly #emit: (output: WatcherOutput) => void

  constructor(emit: (output: WatcherOutput) => void) {
    this.#emit = emit
  }

  /** When a question is to be asked again; of use while there is a link. */
  get askAt(): number {
    return this.#asks.deadline
  }

  watch(ch: string): void {
    this.#channels.add(ch)
    this.#ask(ch)
  }

  unwatch(ch: string): void {
    this.#asks.delete(ch)
    if (this.#channels.delete(ch)) this.#left.push(ch)
  }

  /** Something was not heard: all is to be said anew. */
  renew(): void {
    for (const ch of this.#channels) this.#ask(ch)
  }

  interrupt(): void {
    this.#asks.interrupt()
  }

  /** There is a link, and nothing is watched on it. */
  resume(): void {
    this.#left = []
    this.renew()
    this.#asks.resume()
  }

  questions(now: number, patience: number): ClientFrame<Packed>[] {
    const left = this.#left.splice(0).map((ch) => ({ t: 'unwatch' as const, ch }))
    return [...left, ...this.#asks.due(now, patience)]
  }

  present(present: Present): void {
    const { ch, all } = present
    // Told of a channel watched no more: the word that said so may be lost.
    if (!this.#channels.has(ch)) this.#left.push(ch)
    else {
      if (all) this.#asks.delete(ch)
      this.#emit({ do: 'present', ch, present })
    }
  }

  denied({ ch, code, reason }: Denied): void {
    if (this.#asks.delete(ch)) this.#emit({ do: 'unseen', ch, error: new ConnectionError(code, reason) })
  }

  #ask(ch: string): void {
    this.#asks.add(ch, () => ({ t: 'watch', ch }))
  }
}
