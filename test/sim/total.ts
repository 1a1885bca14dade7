import { type Counts, countIn, join } from './reach/recorder.js'
import type { Outcome } from './simulate.js'

/** A world in which an invariant broke. */
export interface Breach {
  seed: number
  alone: boolean
  invariant: string
}

/** What some worlds came to: of one worker, or of all. */
export interface Total {
  seeds: number
  /** Virtual time, ms. */
  time: number
  events: number
  messages: number
  /** The longest recovery, as a share of what was allowed. */
  slowest: number
  broken: Breach[]
  /** By cell, the worlds that reached it. */
  reached: Counts
}

export const nothing = (): Total => ({
  ...{ seeds: 0, time: 0, events: 0, messages: 0, slowest: 0, broken: [], reached: {} },
})

/** One world more. */
export function count(
  total: Total,
  { seed, alone, broken, time, events, messages, recovery, bound, seen }: Outcome,
): void {
  total.seeds++
  total.time += time
  total.events += events
  total.messages += messages
  total.slowest = Math.max(total.slowest, bound ? recovery / bound : 0)
  if (broken) total.broken.push({ seed, alone, invariant: broken.invariant })
  countIn(total.reached, seen)
}

/** What two came to together: whoever was first. */
export function merge(one: Total, other: Total): Total {
  return {
    seeds: one.seeds + other.seeds,
    time: one.time + other.time,
    events: one.events + other.events,
    messages: one.messages + other.messages,
    slowest: Math.max(one.slowest, other.slowest),
    broken: [...one.broken, ...other.broken].sort((a, b) => a.seed - b.seed),
    reached: join(one.reached, other.reached),
  }
}

/** The broken seeds of each invariant. */
export function byInvariant({ broken }: Total): Map<string, Breach[]> {
  const found = new Map<string, Breach[]>()
  for (const one of broken) found.set(one.invariant, [...(found.get(one.invariant) ?? []), one])
  return found
}
