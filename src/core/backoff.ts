/** How reconnect attempts are spaced. */
export interface BackoffOptions {
  /** Ceiling of the first random delay, ms. */
  base: number
  /** Ceiling of every delay, ms. Applied before the jitter, so that a herd stays spread. */
  cap: number
  /** What the ceiling grows by with each failure. */
  factor: number
  /** Never sooner than this, ms. */
  floor: number
}

/**
 * Full jitter: anywhere between 0 and the ceiling.
 * @param failures attempts that failed since the last stable link, from 1; 0 means at once.
 * @param random a number in [0, 1).
 */
export function backoff({ base, cap, factor, floor }: BackoffOptions, failures: number, random: number): number {
  if (failures < 1) return floor
  return Math.max(floor, random * Math.min(cap, base * factor ** (failures - 1) || 0))
}
