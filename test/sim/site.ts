import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerInput } from '../../src/core/server/contract.js'
import { Gate } from '../../src/server/gate.js'
import { HttpLinks } from '../../src/server/http/links.js'
import { Rungs } from '../../src/server/http/rungs.js'
import { settle } from '../../src/server/settings.js'
import type { LinkGrant, LinkTickets } from '../../src/server/tickets.js'
import type { Env } from '../../src/shell/env.js'
import type { Question, Reply } from './exchange.js'

export interface SiteOptions {
  /** Another with each life of the server. */
  node: string
  env: Env
  maxPacket: number
  feed: (input: ServerInput) => void
  number: () => number
  /** A request has failed at the server: none ever should. */
  fail: (why: string) => void
}

/** Ms that a link ticket holds: worlds are short. */
const TTL = 60_000

/** Requests at the server: its real gate, rungs, links and mailboxes, over what stands for Node's requests and answers. */
export class HttpSite {
  readonly links: HttpLinks
  readonly #gate: Gate
  readonly #rungs: Rungs
  readonly #fail: (why: string) => void

  constructor({ node, env, maxPacket, feed, number, fail }: SiteOptions) {
    const nothing = (): void => undefined
    const error = (fields: Record<string, unknown>, message: string) => fail(`${message}: ${String(fields['err'])}`)
    const settings = settle({
      ...{ env, maxPacket, secret: 'of a simulation, which signs nothing' },
      log: { debug: nothing, info: nothing, warn: nothing, error },
      authenticate: ({ token = '' }) => token,
    })
    this.#fail = fail
    this.#gate = new Gate(settings, nothing)
    this.links = new HttpLinks(settings, env, settings.log, feed, number)
    this.#rungs = new Rungs(settings, {
      ...{ node, gate: this.#gate, links: this.links, tickets: ticketsBy(env) },
      deskOf: (name) => (name === node ? this.links : undefined),
    })
  }

  ask(question: Question, reply: Reply): void {
    this.#rungs
      .answer(question as unknown as IncomingMessage, reply as unknown as ServerResponse)
      .catch((error: unknown) => this.#fail(String(error)))
  }

  /** Nobody comes in any more. @param ms until they may again. */
  shut(ms: number): void {
    this.#gate.close(Math.ceil(ms / 1_000))
  }
}

/** Believed as they are: that nobody forges one is not what a simulation could show. */
function ticketsBy({ now }: Pick<Env, 'now'>): LinkTickets {
  return {
    issue(grant) {
      const exp = now() + TTL
      return { ticket: JSON.stringify({ ...grant, exp }), exp }
    },
    verify(ticket) {
      const said = JSON.parse(ticket) as LinkGrant & { exp: number }
      return now() < said.exp ? said : undefined
    },
    renewIn: ({ exp }) => exp - TTL / 2 - now(),
  }
}

/** The link that a ticket is for. */
export const linkOf = (ticket: string): number => (JSON.parse(ticket) as LinkGrant).link
