import { clientCodec } from '../../src/wire/codec.js'
import { describe, expect, it, vi } from 'vitest'
import { createClient } from '../../src/index.js'
import { answers } from '../socket/fakes.js'
import { dialled, online } from '../support/fake-transport.js'

describe('options', () => {
  const url = 'ws://fake/'
  it('name the transport where the platform has no WebSocket', () => {
    const platform = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
    Reflect.deleteProperty(globalThis, 'WebSocket')
    try {
      expect(() => createClient({ url, codec: clientCodec })).toThrow(
        'options.transports takes: list of transports; webSocket({ WebSocket }) where there is none',
      )
    } finally {
      if (platform) Object.defineProperty(globalThis, 'WebSocket', platform)
    }
  })
  const takesList = 'options.transports takes: list of transports; webSocket({ WebSocket }) where there is none'
  const takesUrl = 'options.url takes: http(s) or ws(s) URL, or function'
  it.each<[string, unknown]>([
    [`options takes: object`, undefined],
    [`options takes: object`, null],
    [`options takes: object`, url],
    [`options.heartBeat is no option`, { url, heartBeat: {} }],
    [`${takesUrl}`, {}],
    [`${takesUrl}`, { url: '' }],
    [`${takesUrl}`, { url: 5 }],
    [`${takesUrl}`, { url: null }],
    [`${takesUrl}`, { url: {} }],
    [`${takesUrl}`, { url: 'http://[bad' }],
    [`${takesUrl}`, { url: 'ftp://x/' }],
    [`${takesUrl}`, { url: new URL('ftp://x/') }],
    [`${takesUrl}`, { url: '/no/page' }],
    [`options.token takes: string or function`, { url, token: 5 }],
    [`options.codec takes: what customCodec() makes`, { url, codec: {} }],
    [`options.codec takes: what customCodec() makes`, { url, codec: null }],
    [takesList, { url, transports: {} }],
    [takesList, { url, transports: [] }],
    [takesList, { url, transports: [{}] }],
    [`options.stagger takes: number from 1`, { url, stagger: 0 }],
    [`options.memory takes: object with getItem(), or false`, { url, memory: {} }],
    [`options.heartbeat takes: object or false`, { url, heartbeat: 5 }],
    [`options.heartbeat takes: object or false`, { url, heartbeat: true }],
    [`reconnect takes: object`, { url, reconnect: false }],
    [`outbox takes: object`, { url, outbox: 5 }],
    [`options.network takes: object with on()`, { url, network: Object.create(null) }],
    [`options.page takes: object or false`, { url, page: true }],
    [`options.env takes: object of functions`, { url, env: { now: 0 } }],
    [`options.env takes: object of functions`, { url, env: () => 0 }],
    [`heartbeat.interval takes: number from 100`, { url, heartbeat: { interval: 99 } }],
    [`heartbeat.timeout takes: number from 0`, { url, heartbeat: { timeout: -1 } }],
    [`heartbeat.timeout takes: number from 0`, { url, heartbeat: { timeout: '5s' } }],
    [`heartbeat.retries takes: whole number`, { url, heartbeat: { retries: 1.5 } }],
    [`heartbeat.retries takes: whole number`, { url, heartbeat: { retries: Infinity } }],
    [`heartbeat.period is no option`, { url, heartbeat: { period: 1 } }],
    [`reconnect.cap takes: number from 0`, { url, reconnect: { cap: NaN } }],
    [`reconnect.factor takes: number from 1`, { url, reconnect: { factor: 0.5 } }],
    [`reconnect.connectTimeout takes: number from 1`, { url, reconnect: { connectTimeout: 0 } }],
    [`reconnect.connectTimeout takes: number from 1`, { url, reconnect: { connectTimeout: null } }],
    [`outbox.window takes: number from 1`, { url, outbox: { window: true } }],
    [`outbox.window takes: number from 1`, { url, outbox: { window: 0 } }],
    [`outbox.windowBytes takes: number from 1`, { url, outbox: { windowBytes: 0 } }],
    [`outbox.onFull takes: 'reject' or 'drop-oldest'`, { url, outbox: { onFull: 'block' } }],
    [`outbox.onFull takes: 'reject' or 'drop-oldest'`, { url, outbox: { onFull: 1 } }],
    [`outbox.toString is no option`, { url, outbox: { toString: 1 } }],
  ])('%s', (message, options) => {
    expect(() => createClient(options as never)).toThrow(
      expect.objectContaining({ name: 'OptionError', code: 'bad-option', message }),
    )
  })
  it('at their least are taken', async () => {
    const { client } = await online({
      heartbeat: { interval: 100, retries: 0 },
      reconnect: { factor: 1, connectTimeout: 1 },
      outbox: { window: 1, windowBytes: 1 },
    })
    expect(client.status).toBe('online')
  })
  it('url: a URL object, and one relative to the page', async () => {
    vi.stubGlobal('location', { href: 'https://example.com/app/' })
    try {
      const dials = []
      for (const url of [new URL('ws://fake/a'), () => new URL('ws://fake/b'), 'realtime', '/realtime'])
        dials.push((await dialled({ url })).transport.last.target.url)
      expect(dials).toEqual([
        'ws://fake/a',
        'ws://fake/b',
        'https://example.com/app/realtime',
        'https://example.com/realtime',
      ])
    } finally {
      vi.unstubAllGlobals()
    }
  })
  it('undefined means the default', async () => {
    const { client } = await online({
      heartbeat: { interval: undefined as never },
      reconnect: {},
      token: undefined as never,
    })
    expect(client.status).toBe('online')
  })
})

describe('providers', () => {
  it('are asked on each dial, together', async () => {
    const url = vi.fn(() => Promise.resolve('ws://fake/a'))
    let tokens = 0
    const { transport, env } = await dialled({ url, token: () => `token ${String(++tokens)}` })
    transport.last.end()
    await env.pass(500)
    expect(url).toHaveBeenCalledTimes(2)
    expect(transport.dials.map(({ target }) => [target.url, target.token])).toEqual([
      ['ws://fake/a', 'token 1'],
      ['ws://fake/a', 'token 2'],
    ])
  })
  it.each<[string, () => string | Promise<string>]>([
    [
      'throws',
      () => {
        throw new Error('no token')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no token'))],
    ['rejects with no error', () => Promise.reject('no token' as never)],
  ])('one that %s is told and tried again', async (_how, token) => {
    const ask = vi.fn(token)
    const { client, env, transport } = await dialled({ token: ask })
    const errors: unknown[] = []
    client.on('error', (error) => errors.push(error.message))
    await env.pass(500)
    expect(errors).toEqual(['no token'])
    expect(ask).toHaveBeenCalledTimes(2)
    expect(transport.dials).toEqual([])
    ask.mockReturnValue('yes')
    await env.pass(5_000)
    expect(transport.last.target.token).toBe('yes')
    expect(
      client
        .explain()
        .map(({ what }) => what)
        .join('\n'),
    ).toContain('could not dial: no token')
  })
  it('one that answers after the link was given up dials nothing', async () => {
    let answer: (url: string) => void = () => undefined
    const { client, transport, env } = await dialled({
      url: () => new Promise<string>((resolve) => (answer = resolve)),
    })
    await env.pass(8_000)
    expect(client.status).toBe('connecting')
    answer('ws://fake/late')
    client.close()
    answer('ws://fake/later')
    await answers()
    expect(transport.dials).toEqual([])
    expect(env.timers.size).toBe(0)
  })
  it.each(['not a url', 'ftp://x/'])('one that gives %j is told, not thrown', async (url) => {
    const { client, env } = await dialled({ url: () => url })
    const errors = vi.fn()
    client.on('error', errors)
    await env.pass(500)
    expect(errors).toHaveBeenCalled()
  })
})

describe('one task, one message', () => {
  it('the first: hello, questions and messages', async () => {
    const { client, transport } = await dialled()
    client.channel('a').on('message', () => undefined)
    for (let n = 0; n < 3; n++) client.channel('a').send(n)
    transport.last.accept()
    await answers()
    expect(transport.last.packets).toHaveLength(1)
    expect(transport.last.frames.map(({ t }) => t)).toEqual(['hello', 'sub', 'send', 'send', 'send'])
  })
  it('every other', async () => {
    const { client, transport } = await online()
    for (let n = 0; n < 50; n++) client.channel('a').send(n)
    client.channel('b').on('message', () => undefined)
    await answers()
    expect(transport.last.packets).toHaveLength(1)
    expect(transport.last.frames).toHaveLength(51)
  })
  it('except where the packet would be more than the server takes', async () => {
    const { client, transport } = await dialled({ outbox: { windowBytes: 100_000 } })
    transport.last.accept({ max: 2_000 })
    await answers()
    transport.last.packets.length = 0
    for (let n = 0; n < 20; n++) client.channel('a').send('x'.repeat(200))
    await answers()
    expect(transport.last.frames).toHaveLength(20)
    expect(transport.last.packets.length).toBeGreaterThan(1)
    for (const packet of transport.last.packets) expect(packet.length).toBeLessThanOrEqual(2_000)
  })
})

describe('one timer', () => {
  it('whatever is pending', async () => {
    const { client, transport, env } = await dialled()
    expect(env.timers.size).toBe(1)
    transport.last.accept()
    const room = client.channel('room')
    room.on('message', () => undefined)
    const asked = room.history()
    for (let n = 0; n < 1_000; n++) room.send(n, { ttl: 1_000 + n })
    expect(env.timers.size).toBe(1)
    transport.last.end()
    expect(env.timers.size).toBe(1)
    client.close()
    await expect(asked).rejects.toMatchObject({ code: 'closed' })
  })
  it('traffic re-arms nothing', async () => {
    const { transport, env } = await online()
    const { armed } = env
    for (let n = 0; n < 100; n++) {
      env.time += 10
      transport.last.hear({ t: 'ping', id: n })
    }
    expect(env.armed).toBe(armed)
  })
})

describe('what the app is told', () => {
  it('status and retry, with reasons, in order', async () => {
    const { client, transport, env } = await dialled()
    const told: unknown[] = []
    client.on('status', ({ status, reason }) => told.push([status, reason]))
    client.on('retry', ({ attempt, delay, reason }) => told.push([attempt, delay, reason]))
    transport.last.accept()
    await env.pass(6_000)
    transport.last.end(1006, 'cut')
    await answers()
    transport.last.end(1006)
    await env.pass(1_000)
    transport.last.accept()
    client.close()
    expect(told).toEqual([
      ['online', ''],
      [0, 0, 'cut'],
      ['reconnecting', 'cut'],
      [1, 250, 'the connection was lost'],
      ['reconnecting', 'the connection was lost'],
      ['online', ''],
      ['closed', 'closed by the app'],
    ])
  })
  it('a packet that is none: the link is ended, with words, and another is made', async () => {
    const { client, transport } = await online({ reconnect: { cap: 0 } })
    const errors: string[] = []
    client.on('error', ({ name }) => errors.push(name))
    for (const packet of ['nonsense', '{}', '[{"t":"welcome"}]', '[{"t":"__proto__"}]', new Uint8Array([1])]) {
      transport.last.say(packet)
      expect(transport.last.closes.map(([code]) => code)).toEqual([4400])
      await answers()
      transport.last.accept()
    }
    expect(errors).toEqual(Array(5).fill('FrameError'))
    expect(client.status).toBe('online')
  })
  it('explain(): the last disconnect in words', async () => {
    const { client, transport, env } = await online()
    await env.pass(6_000)
    transport.last.end(1012, 'the server goes down')
    const words = client.explain().map(({ what }) => what)
    expect(words).toEqual([
      'connecting',
      'over fake',
      'online',
      'the server goes down; next try in 0 ms',
      'reconnecting: the server goes down',
    ])
    for (const { time } of client.explain()) expect(time).toBeGreaterThan(1_600_000_000_000)
  })
  it('explain() forgets: it is a ring, not a leak', async () => {
    const { client, transport, env } = await online()
    for (let n = 0; n < 200; n++) {
      transport.last.end()
      await env.pass(20_000)
    }
    expect(client.explain().length).toBeLessThanOrEqual(100)
    client.close()
    expect(client.explain().at(-1)?.what).toBe('closed: closed by the app')
  })
  it('stats(): what waits, what is on its way, what was lost', async () => {
    const { client, transport, env } = await online({ outbox: { window: 2 } })
    const room = client.channel('room')
    for (let n = 0; n < 3; n++) room.send('abc')
    expect(client.stats()).toMatchObject({ queued: 3, inFlight: 2, bytes: 15, retransmits: 0, reconnects: 0 })
    await env.pass(100)
    transport.last.hear({ t: 'accepted', seq: 2 })
    expect(client.stats()).toMatchObject({ queued: 1, inFlight: 1, bytes: 5, rtt: 100, rto: 300 })
    room.on('message', () => undefined)
    const entry = { t: 'message', ch: 'room', offset: 1, id: 'b:1', from: '', time: 0, body: '1' } as const
    transport.last.hear({ t: 'subscribed', ch: 'room', epoch: 'e', next: 1 }, entry, entry)
    expect(client.stats().duplicates).toBe(1)
    transport.last.end()
    await env.pass(250)
    transport.last.accept()
    expect(client.stats()).toMatchObject({ reconnects: 1, recovery: 250, queued: 1, retransmits: 1 })
  })
})

describe('the page', () => {
  it('offline, then the link is lost: nothing is dialled until it is online again', async () => {
    const { client, transport, page, env } = await online()
    page.say('offline')
    expect(client.status).toBe('online')
    transport.last.end()
    expect(client.status).toBe('offline')
    await env.pass(20_000)
    expect(transport.dials).toHaveLength(1)
    page.say('online')
    await answers()
    expect(transport.dials).toHaveLength(2)
  })
  it('put away and back: the link is let go, and made anew', async () => {
    const { client, transport, page } = await online()
    page.say('pagehide')
    expect(transport.last.closes).toHaveLength(1)
    expect(client.status).toBe('offline')
    page.say('pageshow', { persisted: true })
    await answers()
    expect(transport.dials).toHaveLength(2)
  })
  it('page: false hears nothing of it', async () => {
    const { transport, page } = await online({ page: false })
    page.say('pagehide')
    expect(transport.last.closes).toEqual([])
  })
})

describe('the app', () => {
  it('may send, close and dial from inside a listener', async () => {
    const { client, transport } = await online()
    const room = client.channel('room')
    const first = room.send(1)
    const inner: string[] = []
    first.on('state', ({ state }) => {
      if (state === 'accepted') inner.push(room.send(2).state)
    })
    const off = client.on('status', ({ status }) => {
      off()
      if (status === 'reconnecting') client.close()
    })
    transport.last.hear({ t: 'accepted', seq: 1 })
    await answers()
    expect(transport.last.frames.at(-1)).toMatchObject({ t: 'send', seq: 2 })
    transport.last.end()
    await answers()
    expect(client.status).toBe('closed')
    expect(transport.dials).toHaveLength(1)
    client.reconnect()
    await answers()
    expect(transport.dials).toHaveLength(2)
  })
})
