/** What the line carries before anything is known of it, bytes per ms: a phone's slow way up. */
const FIRST_PACE = 32
/** And at most and at least, as far as is believed. */
const MAX_PACE = 1_000
const MIN_PACE = 1
/** Of less than so many bytes the time says more of the line's length than of its width. */
const LARGE = 8_192

export const isLarge = (bytes: number): boolean => bytes >= LARGE

/** How much the line carries, either way: what is large takes more than its round trip. */
export class Throughput {
  #pace = FIRST_PACE

  /** What so many bytes may take, ms. */
  time(bytes: number): number {
    return isLarge(bytes) ? bytes / this.#pace : 0
  }

  /** What may take no longer, bytes; 32 a ms at most. */
  within(ms: number): number {
    return Math.min(FIRST_PACE, this.#pace) * ms
  }

  /** So many got there in so long. */
  took(bytes: number, ms: number): void {
    if (isLarge(bytes)) this.#pace = Math.min(MAX_PACE, Math.max(MIN_PACE, bytes / Math.max(0, ms)))
  }

  /** So many got no answer in their time: the line may be narrower than believed, or than it was. */
  doubt(bytes: number): void {
    if (isLarge(bytes)) this.#pace = Math.max(MIN_PACE, Math.min(FIRST_PACE, this.#pace / 2))
  }
}
