import { type Hello, PROTOCOL_VERSION, type Welcome } from '../wire/frame.js'
import type { Throughput } from './throughput.js'

/** Room in a packet for what surrounds a body, bytes. */
const ENVELOPE = 1_024
/** What is said before the welcome takes no longer, ms: 32 kB, as any server takes, or less on a line known to be slow. */
const FIRST_FLIGHT = 1_000

/** Who this client is to the server, and what the two have agreed on. */
export class Greeting {
  /** The largest packet that gets through, as far as one was ever turned back on the way; bytes. */
  passes = Infinity
  readonly #client: string
  readonly #key: string
  #ticket: string | undefined

  constructor(client: string, key: string) {
    this.#client = client
    this.#key = key
  }

  hello(acked: number): Hello {
    const hello: Hello = { t: 'hello', v: PROTOCOL_VERSION, client: this.#client, key: this.#key, acked }
    if (this.#ticket !== undefined) hello.ticket = this.#ticket
    return hello
  }

  /** Of what goes with the hello, bytes at most. */
  flight(line: Throughput): number {
    return Math.min(line.within(FIRST_FLIGHT), this.passes / 2)
  }

  /** Takes the server's terms: the largest packet and the largest body, bytes. */
  accept({ ticket, max }: Welcome): { packet: number; body: number } {
    this.#ticket = ticket
    // What was turned back may have been many messages in one packet: those need not fail, but travel in less company.
    return { packet: Math.min(max, this.passes / 2), body: Math.max(0, Math.min(max, this.passes) - ENVELOPE) }
  }
}
