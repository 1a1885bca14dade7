import type { Cursor } from '../../core/store.js'
import type { MemoryClient } from './clients.js'
import type { SeatBook } from './parts.js'

interface Seat {
  client: MemoryClient
  cursor: Cursor
}

/** Who is a member where: read by channel, and by client. */
export class Seats implements SeatBook<MemoryClient> {
  readonly #max: number
  /** By channel, and in it by client. */
  readonly #channels = new Map<string, Map<string, Seat>>()
  /** By client, and of it by channel; the one changed last stands last. */
  readonly #clients = new Map<string, Map<string, Seat>>()

  /** @param max channels of one client. */
  constructor(max: number) {
    this.#max = max
  }

  get(client: string, ch: string): Cursor | undefined {
    return this.#channels.get(ch)?.get(client)?.cursor
  }

  put(client: MemoryClient, ch: string, cursor: Cursor): string[] {
    const { name } = client
    this.delete(name, ch)
    const [members, channels] = [partOf(this.#channels, ch), partOf(this.#clients, name)]
    members.set(name, { client, cursor })
    channels.set(ch, { client, cursor })
    const displaced = channels.size > this.#max ? [...channels.keys()].slice(0, channels.size - this.#max) : []
    for (const one of displaced) this.delete(name, one)
    return displaced
  }

  delete(client: string, ch: string): boolean {
    drop(this.#clients, client, ch)
    return drop(this.#channels, ch, client)
  }

  of(client: string): string[] {
    return [...(this.#clients.get(client)?.keys() ?? [])]
  }

  *cursors(ch: string): Iterable<Cursor> {
    for (const { cursor } of this.#channels.get(ch)?.values() ?? []) yield cursor
  }

  *in(ch: string): Iterable<[MemoryClient, Cursor]> {
    for (const { client, cursor } of this.#channels.get(ch)?.values() ?? []) yield [client, cursor]
  }
}

type Parts = Map<string, Map<string, Seat>>

function partOf(parts: Parts, name: string): Map<string, Seat> {
  const part = parts.get(name) ?? new Map<string, Seat>()
  parts.set(name, part)
  return part
}

/** Whether it was there. */
function drop(parts: Parts, name: string, key: string): boolean {
  const part = parts.get(name)
  if (!part?.delete(key)) return false
  if (!part.size) parts.delete(name)
  return true
}
