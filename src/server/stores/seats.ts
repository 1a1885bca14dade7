import type { Cursor } from '../../core/store.js'
import { dropOldest } from './drop.js'

/** Who is a member where: read by channel, and by client. */
export class Seats {
  readonly #max: number
  readonly #byChannel = new Map<string, Map<string, Cursor>>()
  /** The channels of each client; the one changed last stands last. */
  readonly #byClient = new Map<string, Map<string, true>>()

  /** @param max channels of one client. */
  constructor(max: number) {
    this.#max = max
  }

  get(client: string, ch: string): Cursor | undefined {
    return this.#byChannel.get(ch)?.get(client)
  }

  /** The members of a channel. */
  in(ch: string): ReadonlyMap<string, Cursor> {
    return this.#byChannel.get(ch) ?? new Map()
  }

  /** The channels of a client. */
  of(client: string): string[] {
    return [...(this.#byClient.get(client)?.keys() ?? [])]
  }

  /** Returns the channels that had to give way, and where the client was in them. */
  put(client: string, ch: string, cursor: Cursor): [string, Cursor][] {
    const seats = this.#byChannel.get(ch) ?? new Map<string, Cursor>()
    this.#byChannel.set(ch, seats.set(client, cursor))
    const channels = this.#byClient.get(client) ?? new Map<string, true>()
    channels.delete(ch)
    this.#byClient.set(client, channels.set(ch, true))
    return dropOldest(channels, this.#max).flatMap((one) => {
      const was = this.#vacate(client, one)
      return was ? [[one, was]] : []
    })
  }

  /** Returns where it was, if it was a member. */
  delete(client: string, ch: string): Cursor | undefined {
    const channels = this.#byClient.get(client)
    if (!channels?.delete(ch)) return undefined
    if (!channels.size) this.#byClient.delete(client)
    return this.#vacate(client, ch)
  }

  #vacate(client: string, ch: string): Cursor | undefined {
    const seats = this.#byChannel.get(ch)
    const was = seats?.get(client)
    seats?.delete(client)
    if (!seats?.size) this.#byChannel.delete(ch)
    return was
  }
}
