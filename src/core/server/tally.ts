import type { Recipient } from '../../wire/frame.js'
import { groupBy } from './group.js'
import { firstFrom } from './halving.js'
import type { Seated } from './roster.js'

/** What is known of one message's way to its recipients. */
export interface Score {
  /** Recipients that have it. */
  count: number
  /** Recipients that it is for: their reading began before it. */
  of: number
  /** Recipients that do not have it, and are there to get it at any moment. */
  awaited: number
  /** Who came last to have it. */
  by?: Recipient
}

/** Whose device it is: a user's, or nobody's that is known. */
const partyOf = ({ user, client }: Seated): string => (user ? `user ${user}` : `device ${client}`)

/** From the first place to before the last, by their index. */
type Range = [from: number, to: number]

/** Numbers for a row of places, of which whole ranges are raised at once. */
class Steps {
  readonly #steps: Int32Array

  constructor(size: number) {
    this.#steps = new Int32Array(size + 1)
  }

  raise([from, to]: Range, by = 1): void {
    if (to <= from) return
    this.#steps[from] = (this.#steps[from] ?? 0) + by
    this.#steps[to] = (this.#steps[to] ?? 0) - by
  }

  /** The number at each place, from the first on. */
  reader(): () => number {
    let [sum, at] = [0, 0]
    return () => (sum += this.#steps[at++] ?? 0)
  }
}

/**
 * Counts who has what, for messages in one epoch of a log: each member has a run of it, so the work grows with the
 * members and the messages, not with their product. A recipient is a person, or a device of nobody known.
 * @param offsets of the messages, rising.
 */
export function tally(offsets: readonly number[], epoch: string, members: readonly Seated[]): Score[] {
  const size = offsets.length
  const [count, of, awaited] = [new Steps(size), new Steps(size), new Steps(size)]
  /** Who reads another log is thought to want what comes in this one. */
  const startOf = ({ cursor }: Seated): number => (cursor.epoch === epoch ? indexOf(offsets, cursor.since) : 0)
  const runOf = (member: Seated): Range => {
    const { cursor } = member
    return cursor.epoch === epoch ? [startOf(member), indexOf(offsets, cursor.offset + 1)] : [0, 0]
  }
  for (const devices of groupBy(members, partyOf)) {
    const runs = union(devices.map(runOf))
    of.raise([Math.min(...devices.map(startOf)), size])
    const there = Math.min(...devices.map((device) => (device.shown === 'offline' ? size : startOf(device))))
    awaited.raise([there, size])
    for (const [from, to] of runs) {
      count.raise([from, to])
      awaited.raise([Math.max(from, there), to], -1)
    }
  }
  const scores = zip(count, of, awaited, size)
  for (const [index, { client, user, cursor }] of latest(members, runOf, size))
    Object.assign(scores[index] ?? {}, { by: { client, user, time: cursor.time } })
  return scores
}

const indexOf = (offsets: readonly number[], offset: number): number => firstFrom(offsets, offset, (one) => one)

/** The same places, each in one range only. */
function union(ranges: Range[]): Range[] {
  const merged: Range[] = []
  for (const [from, to] of ranges.sort(([a], [b]) => a - b)) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

function zip(count: Steps, of: Steps, awaited: Steps, size: number): Score[] {
  const [nextCount, nextOf, nextAwaited] = [count.reader(), of.reader(), awaited.reader()]
  return Array.from({ length: size }, () => ({ count: nextCount(), of: nextOf(), awaited: nextAwaited() }))
}

/** For each place that somebody has, the one that moved last. */
function latest(members: readonly Seated[], runOf: (member: Seated) => Range, size: number): Map<number, Seated> {
  const found = new Map<number, Seated>()
  const byTime = [...members].sort((a, b) => b.cursor.time - a.cursor.time)
  for (const member of byTime) {
    if (found.size >= size) break
    const [from, to] = runOf(member)
    for (let at = from; at < to; at++) if (!found.has(at)) found.set(at, member)
  }
  return found
}
