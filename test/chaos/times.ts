// How long a client takes to notice a fault, and to recover from it.
import type { Fact } from './history.js'
import { nameOf, type Of, only, type Records } from './records.js'

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

/** Each fault of the history, and how each of its clients took it. */
export function judged(facts: readonly Fact[], records: Records): Judged[] {
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
