import { Emitter, type ListenOptions } from '../shell/emitter.js'
import type { ConnectionError } from '../wire/errors.js'
import type { Presence as Seen, Present, Seat } from '../wire/frame.js'

/** A person in a channel; or a device of nobody known, which stands for itself. */
export interface PresentUser {
  /** '' when anonymous. */
  user: string
  /** The best of its devices: `online`, `away` (linked, and nobody looks) or `offline`. */
  presence: Seen
  /** When it was last seen, ms since 1970. */
  time: number
  devices: Seat[]
}

export interface PresenceEvents {
  /** The list is another: devices that came or changed, and clients that are members no more. */
  change: { list: Seat[]; changed: Seat[]; left: string[] }
  /** The server does not let this client see it. */
  error: ConnectionError
}

const ranks: readonly Seen[] = ['online', 'away', 'offline']
const isSame = (a: Seat | undefined, b: Seat): boolean => a?.presence === b.presence && a.time === b.time

/** Who is in a channel, kept up to date until `stop()`. While the client is not online it shows what was known last. */
export class Presence {
  readonly channel: string
  readonly #end: () => void
  readonly #events = new Emitter<PresenceEvents>()
  #seats = new Map<string, Seat>()

  constructor(channel: string, end: () => void) {
    this.channel = channel
    this.#end = end
  }

  /** The devices in it, this one as well, each with how it was seen last. Empty until the server has answered. */
  get list(): Seat[] {
    return [...this.#seats.values()]
  }

  /** The same by person: the best presence and the latest time of each one's devices. */
  get users(): PresentUser[] {
    const users = new Map<string, PresentUser>()
    for (const seat of this.#seats.values()) {
      const { client, user, presence, time } = seat
      // A user's id and a client's may be alike.
      const key = user ? `u${user}` : `c${client}`
      const one = users.get(key) ?? { user, presence, time, devices: [] }
      one.devices.push(seat)
      if (ranks.indexOf(presence) < ranks.indexOf(one.presence)) one.presence = presence
      one.time = Math.max(one.time, time)
      users.set(key, one)
    }
    return [...users.values()]
  }

  /** Listens; returns the way to stop listening. */
  on<Type extends keyof PresenceEvents>(
    type: Type,
    listener: (event: PresenceEvents[Type]) => void,
    options?: ListenOptions,
  ): () => void {
    return this.#events.on(type, listener, options)
  }

  /** Ends it: the list stays as it is. */
  stop(): void {
    this.#end()
  }

  /** @internal The client's word. */
  tell({ all, list, left = [] }: Present): void {
    const before = this.#seats
    this.#seats = new Map(all ? [] : before)
    for (const client of left) this.#seats.delete(client)
    for (const seat of list) this.#seats.set(seat.client, seat)
    const changed = list.filter((seat) => !isSame(before.get(seat.client), seat))
    const gone = [...before.keys()].filter((client) => !this.#seats.has(client))
    if (changed.length || gone.length) this.#events.emit('change', { list: this.list, changed, left: gone })
  }

  /** @internal The client's word. */
  fail(error: ConnectionError): void {
    this.#events.emit('error', error)
  }
}
