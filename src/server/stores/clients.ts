import type { Device, OpenAsk } from '../../core/store.js'
import { dropOldest } from './drop.js'
import type { StoreLimits } from './limits.js'
import { Places } from './places.js'

/** All that is known of a client, but where it is a member. */
export interface Client {
  key: string
  user: string
  seq: number
  touchedAt: number
  places: Places
  /** What a node said of it, when one did. */
  device: Device | undefined
}

/** The clients that are known. */
export class Clients {
  readonly #limits: StoreLimits
  readonly #now: () => number
  /** The one used last stands last. */
  readonly #clients = new Map<string, Client>()

  constructor(limits: StoreLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  get(name: string): Client | undefined {
    return this.#clients.get(name)
  }

  /** The client, which has done something. */
  touch(name: string): Client | undefined {
    const client = this.#clients.get(name)
    if (client) this.#put(name, client)
    return client
  }

  add({ client, key, user }: OpenAsk): Client {
    const one = { key, user, seq: 0, touchedAt: 0, places: new Places(), device: undefined }
    this.#put(client, one)
    return one
  }

  delete(name: string): void {
    this.#clients.delete(name)
  }

  /** Forgets those idle for too long, and those that are too many; returns their names. */
  expire(): string[] {
    const since = this.#now() - this.#limits.clientTtl
    const idle: string[] = []
    for (const [name, { touchedAt }] of this.#clients) {
      if (touchedAt > since) break
      this.#clients.delete(name)
      idle.push(name)
    }
    return [...idle, ...dropOldest(this.#clients, this.#limits.maxClients)]
  }

  #put(name: string, client: Client): void {
    client.touchedAt = this.#now()
    this.#clients.delete(name)
    this.#clients.set(name, client)
  }
}
