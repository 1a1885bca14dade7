import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { connect as dial } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/server/index.js'
import { leaveAll } from '../support/servers.js'
import { events, hello, HttpLink, packet, read, say, send, sub } from './http.world.js'
import { ask, connect, serve, type Served } from './server.world.js'

afterEach(leaveAll)

const secret = 'the same for every node'

/** Nodes over one store; a request of a link may come to any of them. */
async function nodes(count = 2, store = new MemoryStore()): Promise<Served[]> {
  return Promise.all(Array.from({ length: count }, () => serve({ store, secret, pollGrace: 200, keepAlive: 100 })))
}

/** Answers what no Holdfast server is there for any more. */
const app = () => createHttp((_, response) => response.writeHead(404).end())

const portsOf = (served: Served[]) => served.map(({ port }) => port) as [number, number]
/** What can be done without anything from outside is done. */
async function turns(): Promise<void> {
  for (let count = 0; count < 20; count++) await new Promise((resolve) => setImmediate(resolve))
}

const over = { after: 0, spread: 0 }

describe('a link, at another node', () => {
  it('is posted to and polled, each request at the other node than the one before', async () => {
    const [a, b] = portsOf(await nodes())
    const link = await HttpLink.open(a, hello(), sub)
    for (let seq = 1; seq <= 4; seq++) {
      expect((await link.post(seq % 2 ? b : a, send(seq))).status).toBe(204)
      while (!link.frames.some((frame) => frame.t === 'message' && frame.offset === seq))
        expect((await link.poll(seq % 2 ? a : b)).status).toBe(200)
    }
  })

  it('takes each post once, also where it is said again at another', async () => {
    const [a, b] = portsOf(await nodes())
    const link = await HttpLink.open(a)
    const again = (port: number, query: string) => link.ask(port, 'POST', query, packet(send(1)))
    expect((await again(b, '?post=1')).status).toBe(204)
    expect((await again(a, '?post=1')).status).toBe(204)
    expect((await again(b, '?post=3')).status).toBe(409)
    expect((await link.ask(b, 'POST', '?post=2', '#')).status).toBe(400)
    const both = await link.ask(b, 'POST', `?post=2&since=${link.since}&hold=5000`, '')
    expect(read(both.text).frames).toEqual([{ t: 'accepted', seq: 1, placed: [[1, 1]] }])
  })

  it('waits there for what comes, and a newer poll elsewhere sends that one away', async () => {
    const [one, two] = await nodes()
    const [a, b] = [one?.port ?? 0, two?.port ?? 0]
    const link = await HttpLink.open(a)
    const older = link.ask(b, 'GET', '?since=1&hold=20000')
    if (two) await once(two.http, 'request')
    await link.ask(a, 'GET', '?since=1&hold=20')
    expect(await older).toMatchObject({ status: 200, text: '' })
    const waiting = link.poll(b)
    await link.post(a, send(1))
    expect((await waiting).frames).toEqual([{ t: 'accepted', seq: 1, placed: [[1, 1]] }])
  })

  it('streams there, is kept alive, and ends with its close', async () => {
    const [a, b] = portsOf(await nodes())
    const link = await HttpLink.open(a)
    const stream = link.stream(b)
    await stream.until((text) => text.includes('\n\n: \n\n'))
    await link.post(b, send(1))
    await stream.until((text) => text.includes('accepted'))
    await link.post(a, { t: 'bye' })
    const [first, second] = events((await stream.whole()).text)
    expect(first).toEqual({ id: '2', data: '[{"t":"accepted","seq":1,"placed":[[1,1]]}]' })
    expect(second).toEqual({ event: 'control', data: '#{"code":1000,"reason":"bye"}' })
  })

  it('goes with a stream that the client leaves there', async () => {
    const [one, two] = await nodes()
    const link = await HttpLink.open(one?.port ?? 0)
    const stream = link.stream(two?.port ?? 0)
    await stream.until((text) => text.length > 2_000)
    expect(one?.server.links).toBe(1)
    stream.cut()
    while (one?.server.links) await new Promise((resolve) => setImmediate(resolve))
  })

  it('is closed there, by a last post or by DELETE', async () => {
    const [one, two] = await nodes()
    const [a, b] = [one?.port ?? 0, two?.port ?? 0]
    const link = await HttpLink.open(a)
    expect((await link.ask(b, 'DELETE', '?code=1000')).status).toBe(204)
    expect((await link.ask(b, 'DELETE', '')).status).toBe(410)
    const other = await HttpLink.open(a)
    expect((await other.ask(b, 'POST', '?post=1&close=1000', '')).status).toBe(204)
    expect(one?.server.links).toBe(0)
    expect((await other.poll(b)).status).toBe(410)
  })

  it('has its ticket renewed there', async () => {
    const store = new MemoryStore()
    const [one, two] = await Promise.all([1, 2].map(() => serve({ store, secret, linkTtl: 1_000 })))
    const link = await HttpLink.open(one?.port ?? 0)
    const stream = link.stream(two?.port ?? 0)
    const text = await stream.until((so) => so.includes('ticket'))
    const { ticket } = JSON.parse((events(text)[0]?.data ?? '').slice(1)) as { ticket: string }
    expect((await new HttpLink(ticket).post(one?.port ?? 0, send(1))).status).toBe(204)
    stream.cut()
  })

  it('is not there where the store passes no notes', async () => {
    const store = new MemoryStore()
    const silent = Object.fromEntries(
      (
        [
          'open',
          'append',
          'read',
          'sent',
          'cursor',
          'keep',
          'leave',
          'forget',
          'members',
          'seen',
          'watch',
          'close',
        ] as const
      ).map((name) => [name, (store[name] as (ask: unknown) => unknown).bind(store)]),
    ) as unknown as MemoryStore
    const [a, b] = portsOf(await nodes(2, silent))
    const link = await HttpLink.open(a)
    expect((await link.poll(b)).status).toBe(410)
    expect((await link.post(a, send(1))).status).toBe(204)
  })

  it('is gone with its node', async () => {
    const [one, two] = await nodes()
    const b = two?.port ?? 0
    const link = await HttpLink.open(one?.port ?? 0)
    await link.ask(b, 'DELETE', '')
    await one?.server.close(over)
    const answers = await Promise.all([link.poll(b, 0), link.post(b, send(1)), link.stream(b).whole()])
    expect(answers.map(({ status }) => status)).toEqual([410, 410, 410])
  })
})

describe('closing the server', () => {
  it('tells whoever waits when to come back, and lets no link in', async () => {
    const { port, server, http } = await serve({ secret })
    const [polling, streaming] = [await HttpLink.open(port), await HttpLink.open(port, hello('bob'))]
    const raw = await connect(`ws://127.0.0.1:${port}/realtime`, 'eve')
    const stream = streaming.stream(port)
    await stream.response
    const last = polling.poll(port, 20_000)
    await once(http, 'request')
    const closed = server.close({ after: 700, spread: 0 })
    const refused = await say(port, 'POST', { body: packet(hello('late')) })
    expect(refused).toMatchObject({ status: 503, text: '', headers: { 'retry-after': '1' } })
    expect(await last).toMatchObject({
      status: 200,
      frames: [{ t: 'retry', after: 700, spread: 0 }],
      controls: [{ code: 1012, reason: 'the server goes down' }],
    })
    expect(events((await stream.whole()).text).slice(-2)).toMatchObject([
      { data: '[{"t":"retry","after":700,"spread":0}]' },
      { event: 'control', data: expect.stringContaining('1012') as string },
    ])
    expect((await raw.closed).code).toBe(1012)
    await closed
    expect(server.links).toBe(0)
  })

  it('waits for a client that comes for it a little later, and no longer than is due', async () => {
    const { port, server, http } = await serve({ secret }, app())
    const [first, second] = [await HttpLink.open(port), await HttpLink.open(port, hello('bob'))]
    let isOver = false
    const closed = server.close(over).then(() => (isOver = true))
    expect(await first.poll(port)).toMatchObject({ frames: [{ t: 'retry' }], controls: [{ code: 1012 }] })
    expect(isOver).toBe(false)
    // The other one never comes.
    await closed
    expect((await second.poll(port)).status).toBe(404)
    expect(await new Promise((resolve) => http.getConnections((_, count) => resolve(count)))).toBe(0)
  })

  it('with nobody left to tell is over at once', async () => {
    const { port, server } = await serve({ secret }, app())
    const link = await HttpLink.open(port)
    await link.ask(port, 'DELETE', '')
    await server.close(over)
    expect((await ask(port, '/realtime')).status).toBe(404)
  })

  it('refuses an opening whose body was still under way, and waits for that', async () => {
    const { port, server, http } = await serve({ secret })
    const socket = dial(port, '127.0.0.1')
    let text = ''
    socket.on('data', (part: Buffer) => (text += part.toString()))
    socket.write('POST /realtime HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[')
    await once(http, 'request')
    await turns()
    let isOver = false
    const closed = server.close(over).then(() => (isOver = true))
    await turns()
    expect(isOver).toBe(false)
    socket.write(']')
    await closed
    while (!text) await once(socket, 'data')
    expect(text).toMatch(/^HTTP\/1\.1 503 /)
    expect(server.links).toBe(0)
    socket.destroy()
  })

  it('cuts an opening that does not come to its end', async () => {
    const { port, server, http } = await serve({ secret })
    const socket = dial(port, '127.0.0.1')
    socket.write('POST /realtime HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[')
    await once(http, 'request')
    await turns()
    const cut = once(socket.resume(), 'close')
    await server.close(over)
    await cut
  })

  it('ends what waits here for a link of another node, and leaves the link alone', async () => {
    const [one, two] = await nodes()
    const [a, b] = [one?.port ?? 0, two?.port ?? 0]
    const link = await HttpLink.open(a)
    const stream = link.stream(b)
    await stream.until((text) => text.includes('\n\n: \n\n'))
    const other = await HttpLink.open(a, hello('bob'))
    const waiting = other.ask(b, 'GET', '?since=1&hold=20000')
    if (two) await once(two.http, 'request')
    await two?.server.close(over)
    expect(await waiting).toMatchObject({ status: 200, text: '' })
    expect(events((await stream.whole()).text)).toEqual([])
    expect(one?.server.links).toBe(2)
    expect((await link.post(a, send(1))).status).toBe(204)
  })

  it('refused at one node, a link opens at another', async () => {
    const [one, two] = await nodes()
    await one?.server.close(over)
    const link = await HttpLink.open(two?.port ?? 0)
    expect(link.frames).toMatchObject([{ t: 'welcome' }])
  })
})
