import type { Closing } from '../../src/wire/close.js'
import type { Packet } from '../../src/wire/codec.js'
import type { Clock } from './clock.js'
import type { Plays } from './reach/plays.js'
import type { Dice } from './dice.js'
import { Requests, type Site, type Ways } from './requests.js'
import type { Trace } from './trace.js'
import type { Weather } from './weather.js'
import { type Accident, type Box, type Near, POLLS, type Way, Wire } from './wire.js'

/** The server at the far end. */
export interface Far extends Site {
  opened(wire: Wire): void
  received(wire: Wire, packet: Packet): void
  closed(wire: Wire): void
}

const BOXES: readonly [Box, ...Box[]] = ['pass', 'pass', 'refuse', 'hang', 'mute', 'buffer']

/** The network between the devices and the server: hostile while the storm lasts, short and sure afterwards. */
export class Net implements Ways {
  calm = false
  accident: Accident | undefined
  readonly wires = new Set<Wire>()
  /** By user, and by transport. */
  readonly #boxes = new Map<string, Box[]>()
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #weather: Weather
  readonly #far: Far
  readonly #trace: Trace
  readonly #plays: Plays
  readonly #requests: Requests
  #numbers = 0

  constructor(clock: Clock, dice: Dice, weather: Weather, far: Far, trace: Trace, plays: Plays) {
    this.#clock = clock
    this.#dice = dice
    this.#weather = weather
    this.#far = far
    this.#trace = trace
    this.#plays = plays
    this.#requests = new Requests(clock, dice, weather, far, this)
  }

  dial(user: string, near: Near, rung: number): Wire {
    const { refuse, hang, lossy } = this.#weather
    if (rung) {
      const link = new Wire(++this.#numbers, user, near, rung, false)
      this.#requests.dial(link)
      return link
    }
    const wire = new Wire(++this.#numbers, user, near, rung, this.#dice.chance(lossy))
    const box = this.boxOf(user, rung)
    this.wires.add(wire)
    if (box === 'hang' || (!this.calm && this.#dice.chance(hang))) this.#hang(wire)
    else if (box === 'refuse' || !this.#far.up || (!this.calm && this.#dice.chance(refuse)))
      this.#end(wire, 'refused', this.delay())
    else this.#set(wire)
    return wire
  }

  boxOf(user: string, rung: number): Box {
    return this.#boxes.get(user)?.[rung] ?? 'pass'
  }

  /** The best transport that gets through. */
  bestOf(user: string): number {
    return Array.from({ length: this.#weather.rungs }, (_, rung) => this.boxOf(user, rung)).findIndex(
      (box, rung) => box === 'pass' || (box === 'buffer' && rung >= POLLS),
    )
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
    this.#requests.obstruct(user)
  }

  /** A packet from one side to the other. */
  send(wire: Wire, way: Way, packet: Packet): void {
    if (wire.leaf) {
      wire.leaf.send(packet)
      return
    }
    const mishap = typeof packet === 'string' ? this.mishap(wire, way, packet) : 0
    if (mishap) {
      if (mishap < Infinity) this.#clock.after(mishap, () => this.send(wire, way, packet))
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
  drop(wire: Wire, { code, reason }: Closing): void {
    wire.dropped = true
    if (wire.leaf) wire.leaf.close(code, reason)
    else this.#tellServer(wire)
  }

  /** The server is done with it: what it said before still comes. */
  close(wire: Wire, code: number, reason: string): void {
    wire.forgotten = true
    const wait = Math.max(0, wire.lanes.down.arrival - this.#clock.now) + this.delay()
    if (wire.lanes.down.blackAt === Infinity && this.told()) this.#tellClient(wire, { code, reason, clean: true }, wait)
    else this.#clock.after(wait, () => this.blacken(wire, 'down'))
  }

  /** The link is gone; each side is told at once, later, or never. */
  cut(wire: Wire): void {
    if (wire.leaf) {
      this.#requests.cut(wire)
      return
    }
    this.blacken(wire, 'up')
    this.blacken(wire, 'down')
    if (this.told()) this.#end(wire, 'cut', this.calm ? 1 : this.#dice.pick([0, 50, 2_000]))
    this.#tellServer(wire)
  }

  /** Requests under way are gone, and their server still waits with its answers. */
  forsake(wire: Wire): void {
    this.#requests.cut(wire, true)
  }

  /** One way, or both if done twice, leads nowhere; nobody is told. */
  blacken(wire: Wire, way: Way): void {
    const lane = wire.lanes[way]
    lane.blackAt = Math.min(lane.blackAt, this.#clock.now)
  }

  /** The server's machine is gone: sockets are reset at once, or vanish. */
  reset(): void {
    this.#requests.reset()
    for (const wire of this.wires) {
      if (wire.forgotten) continue
      wire.forgotten = true
      this.blacken(wire, 'up')
      this.blacken(wire, 'down')
      if (this.told()) this.#end(wire, 'reset', this.delay())
    }
  }

  #set(wire: Wire): void {
    const wait = this.delay()
    wire.lanes.up.arrival = this.#clock.now + wait
    this.#clock.after(wait, () => this.#arrive(wire))
  }

  #obstruct(wire: Wire): void {
    const box = this.boxOf(wire.user, wire.rung)
    if (box === 'refuse' || box === 'hang') this.cut(wire)
    if (box === 'mute') this.blacken(wire, 'up')
    if (box === 'mute' || box === 'buffer') this.blacken(wire, 'down')
  }

  #hang(wire: Wire): void {
    this.blacken(wire, 'up')
    this.blacken(wire, 'down')
    // A browser gives up by itself, after minutes; by then nobody should care.
    this.#end(wire, 'timed out', this.#dice.between(5_000, 60_000))
  }

  #arrive(wire: Wire): void {
    if (!this.#far.up) {
      this.#end(wire, 'refused', this.delay())
      return
    }
    wire.known = true
    this.#far.opened(wire)
    this.#clock.after(this.delay(), () => {
      if (wire.isBlack('down') || wire.told || !this.#hears(wire)) return
      wire.open = true
      wire.near.opened()
      this.#obstruct(wire)
    })
  }

  #carry(wire: Wire, way: Way, packet: Packet, first: boolean): void {
    const lane = wire.lanes[way]
    const at = Math.max(this.#clock.now + this.delay(), lane.arrival)
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
    if (!this.told()) return
    this.#clock.after(this.delay() + (this.calm ? 0 : this.#dice.pick([0, 0, 3_000])), () => {
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

  told(): boolean {
    return this.calm || !this.#dice.chance(this.#weather.untold)
  }

  delay(): number {
    const { delay, jitter } = this.#weather
    return this.calm ? CALM_DELAY : delay + this.#dice.between(0, jitter)
  }

  mishap(wire: Wire, way: Way, text: string): number {
    const { accident } = this
    if (accident?.user !== wire.user || accident.way !== way || !text.includes(accident.text)) return 0
    this.accident = undefined
    return accident.hold
  }

  note(who: string, what: string, detail: () => string): void {
    this.#trace.add(this.#clock.now, who, what, detail)
  }

  happened({ number, near }: Wire, what: { is: 'posts'; post: string } | { is: 'ticket' }): void {
    this.#plays.happened(near.client, { ...what, link: number })
  }
}

/** One way, once the storm is over, ms. */
export const CALM_DELAY = 20
