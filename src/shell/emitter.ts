import { guard } from './guard.js'

/** Options of every `on`. */
export interface ListenOptions {
  /** Stops listening when it aborts. */
  signal?: AbortSignal
}

/** Typed listeners. What one throws surfaces as an uncaught error of its own; the others still hear. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()

  /** Returns the way to stop listening. */
  on<Type extends keyof Events>(
    type: Type,
    listener: (event: Events[Type]) => void,
    { signal }: ListenOptions = {},
  ): () => void {
    // A wrapper of its own: the same function may listen twice, and each stops by itself.
    const one = (event: Events[Type]): void => {
      listener(event)
    }
    const all = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, all)
    const off = (): void => {
      all.delete(one)
    }
    if (!signal?.aborted) all.add(one)
    signal?.addEventListener('abort', off, { once: true })
    return off
  }

  emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) guard(listener, event as never)
  }
}
