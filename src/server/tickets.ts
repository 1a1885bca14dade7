import { createHmac, timingSafeEqual } from 'node:crypto'
import type { TicketGrant } from '../core/server/contract.js'

/** What a link ticket proves: whose link it is, and where it lives. */
export interface LinkGrant {
  /** The server process that holds the link. */
  node: string
  link: number
  /** '' when anonymous. */
  user: string
}

export interface Tickets {
  sign: (grant: TicketGrant) => string
  /** What the ticket says, when it was signed here and has not expired. Never throws. */
  verify: (ticket: string) => TicketGrant | undefined
}

export interface Expiry {
  /** When the ticket expires, ms since 1970. */
  exp: number
}

export interface LinkTickets {
  issue: (grant: LinkGrant) => Expiry & { ticket: string }
  /** What the ticket says, when it was signed here and has not expired. Never throws. */
  verify: (ticket: string) => (LinkGrant & Expiry) | undefined
  /** Ms until half of a ticket's life is over, and it is time for a new one; negative when it is past. */
  renewIn: (ticket: Expiry) => number
}

/**
 * Tickets that any node with the same secret can read: `<payload>.<HMAC-SHA256>`, both base64url.
 * @param ttl how long a ticket holds, ms. @param wall ms since 1970.
 */
export function createTickets(secret: string | Uint8Array, ttl: number, wall: () => number): Tickets {
  const { sign, verify } = createSigner<TicketGrant>(secret, '', wall)
  return {
    sign: ({ client, user }) => sign({ client, user, exp: wall() + ttl }),
    verify(ticket) {
      const said = verify(ticket)
      return said && { client: said.client, user: said.user }
    },
  }
}

/** Likewise, for links; neither kind passes for the other. */
export function createLinkTickets(secret: string | Uint8Array, ttl: number, wall: () => number): LinkTickets {
  const { sign, verify } = createSigner<LinkGrant>(secret, 'link.', wall)
  return {
    issue({ node, link, user }) {
      const exp = wall() + ttl
      return { ticket: sign({ node, link, user, exp }), exp }
    },
    verify,
    renewIn: ({ exp }) => exp - ttl / 2 - wall(),
  }
}

/** @param purpose what no payload can begin with: its signatures are good for nothing else. */
function createSigner<Grant extends object>(secret: string | Uint8Array, purpose: string, wall: () => number) {
  const mac = (payload: string): Buffer =>
    createHmac('sha256', secret)
      .update(purpose + payload)
      .digest()

  return {
    sign: (said: Grant & Expiry): string => {
      const payload = Buffer.from(JSON.stringify(said)).toString('base64url')
      return `${payload}.${mac(payload).toString('base64url')}`
    },
    verify: (ticket: string): (Grant & Expiry) | undefined => {
      const [payload = '', signature = '', ...rest] = ticket.split('.')
      const expected = mac(payload)
      const given = Buffer.from(signature, 'base64url')
      if (rest.length || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      // Signed by us, so it has the shape that we gave it.
      const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Grant & Expiry
      return wall() < said.exp ? said : undefined
    },
  }
}
