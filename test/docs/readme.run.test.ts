// The snippets of README.md, run against real servers.
import { once } from 'node:events'
import { createServer as createHttp, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import {
  type Client,
  createClient,
  type IncomingMessage,
  type NetworkDetector,
  type OutgoingMessage,
  sse,
  tabSession,
} from '../../src/index.js'
import { createServer, type HoldfastServer, MemoryStore, type ServerSettings } from '../../src/server/index.js'
import type { ResilientWebSocket } from '../../src/socket.js'
import type { StoreLimitsWanted } from '../../src/testing/index.js'
import { FakePage } from '../socket/fakes.js'
import { FakeMemory } from '../support/fake-memory.js'
import { httpStand } from '../support/http-stand.js'
import { blocks, read, rows } from './markdown.js'
import { run } from './run.js'

const snippets = blocks(read('README.md')).filter(({ kind }) => kind === 'js')
const snippet = (heading: string, at = 0): string =>
  snippets.filter((block) => block.heading === heading)[at]?.text ?? ''

const closers: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  for (const close of closers.splice(0).reverse()) await close()
})

async function listen(http: Server): Promise<string> {
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  closers.push(() => {
    http.closeAllConnections()
    http.close()
  })
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function serve(settings: ServerSettings = {}): Promise<string> {
  const http = createHttp()
  const server = createServer(settings).attach(http, { path: '/realtime' })
  closers.push(() => server.close({ after: 0, spread: 0 }))
  return `${await listen(http)}/realtime`
}

/** A server of another make, which answers each message as `hear` says. */
async function serveOwn(hear: (message: string, all: Set<WebSocket>, one: WebSocket) => void): Promise<string> {
  const http = createHttp()
  const own = new WebSocketServer({ server: http })
  own.on('connection', (one) => one.on('message', (data) => hear((data as Buffer).toString(), own.clients, one)))
  return listen(http)
}

const holdOn = (client: Client): Client => {
  closers.push(() => client.close())
  return client
}
const quiet = { log: () => undefined }

describe('the snippets of README.md run', () => {
  it('all of them', () => expect(snippets).toHaveLength(20))

  it('the first ten lines', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serve()
    const said: unknown[][] = []
    const code = snippet('Holdfast').replace('https://example.com/realtime', url)
    expect(code.trim().split('\n').length).toBeLessThanOrEqual(10)
    const { client, message } = await run(code, ['client', 'message'], {
      console: { log: (...words: unknown[]) => said.push(words) },
    })
    holdOn(client)
    expect((message as OutgoingMessage).state).toBe('accepted')
    await vi.waitFor(() => expect(said).toContainEqual(['me', { text: 'hi' }]))
    expect(said[0]).toEqual(['online', ''])
  })

  it('level 0', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serveOwn((message, _, one) => one.send(message === 'ping' ? 'pong' : message))
    const said: unknown[] = []
    const heading = 'Level 0: a WebSocket that heals itself'
    const code = snippet(heading).replace('wss://example.com/feed', url)
    const { socket } = await run(code, ['socket'], { console: { log: (word: unknown) => said.push(word) } })
    closers.push(() => (socket as ResilientWebSocket).close())
    await vi.waitFor(() => expect(said).toEqual(['hello']))
  })

  it('level 0, with acks and dedupe', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serveOwn((message, _, one) => {
      const { id } = JSON.parse(message) as { id: number }
      const answer = JSON.stringify({ id: `s${id}`, ack: id })
      one.send(answer)
      one.send(answer)
    })
    const code = snippet('Level 0: a WebSocket that heals itself', 1).replace('wss://example.com/feed', url)
    const { socket } = await run(code, ['socket'])
    const open = socket as ResilientWebSocket
    closers.push(() => open.close())
    const heard: unknown[] = []
    open.addEventListener('message', ({ data }) => heard.push(data))
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    expect(open.drainQueuedMessages()).toEqual([])
  })

  it('level 1', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serveOwn((text, all, one) => {
      const message = JSON.parse(text) as { type: string; id: string; room: string }
      if (message.type === 'ping') one.send('{"type":"pong"}')
      if (message.type === 'join') one.send(JSON.stringify({ type: 'joined', room: message.room }))
      if (message.type !== 'chat') return
      one.send(JSON.stringify({ type: 'ack', id: message.id }))
      for (const each of [...all, ...all]) each.send(text)
    })
    const code = snippet('Level 1: your own protocol').replace('wss://example.com/chat', url)
    const client = holdOn((await run(code, ['client'])).client)
    const got: IncomingMessage<unknown>[] = []
    client.channel('room').on('message', (message) => got.push(message))
    await client.channel('room').send('hi').accepted
    await vi.waitFor(() => expect(client.stats().duplicates).toBe(1))
    expect(got).toMatchObject([{ body: 'hi', own: true, id: `${client.id}:1` }])
  })

  it('level 2', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serve({ authenticate: ({ token }) => (token === 's3cr3t' ? 'ann' : null) })
    const shown: unknown[] = []
    const code = snippet('Level 2: channels').replace("'/realtime'", `'${url}'`)
    const { client, entries } = await run(code, ['client', 'entries'], {
      fetchToken: () => 's3cr3t',
      show: (what: unknown) => shown.push(what),
    })
    holdOn(client)
    expect(entries).toMatchObject([{ body: { text: 'hi' }, from: 'ann', own: true, offset: 1 }])
    await vi.waitFor(() => expect(shown).toContainEqual(new Uint8Array([1, 2, 3])))
    expect(shown).toEqual(expect.arrayContaining(['sent', 'accepted', { text: 'hi' }, { typing: true }]))
  })

  it('who has it', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serve({ authenticate: ({ token }) => token ?? null })
    const bob = holdOn(createClient({ url, token: 'bob' }))
    bob.channel('@bob').on('message', () => undefined, { from: 'last' })
    const shown: unknown[][] = []
    const code = snippet('Level 2: channels', 1).replace("'/realtime'", `'${url}'`)
    const { client } = await run(code, ['client'], {
      fetchToken: () => 'ann',
      show: (...words: unknown[]) => shown.push(words),
    })
    holdOn(client)
    expect(shown).toContainEqual(['1 of 1 have it', 'bob'])
    expect(shown).toContainEqual(['bob'])
  })

  it('who is there', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const url = await serve()
    const ann = holdOn(createClient({ url }))
    ann.channel('room:42').on('message', () => undefined)
    await vi.waitFor(() => expect(ann.status).toBe('online'))
    const code = snippet('Level 2: channels', 2).replace("'/realtime'", `'${url}'`)
    // It is stopped at its end, and so before there is an answer.
    const shown: unknown[] = []
    const { client } = await run(code.replace('there.stop()', ''), ['client'], {
      show: (what: unknown) => shown.push(what),
    })
    holdOn(client)
    await vi.waitFor(() => expect(shown.at(-1)).toMatchObject([{ presence: 'online', devices: [{ client: ann.id }] }]))
  })

  it('a reload', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    vi.stubGlobal('sessionStorage', new FakeMemory())
    const page = new FakePage()
    const url = await serve()
    const before = createClient({ url, page, session: tabSession('alice') })
    before.channel('room:42').send('left')
    page.say('pagehide')
    const shown: unknown[][] = []
    const code = snippet('Level 2: channels', 3).replace("'/realtime'", `'${url}'`)
    const { client } = await run(code, ['client'], { show: (...words: unknown[]) => shown.push(words) })
    holdOn(client)
    expect(shown).toEqual([[`${before.id}:1`, 'queued']])
    await vi.waitFor(() => expect(shown).toContainEqual(['left']))
  })

  it('the network detector', async () => {
    const asked: unknown[] = []
    vi.stubGlobal('fetch', (url: string) => Promise.resolve(asked.push(url)))
    const shown: unknown[][] = []
    const show = (...words: unknown[]) => shown.push(words)
    const { network } = await run(snippet('Level 2: channels', 4), ['network'], { show })
    closers.push(() => (network as NetworkDetector).close())
    await vi.waitFor(() => expect(shown).toEqual([['online', 'start']]))
    expect(asked).toEqual(['/favicon.ico'])
  })

  describe('where WebSocket does not get through', () => {
    const heading = 'Where WebSocket does not get through'
    const at = (n: number, url: string): string =>
      snippet(heading, n).replace(/'(\/|wss:\/\/example\.com\/)realtime'/, `'${url}'`)

    it('the app is told what serves', async () => {
      const refused = class extends WebSocket {
        constructor() {
          super('ws://127.0.0.1:1')
        }
      }
      vi.stubGlobal('WebSocket', refused)
      const shown: unknown[][] = []
      const show = (...words: unknown[]) => shown.push(words)
      holdOn((await run(at(0, await serve()), ['client'], { show })).client)
      await vi.waitFor(() => expect(shown).toEqual([['sse', 'the connection was lost'], ['sse']]))
    })

    it('some transports', async () => {
      const client = holdOn((await run(at(1, await serve()), ['client'])).client)
      await client.channel('room').send('hi').accepted
      expect(client.transport).toBe('sse')
    })

    it('WebSocket alone', async () => {
      vi.stubGlobal('WebSocket', WebSocket)
      const client = holdOn((await run(at(2, await serve()), ['client'])).client)
      await client.channel('room').send('hi').accepted
      expect(client.transport).toBe('websocket')
    })

    it('one of your own', async () => {
      vi.stubGlobal('WebSocket', WebSocket)
      const shown: unknown[] = []
      const show = (what: unknown) => shown.push(what)
      const client = holdOn((await run(at(3, await serve()), ['client'], { show })).client)
      await client.channel('room').send('hi').accepted
      expect(client.transport).toBe('loud')
      expect(shown.join()).toMatch(/"welcome".*"accepted"/)
    })

    it('and the cases that try it', async () => {
      const cases = new Map<string, () => Promise<void>>()
      const openStand = () => httpStand(sse())
      await run(snippet(heading, 4), [], {
        it: (name: string, test: () => Promise<void>) => cases.set(name, test),
        openStand,
      })
      expect(cases.size).toBeGreaterThan(10)
      await cases.get('carries text and bytes, both ways, in order')?.()
    })
  })

  it('the cases that try a store', async () => {
    const tried: string[] = []
    const left: string[] = []
    const waiting: Promise<void>[] = []
    const it = Object.assign(
      (name: string, test: () => Promise<void>) => {
        tried.push(name)
        waiting.push(test())
      },
      { skip: (name: string) => left.push(name) },
    )
    const openStand = async (limits: StoreLimitsWanted) => {
      const store = new MemoryStore(limits)
      const same = async () => store
      return { store, another: same, reopen: same, close: async () => undefined }
    }
    await run(snippet('Where WebSocket does not get through', 5), [], { it, openStand })
    await Promise.all(waiting)
    expect(tried.length).toBeGreaterThan(30)
    expect(left.length).toBeGreaterThan(2)
  })

  it('several nodes', async () => {
    const env = { HOLDFAST_SECRET: 'a secret of many characters' }
    const { one, two } = await run(snippet('Several nodes'), ['one', 'two'], { process: { env } })
    const [first, second] = [await listen(one), await listen(two)].map((url) => url.replace('ws:', 'http:'))
    const hello = '[{"t":"hello","v":1,"client":"ada","key":"secret","acked":0}]'
    const opened = await fetch(`${first}/realtime?hold=1000`, { method: 'POST', body: hello })
    const [, ticket = ''] = /^#\{"ticket":"(.*?)"\}/.exec(await opened.text()) ?? []
    const headers = { authorization: `Bearer holdfast.link.${ticket}` }
    const polled = await fetch(`${second}/realtime?since=0&hold=1000`, { headers })
    expect(await polled.text()).toContain('"welcome"')
  })

  it('hooks, messages of the server, metrics', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const http = createHttp()
    const { server, offset, entries } = await run(
      snippet('Hooks, and messages of the server'),
      ['server', 'offset', 'entries'],
      { http, isBanned: (user: string) => Promise.resolve(user === 'eve') },
    )
    const own = server as HoldfastServer
    closers.push(() => own.close({ after: 0, spread: 0 }))
    expect([offset, entries]).toMatchObject([1, [{ body: { news: 'hello' }, from: 'desk' }]])
    const url = `${await listen(http)}/realtime`
    const client = holdOn(
      (await run(snippet('Where it runs').replace('ws://127.0.0.1:8080/realtime', url), ['client'], quiet)).client,
    )
    await client.channel('room:42').send({ text: 'hi' }).accepted
    expect((await own.read('room:42', { from: 2 })).entries).toMatchObject([{ body: { text: 'hi', checked: true } }])
    const { text } = await run(snippet('Metrics and logs'), ['text'], { server })
    const table = rows(read('README.md'), 'metric, after holdfast_').map(([names = '']) => names.split(/, | \(/))
    for (const name of table.flat().filter((one) => !one.endsWith(')')))
      expect(text).toContain(`# TYPE holdfast_${name} `)
  })

  it('the server, and the client in Node', async () => {
    const stopped = vi.spyOn(process, 'once').mockReturnValue(process)
    const code = snippet('The server').replace('8080', `0, '127.0.0.1'`)
    const { http, server } = await run(code, ['http', 'server'], {
      process,
      userOf: (token: string) => Promise.resolve(token === 'bad' ? { banned: true } : { id: token }),
    })
    stopped.mockRestore()
    const open = http as Server
    closers.push(() => open.close())
    closers.push(() => (server as HoldfastServer).close({ after: 0, spread: 0 }))
    if (!open.listening) await once(open, 'listening')
    const { port } = open.address() as AddressInfo
    const inNode = snippet('Where it runs').replace('8080', String(port)).replace('{ url', `{ token: 'ann', url`)
    const client = holdOn((await run(inNode, ['client'], quiet)).client)
    await expect(client.channel('news').send('x').accepted).rejects.toMatchObject({ code: 'refused' })
    await expect(client.channel('else').send('x').accepted).resolves.toMatchObject({ state: 'accepted' })
  })
})
