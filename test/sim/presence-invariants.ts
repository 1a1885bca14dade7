import type { CallRequest } from '../../src/core/server/contract.js'
import type { Presence, Present } from '../../src/wire/frame.js'
import type { Device } from './device.js'
import type { World } from './world.js'

/** One channel as the app of a device sees it. */
export interface Watching {
  /** By client. */
  readonly seats: Map<string, { user: string; presence: Presence }>
  denied: boolean
  /** All of it was told once. */
  told: boolean
}

/** What must hold of who is said to be there. */
export class PresenceInvariants {
  readonly #world: World
  /** By client: when its last welcomed link ended at the server. */
  readonly #lostAt = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  /** The server has welcomed a link of this client. */
  linked(client: string): void {
    this.#lostAt.delete(client)
  }

  /** It has none any more. */
  lost(client: string): void {
    if (!this.#lostAt.has(client)) this.#lostAt.set(client, this.#world.clock.now)
  }

  /** 34: nobody is called offline who may still come back in time. */
  offlineIsTrue({ call, ask }: CallRequest): void {
    if (call !== 'seen') return
    const { clock, weather } = this.#world
    for (const { client, presence } of ask.devices) {
      const lostAt = this.#lostAt.get(client) ?? Infinity
      if (presence === 'offline' && clock.now < lostAt + weather.limits.presenceGrace - 1)
        this.#world.fail(
          '34 presenceConverges',
          `${this.#world.nameOf(client)} is called offline, and was there at ${lostAt}`,
        )
    }
  }

  /** What the app makes of it. */
  told({ watching, name }: Device, { ch, all, list, left = [] }: Present): void {
    const one = watching.get(ch)
    if (!one) return this.#world.fail('34 presenceConverges', `${name} is told of ${ch}, which it does not watch`)
    if (all) one.seats.clear()
    one.told ||= all === true
    for (const { client, user, presence } of list) one.seats.set(client, { user, presence })
    for (const client of left) one.seats.delete(client)
  }

  /** How a client is seen, once all is quiet. */
  of(client: string): Presence {
    const device = this.#world.devices.find(({ id }) => id === client)
    if (!device || device.wantsClosed) return 'offline'
    return device.isAway ? 'away' : 'online'
  }

  isThere(client: string): boolean {
    return this.of(client) !== 'offline'
  }

  /** 34: what each watcher sees is how it is. */
  unwell(): string {
    for (const { name, watching, wantsClosed } of this.#world.devices)
      for (const [ch, one] of watching) {
        const why = wantsClosed || one.denied ? '' : this.#untrue(ch, one)
        if (why) return `34 presenceConverges: ${name} watches ${ch}: ${why}`
      }
    return ''
  }

  #untrue(ch: string, { seats, told }: Watching): string {
    const { members } = this.#world.host.roster(ch)
    if (!told) return 'and was told nothing'
    for (const { client, user } of members) {
      const seat = seats.get(client)
      const presence = this.of(client)
      if (!seat) return `${user} (${client}) is not in it`
      if (seat.presence !== presence || seat.user !== user) return `${user} is ${presence}, and seen ${seat.presence}`
    }
    return seats.size > members.length ? `${seats.size} are seen, ${members.length} are there` : ''
  }
}
