import type { Env } from '../shell/env.js'

export interface Rates {
  /** Frames a second. */
  maxFrameRate: number
  /** Bytes of packets a second. */
  maxByteRate: number
}

/** What one link may say: so much a second, and a second's worth at once. What is too much is heard, and then nothing for a while. */
export class Pacer {
  readonly #buckets: readonly [Bucket, Bucket]
  readonly #now: () => number

  constructor({ maxFrameRate, maxByteRate }: Rates, { now }: Pick<Env, 'now'>) {
    this.#now = now
    this.#buckets = [new Bucket(maxFrameRate, now()), new Bucket(maxByteRate, now())]
  }

  /** Whole ms until more may be heard, for a timer has no others; 0: at once. */
  get wait(): number {
    return Math.ceil(Math.max(...this.#buckets.map((bucket) => bucket.wait(this.#now()))))
  }

  /** So much was said. */
  spend(frames: number, bytes: number): void {
    const [ofFrames, ofBytes] = this.#buckets
    ofFrames.spend(frames, this.#now())
    ofBytes.spend(bytes, this.#now())
  }
}

/** Fills by `rate` a second, up to that. */
class Bucket {
  readonly #rate: number
  #level: number
  #at: number

  constructor(rate: number, now: number) {
    this.#rate = rate
    this.#level = rate
    this.#at = now
  }

  spend(amount: number, now: number): void {
    const came = (now - this.#at) * (this.#rate / 1_000)
    if (this.#rate < Infinity) this.#level = Math.min(this.#rate, this.#level + came) - amount
    this.#at = now
  }

  wait(now: number): number {
    return this.#level < 0 ? Math.max(0, this.#at - now - (this.#level * 1_000) / this.#rate) : 0
  }
}
