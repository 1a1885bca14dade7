import { expect, it } from 'vitest'
import { Pass } from '../../src/server/http/pass.js'
import { createLinkTickets, createTickets } from '../../src/server/tickets.js'

const secret = 'a secret of sixteen'
const grant = { client: 'ann', user: 'Ann 🪸' }
const link = { node: 'a', link: 7, user: 'Ann 🪸' }
let now = 0
const wall = () => now
const tickets = createTickets(secret, 1_000, wall)
const links = createLinkTickets(secret, 1_000, wall)

it('a ticket says what was signed, until it expires', () => {
  now = 0
  const ticket = tickets.sign(grant)
  const { ticket: ofLink, exp } = links.issue(link)
  now = 999
  expect(tickets.verify(ticket)).toEqual(grant)
  expect(links.verify(ofLink)).toEqual({ ...link, exp })
  now = 1_000
  expect(tickets.verify(ticket)).toBeUndefined()
  expect(links.verify(ofLink)).toBeUndefined()
})

it.each([
  [
    'session',
    tickets,
    () => tickets.sign(grant),
    () => createTickets('another secret of mine', 1_000, wall).sign(grant),
  ],
  [
    'link',
    links,
    () => links.issue(link).ticket,
    () => createLinkTickets('another secret of mine', 1_000, wall).issue(link).ticket,
  ],
])('a %s ticket of another secret, a changed or a broken one says nothing', (_, { verify }, issue, others) => {
  now = 0
  const ticket = issue()
  const [payload = '', mac = ''] = ticket.split('.')
  const forged = Buffer.from(JSON.stringify({ ...grant, ...link, user: 'root', exp: 1e9 })).toString('base64url')
  for (const bad of ['', '.', 'x', payload, `${forged}.${mac}`, `${payload}.${mac.slice(1)}`, `${ticket}.`, others()])
    expect(verify(bad)).toBeUndefined()
})

it('a ticket of one kind does not pass for the other', () => {
  now = 0
  expect(links.verify(tickets.sign(grant))).toBeUndefined()
  expect(tickets.verify(links.issue(link).ticket)).toBeUndefined()
})

it('a pass has a new ticket when half of the life of the old one is over', () => {
  now = 0
  const pass = new Pass(links, link, links.issue(link).exp)
  now = 499
  expect([pass.renewal(), pass.renewIn]).toEqual([undefined, 1])
  now = 500
  const ticket = pass.renewal()
  expect(links.verify(ticket ?? '')).toEqual({ ...link, exp: 1_500 })
  expect([pass.renewal(), pass.renewIn]).toEqual([undefined, 500])
})

it('a pass without a ticket has one at once', () => {
  now = 0
  expect(links.verify(new Pass(links, link).renewal() ?? '')).toMatchObject(link)
})
