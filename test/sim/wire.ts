import type { Connection, LeafClock } from '../../src/transports/transport.js'
import type { Closing } from '../../src/wire/close.js'
import type { Packet } from '../../src/wire/codec.js'

/** What a wire tells the client at its near end. */
export interface Near {
  /** Who dials, by the name that it says in its hello. */
  client: string
  opened(): void
  received(packet: Packet): void
  ended(closing: Closing): void
  /** News reaches a device only while it is awake. */
  hear(what: () => void): void
  /** What the device lends to a leaf. */
  clock: LeafClock
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
  /** Over HTTP: the leaf, which makes the wire of requests. */
  leaf: (Connection & { readonly ticket?: string }) | undefined
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

  /** One way leads nowhere from now on. */
  isBlack(way: Way): boolean {
    return this.lanes[way].blackAt < Infinity
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
 * nothing; or keeps what comes down: on a socket all of it, over HTTP an answer until it is complete, as proxies do.
 */
export type Box = 'pass' | 'refuse' | 'hang' | 'mute' | 'buffer'

/** The transport of a rung whose answers are short ones: a box that gathers them does them no harm. */
export const POLLS = 2
