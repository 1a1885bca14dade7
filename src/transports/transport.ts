import type { Packet } from '../wire/codec.js'
import type { Closing } from '../wire/close.js'

/**
 * What every transport is: a leaf that moves packets. It has no clock of its own, and decides nothing.
 * After `close` it says nothing more; it says `closed` at most once, and nothing after it.
 */
export interface Transport {
  /** Told to the app, and remembered where it worked: `websocket`, `sse`, `long-poll`, `short-poll`, or another. */
  readonly name: string
  /**
   * Dials, and returns at once; what comes of it is told by `on`, never before this has returned.
   * What it throws is a dial that failed.
   */
  open(target: Target, on: TransportEvents, clock: LeafClock): Connection
}

/** Lent by the shell, for requests that take too long. Nothing else here has a time. */
export interface LeafClock {
  /** ms, never going back. */
  now: () => number
  /** Calls back once after `ms`; returns the cancel. */
  timer: (callback: () => void, ms: number) => () => void
}

/** Where to, asked anew for each attempt: all transports of one race go to the same. */
export interface Target {
  /** `http:`, `https:`, `ws:` or `wss:`. */
  url: string
  /** The user's token, when there is one; never put in a URL. */
  token?: string
  /** What to speak: names of the WebSocket subprotocol (RFC 6455, 1.9), best first. Over HTTP they are not said. */
  protocols: readonly string[]
}

/**
 * What a transport says of one connection: `opened` once, then packets, then `closed` once; `closed` alone for a dial
 * that failed.
 */
export interface TransportEvents {
  /** Packets are taken from now on. Whether anybody hears them, only an answer tells. */
  opened(): void
  /** Text as a string, bytes as a `Uint8Array`; in order, as far as the way keeps it. */
  received(packet: Packet): void
  /**
   * The connection is over, by the other side or by what is between; not after a `close` of this side. With the other
   * side's code it is `clean`; a break or a dial that failed is 1006; a refusal by HTTP status 401 is 4401, 403 is
   * 4403.
   */
  closed(closing: Closing): void
}

/** One connection, in the hand of the shell. */
export interface Connection {
  /** Only after `opened`. After the end it does nothing. Throws nothing. */
  send(packet: Packet): void
  /**
   * Ends it without waiting and without a word; may be called again, and before `opened`. What was sent before still
   * leaves.
   * @param code told to the other side: as it is from 3000 on, else as 1000, for a page may say no other.
   * @param reason for people; may be cut.
   */
  close(code: number, reason: string): void
  /** Bytes (over HTTP: characters) handed over and not yet on their way. */
  readonly buffered: number
}
