/** When to ask an idle link whether it lives. All in ms. */
export interface HeartbeatOptions {
  /** Silence before a ping; `Infinity` turns the heartbeat off. */
  interval: number
  /** From the first ping without an answer to the end of the link. */
  timeout: number
  /** Pings after the first, evenly spaced within `timeout`. */
  retries: number
}

/** The question that a link has yet to answer. Replaced, never changed. */
export interface Asked {
  /** When it was sent; absent once repeated, for then an answer measures nothing (Karn). */
  readonly at?: number | undefined
  /** How often it is asked again. */
  readonly left: number
  /** It was asked because the clock had jumped: that excuse counts once. */
  readonly excused?: true
}

/** A timer this late (ms) means that the machine slept or the page was held: ask again, do not judge. */
const LATE = 2_000

/** One question, one deadline: what a wake-up, a network change or an overdue ack calls for. */
export function probe(asked: Asked | undefined, now: number): Asked {
  return { at: asked ? undefined : now, left: 0 }
}

/**
 * What to ask when the silence, or the time for an answer, is over; undefined is the verdict: it is dead.
 * @param due when that was.
 */
export function beat(asked: Asked | undefined, retries: number, due: number, now: number): Asked | undefined {
  if (!asked) return { at: now, left: retries }
  if (now - due > LATE && !asked.excused) return { left: 0, excused: true }
  return asked.left ? { left: asked.left - 1 } : undefined
}
