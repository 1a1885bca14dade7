import { guard } from './guard.js'

/** Options of every `on`. */
export interface ListenOptions {
  /** Stops listening when it aborts. */
  signal?: AbortSignal
}

/** Typed listeners. What one throws surfaces as an uncaught error of its own; the others still hear. */
export class Emitter<Events extends object> {
  /** A listener may be there twice; each stops by itself. */
  readonly #listeners = new Set<readonly [type: keyof Events, listener: (event: never) => void]>()

  /** Returns the way to stop listening. */
  on<Type extends keyof Events>(
    type: Type,
    listener: (event: Events[Type]) => void,
    { signal }: ListenOptions = {},
  ): () => void {
    const one = [type, listener] as const
    const off = (): void => {
      this.#listeners.delete(one)
    }
    if (!signal?.aborted) this.#listeners.add(one)
    signal?.addEventListener('abort', off, { once: true })
    return off
  }

  emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
    for (const [heard, listener] of [...this.#listeners]) if (heard === type) guard(listener, event as never)
  }
}
