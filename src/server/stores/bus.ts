import type { NotifyAsk } from '../../core/store.js'

type OnNote = (note: string) => void

/** Notes between the nodes of one process. Nobody has to listen. */
export class Bus {
  readonly #ears = new Map<string, Set<OnNote>>()

  notify({ node, note }: NotifyAsk): void {
    for (const onNote of this.#ears.get(node) ?? []) onNote(note)
  }

  listen(node: string, onNote: OnNote): () => void {
    const ears = this.#ears.get(node) ?? new Set()
    this.#ears.set(node, ears.add(onNote))
    return () => {
      ears.delete(onNote)
      if (!ears.size && this.#ears.get(node) === ears) this.#ears.delete(node)
    }
  }
}
