import { serverDefaults } from '../../src/core/server/contract.js'
import type { Dice } from './dice.js'
import { gather, type People } from './people.js'

/**
 * What a seed's world is like. Each unkindness is there in some worlds and not in others: where all of them rage at once,
 * each hides what the others do. Durations in ms, the rest are probabilities.
 */
export interface Weather {
  devices: number
  channels: string[]
  /** How long the faults last. */
  storm: number
  /** Between two acts of one app, on average. */
  pace: number
  /** Between two faults somewhere, on average. */
  trouble: number
  /** One way. */
  delay: number
  jitter: number
  /** Links that stay up and yet lose, repeat and reorder, as requests do. */
  lossy: number
  loss: number
  repeat: number
  /** A dial that is refused, or never answered. */
  refuse: number
  hang: number
  /** News of a link that the client has given up still comes. */
  lateNews: number
  /** A side that is not told of the end of a link. */
  untold: number
  /** Faults, by weight. */
  cuts: number
  holes: number
  sleeps: number
  offlines: number
  suspends: number
  stalls: number
  crashes: number
  drains: number
  /** Pages that end: to begin again under the same name, or for good. */
  reloads: number
  vanishes: number
  /** Appends, reads and the rest: time of one call; those that fail, and those that never answer. */
  storeDelay: number
  storeFails: number
  storeHangs: number
  /** A crash that takes the store along. */
  amnesia: number
  /** Logs are kept to so many entries. */
  keep: number
  /** Some may not publish, follow or read some channels. */
  guarded: boolean
  /** Users with inboxes and several devices, who watch each other; without, each device is a user. */
  people: People | undefined
  /** Times a frame's bytes may be put into one packet with others of the same moment. */
  coalesce: boolean
  /** Bodies of 60 kB and more: slow, so rare. */
  giants: boolean
  /** Transports that a client has. */
  rungs: number
  /** A box on somebody's way changes its mind about one of them. */
  boxes: number
  /** Links over HTTP: what becomes of a request and of its answer, and what the leaves are told. */
  requests: {
    lost: number
    /** By piece of an answer: lost after the server acted. */
    unanswered: number
    doubled: number
    late: number
    /** As the leaves' options, ms. */
    timeout: number
    hold: number
  }
  limits: {
    interval: number
    timeout: number
    retries: number
    connectTimeout: number
    cap: number
    window: number
    maxMessages: number
    onFull: 'reject' | 'drop-oldest'
    idle: number
    serverWindow: number
    pushWindow: number
    callTimeout: number
    maxLinks: number
    maxAccepts: number
    presenceGrace: number
  }
}

/**
 * @param crowd dice of their own for what came later: worlds without people stay what they were. Without them there are
 * none.
 */
export function forecast(dice: Dice, crowd?: Dice): Weather {
  const weather = elements(dice)
  return crowd?.chance(0.6) ? { ...weather, ...gather(crowd, weather) } : weather
}

function elements(dice: Dice): Weather {
  const some = (probability: number, least: number, most: number): number =>
    dice.chance(probability) ? dice.between(least, most) : 0
  const devices = dice.int(2, 4)
  const weather: Weather = {
    devices,
    channels: ['a', 'b', 'c'].slice(0, dice.int(1, 3)),
    storm: dice.between(15_000, 90_000),
    pace: dice.pick([300, 1_000, 3_000]),
    trouble: dice.pick([1_500, 5_000, 12_000]),
    delay: dice.pick([1, 20, 80, 300]),
    jitter: dice.pick([0, 10, 100, 600]),
    lossy: dice.pick([0, 0, 0.5, 1]),
    loss: dice.pick([0, 0.03, 0.15]),
    repeat: dice.pick([0, 0.03, 0.15]),
    refuse: some(0.5, 0, 0.5),
    hang: some(0.3, 0, 0.3),
    lateNews: dice.pick([0, 0.5, 1]),
    untold: dice.pick([0, 0.3, 0.8]),
    cuts: some(0.7, 1, 4),
    holes: some(0.5, 1, 3),
    sleeps: some(0.3, 1, 2),
    offlines: some(0.3, 1, 2),
    suspends: some(0.3, 1, 2),
    stalls: some(0.3, 1, 2),
    boxes: 0,
    rungs: 1,
    requests: { lost: 0, unanswered: 0, doubled: 0, late: 0, timeout: 8_000, hold: 25_000 },
    crashes: some(0.4, 0.5, 2),
    drains: some(0.2, 0.5, 1),
    reloads: 0,
    vanishes: 0,
    storeDelay: dice.pick([0, 3, 50, 400]),
    storeFails: some(0.3, 0, 0.2),
    storeHangs: some(0.2, 0, 0.05),
    amnesia: some(0.25, 0.3, 1),
    keep: dice.chance(0.25) ? dice.int(5, 40) : Infinity,
    guarded: dice.chance(0.3),
    people: undefined,
    coalesce: dice.chance(0.5),
    giants: dice.chance(0.04),
    limits: {
      interval: dice.pick([5_000, 15_000, 15_000]),
      timeout: dice.pick([2_000, 5_000]),
      retries: dice.int(0, 2),
      connectTimeout: dice.pick([3_000, 10_000]),
      cap: dice.pick([5_000, 20_000]),
      window: dice.pick([4, 32, 256]),
      maxMessages: dice.pick([10, 1_000, 1_000]),
      onFull: dice.pick(['reject', 'drop-oldest']),
      idle: dice.pick([20_000, 45_000]),
      serverWindow: dice.pick([2, 16, 256]),
      pushWindow: dice.pick([2, 8, 256]),
      callTimeout: dice.pick([4_000, 10_000]),
      maxLinks: dice.chance(0.15) ? devices + 1 : 1_000,
      maxAccepts: serverDefaults.maxAccepts,
      presenceGrace: serverDefaults.presenceGrace,
    },
  }
  // The last to be drawn: worlds of one transport stay what they were.
  if (!dice.chance(0.5)) return weather
  const requests = {
    lost: dice.pick([0, 0.02, 0.1]),
    unanswered: dice.pick([0, 0.02, 0.1]),
    doubled: dice.pick([0, 0.05, 0.2]),
    late: dice.pick([0, 0.1]),
    timeout: dice.pick([8_000, 8_000, 1_500]),
    hold: dice.pick([25_000, 25_000, 6_000]),
  }
  return { ...weather, requests, rungs: dice.int(2, 4), boxes: some(0.8, 1, 4) }
}

/**
 * After the last fault, everything is well again within this time (ms): the longest chain of waits that the rules allow.
 * A link may have died at the last moment, be asked in vain, be dialled into nothing once more, be sent away by a server
 * that is still full of links it does not know to be dead, and then find a question, a call or a message that was lost
 * just before and whose own wait had grown to its limit.
 */
export function bound({ limits, jitter, delay, rungs, devices }: Weather): number {
  const { interval, timeout, connectTimeout, cap, idle, callTimeout } = limits
  const detect = interval + timeout + LATE_EXCUSE
  const dial = 2 * connectTimeout + cap
  const turnedAway = limits.maxLinks < 1_000 ? idle + cap + 2 * HOLD : HOLD
  const asked = Math.max(MAX_RTO + callTimeout, MAX_ASK + interval)
  const climb = rungs > 1 ? CLIMB : 0
  // Whose hello has to wait may be sent away for others, and then waits for its turn.
  const queued = limits.maxAccepts < 1_000 ? TURN + (2_000 * devices * rungs) / limits.maxAccepts : 0
  return detect + dial + turnedAway + queued + asked + climb + 10 * (delay + jitter) + 5_000
}

/** What a heartbeat forgives a timer that comes late, once. */
export const LATE_EXCUSE = 2_000
/** The longest between two tries of a message on a live link. */
const MAX_RTO = 30_000
/** The longest between two askings of one question. */
const MAX_ASK = 10_000
/** From the start of one transport to the start of the next, ms. */
export const STAGGER = 500
/** The longest that a hello waits on its link. */
const TURN = 25_000
/** Back to the best transport that gets through: at most one climb that leads nowhere, the wait for the next, and that. */
const CLIMB = 2 * 8_000 + 2_000
/** The longest that this world's servers send anybody away for. */
export const HOLD = 10_000
