import type { Packet } from '../wire/codec.js'
import type { Closing } from '../wire/close.js'

/**
 * What every transport is: a leaf that moves packets. It has no clock of its own, and decides nothing.
 * After `close` it says nothing more; it says `closed` at most once, and nothing after it.
 */
export interface Transport {
  /** Told to the app, and remembered where it worked: `websocket`, `sse`, `long-poll`, `short-poll`, or another. */
  readonly name: string
  open(target: Target, on: TransportEvents, clock: LeafClock): Connection
}

/** Lent by the shell, for requests that take too long. */
export interface LeafClock {
  /** ms, never going back. */
  now: () => number
  /** Calls back once after `ms`; returns the cancel. */
  timer: (callback: () => void, ms: number) => () => void
}

export interface Target {
  /** `http:`, `https:`, `ws:` or `wss:`. */
  url: string
  /** The user's token, when there is one; never put in a URL. */
  token?: string
  /** What to speak: names of the subprotocol, best first. */
  protocols: readonly string[]
}

export interface TransportEvents {
  /** Packets are taken from now on. Whether anybody hears them, only an answer tells. */
  opened(): void
  received(packet: Packet): void
  closed(closing: Closing): void
}

export interface Connection {
  /** Only after `opened`. */
  send(packet: Packet): void
  /** Ends it without waiting and without a word. */
  close(code: number, reason: string): void
  /** Bytes handed over and not yet on their way. */
  readonly buffered: number
}
