/** How a transport has behaved here. Replaced, never changed. */
export interface Health {
  /** Links in a row that died young. */
  readonly strikes: number
  /** Until then it is not tried, ms. */
  readonly restsUntil: number
}

/** A link that dies before this age dies young, ms. */
const YOUNG = 10_000
/** Two that died young make it rest for so long, ms; each more doubles it. */
const REST = 60_000
const MAX_REST = 600_000
const ENOUGH = 2

export const well: Health = { strikes: 0, restsUntil: 0 }

/** After a link of it broke. @param lived how long it served, ms. */
export function afterBreak(health: Health, lived: number, now: number): Health {
  if (lived >= YOUNG) return well
  const strikes = health.strikes + 1
  const rest = strikes < ENOUGH ? 0 : Math.min(MAX_REST, REST * 2 ** (strikes - ENOUGH))
  return { strikes, restsUntil: now + rest }
}
