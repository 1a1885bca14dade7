import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import type { World } from './world.js'

interface Flight {
  client: string
  /** The number of its wire. */
  wire: number
  frames: ClientFrame[]
}

/**
 * First flights over HTTP. One that comes late, comes twice or waits for its turn may be taken when its client has gone on
 * by another link, and nobody can tell it from a new one. What it follows and its client has left meanwhile is forgone:
 * where the server has answered that it is left, nobody says it again.
 */
export class Flights {
  readonly #world: World
  /** By link, until it is welcomed. */
  readonly #waiting = new Map<number, Flight>()
  /** By client and channel: of the subscriptions that the server has answered to be left, the last. */
  readonly #left = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  opened(link: number, wire: number, client: string): void {
    this.#waiting.set(link, { client, wire, frames: [] })
  }

  heard(link: number, frames: readonly ClientFrame[]): void {
    this.#waiting.get(link)?.frames.push(...frames)
  }

  over(link: number): void {
    this.#waiting.delete(link)
  }

  /** What the server says on any link of this client. */
  answered(link: number, client: string, frames: readonly ServerFrame<Packed>[]): void {
    const flight = this.#waiting.get(link)
    if (flight && frames.some(({ t }) => t === 'welcome')) {
      this.#waiting.delete(link)
      this.#taken(flight)
    }
    for (const frame of frames)
      if (frame.t === 'unsubscribed') {
        const name = `${client} ${frame.ch}`
        this.#left.set(name, Math.max(frame.id, this.#left.get(name) ?? 0))
      }
  }

  #taken({ client, wire, frames }: Flight): void {
    const device = this.#world.devices.find(({ id }) => id === client)
    if (!device) return
    // Another page of this name counts its subscriptions anew, and knows nothing of those.
    const own = [...device.lines.wires.values()].some(({ number }) => number === wire)
    for (const frame of frames) {
      if (frame.t !== 'sub' || device.following.has(frame.ch)) continue
      const left = this.#left.get(`${client} ${frame.ch}`) ?? 0
      if (!own || left >= (frame.id ?? 0)) device.forgone.add(frame.ch)
    }
  }
}
