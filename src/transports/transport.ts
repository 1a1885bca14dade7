import type { Packet } from '../wire/codec.js'
import type { Closing } from '../wire/close.js'

/**
 * What every transport is: a leaf that moves packets and keeps no time. It neither retries nor decides.
 * After `close` it says nothing more; it says `closed` at most once, and nothing after it.
 */
export interface Transport {
  readonly name: string
  open(target: Target, on: TransportEvents): Connection
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
