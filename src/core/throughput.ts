/** What the line carries, at most and at least as far as it is believed, bytes per ms. */
const MAX_PACE = 32
const MIN_PACE = 1
/** Of less than so many bytes the time says more of the line's length than of its width. */
const LARGE = 8_192

/** How much the line carries, either way: what is large takes more than its round trip. */
export class Throughput {
  #pace = MAX_PACE

  /** What so many bytes may take, ms. */
  time(bytes: number): number {
    return bytes < LARGE ? 0 : bytes / this.#pace
  }

  /** What may take no longer, bytes. */
  within(ms: number): number {
    return this.#pace * ms
  }

  /** So many got there in so long. Says whether that shows anything. */
  took(bytes: number, ms: number): boolean {
    const isLarge = bytes >= LARGE
    if (isLarge) this.#pace = Math.min(MAX_PACE, Math.max(MIN_PACE, bytes / ms))
    return isLarge
  }

  /** So many got no answer in their time: the line may be narrower than believed. */
  doubt(bytes: number): void {
    if (bytes >= LARGE) this.#pace = Math.max(MIN_PACE, this.#pace / 2)
  }
}
