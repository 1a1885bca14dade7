// The same crowd with the reconnect formulas of others, as published, against a server that simply refuses.
import { Dice } from '../sim/dice.js'
import { Calendar } from './calendar.js'
import { type HerdOptions, LATENCY, type Outcome } from './herd.js'

/** The delay before the n-th dial after a loss, n from 1, ms. */
export type Formula = (attempt: number, random: () => number) => number

/** socket.io-client 4.8: `backo2` with 1 s, 5 s, factor 2, jitter 0.5; the cap comes after the jitter. */
export const socketIo: Formula = (attempt, random) => {
  const ms = 1_000 * 2 ** (attempt - 1)
  const rand = random()
  const deviation = Math.floor(rand * 0.5 * ms)
  return Math.min((Math.floor(rand * 10) & 1) === 0 ? ms - deviation : ms + deviation, 5_000) | 0
}

/** partysocket 1.3: 3 s, factor 1.3, at most 10 s, without jitter. */
export const partySocket: Formula = (attempt) => Math.min(10_000, 3_000 * 1.3 ** (attempt - 1))

/** Full jitter, as here, without a word from the server. */
export const fullJitter: Formula = (attempt, random) => random() * Math.min(20_000, 500 * 2 ** (attempt - 2))

/** So many a second, and what a quiet second has saved: as our server, but whoever finds no room is refused. */
function gate(accepts: number): (now: number) => boolean {
  const step = 1_000 / accepts
  let nextAt = -Infinity
  return (now) => {
    nextAt = Math.max(nextAt, now - 1_000 + step)
    if (now < nextAt) return false
    nextAt += step
    return true
  }
}

export function simulate(formula: Formula, { clients, away, accepts, seed }: HerdOptions): Outcome {
  const calendar = new Calendar()
  const dice = new Dice(seed)
  const letsIn = gate(accepts)
  const outcome: Outcome = { back: [], wasted: 0, inVain: 0 }
  const dial = (latency: number, attempt: number): void => {
    calendar.after(formula(attempt, dice.roll) + latency, () => {
      const up = calendar.now >= away
      if (up && letsIn(calendar.now)) {
        outcome.back.push(calendar.now + latency - away)
        return
      }
      if (up) outcome.wasted++
      else outcome.inVain++
      calendar.after(latency, () => dial(latency, attempt + 1))
    })
  }
  for (let at = 0; at < clients; at++) {
    const latency = dice.between(...LATENCY)
    calendar.after(latency, () => dial(latency, 1))
  }
  while (outcome.back.length < clients) calendar.run(calendar.now + 1_000)
  outcome.back.sort((a, b) => a - b)
  return outcome
}
