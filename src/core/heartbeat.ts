/** When to ask an idle link whether it lives. All in ms. */
export interface HeartbeatOptions {
  /** Silence before a ping; `Infinity` turns the heartbeat off. */
  interval: number
  /** From the first ping without an answer to the end of the link. */
  timeout: number
  /** Pings after the first, evenly spaced within `timeout`. */
  retries: number
}

/** A link's pulse. Replaced, never changed. */
export interface Pulse {
  /** Last proof of life. Moves with traffic; no timer moves with it. */
  readonly heardAt: number
  /** The question now open, if one is. */
  readonly asked?: Asked
}

interface Asked {
  /** When it was sent; absent once repeated, for then an answer measures nothing (Karn). */
  readonly at?: number
  /** Without a word by then, the next ping or the end. */
  readonly due: number
  readonly left: number
  /** It was asked because the clock had jumped: that excuse counts once. */
  readonly excused?: true
}

export type Beat = { is: 'calm' } | { is: 'ask'; pulse: Pulse } | { is: 'dead' }

/** A timer this late (ms) means that the machine slept or the page was held: ask again, do not judge. */
const LATE = 2_000

/** One question, one deadline: what a wake-up, a network change or an overdue ack calls for. */
export function probe({ heardAt, asked }: Pulse, now: number, patience: number): Pulse {
  return { heardAt, asked: { ...(!asked && { at: now }), due: now + patience, left: 0 } }
}

export function pulseDeadline({ asked, heardAt }: Pulse, { interval }: HeartbeatOptions): number {
  return asked ? asked.due : heardAt + interval
}

/**
 * What the time asks for: nothing, a ping, or the verdict.
 * @param patience how long one ping may take, ms.
 */
export function beat(pulse: Pulse, options: HeartbeatOptions, patience: number, now: number): Beat {
  if (now < pulseDeadline(pulse, options)) return { is: 'calm' }
  const { asked, heardAt } = pulse
  const due = now + patience
  if (!asked) return { is: 'ask', pulse: { heardAt, asked: { at: now, due, left: options.retries } } }
  if (now - asked.due > LATE && !asked.excused)
    return { is: 'ask', pulse: { heardAt, asked: { due, left: 0, excused: true } } }
  if (asked.left) return { is: 'ask', pulse: { heardAt, asked: { due, left: asked.left - 1 } } }
  return { is: 'dead' }
}
