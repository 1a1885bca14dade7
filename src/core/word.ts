type State = 'silent' | 'due' | 'said' | 'sure'

/** A word that gets no answer. It is said at once, and again beside the next ping: the pong proves that it came. */
export class Word {
  #state: State = 'silent'
  /** The ping that left with it. */
  #ping: number | undefined

  /** There is nothing to say on this link yet. */
  get isSilent(): boolean {
    return this.#state === 'silent'
  }

  /** It is to be said, or said anew. */
  renew(): void {
    this.#state = 'due'
  }

  silence(): void {
    this.#state = 'silent'
  }

  /** Whether it is to leave now, or with this ping. */
  leaves(ping?: number): boolean {
    if (this.#state !== 'due' && !(this.#state === 'said' && ping !== undefined)) return false
    this.#state = 'said'
    this.#ping = ping
    return true
  }

  pong(id: number): void {
    if (this.#state === 'said' && id === this.#ping) this.#state = 'sure'
  }
}
