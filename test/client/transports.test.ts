import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client, createClient, type CreateClientOptions, customCodec, sse, webSocket } from '../../src/index.js'
import { answers, FakeEnv, FakeSocket } from '../socket/fakes.js'
import { FakeMemory } from '../support/fake-memory.js'
import { dialled, FakeTransport } from '../support/fake-transport.js'

const url = 'https://example.com/realtime'
const names = ['websocket', 'sse', 'long-poll'] as const

/** A client over three transports. */
async function racing(options: Partial<CreateClientOptions> = {}) {
  const [first, second, third] = names.map((name) => new FakeTransport(name)) as [
    FakeTransport,
    FakeTransport,
    FakeTransport,
  ]
  const memory = new FakeMemory()
  const rig = await dialled({ url, transports: [first, second, third], memory, ...options })
  const told: unknown[] = []
  rig.client.on('transport', (event) => told.push(event))
  return { ...rig, first, second, third, memory, told }
}

const remembered = ({ items }: FakeMemory): unknown => {
  const { transport, rtt } = JSON.parse(items.get('holdfast:https://example.com') ?? '{}') as Record<string, unknown>
  return rtt === undefined ? transport : [transport, rtt]
}

describe('which transport serves', () => {
  it('is told by an event and a getter, and stands in the journal', async () => {
    const { client, first, second, told, env } = await racing()
    expect(client.transport).toBeUndefined()
    first.last.end(1006, 'blocked')
    await answers()
    second.last.accept()
    await env.pass(0)
    expect(client.transport).toBe('sse')
    expect(told).toEqual([{ transport: 'sse', reason: 'blocked' }])
    expect(client.explain().map(({ what }) => what)).toContain('over sse: blocked')
  })
  it('is none while there is no link, and told again only where it is another', async () => {
    const { client, first, told, env } = await racing()
    first.last.accept()
    await env.pass(6_000)
    first.last.end()
    expect(client.transport).toBeUndefined()
    await env.pass(0)
    first.last.accept()
    await answers()
    expect(client.transport).toBe('websocket')
    expect(told).toEqual([{ transport: 'websocket', reason: '' }])
    client.close()
    expect(client.transport).toBeUndefined()
  })
  it('changes while the client stays online, when a better one works again', async () => {
    const { client, first, second, told, env } = await racing()
    const status: string[] = []
    first.last.end()
    await answers()
    second.last.accept()
    await answers()
    client.on('status', (event) => status.push(event.status))
    await env.pass(1_000)
    expect(first.dials).toHaveLength(2)
    first.last.opened()
    await answers()
    first.last.hear({ t: 'pong', id: 0 })
    await answers()
    expect(first.last.frames.map(({ t }) => t)).toEqual(['ping', 'hello'])
    first.last.accept()
    await answers()
    expect(client.transport).toBe('websocket')
    expect(told.at(-1)).toEqual({ transport: 'websocket', reason: 'a better transport works again' })
    expect(second.last.closes).toEqual([[1000, 'another transport serves']])
    expect(status).toEqual([])
    expect(client.stats().reconnects).toBe(0)
  })
  it('asks once for each race where to, and once for each climb', async () => {
    const token = vi.fn(() => 'secret')
    const { first, second, third, env } = await racing({ token })
    await env.pass(1_000)
    expect([first, second, third].map(({ dials }) => dials.length)).toEqual([1, 1, 1])
    expect(token).toHaveBeenCalledTimes(1)
    third.last.accept()
    await env.pass(2_000)
    expect([first, second].map(({ dials }) => dials.length)).toEqual([2, 2])
    expect(token).toHaveBeenCalledTimes(2)
  })
})

describe('what is remembered', () => {
  it('is what serves, with the round trip as soon as a link was lost', async () => {
    const { first, memory, env } = await racing()
    expect(remembered(memory)).toBeUndefined()
    first.last.accept()
    await answers()
    expect(remembered(memory)).toBe('websocket')
    await env.pass(15_000)
    const [ping] = first.last.frames.slice(-1)
    expect(ping).toMatchObject({ t: 'ping' })
    await env.pass(40)
    first.last.hear({ t: 'pong', id: 1 })
    first.last.end()
    expect(remembered(memory)).toEqual(['websocket', 40])
  })
  it('is the first the next time, at the pace of its round trips', async () => {
    const before = await racing()
    before.first.last.end()
    await answers()
    before.second.last.accept()
    await answers()
    const { first, second, env } = await racing({ memory: before.memory })
    expect([first.dials.length, second.dials.length]).toEqual([0, 1])
    await env.pass(500)
    expect(first.dials).toHaveLength(1)
  })
  it('is forgotten where it fails', async () => {
    const before = await racing()
    before.first.last.end()
    await answers()
    before.second.last.accept()
    await answers()
    const { second, memory } = await racing({ memory: before.memory })
    second.last.end()
    expect(remembered(before.memory)).toBeUndefined()
    expect(remembered(memory)).toBeUndefined()
  })
  it('is told anew where it was forgotten and works again', async () => {
    const { first, second, third, told, memory, env } = await racing()
    first.last.end()
    await answers()
    second.last.accept()
    await env.pass(0)
    for (const transport of [second, second, first, third]) {
      transport.last.end()
      await env.pass(250)
    }
    expect(remembered(memory)).toBeUndefined()
    expect(told).toHaveLength(1)
    // Of the two races that follow, the first is a cautious one.
    for (const wait of [500, 1_000]) {
      await env.pass(wait)
      first.last.end()
      await env.pass(0)
    }
    second.last.accept()
    await answers()
    expect(told).toMatchObject([{ transport: 'sse' }, { transport: 'sse' }])
    expect(remembered(memory)).toBe('sse')
  })
})

describe('createClient', () => {
  const requests: string[] = []
  beforeEach(() => {
    requests.length = 0
    FakeSocket.all.length = 0
    vi.stubGlobal('WebSocket', FakeSocket)
    vi.stubGlobal('fetch', (_: string | URL, { method = 'GET', headers }: RequestInit = {}) => {
      const of = (name: string): string => new Headers(headers).get(name) ?? ''
      requests.push(`${method} ${of('holdfast')} ${of('accept')}`)
      return new Promise(() => undefined)
    })
  })
  afterEach(() => vi.unstubAllGlobals())

  async function created(options: Partial<CreateClientOptions> = {}) {
    const env = new FakeEnv()
    const { now, timer, random } = env
    const client = createClient({ url, memory: false, page: false, env: { now, timer, random }, ...options })
    await env.pass(0)
    return { client, env }
  }

  it('has all four: WebSocket, then server-sent events, long polls and short polls', async () => {
    const { client, env } = await created()
    expect([FakeSocket.all.length, requests.length]).toEqual([1, 0])
    await env.pass(500)
    expect(requests).toEqual(['POST v=1 text/event-stream'])
    await env.pass(500)
    expect(requests).toHaveLength(2)
    await env.pass(500)
    expect(requests).toHaveLength(3)
    expect(requests.slice(1).every((request) => request.startsWith('POST v=1&hold='))).toBe(true)
    await env.pass(5_000)
    expect([FakeSocket.all.length, requests.length]).toEqual([1, 3])
    client.close()
  })
  it('leaves WebSocket out where the platform has none', async () => {
    vi.unstubAllGlobals()
    const platform = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
    Reflect.deleteProperty(globalThis, 'WebSocket')
    vi.stubGlobal('fetch', (_: unknown, { headers }: RequestInit = {}) => {
      requests.push(new Headers(headers).get('accept') ?? '')
      return new Promise(() => undefined)
    })
    try {
      const { client } = await created()
      expect(requests).toEqual(['text/event-stream'])
      client.close()
    } finally {
      if (platform) Object.defineProperty(globalThis, 'WebSocket', platform)
    }
  })
  it('has WebSocket alone for a server with a protocol of its own', async () => {
    const codec = customCodec({ encode: () => undefined, decode: () => undefined })
    const { client, env } = await created({ codec })
    await env.pass(7_000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(requests).toEqual([])
    client.close()
  })
  it('has those that it is given, in their order', async () => {
    const { client, env } = await created({ transports: [sse(), webSocket()], stagger: 50 })
    expect([FakeSocket.all.length, requests.length]).toEqual([0, 1])
    await env.pass(50)
    expect([FakeSocket.all.length, requests.length]).toEqual([1, 1])
    client.close()
  })
  it('is not needed: a client can be made with transports of its own, and of these it needs one at least', async () => {
    const takes = 'options.transports takes: list of transports; webSocket({ WebSocket }) where there is none'
    expect(() => new Client({ url } as never)).toThrow(takes)
    expect(() => new Client({ url, transports: [] })).toThrow(takes)
    const transport = new FakeTransport()
    const client = new Client({ url, transports: [transport], memory: false, page: false })
    await answers()
    transport.last.accept()
    expect(client.transport).toBe('fake')
    client.close()
  })
})
