import { expect, it } from 'vitest'
import { createTickets } from '../../src/server/tickets.js'

const grant = { client: 'ann', user: 'Ann 🪸' }
let now = 0
const tickets = createTickets('a secret of sixteen', 1_000, () => now)

it('a ticket says what was signed, until it expires', () => {
  now = 0
  const ticket = tickets.sign(grant)
  now = 999
  expect(tickets.verify(ticket)).toEqual(grant)
  now = 1_000
  expect(tickets.verify(ticket)).toBeUndefined()
})

it('a ticket of another secret, a changed or a broken one says nothing', () => {
  now = 0
  const ticket = tickets.sign(grant)
  const [payload = '', mac = ''] = ticket.split('.')
  const forged = Buffer.from(JSON.stringify({ ...grant, user: 'root', exp: 1e9 })).toString('base64url')
  const others = createTickets('another secret of mine', 1_000, () => now)
  for (const bad of [
    '',
    '.',
    'x',
    payload,
    `${forged}.${mac}`,
    `${payload}.${mac.slice(1)}`,
    `${ticket}.`,
    others.sign(grant),
  ])
    expect(tickets.verify(bad)).toBeUndefined()
})
