// Judges a history, as Jepsen does: what was promised, and what came of it. It knows nothing of clients and servers.
import type { Fact } from './history.js'
import { nameOf, Records } from './records.js'
import { type Judged, judged } from './times.js'

/** What must not happen. Each finding is a sentence. */
export const RULES = [
  'lost',
  'duplicated',
  'reordered',
  'falseAccepted',
  'falseFailed',
  'falseReceipts',
  'gaps',
] as const
export type Rule = (typeof RULES)[number]

export type Verdict = Record<Rule, readonly string[]> & {
  clients: readonly string[]
  sent: number
  accepted: number
  failed: number
  /** Sent, and neither accepted nor failed at the end. */
  unsettled: number
  /** Readings: each message at each reader. */
  received: number
  faults: readonly Judged[]
}

/** Sent, not known to have failed, and somebody never got it. */
const lost = ({ sent, failed, ...records }: Records, missing: Records['missing']): string[] =>
  sent.flatMap(({ client, n }) => {
    const message = nameOf(client, n)
    if (failed.has(message)) return []
    const state = records.accepted.has(message) ? 'accepted' : 'not settled'
    return missing(message).map((reader) => `${message}, ${state}, never came to ${reader}`)
  })

function duplicated({ messages }: Records): string[] {
  const seen = new Set<string>()
  return messages.flatMap(({ client, from, n }) => {
    const reading = `${nameOf(from, n)} at ${client}`
    if (seen.has(reading)) return [`${reading} again`]
    seen.add(reading)
    return []
  })
}

/** A message after one that its sender sent later, or the log backwards; a repetition is no disorder. */
function reordered({ messages, ranks }: Records): string[] {
  const last = new Map<string, number>()
  const place = new Map<string, number>()
  const seen = new Set<string>()
  return messages.flatMap(({ client, from, n, offset }) => {
    const reading = `${nameOf(from, n)} at ${client}`
    if (seen.has(reading)) return []
    seen.add(reading)
    const way = `${from} > ${client}`
    const rank = ranks.get(nameOf(from, n)) ?? -1
    const newest = last.get(way) ?? -Infinity
    const highest = place.get(client) ?? -Infinity
    last.set(way, Math.max(newest, rank))
    if (offset !== undefined) place.set(client, Math.max(highest, offset))
    if (rank < newest) return [`${reading} after a later one`]
    return offset !== undefined && offset <= highest ? [`${reading}: offset ${offset} after ${highest}`] : []
  })
}

const falseAccepted = ({ accepted }: Records, missing: Records['missing']): string[] =>
  [...accepted.keys()].flatMap((message) => {
    const without = missing(message)
    return without.length ? [`${message} is not at ${without.join(', ')}`] : []
  })

const falseFailed = ({ failed, clients, got }: Records): string[] =>
  [...failed].flatMap(([message, { sure, code }]) => {
    const by = sure ? clients.find((client) => got.get(client)?.has(message)) : undefined
    return by === undefined ? [] : [`${message} failed (${code}), and came to ${by}`]
  })

/** Who is said to have it must have had it by then; and no more are counted than have it in the end. */
function falseReceipts({ receipts, named, got, clients }: Records, tolerance: number): string[] {
  return receipts.flatMap(({ client, n, count, by, at }) => {
    const message = nameOf(client, n)
    const reader = by === undefined ? undefined : named.get(by)
    const came = reader === undefined ? undefined : got.get(reader)?.get(message)
    const have = clients.filter((one) => one !== client && got.get(one)?.has(message)).length
    if (reader !== undefined && came === undefined) return [`${message} never came to ${reader}`]
    if (came !== undefined && came > at + tolerance) return [`${message} came to ${reader} ${came - at} ms later`]
    return count > have ? [`${message} is with ${have}, not ${count}`] : []
  })
}

/** @param tolerance how far the clocks of two readers may be apart, ms. */
export function check(history: readonly Fact[], tolerance = 20): Verdict {
  const facts = [...history].sort((a, b) => a.at - b.at)
  const records = new Records(facts)
  const missing = (message: string): string[] => records.missing(message)
  const { sent, accepted, failed } = records
  const settled = sent.filter(({ client, n }) => accepted.has(nameOf(client, n)) || failed.has(nameOf(client, n)))
  return {
    clients: records.clients,
    sent: sent.length,
    accepted: accepted.size,
    failed: failed.size,
    unsettled: sent.length - settled.length,
    received: records.messages.length,
    lost: lost(records, missing),
    duplicated: duplicated(records),
    reordered: reordered(records),
    falseAccepted: falseAccepted(records, missing),
    falseFailed: falseFailed(records),
    falseReceipts: falseReceipts(records, tolerance),
    gaps: records.gaps.map(({ client, from, to }) => `${client}: ${from} to ${to}`),
    faults: judged(facts, records),
  }
}

/** The rules that were broken. */
export const broken = (verdict: Verdict): Rule[] => RULES.filter((rule) => verdict[rule].length > 0)
