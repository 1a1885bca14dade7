import { Close } from '../../wire/close.js'
import type { Peer } from './peer.js'

/** Sending everybody away: evenly over `spread` ms, each told when to come back. */
export class Drain {
  readonly #after: number
  readonly #spread: number
  readonly #since: number
  readonly #total: number
  #sent = 0
  #ended = false

  constructor(after: number, spread: number, total: number, now: number) {
    this.#after = after
    this.#spread = spread
    this.#since = now
    this.#total = total
  }

  /** When the next one goes. */
  get deadline(): number {
    return this.#sent < this.#total ? this.#since + (this.#sent * this.#spread) / this.#total : Infinity
  }

  /** Sends away those whose time has come. */
  proceed(peers: Iterable<Peer>, now: number): void {
    const waiting = peers[Symbol.iterator]()
    while (now >= this.deadline) {
      this.#sent++
      const { value: peer } = waiting.next() as { value: Peer | undefined }
      if (peer) this.dismiss(peer)
    }
  }

  /** Nothing is left to wait for: true the first time. */
  end(): boolean {
    const first = !this.#ended
    this.#ended = true
    return first
  }

  dismiss(peer: Peer): void {
    peer.dismiss(Close.restart, this.#after, this.#spread, 'the server goes down')
  }
}
