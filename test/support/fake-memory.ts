import type { MemoryLike } from '../../src/client/memory.js'

/** A storage that is a map; what it holds is there to be looked at. */
export class FakeMemory implements MemoryLike {
  readonly items = new Map<string, string>()

  getItem(key: string): string | null {
    return this.items.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value)
  }

  removeItem(key: string): void {
    this.items.delete(key)
  }
}
