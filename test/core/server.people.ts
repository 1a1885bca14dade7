import type { Delivered, Present, ServerFrame } from '../../src/wire/frame.js'
import type { ServerOptions } from '../../src/core/server/contract.js'
import type { TablesOptions } from '../../src/server/stores/tables.js'
import { hello, send, sub, tables, World } from './server.world.js'

/** What the wall clock says when the machine's says nothing yet. */
const SINCE = 1_000_000

/** People with devices, each of which has a link of its own. */
export class People {
  readonly world: World
  #links = 0

  constructor(options: Partial<ServerOptions> = {}, limits: Partial<TablesOptions> = {}) {
    const wall = (): number => SINCE + (this.world?.now ?? 0)
    this.world = new World({ wall, ...options }, tables(limits, wall))
  }

  /** A device of this user says hello. Returns its link. */
  come(user: string, client = user): number {
    const link = ++this.#links
    this.world.feed({ on: 'opened', link, user })
    this.world.say(link, hello(client))
    this.settle()
    return link
  }

  /** It follows a channel, and has what it is given at once. */
  follow(link: number, ch: string, from: 'oldest' | 'last' | 'now' = 'oldest'): void {
    this.world.say(link, sub(ch, from))
    this.settle()
  }

  has(link: number, ch: string, offset: number): void {
    this.world.say(link, { t: 'received', ch, offset })
    this.settle()
  }

  send(link: number, ch: string, ...seqs: number[]): void {
    this.world.say(link, ...seqs.map((seq) => send(seq, ch)))
    this.settle()
  }

  go(link: number): void {
    this.world.feed({ on: 'closed', link })
  }

  /** What is due at once is done. */
  settle(): void {
    this.world.wait(0)
  }

  /** Receipts of a link since they were last asked for, one a line. */
  receipts(link: number): string[] {
    return this.#news(link, 'delivered').flatMap(({ list }) =>
      list.map(({ seq, to, count, of, by, gone }) => {
        const range = seq === to ? `${seq}` : `${seq}-${to}`
        return `${range}: ${count}/${of}${by ? ` ${by.client}` : ''}${gone ? ' gone' : ''}`
      }),
    )
  }

  /** Who is told to be in a watched channel, one a line; `all` of it where it says so. */
  presence(link: number): string[] {
    return this.#news(link, 'present').flatMap(({ all, list, left }) => [
      ...(all ? ['all'] : []),
      ...list.map(({ client, presence }) => `${client} ${presence}`),
      ...(left ?? []).map((client) => `${client} left`),
    ])
  }

  #news<T extends 'delivered' | 'present'>(link: number, t: T): Extract<Delivered | Present, { t: T }>[] {
    this.settle()
    const kept: ServerFrame[] = this.world.reads(link, t)
    return kept as Extract<Delivered | Present, { t: T }>[]
  }
}
