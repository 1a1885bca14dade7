import type { Id } from './options.js'

/**
 * Ids seen, bounded by count and age.
 * @returns says whether an id was seen before; from now on it was.
 */
export function remember({ maxCount, maxAge }: { maxCount: number; maxAge: number }) {
  const seen = new Map<Id, number>()
  return (id: Id, now: number): boolean => {
    const at = seen.get(id)
    if (at !== undefined && now - at <= maxAge) return true
    seen.delete(id)
    seen.set(id, now)
    for (const [old, time] of seen) {
      if (seen.size <= maxCount && now - time <= maxAge) break
      seen.delete(old)
    }
    return false
  }
}
