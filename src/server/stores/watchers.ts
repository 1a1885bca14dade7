import type { Change } from '../../core/store.js'

type OnChange = (change: Change) => void

/** Those who are told of changes. */
export class Watchers {
  readonly #listeners = new Set<OnChange>()

  /** Returns the end of the telling. */
  add(onChange: OnChange): () => void {
    this.#listeners.add(onChange)
    return () => {
      this.#listeners.delete(onChange)
    }
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}
