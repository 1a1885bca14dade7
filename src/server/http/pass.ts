import type { LinkGrant, LinkTickets } from '../tickets.js'

/** The right to one link, as a request has shown it, or is about to be given it. */
export class Pass {
  readonly #tickets: LinkTickets
  readonly #grant: LinkGrant
  #exp: number

  /** @param exp when the ticket shown expires, ms since 1970; absent where none was given yet. */
  constructor(tickets: LinkTickets, grant: LinkGrant, exp = -Infinity) {
    this.#tickets = tickets
    this.#grant = grant
    this.#exp = exp
  }

  /** Of the link, among those of all nodes. */
  get name(): string {
    return `${this.#grant.node}.${this.#grant.link}`
  }

  get link(): number {
    return this.#grant.link
  }

  /** Ms until there is a renewal. */
  get renewIn(): number {
    return this.#tickets.renewIn({ exp: this.#exp })
  }

  /** A new ticket, when it is time for one. */
  renewal(): string | undefined {
    if (this.renewIn > 0) return undefined
    const { ticket, exp } = this.#tickets.issue(this.#grant)
    this.#exp = exp
    return ticket
  }
}
