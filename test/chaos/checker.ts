// Judges a history, as Jepsen does: what was promised, and what came of it. It knows nothing of clients and servers.
import type { Fact } from './history.js'

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

/** How one client took one fault. */
export interface Suffered {
  client: string
  /** ms from its beginning to a status other than online; undefined where it stayed online, or was not. */
  noticed: number | undefined
  /**
   * ms from its end until the client was online, had what of the others was on its way to it by then, and everything of
   * its own was settled, and it lost no more; Infinity where that did not come.
   */
  recovered: number
}

export interface Judged {
  name: string
  begun: number
  ended: number
  clients: readonly Suffered[]
}

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

type Of<Is extends Fact['is']> = Extract<Fact, { is: Is }>

const only = <Is extends Fact['is']>(facts: readonly Fact[], is: Is): Of<Is>[] =>
  facts.filter((fact): fact is Of<Is> => fact.is === is)

const nameOf = (client: string, n: number): string => `${client} ${n}`

/** The facts, by who they are about. */
class Records {
  readonly clients: readonly string[]
  readonly sent: readonly Of<'sent'>[]
  readonly accepted: ReadonlyMap<string, number>
  readonly failed: ReadonlyMap<string, Of<'failed'>>
  /** The place of each message among all that were sent. */
  readonly ranks: ReadonlyMap<string, number>
  readonly receipts: readonly Of<'receipt'>[]
  readonly gaps: readonly Of<'gap'>[]
  readonly statuses: readonly Of<'status'>[]
  readonly messages: readonly Of<'message'>[]
  /** By reader, then by message: when it came first. */
  readonly got = new Map<string, Map<string, number>>()
  /** Names of clients by what the server calls them. */
  readonly named: ReadonlyMap<string, string>

  constructor(facts: readonly Fact[]) {
    const joined = only(facts, 'joined')
    this.clients = joined.map(({ client }) => client)
    this.named = new Map(joined.map(({ id, client }) => [id, client]))
    this.sent = only(facts, 'sent')
    this.ranks = new Map(this.sent.map(({ client, n }, rank) => [nameOf(client, n), rank]))
    this.accepted = new Map(only(facts, 'accepted').map(({ client, n, at }) => [nameOf(client, n), at]))
    this.failed = new Map(only(facts, 'failed').map((fact) => [nameOf(fact.client, fact.n), fact]))
    this.receipts = only(facts, 'receipt')
    this.gaps = only(facts, 'gap')
    this.statuses = only(facts, 'status')
    this.messages = only(facts, 'message')
    for (const client of this.clients) this.got.set(client, new Map())
    for (const { client, from, n, at } of this.messages) {
      const got = this.got.get(client)
      if (got && !got.has(nameOf(from, n))) got.set(nameOf(from, n), at)
    }
  }

  /** When its first reader got it. */
  firstAt(message: string): number {
    return Math.min(...this.clients.map((client) => this.got.get(client)?.get(message) ?? Infinity))
  }

  missing(message: string): string[] {
    return this.clients.filter((client) => !this.got.get(client)?.has(message))
  }
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

function statusAt(statuses: readonly Of<'status'>[], client: string, at: number): string | undefined {
  return statuses.filter((fact) => fact.client === client && fact.at <= at).at(-1)?.status
}

/** The first moment from `since` on at which the client is online for longer than a moment. */
function onlineFrom(records: Records, client: string, since: number): number {
  if (statusAt(records.statuses, client, since) === 'online') return since
  const again = records.statuses.find((fact) => fact.client === client && fact.at >= since && fact.status === 'online')
  return again?.at ?? Infinity
}

/**
 * When all of its own was settled that it had sent by then, and it had of the others' what was with the server or with
 * any reader by then. What never comes is another rule's.
 */
function drained(records: Records, client: string, ended: number): number {
  const { accepted, failed, got, sent } = records
  const times = sent.flatMap(({ client: from, n, at }) => {
    const message = nameOf(from, n)
    const settled = accepted.get(message) ?? failed.get(message)?.at
    if (from === client) return at <= ended ? [settled] : []
    const isThere = (accepted.get(message) ?? Infinity) <= ended || records.firstAt(message) <= ended
    return isThere ? [got.get(client)?.get(message)] : []
  })
  return Math.max(ended, ...times.filter((time) => time !== undefined))
}

/**
 * When the last of what this client lost was sent, of its own or of what another reader got; Infinity where nothing came
 * after it. Who loses nothing has not waited for that.
 */
function lostUntil({ sent, got, clients }: Records, client: string, from: number, next: number): number {
  const mine = got.get(client)
  const there = sent.filter(({ client: by, n }) => {
    const others = clients.filter((one) => one !== client)
    return by === client || others.some((one) => got.get(one)?.has(nameOf(by, n)))
  })
  const gone = there.filter(({ at, ...fact }) => at >= from && at < next && !mine?.has(nameOf(fact.client, fact.n)))
  const last = gone.at(-1)
  if (!last) return -Infinity
  return there.some(({ at, ...fact }) => at > last.at && mine?.has(nameOf(fact.client, fact.n))) ? last.at : Infinity
}

function suffered(records: Records, client: string, begun: number, ended: number, next: number): Suffered {
  const { statuses } = records
  const left =
    statusAt(statuses, client, begun) === 'online'
      ? statuses.find((fact) => fact.client === client && fact.at >= begun && fact.status !== 'online')
      : undefined
  const noticed = left && left.at < next ? left.at - begun : undefined
  // Where it is found out after the fault's end, until then the client only believes to be online.
  const online = onlineFrom(records, client, Math.max(ended, noticed === undefined ? ended : begun + noticed))
  const whole = Math.max(drained(records, client, ended), lostUntil(records, client, begun, next))
  return { client, noticed, recovered: Math.max(online, whole) - ended }
}

function judged(facts: readonly Fact[], records: Records): Judged[] {
  const begun = only(facts, 'begun')
  const ended = only(facts, 'ended')
  const [first] = facts
  return begun.map(({ name, at, fault, clients }) => {
    const end = ended.find((fact) => fact.fault === fault)?.at ?? at
    const next = (client: string) =>
      begun.find((other) => other.at > at && other.clients.includes(client))?.at ?? Infinity
    return {
      ...{ name, begun: at - (first?.at ?? at), ended: end - (first?.at ?? end) },
      clients: clients.map((client) => suffered(records, client, at, end, next(client))),
    }
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
