import { createHmac, timingSafeEqual } from 'node:crypto'
import type { TicketGrant } from '../core/server/contract.js'

export interface Tickets {
  sign: (grant: TicketGrant) => string
  /** What the ticket says, when it was signed here and has not expired. Never throws. */
  verify: (ticket: string) => TicketGrant | undefined
}

/**
 * Tickets that any node with the same secret can read: `<payload>.<HMAC-SHA256>`, both base64url.
 * @param ttl how long a ticket holds, ms. @param wall ms since 1970.
 */
export function createTickets(secret: string | Uint8Array, ttl: number, wall: () => number): Tickets {
  const mac = (payload: string): Buffer => createHmac('sha256', secret).update(payload).digest()

  function verify(ticket: string): TicketGrant | undefined {
    const [payload = '', signature = '', ...rest] = ticket.split('.')
    const expected = mac(payload)
    const given = Buffer.from(signature, 'base64url')
    if (rest.length || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    // Signed by us, so it has the shape that we gave it.
    const { client, user, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as TicketGrant & {
      exp: number
    }
    return wall() < exp ? { client, user } : undefined
  }

  return {
    sign({ client, user }) {
      const payload = Buffer.from(JSON.stringify({ client, user, exp: wall() + ttl })).toString('base64url')
      return `${payload}.${mac(payload).toString('base64url')}`
    },
    verify,
  }
}
