// An outbox with small limits, whose messages are named m1, m2, m3 … after their numbers.
import { Outbox, type OutboxOptions, type Settled } from '../../src/core/outbox.js'
import { Rtt } from '../../src/core/rtt.js'
import type { Packed, Send } from '../../src/wire/frame.js'

export const limits: OutboxOptions = {
  maxMessages: 10,
  maxBytes: 1_000,
  onFull: 'reject',
  window: 4,
  windowBytes: 100,
}

export interface Wish {
  bytes?: number
  ch?: string
  key?: string
  expiresAt?: number
}

export class OutboxBench {
  readonly rtt = new Rtt()
  readonly outbox: Outbox<string>
  seq = 0

  constructor(options: Partial<OutboxOptions> = {}) {
    this.outbox = new Outbox({ ...limits, ...options }, this.rtt)
  }

  push({ bytes = 10, ch = 'room', key, expiresAt = Infinity }: Wish = {}): string[] {
    const seq = ++this.seq
    return fates(this.outbox.push({ seq, ch, body: `${String(seq)}`, bytes, key, expiresAt, tag: `m${String(seq)}` }))
  }

  fill(count: number, wish?: Wish): this {
    for (let n = 0; n < count; n++) this.push(wish)
    return this
  }

  /** The numbers that leave, as `3` or, where the frame names its predecessor, `5 after 3`. */
  pump(now = 0, limit?: number): string[] {
    return told(this.outbox.pump(now, limit).frames)
  }

  ack(seq: number, now = 0): string[] {
    return fates(this.outbox.ack(seq, now))
  }

  settle(seq: number, reason?: string): string[] {
    return fates(this.outbox.settle(seq, reason === undefined ? undefined : { code: 'refused', reason }))
  }

  retransmit(now: number): string[] {
    return told(this.outbox.retransmit(now) ?? [])
  }

  expire(now: number): string[] {
    return fates(this.outbox.expire(now))
  }
}

export const told = (frames: Send<Packed>[]): string[] =>
  frames.map(({ seq, after }) => (after === undefined ? `${String(seq)}` : `${String(seq)} after ${String(after)}`))

/** `m1 accepted`, `m2 expired` … */
export const fates = (settled: Settled<string>[]): string[] =>
  settled.map(({ tag, error }) => `${tag} ${error ? error.code : 'accepted'}`)
