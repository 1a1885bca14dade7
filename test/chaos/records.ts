// A history in an order in which it can be asked.
import type { Fact } from './history.js'

export type Of<Is extends Fact['is']> = Extract<Fact, { is: Is }>

export const only = <Is extends Fact['is']>(facts: readonly Fact[], is: Is): Of<Is>[] =>
  facts.filter((fact): fact is Of<Is> => fact.is === is)

export const nameOf = (client: string, n: number): string => `${client} ${n}`

/** The facts, by who they are about. */
export class Records {
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
