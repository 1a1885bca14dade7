// Links of one user and of one address.
import { afterEach, describe, expect, it } from 'vitest'
import { Census } from '../../src/server/census.js'
import { leaveAll } from '../support/servers.js'
import { Coming, hello, HttpLink, packet, say } from '../net/http.world.js'
import { ask, connect, Raw, serve } from '../net/server.world.js'

afterEach(leaveAll)

const quick = { secret: 'the same for every test', pollGrace: 100 }
const as = (user: string) => ({ authorization: `Bearer ${user}` })
const from = (address: string) => ({ 'x-forwarded-for': address })
const authenticate = ({ token = '' }: { token?: string | undefined }) => token
const opened = async (raw: Raw): Promise<number> =>
  Promise.race([raw.opened.then(() => 101), raw.refused.then(({ status }) => status)])
/** A link over HTTP that is there as long as its stream. */
const follow = (port: number, headers: Record<string, string>) =>
  new Coming(port, 'POST', { headers: { accept: 'text/event-stream', ...headers } }).response
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('links of one user', () => {
  it('are no more than allowed, over any transport; those of others are not concerned', async () => {
    const { url, port, server } = await serve({ ...quick, authenticate, maxLinksPerUser: 2 })
    const first = new Raw(url, { headers: as('ann') })
    expect(await opened(first)).toBe(101)
    await follow(port, as('ann'))
    expect(await opened(new Raw(url, { headers: as('ann') }))).toBe(429)
    for (const accept of ['*/*', 'text/event-stream'])
      expect(await say(port, 'POST', { headers: { ...as('ann'), accept } })).toMatchObject({
        ...{ status: 429, text: '', headers: { 'retry-after': '10' } },
      })
    // A browser's WebSocket asks why.
    expect((await ask(port, '/realtime', as('ann'))).status).toBe(429)
    expect(await opened(new Raw(url, { headers: as('bob') }))).toBe(101)
    expect(server.links).toBe(3)
    expect(await server.metrics()).toContain('holdfast_links_refused_total{status="429"} 3')
    first.socket.terminate()
    while (server.links > 2) await turn()
    expect(await opened(new Raw(url, { headers: as('ann') }))).toBe(101)
  })

  it('are free again however they end', async () => {
    const { url, port, server } = await serve({ ...quick, authenticate, maxLinksPerUser: 1 })
    const link = new HttpLink('')
    link.take(await say(port, 'POST', { headers: as('ann'), query: '?hold=5000', body: packet(hello()) }))
    await link.ask(port, 'DELETE', '')
    while ((await ask(port, '/realtime', as('ann'))).status === 429) await turn()
    // One whose packet closes it, one whose body is none, and one that was cut.
    await say(port, 'POST', { headers: as('ann'), query: '?hold=5000', body: '[{"t":"no"}]' })
    while ((await ask(port, '/realtime', as('ann'))).status === 429) await turn()
    expect((await say(port, 'POST', { headers: as('ann'), body: '#' })).status).toBe(400)
    expect((await ask(port, '/realtime', as('ann'))).status).toBe(426)
    const opening = new Coming(port, 'POST', { headers: as('ann'), query: '?hold=20000' })
    while (!server.links) await turn()
    expect((await ask(port, '/realtime', as('ann'))).status).toBe(429)
    opening.cut()
    while ((await ask(port, '/realtime', as('ann'))).status === 429) await turn()
    expect(await opened(new Raw(url, { headers: as('ann') }))).toBe(101)
  })

  it('that nobody is are not counted', async () => {
    const { url, server } = await serve({ maxLinksPerUser: 1 })
    for (const client of ['ann', 'bob', 'eve']) await connect(url, client)
    expect(server.links).toBe(3)
  })
})

describe('links of one address', () => {
  const behind = { ...quick, trustProxy: 1, maxLinksPerAddress: 2 }

  it('are no more than allowed, over any transport, and nobody is asked who that is', async () => {
    const asked: string[] = []
    const { url, port, server } = await serve({
      ...behind,
      authenticate: ({ token = '' }) => {
        asked.push(token)
        return token
      },
    })
    const one = new Raw(url, { headers: { ...as('ann'), ...from('192.0.2.1') } })
    expect(await opened(one)).toBe(101)
    await follow(port, { ...as('bob'), ...from('192.0.2.1') })
    expect(await opened(new Raw(url, { headers: { ...as('eve'), ...from('192.0.2.1') } }))).toBe(429)
    expect((await say(port, 'POST', { headers: { ...as('eve'), ...from('192.0.2.1') } })).status).toBe(429)
    expect(asked).toEqual(['ann', 'bob'])
    expect(await opened(new Raw(url, { headers: { ...as('eve'), ...from('192.0.2.2') } }))).toBe(101)
    expect(server.links).toBe(3)
  })

  it('count while it is asked who that is', async () => {
    let decide: (user: string | null) => void = () => undefined
    const { url, port } = await serve({
      ...behind,
      maxLinksPerAddress: 1,
      authenticate: () => new Promise<string | null>((resolve) => (decide = resolve)),
    })
    const first = new Raw(url, { headers: from('192.0.2.1') })
    while ((await say(port, 'POST', { headers: from('192.0.2.1') })).status !== 429) await turn()
    decide(null)
    expect(await opened(first)).toBe(401)
    const next = new Raw(url, { headers: from('192.0.2.1') })
    const taken = opened(next)
    while ((await say(port, 'POST', { headers: from('192.0.2.1') })).status !== 429) await turn()
    decide('ann')
    expect(await taken).toBe(101)
  })

  it('are not those that a client makes up', async () => {
    const { url, port } = await serve({ maxLinksPerAddress: 1 })
    expect(await opened(new Raw(url, { headers: from('192.0.2.1') }))).toBe(101)
    expect(await opened(new Raw(url, { headers: from('192.0.2.2') }))).toBe(429)
    for (const accept of ['*/*', 'text/event-stream'])
      expect((await say(port, 'POST', { headers: { ...from('192.0.2.3'), accept } })).status).toBe(429)
  })
})

describe('the census', () => {
  it('remembers nobody who has left, and counts nobody twice', () => {
    const census = new Census({ maxLinksPerAddress: 2, maxLinksPerUser: 1 })
    const seats = ['a', 'a', 'b'].map((address) => census.enter(address))
    expect(seats.map((seat) => seat?.name('ann'))).toEqual([true, false, false])
    expect(census.enter('a')).toBeUndefined()
    for (const seat of [...seats, ...seats]) seat?.leave()
    expect(census.size).toBe(0)
    expect(census.enter('a')?.name('ann')).toBe(true)
  })

  it('does not take a name for something else', () => {
    const census = new Census({ maxLinksPerAddress: 1, maxLinksPerUser: 1 })
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(census.enter(name)?.name(name)).toBe(true)
      expect(census.enter(name)).toBeUndefined()
    }
  })
})
