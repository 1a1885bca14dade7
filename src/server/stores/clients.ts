import type { Device, OpenAsk, Place } from '../../core/store.js'
import type { StoreLimits } from './limits.js'
import type { Client, ClientBook } from './parts.js'
import { Places } from './places.js'
import { LEFT } from './rules.js'

export interface MemoryClient extends Client {
  touchedAt: number
  readonly places: Places
}

/** The clients that are known. */
export class Clients implements ClientBook<MemoryClient> {
  readonly #limits: StoreLimits
  readonly #now: () => number
  /** The one used last stands last. */
  readonly #clients = new Map<string, MemoryClient>()
  /** Those who have left, and until when that counts. */
  readonly #left = new Map<string, { seq: number; until: number }>()

  constructor(limits: StoreLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  find(name: string): MemoryClient | undefined {
    return this.#clients.get(name)
  }

  add({ client, key, user }: OpenAsk): MemoryClient {
    const device: Device | undefined = undefined
    return { name: client, key, user, seq: 0, device, touchedAt: 0, places: new Places() }
  }

  save(client: MemoryClient): void {
    client.touchedAt = this.#now()
    this.#clients.delete(client.name)
    this.#clients.set(client.name, client)
  }

  delete(name: string): void {
    this.#clients.delete(name)
  }

  part(name: string, seq: number): void {
    const now = this.#now()
    this.#left.delete(name)
    this.#left.set(name, { seq, until: now + LEFT })
    for (const [oldest, { until }] of this.#left) {
      if (until > now && this.#left.size <= this.#limits.maxClients) break
      this.#left.delete(oldest)
    }
  }

  leftAt(name: string): number | undefined {
    const left = this.#left.get(name)
    return left && left.until > this.#now() ? left.seq : undefined
  }

  due(): string[] {
    const { clientTtl, maxClients } = this.#limits
    const since = this.#now() - clientTtl
    const due: string[] = []
    for (const [name, { touchedAt }] of this.#clients) {
      if (touchedAt > since && this.#clients.size - due.length <= maxClients) break
      due.push(name)
    }
    return due
  }

  place({ places }: MemoryClient, place: Place): void {
    places.add(place)
  }

  placeOf({ places }: MemoryClient, seq: number): Place | undefined {
    return places.find(seq)
  }

  placesFrom(name: string, seq: number): Place[] {
    return this.#clients.get(name)?.places.from(seq) ?? []
  }
}
