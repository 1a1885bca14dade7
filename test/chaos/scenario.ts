// What a run is made of: who takes part, what goes wrong, and when.
import { Dice } from '../sim/dice.js'
import type { Way } from '../support/proxy.js'

export type RungName = 'websocket' | 'sse' | 'long-poll' | 'short-poll'

/** Somebody who sends to the room and reads it. */
export interface Member {
  name: string
  /** The transports that it may use, the best first. */
  over: readonly RungName[]
  /** In a page of Chromium; else in Node. */
  page?: boolean
  /** It has a `NetworkDetector`, which looks at the clock. */
  watchful?: boolean
}

export type StoreKind = 'memory' | 'file' | 'redis'

/** What a box on the way lets through besides plain requests. */
export type Passes = 'everything' | 'no WebSocket' | 'polls alone'

/**
 * What goes wrong. Those of links strike the links of that moment, and new ones work (as when a router forgets them);
 * those with a length are over after it, and what was linked before them is reset or, in an outage, silent.
 */
export type Fault =
  | { kind: 'FIN' | 'RST' | 'half-open' | 'half-open up' | 'half-open down' }
  | { kind: 'cut'; way: Way; then: 'rst' | 'swallow' }
  | { kind: 'outage' | 'refused' | 'dials hang' | 'no such name' }
  | { kind: 'slow'; delay: number; jitter: number }
  | { kind: 'throttled'; rate: number }
  | { kind: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP'; node?: number }
  /** The link dies while the device sleeps: its clock jumps, its timers do not. `told`: the page hears that it wakes. */
  | { kind: 'sleep'; ms: number; told: boolean }
  /** The link dies, and the page hears this. */
  | { kind: 'woken'; by: 'visibilitychange' | 'online' }
  | { kind: 'frozen' | 'offline' }
  | { kind: 'box'; passes: Passes }
  | { kind: 'disk full' | 'Redis killed' }

/** Who suffers it: everybody, some, or one whom the seed picks. */
export type Whom = 'all' | 'any' | readonly string[]

/** Begins `at` ms after the first message, or up to `late` ms later, and lasts `lasts` ms. */
export interface Planned {
  fault: Fault
  at: number
  late?: number
  lasts?: number
  whom?: Whom
}

/** Of each client's messages every so many-th is so large, bytes. */
export interface Large {
  every: number
  bytes: number
}

export interface Scenario {
  /** Names its picture, too. */
  name: string
  /** What a reader is to know of it. */
  about: string
  store: StoreKind
  nodes?: number
  /** Idle: nobody says anything while something is wrong. */
  load?: 'idle'
  large?: Large
  /** How long after the last fault it goes on, ms. */
  after?: number
  /** Default: everybody. */
  cast?: readonly string[]
  faults: readonly Planned[]
  /** Whose time to notice is to be at most so long, ms. */
  goal?: { ms: number; of: readonly string[] }
}

/** One fault, with all chance taken out of it. */
export interface Strike {
  fault: Fault
  from: number
  to: number
  clients: readonly string[]
  /** Of a cut: after so many more bytes. */
  bytes: number
}

export interface Schedule {
  strikes: readonly Strike[]
  /** When each client sends, ms from the start. */
  sends: ReadonlyMap<string, readonly number[]>
  end: number
  large?: Large
}

/** From one message of a client to its next, ms. */
const PACE = [100, 400] as const
/** With load `idle`: so many at the start, and at the end. */
const WORDS = 5

function sendsOf(dice: Dice, end: number, quiet: { from: number; to: number } | undefined): number[] {
  const times: number[] = []
  for (let at = dice.between(0, PACE[1]); at < end; at += dice.between(...PACE)) {
    const after = quiet ? at >= quiet.to : true
    if (after || (times.length < WORDS && at < (quiet?.from ?? 0))) times.push(Math.round(at))
  }
  return times
}

/** The same seed is the same schedule. */
export function schedule(scenario: Scenario, cast: readonly string[], seed: number): Schedule {
  const dice = new Dice(seed)
  const strikes = scenario.faults.map(({ fault, at, late = 500, lasts = 0, whom = 'all' }): Strike => {
    const from = Math.round(at + dice.roll() * late)
    const one = cast[dice.int(0, cast.length - 1)] ?? ''
    const clients = whom === 'all' ? cast : whom === 'any' ? [one] : whom.filter((name) => cast.includes(name))
    return { fault, from, to: from + lasts, clients, bytes: dice.int(50, 700) }
  })
  const last = Math.max(...strikes.map(({ to }) => to))
  const end = last + (scenario.after ?? 5_000)
  // An idle cast says its last words when all is over.
  const quiet = scenario.load && { from: Math.min(...strikes.map(({ from }) => from)), to: end - 1_500 }
  return {
    ...(scenario.large && { large: scenario.large }),
    strikes,
    end,
    sends: new Map(cast.map((name) => [name, sendsOf(dice, end, quiet)])),
  }
}
