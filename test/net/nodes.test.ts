// No sticky sessions: nodes over one store, and each request of a client at another node than the one before.
import { afterEach, describe, expect, it } from 'vitest'
import type { CreateClientOptions } from '../../src/index.js'
import { Balancer } from '../support/balancer.js'
import { overMemory, overRedis, type StartNodes } from '../support/nodes.js'
import { withRedis } from '../support/redis.js'
import { type Rung, rungs } from '../support/rungs.js'
import { clientOf, Ear, later, leaveAll, range, when } from '../support/servers.js'

afterEach(leaveAll)

const stores = [
  { store: 'a memory store that is shared', start: overMemory },
  ...(withRedis ? [{ store: 'Redis', start: overRedis }] : []),
]
const all = stores.flatMap((one) => rungs.map((rung) => ({ ...one, ...rung })))

/** Each client has a balancer of its own, so that each of its requests goes to another node than the one before. */
async function cluster(
  start: StartNodes,
  over: readonly Rung['over'][],
  options: Partial<CreateClientOptions> = {},
  many = 2,
) {
  const nodes = await start(many)
  later(() => nodes.stop())
  const join = async (over: Rung['over'], at: number) => {
    const balancer = await Balancer.open(() => nodes.ports, at % many)
    later(() => balancer.close())
    // Much takes many round trips, so that whatever happens happens in the midst of it.
    const client = clientOf(balancer.port, { transports: [over()], outbox: { window: 16 }, ...options })
    const ear = new Ear(client)
    await when(client, 'online')
    return { client, ear, balancer }
  }
  return { nodes, people: await Promise.all(over.map(join)) }
}

type People = Awaited<ReturnType<typeof cluster>>['people']

const say = (people: People, from: number, to: number) =>
  Promise.all(people.flatMap(({ client }) => range(from, to).map((n) => client.channel('room').send(n).accepted)))

/** Everybody has heard all of everybody's, in the order of the log, and so has who asks for it afterwards. */
async function expectAll(people: People, many: number) {
  const total = people.length * many
  await Promise.all(people.map(({ ear }) => ear.count(total)))
  for (const { ear, client } of people) {
    expect(ear.heard.map(({ offset }) => offset)).toEqual(range(1, total + 1))
    expect(ear.gaps).toEqual([])
    for (const other of people) expect(ear.of(other.client)).toEqual(range(0, many))
    const { entries, next } = await client.channel('room').history({ from: total - 49, limit: 50 })
    expect(entries.map(({ id, body }) => [id, body])).toEqual(ear.heard.slice(-50).map(({ id, body }) => [id, body]))
    expect(next).toBe(total + 1)
  }
}

/** Kills each node, one after the other, in the midst of what is sent. */
async function ordeal({ nodes, people }: Awaited<ReturnType<typeof cluster>>, step = 100) {
  const [first] = people
  for (const node of nodes.ports.keys()) {
    const load = say(people, 2 * node * step, (2 * node + 1) * step)
    await first?.ear.count((2 * node + 0.4) * step * people.length)
    await nodes.kill(node)
    await load
    await nodes.restart(node)
    await say(people, (2 * node + 1) * step, (2 * node + 2) * step)
  }
  await expectAll(people, 2 * nodes.ports.length * step)
  // Wherever their links were.
  for (const { client } of people) {
    expect(client.status).toBe('online')
    expect(client.stats().reconnects).toBeGreaterThanOrEqual(1)
  }
}

describe.each(all)('two nodes over $store, and clients over $name', ({ name, over, start }) => {
  it('pass messages each way, whichever node a request reaches', async () => {
    const { people } = await cluster(start, [over, over, over], { heartbeat: {} })
    await say(people, 0, 200)
    await expectAll(people, 200)
    for (const { client, balancer } of people) {
      expect(client.stats()).toMatchObject({ reconnects: 0, duplicates: 0 })
      const [first = 0] = balancer.went
      expect(balancer.went).toEqual(balancer.went.map((_, at) => (first + at) % 2))
      // A WebSocket is one request, the first.
      if (name !== 'websocket') expect(balancer.went.length).toBeGreaterThan(10)
    }
  })

  it('and one of them killed: everybody is back, nothing is lost, repeated or out of order', async () => {
    await ordeal(await cluster(start, [over, over, over]))
  }, 60_000)
})

const crowds = stores.flatMap((one) => [2, 3].map((many) => ({ ...one, many })))

it.each(crowds)(
  '$many nodes over $store carry clients over each transport in one room, whichever is killed',
  async ({ start, many }) => {
    const over = rungs.map((rung) => rung.over)
    await ordeal(await cluster(start, over, {}, many), 60)
  },
  60_000,
)
