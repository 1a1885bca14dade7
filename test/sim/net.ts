import type { Closing } from '../../src/wire/close.js'
import type { Packet } from '../../src/wire/codec.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import type { Weather } from './weather.js'

/** What a wire tells the client at its near end. */
export interface Near {
  opened(): void
  received(packet: Packet): void
  ended(closing: Closing): void
}

/** The server at the far end. */
export interface Far {
  readonly up: boolean
  opened(wire: Wire): void
  received(wire: Wire, packet: Packet): void
  closed(wire: Wire): void
}

export type Way = 'up' | 'down'

/** One direction of a wire. */
interface Lane {
  /** From then on nothing comes through, and nobody knows. */
  blackAt: number
  /** The last arrival: nothing overtakes it on a stream; on a lossy lane, nothing overtakes the first packet. */
  arrival: number
  sent: number
}

/** One attempt at a connection, and what becomes of it. It may die without either side, or with only one, being told. */
export class Wire {
  readonly number: number
  /** Whose it is: what its handshake tells the server. */
  readonly user: string
  readonly near: Near
  /** By which transport; 0 is the best. */
  readonly rung: number
  readonly lossy: boolean
  readonly lanes: Record<Way, Lane> = {
    up: { blackAt: Infinity, arrival: 0, sent: 0 },
    down: { blackAt: Infinity, arrival: 0, sent: 0 },
  }
  open = false
  /** The client has given it up. */
  dropped = false
  /** The client has been told of its end. */
  told = false
  /** The server has been told of its opening; of its end. */
  known = false
  forgotten = false

  constructor(number: number, user: string, near: Near, rung: number, lossy: boolean) {
    this.number = number
    this.user = user
    this.near = near
    this.rung = rung
    this.lossy = lossy
  }
}

/** Loses what fits, once, or holds it up for a while. */
export interface Accident {
  user: string
  way: Way
  text: string
  /** ms; Infinity loses it. */
  hold: number
}

/**
 * What a box on the way does to one transport: nothing; refuses it; never answers; takes the connection and carries
 * nothing; or carries only what goes up, and keeps what comes down.
 */
export type Box = 'pass' | 'refuse' | 'hang' | 'mute' | 'buffer'
const BOXES: readonly [Box, ...Box[]] = ['pass', 'pass', 'refuse', 'hang', 'mute', 'buffer']

/** The network between the devices and the server: hostile while the storm lasts, short and sure afterwards. */
export class Net {
  calm = false
  accident: Accident | undefined
  readonly wires = new Set<Wire>()
  /** By user, and by transport. */
  readonly #boxes = new Map<string, Box[]>()
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #weather: Weather
  readonly #far: Far
  #numbers = 0

  constructor(clock: Clock, dice: Dice, weather: Weather, far: Far) {
    this.#clock = clock
    this.#dice = dice
    this.#weather = weather
    this.#far = far
  }

  dial(user: string, near: Near, rung: number): Wire {
    const { refuse, hang, lossy } = this.#weather
    const wire = new Wire(++this.#numbers, user, near, rung, this.#dice.chance(lossy))
    const box = this.boxOf(user, rung)
    this.wires.add(wire)
    if (box === 'hang' || (!this.calm && this.#dice.chance(hang))) this.#hang(wire)
    else if (box === 'refuse' || !this.#far.up || (!this.calm && this.#dice.chance(refuse)))
      this.#end(wire, 'refused', this.#delay())
    else this.#set(wire)
    // Requests: packets are taken at once, and the first of them opens it.
    if (rung)
      this.#clock.after(0, () => {
        if (!wire.told && !wire.dropped) this.#tellOpen(wire)
      })
    return wire
  }

  boxOf(user: string, rung: number): Box {
    return this.#boxes.get(user)?.[rung] ?? 'pass'
  }

  /** The best transport that gets through. */
  bestOf(user: string): number {
    return Array.from({ length: this.#weather.rungs }, (_, rung) => this.boxOf(user, rung)).indexOf('pass')
  }

  /** A box changes its mind: also about the connections that there are. One transport at least gets through. */
  change(user: string): void {
    const { rungs } = this.#weather
    const boxes: Box[] = Array.from({ length: rungs }, () => this.#dice.pick(BOXES))
    boxes[this.#dice.int(0, rungs - 1)] = 'pass'
    this.set(user, boxes)
  }

  set(user: string, boxes: Box[]): void {
    this.#boxes.set(user, boxes)
    for (const wire of this.wires) if (wire.user === user) this.#obstruct(wire)
  }

  /** A packet from one side to the other. */
  send(wire: Wire, way: Way, packet: Packet): void {
    const accident = this.#accident(wire, way, packet)
    if (accident) {
      if (accident.hold < Infinity) this.#clock.after(accident.hold, () => this.send(wire, way, packet))
      return
    }
    const lane = wire.lanes[way]
    const { loss, repeat } = this.#weather
    const first = lane.sent++ === 0
    const hostile = wire.lossy && !this.calm
    if (hostile && this.#dice.chance(loss)) return
    this.#carry(wire, way, packet, first)
    if (hostile && this.#dice.chance(repeat)) this.#carry(wire, way, packet, first)
  }

  /** The client is done with it. The server may hear of it late, or never. */
  drop(wire: Wire): void {
    wire.dropped = true
    this.#tellServer(wire)
  }

  /** The server is done with it: what it said before still comes. */
  close(wire: Wire, code: number, reason: string): void {
    wire.forgotten = true
    const wait = Math.max(0, wire.lanes.down.arrival - this.#clock.now) + this.#delay()
    if (wire.lanes.down.blackAt === Infinity && this.#told())
      this.#tellClient(wire, { code, reason, clean: true }, wait)
    else this.#clock.after(wait, () => this.blacken(wire, 'down'))
  }

  /** The link is gone; each side is told at once, later, or never. */
  cut(wire: Wire): void {
    this.blacken(wire, 'up')
    this.blacken(wire, 'down')
    if (this.#told()) this.#end(wire, 'cut', this.calm ? 1 : this.#dice.pick([0, 50, 2_000]))
    this.#tellServer(wire)
  }

  /** One way, or both if done twice, leads nowhere; nobody is told. */
  blacken(wire: Wire, way: Way): void {
    const lane = wire.lanes[way]
    lane.blackAt = Math.min(lane.blackAt, this.#clock.now)
  }

  /** The server's machine is gone: sockets are reset at once, or vanish. */
  reset(): void {
    for (const wire of this.wires) {
      if (wire.forgotten) continue
      wire.forgotten = true
      this.blacken(wire, 'up')
      this.blacken(wire, 'down')
      if (this.#told()) this.#end(wire, 'reset', this.#delay())
    }
  }

  #set(wire: Wire): void {
    const wait = this.#delay()
    wire.lanes.up.arrival = this.#clock.now + wait
    this.#clock.after(wait, () => this.#arrive(wire))
  }

  #obstruct(wire: Wire): void {
    const box = this.boxOf(wire.user, wire.rung)
    if (box === 'refuse' || box === 'hang') this.cut(wire)
    if (box === 'mute') this.blacken(wire, 'up')
    if (box === 'mute' || box === 'buffer') this.blacken(wire, 'down')
  }

  #tellOpen(wire: Wire): void {
    wire.open = true
    wire.near.opened()
  }

  #hang(wire: Wire): void {
    this.blacken(wire, 'up')
    this.blacken(wire, 'down')
    // A browser gives up by itself, after minutes; by then nobody should care.
    this.#end(wire, 'timed out', this.#dice.between(5_000, 60_000))
  }

  #arrive(wire: Wire): void {
    if (!this.#far.up) {
      this.#end(wire, 'refused', this.#delay())
      return
    }
    wire.known = true
    this.#far.opened(wire)
    if (wire.rung) this.#obstruct(wire)
    else
      this.#clock.after(this.#delay(), () => {
        if (wire.lanes.down.blackAt < Infinity || wire.told || !this.#hears(wire)) return
        this.#tellOpen(wire)
        this.#obstruct(wire)
      })
  }

  #carry(wire: Wire, way: Way, packet: Packet, first: boolean): void {
    const lane = wire.lanes[way]
    const at = Math.max(this.#clock.now + this.#delay(), lane.arrival)
    if (first || !wire.lossy || this.calm) lane.arrival = at
    this.#clock.after(at - this.#clock.now, () => {
      if (lane.blackAt < Infinity) return
      if (way === 'up') {
        if (this.#far.up) this.#far.received(wire, packet)
      } else if (!wire.told && this.#hears(wire)) wire.near.received(packet)
    })
  }

  #end(wire: Wire, reason: string, wait: number): void {
    this.#tellClient(wire, { code: 1006, reason, clean: false }, wait)
  }

  #tellClient(wire: Wire, closing: Closing, wait: number): void {
    this.#clock.after(wait, () => {
      this.wires.delete(wire)
      if (wire.told || !this.#hears(wire)) return
      wire.told = true
      wire.near.ended(closing)
    })
  }

  #tellServer(wire: Wire): void {
    if (!this.#told()) return
    this.#clock.after(this.#delay() + (this.calm ? 0 : this.#dice.pick([0, 0, 3_000])), () => {
      this.wires.delete(wire)
      if (wire.forgotten || !wire.known) return
      wire.forgotten = true
      this.#far.closed(wire)
    })
  }

  /** A link that the client has dropped should say nothing more; some do. */
  #hears(wire: Wire): boolean {
    return !wire.dropped || this.#dice.chance(this.#weather.lateNews)
  }

  #told(): boolean {
    return this.calm || !this.#dice.chance(this.#weather.untold)
  }

  #delay(): number {
    const { delay, jitter } = this.#weather
    return this.calm ? CALM_DELAY : delay + this.#dice.between(0, jitter)
  }

  #accident(wire: Wire, way: Way, packet: Packet): Accident | undefined {
    const { accident } = this
    if (accident?.user !== wire.user || accident.way !== way || typeof packet !== 'string') return undefined
    if (!packet.includes(accident.text)) return undefined
    this.accident = undefined
    return accident
  }
}

/** One way, once the storm is over, ms. */
export const CALM_DELAY = 20
