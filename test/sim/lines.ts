import type { ClientInput } from '../../src/core/client.js'
import type { LeafClock } from '../../src/transports/transport.js'
import type { Closing } from '../../src/wire/close.js'
import { clientCodec, type Packet } from '../../src/wire/codec.js'
import type { ClientFrame, Packed } from '../../src/wire/frame.js'
import type { Following } from './invariants.js'
import type { Sent } from './ledger.js'
import type { LinkInvariants } from './link-invariants.js'
import { linkOf } from './site.js'
import type { Sleeper } from './sleeper.js'
import type { Wire } from './wire.js'
import type { World } from './world.js'

/** Whose lines they are. */
interface Owner {
  readonly name: string
  readonly id: string
  readonly sleeper: Sleeper
  readonly links: LinkInvariants
  readonly following: ReadonlyMap<string, Following>
  tell(input: ClientInput<Sent>): void
}

/** A client's end of its links: packets out, news in, and what must hold of both. */
export class Lines {
  readonly wires = new Map<number, Wire>()
  /** Every client writes the packets it wants: counted by the second. */
  writes = 0
  readonly #world: World
  readonly #owner: Owner
  readonly #held = new Map<number, ClientFrame<Packed>[]>()

  constructor(world: World, owner: Owner) {
    this.#world = world
    this.#owner = owner
  }

  dial(link: number, rung: number): void {
    const { net, clock } = this.#world
    const hear = (what: () => void) => this.#owner.sleeper.run('news', what)
    const near = {
      client: this.#owner.id,
      opened: () =>
        hear(() => {
          this.#owner.links.opened(link, clock.now)
          this.#owner.tell({ on: 'opened', link })
        }),
      received: (packet: Packet) => hear(() => this.#received(link, packet)),
      ended: (closing: Closing) => hear(() => this.#ended(link, closing)),
      hear,
      clock: this.#leafClock(),
    }
    const wire = net.dial(this.#owner.name, near, rung)
    this.wires.set(link, wire)
  }

  /** For leaves, which have as many timers as requests. */
  #leafClock(): LeafClock {
    const { clock } = this.#world
    return {
      now: () => clock.now,
      timer: (callback, ms) => {
        let over = false
        const cancel = clock.after(ms, () => this.#owner.sleeper.run('timer', () => over || callback()))
        return () => {
          over = true
          cancel()
        }
      },
    }
  }

  /** 30, of every link over HTTP that lives. */
  inspect(): void {
    for (const [link, { leaf }] of this.wires)
      if (leaf?.ticket && !leaf.buffered && this.#owner.links.isCurrent(link))
        this.#world.requests.nothingIsMissing(linkOf(leaf.ticket))
  }

  #ended(link: number, closing: Closing): void {
    const { ticket } = this.wires.get(link)?.leaf ?? {}
    if (ticket) this.#world.requests.goneIsOver(linkOf(ticket), closing.reason)
    this.#owner.links.ended(link, closing, this.#world.clock.now)
    this.#owner.tell({ on: 'ended', link, closing })
  }

  #received(link: number, packet: Packet): void {
    const { now } = this.#world.clock
    const frames = clientCodec.decode(packet)
    this.#world.trace.add(now, this.#owner.name, `<link ${link}`, typeof packet === 'string' ? packet : packet.length)
    const { ticket } = this.wires.get(link)?.leaf ?? {}
    if (ticket) this.#world.requests.toldOnce(linkOf(ticket), frames)
    this.#owner.links.heard(link, now, frames)
    for (const frame of frames) {
      const following = frame.t === 'subscribed' ? this.#owner.following.get(frame.ch) : undefined
      if (frame.t === 'subscribed' && following && this.#owner.links.isCurrent(link))
        this.#world.invariants.startsWhereAsked(following, frame, this.#world.host.bounds(frame.ch))
    }
    this.#owner.tell({ on: 'frames', link, frames })
  }

  /** Frames of one moment may leave in one packet, as they do in a browser. */
  write(link: number, frames: ClientFrame<Packed>[]): void {
    this.#owner.links.writeHasPoint(link, frames)
    for (const frame of frames) {
      const following = frame.t === 'sub' ? this.#owner.following.get(frame.ch) : undefined
      if (frame.t === 'sub' && following) following.id = frame.id
    }
    const held = this.#held.get(link)
    if (held) {
      held.push(...frames)
      return
    }
    this.#held.set(link, [...frames])
    if (this.#world.weather.coalesce) this.#world.clock.after(0, () => this.flush(link))
    else this.flush(link)
  }

  flush(link: number): void {
    const frames = this.#held.get(link)
    this.#held.delete(link)
    const wire = this.wires.get(link)
    if (!frames || !wire || this.#owner.sleeper.isDead || !this.#owner.links.isCurrent(link)) return
    const packets = clientCodec.encode(frames, this.#owner.links.max(link))
    this.#owner.links.packetIsProper(link, frames, packets, this.#world.clock.now)
    this.writes += packets.length
    if (wire.leaf) this.#world.requests.said(wire.number, frames)
    for (const packet of packets) {
      const { trace, clock, net } = this.#world
      trace.add(clock.now, this.#owner.name, `>link ${link}`, typeof packet === 'string' ? packet : packet.length)
      net.send(wire, 'up', packet)
    }
  }

  drop(link: number, closing: Closing): void {
    const wire = this.wires.get(link)
    if (wire) this.#world.net.drop(wire, closing)
  }

  /** The page is no more. */
  end(): void {
    for (const wire of this.wires.values()) if (!wire.dropped) this.#world.net.cut(wire)
  }
}
