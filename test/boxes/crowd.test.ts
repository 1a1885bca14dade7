// More clients than a server welcomes in a second, behind real proxies: each is told to wait, and waits on the link it has.
import { afterEach, describe, expect, it } from 'vitest'
import type { Client } from '../../src/index.js'
import { Middlebox, type Program } from '../support/middlebox.js'
import { type Rung, rungs } from '../support/rungs.js'
import { clientOf, Ear, later, leaveAll, range, Site, when } from '../support/servers.js'
import { KIND } from './scenarios.js'

afterEach(leaveAll)

const EVERY = { maxAccepts: 2 }
/** The last of them waits for some 5 s: those before it, less what a server saves in a quiet second. */
const CROWD = 12

/** What went wrong; each of them is to be served, in one order. */
async function admit(by: Program, { over }: Rung): Promise<string[]> {
  const site = await Site.open(EVERY)
  const box = await Middlebox.start(by, { rules: KIND[by], to: [site.port] })
  later(() => box.stop())
  const ways = { transports: [over()], heartbeat: { interval: 15_000, timeout: 5_000 }, reconnect: {} }
  const clients: Client[] = range(0, CROWD).map(() => clientOf(box.port, ways))
  const wrong: string[] = []
  for (const client of clients) client.on('retry', ({ reason }) => wrong.push(reason))
  await Promise.all(clients.map((client) => when(client, 'online')))
  const heard = clients.map((client) => new Ear(client, 'oldest'))
  await Promise.all(clients.map((client, at) => client.channel('room').send(at).accepted))
  await Promise.all(heard.map((ear) => ear.count(CROWD)))
  if (new Set(heard.map(({ bodies }) => JSON.stringify(bodies))).size > 1) wrong.push('they were told different things')
  return wrong
}

describe('a crowd', () => {
  it.each(['nginx', 'haproxy'] as const)(
    'before %s is let in one after the other, each by its first link',
    async (by) => {
      const wrong = await Promise.all(rungs.map((rung) => admit(by, rung)))
      expect(Object.fromEntries(rungs.map(({ name }, at) => [name, wrong[at]]))).toEqual(
        Object.fromEntries(rungs.map(({ name }) => [name, []])),
      )
    },
  )
})
