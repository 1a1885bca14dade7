import { afterEach, describe, expect, it } from 'vitest'
import type { Client, CreateClientOptions, OutgoingMessage } from '../../src/index.js'
import { AuthError, MemoryStore } from '../../src/server/index.js'
import type { FaultProxy } from '../support/proxy.js'
import { mutable, recorded, rungs } from '../support/rungs.js'
import { clientOf as clientOver, Ear, leaveAll, next, proxyTo, range, Site, when } from '../support/servers.js'

afterEach(leaveAll)

const fates = (sent: OutgoingMessage[]) => Promise.all(sent.map(({ accepted }) => accepted))

// What level 2 gives is the same, whatever carries it.
describe.each(rungs)('over $name', ({ name, over }) => {
  const overSocket = name === 'websocket'
  // What goes wrong takes a while to be noticed, on all of them.
  const rounds = overSocket ? 4 : 2
  const many = 125 * rounds
  const clientOf = (port: number | (() => number), options: Partial<CreateClientOptions> = {}) =>
    clientOver(port, { transports: [over()], ...options })

  /** Some rounds: half of the round's messages, the fault in the midst of them, the other half; on until all is accepted. */
  async function exchange(
    hurt: (proxy: FaultProxy, round: number, clients: Client[]) => Promise<unknown>,
    options: Partial<CreateClientOptions> = {},
  ) {
    const site = await Site.open()
    const proxy = await proxyTo(() => site.port)
    const clients = [clientOf(proxy.port, options), clientOf(proxy.port, options)]
    const ears = clients.map((client) => new Ear(client))
    await Promise.all(clients.map((client) => when(client, 'online')))
    for (const round of range(0, rounds)) {
      const send = (from: number) =>
        clients.flatMap((client) => range(from, from + 62).map((n) => client.channel('room').send(n)))
      const harm = hurt(proxy, round, clients)
      const early = send(round * 125)
      await harm
      const late = [
        ...send(round * 125 + 62),
        ...clients.map((client) => client.channel('room').send(round * 125 + 124)),
      ]
      await fates([...early, ...late])
    }
    await Promise.all(ears.map((ear) => ear.count(2 * many)))
    for (const ear of ears) {
      // Each entry of the log: so nothing is in it twice either.
      expect(ear.heard.map(({ offset }) => offset)).toEqual(range(1, 2 * many + 1))
      expect(ear.gaps).toEqual([])
      for (const client of clients) expect(ear.of(client)).toEqual(range(0, many))
    }
    for (const client of clients) expect(client.stats()).toMatchObject({ queued: 0, inFlight: 0, bytes: 0 })
    return { clients, proxy }
  }

  describe(`${many} messages each way: none lost, none twice, none out of order`, () => {
    it('on a network that works', async () => {
      const { clients } = await exchange(() => Promise.resolve(), { heartbeat: {} })
      for (const client of clients) expect(client.stats()).toMatchObject({ reconnects: 0, duplicates: 0 })
    })
    it.each(['fin', 'rst', 'swallow', 'swallow-up', 'swallow-down', 'stall'] as const)('%s', async (fault) => {
      const { clients } = await exchange((proxy, round) =>
        proxy.after(501 + round * 700, round % 2 ? 'down' : 'up', fault),
      )
      // A request that is cut is said again, and the link goes on; any other fault is the link's end.
      const ends = overSocket || !['fin', 'rst'].includes(fault) ? rounds : 0
      expect(clients.map((client) => client.stats().reconnects).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(ends)
    })
    it('all links at once, cut in the middle of a frame', async () => {
      await exchange(async (proxy, round) => {
        await proxy.after(7 + round, 'up', 'rst')
        proxy.suffer('rst')
      })
    })
    it('a slow network that is cut', async () => {
      await exchange(async (proxy, round) => {
        proxy.delay = 30
        await proxy.after(1_500, 'up', round % 2 ? 'fin' : 'rst')
      })
    })
    it('a server that refuses for a while', async () => {
      await exchange(async (proxy, _round, [client]) => {
        await proxy.after(900, 'up', 'rst')
        proxy.reception = 'refuse'
        proxy.suffer('rst')
        for (let tries = 0; client && tries < 3; tries++) await next(client, 'retry')
        proxy.reception = 'pass'
      })
    })
  })

  describe('a link that is dead', () => {
    it('is replaced without waiting for its close', async () => {
      const site = await Site.open()
      const proxy = await proxyTo(() => site.port)
      const client = clientOf(proxy.port)
      await when(client, 'online')
      // Whatever is there now, and what another request may need.
      proxy.suffer('swallow')
      proxy.reception = 'hang'
      const message = client.channel('room').send('through the dark')
      expect((await next(client, 'retry')).reason).toBe('no answer to the heartbeat')
      proxy.reception = 'pass'
      await message.accepted
      // Requests have as many connections as they need, and the next may be given one that hangs.
      if (overSocket) {
        // The old one is still there: nobody waited for it.
        expect(proxy.size).toBe(2)
        expect(client.stats()).toMatchObject({ reconnects: 1 })
      }
      expect(client.status).toBe('online')
    })
    it('a dial that is never answered is given up', async () => {
      const site = await Site.open()
      const proxy = await proxyTo(() => site.port)
      proxy.reception = 'hang'
      const client = clientOf(proxy.port, { reconnect: { connectTimeout: 200, base: 10, cap: 10 } })
      const { reason } = await next(client, 'retry')
      expect(reason).toBe('no answer within the connect timeout')
      await next(client, 'retry')
      proxy.reception = 'pass'
      await when(client, 'online')
    })
    it('a client that falls silent is dropped by the server, and comes back', async () => {
      const site = await Site.open({ idle: 200 })
      const way = mutable()
      const client = clientOf(site.port, {
        transports: [over(way.wire)],
        heartbeat: { interval: 60_000, timeout: 60_000, retries: 0 },
      })
      await when(client, 'online')
      way.mute = true
      const { reason } = await next(client, 'retry')
      expect(reason).toBe('silent for too long')
      way.mute = false
      await client.channel('room').send('here').accepted
    })
  })

  describe('the first message', () => {
    it('leaves with the hello, in one packet, and is acknowledged as soon as can be', async () => {
      const site = await Site.open()
      const proxy = await proxyTo(() => site.port)
      proxy.delay = 20
      const { said, wire } = recorded()
      const client = clientOf(proxy.port, { transports: [over(wire)] })
      client.channel('room').on('message', () => undefined)
      await client.channel('room').send('first').accepted
      const frames = JSON.parse(said[0] ?? '') as { t: string }[]
      expect(frames.map(({ t }) => t)).toEqual(['hello', 'sub', 'send'])
      // TCP's own, which the proxy does not see, come first. A WebSocket has its upgrade before the hello; the answer to an
      // opening over HTTP has all in one.
      const turns = proxy.passed.filter(({ way }, at) => way !== proxy.passed[at - 1]?.way).map(({ way }) => way)
      expect(turns).toEqual(overSocket ? ['up', 'down', 'up', 'down'] : ['up', 'down'])
    })
  })

  describe('a server that goes and comes', () => {
    it('drain: told, back after, nothing lost', async () => {
      const store = new MemoryStore()
      let site = await Site.open({ store })
      const { port } = site
      const clients = [clientOf(port), clientOf(port)]
      const ears = clients.map((client) => new Ear(client))
      await Promise.all(clients.map((client) => when(client, 'online')))
      const told = clients.map((client) => next(client, 'retry'))
      const sent = range(0, 100).flatMap((n) => clients.map((client) => client.channel('room').send(n)))
      await site.close(50)
      for (const { reason, delay } of await Promise.all(told)) {
        expect(reason).toBe('the server asks to come back later')
        expect(delay).toBeGreaterThanOrEqual(20)
        expect(delay).toBeLessThanOrEqual(70)
      }
      site = await Site.open({ store }, port)
      await fates(sent)
      await Promise.all(ears.map((ear) => ear.count(200)))
      for (const ear of ears) for (const client of clients) expect(ear.of(client)).toEqual(range(0, 100))
      for (const { gaps } of ears) expect(gaps).toEqual([])
    })
    it('again, with another store: the loss is told, and what comes after is not held back', async () => {
      let site = await Site.open()
      const { port } = site
      const [ada, ben] = [clientOf(port), clientOf(port)]
      const ear = new Ear(ben)
      await fates(range(0, 10).map((n) => ada.channel('room').send(n)))
      await ear.count(10)
      await site.close()
      site = await Site.open({}, port)
      await fates(range(10, 20).map((n) => ada.channel('room').send(n)))
      await ear.count(20)
      expect(ear.of(ada)).toEqual(range(0, 20))
      expect(ear.gaps).toHaveLength(1)
      expect(ben.stats().gaps).toBe(1)
    })
  })

  describe('a token', () => {
    it('is renewed once; a second refusal is the end, and says so', async () => {
      const site = await Site.open({ authenticate: ({ token }) => (token === 'right' ? 'ada' : null) })
      let asked = 0
      const client = clientOf(site.port, { token: () => `wrong ${String(++asked)}` })
      const message = client.channel('room').send('never')
      await when(client, 'closed')
      expect(asked).toBe(2)
      expect(client.explain().at(-1)?.what).toBe('closed: the server answered 401')
      await expect(message.accepted).rejects.toMatchObject({ name: 'MessageError' })
    })
    it('the renewed one may do', async () => {
      const site = await Site.open({ authenticate: ({ token }) => (token === 'right ✓' ? 'ada' : null) })
      const tokens = ['wrong', 'right ✓']
      const client = clientOf(site.port, { token: () => tokens.shift() ?? 'spent' })
      const ear = new Ear(client)
      await client.channel('room').send('hi').accepted
      await ear.count(1)
      expect(client.status).toBe('online')
    })
    it('forbidden is the end at once', async () => {
      const site = await Site.open({
        authenticate: () => {
          throw new AuthError('forbidden')
        },
      })
      let asked = 0
      const client = clientOf(site.port, { token: () => String(++asked) })
      await when(client, 'closed')
      expect(asked).toBe(1)
      expect(client.explain().at(-1)?.what).toBe('closed: the server answered 403')
    })
    it('a server that cannot say now is asked again', async () => {
      let well = false
      const site = await Site.open({
        authenticate: () => {
          if (!well) throw new Error('the database is away')
          return 'ada'
        },
      })
      const client = clientOf(site.port, { token: 'x' })
      expect((await next(client, 'retry')).reason).toBe('the server answered 503')
      well = true
      await when(client, 'online')
    })
  })
})
