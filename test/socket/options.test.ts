// Options are checked when the socket is made, and what happens can be read.
import { describe, expect, it, vi } from 'vitest'
import { ResilientWebSocket, type SocketOptions } from '../../src/socket.js'
import { FakeSocket, start } from './fakes.js'

const make = (options: unknown) =>
  new ResilientWebSocket('ws://fake', [], { WebSocket: FakeSocket as never, ...(options as SocketOptions) })

it.each<[unknown, string]>([
  [{ connectionTimeout: '5' }, 'options.connectionTimeout takes: number from 0'],
  [{ maxReconnectionDelay: -1 }, 'options.maxReconnectionDelay takes: number from 0'],
  [{ minUptime: NaN }, 'options.minUptime takes: number from 0'],
  [{ startClosed: 1 }, 'options.startClosed takes: boolean'],
  [{ nonRetryableCodes: 4000 }, 'options.nonRetryableCodes takes: list'],
  [{ nonRetryableCodes: { 0: 4000 } }, 'options.nonRetryableCodes takes: list'],
  [{ shouldReconnectOnClose: true }, 'options.shouldReconnectOnClose takes: function'],
  [{ WebSocket: 'ws' }, 'options.WebSocket takes: function'],
  [{ heartbeat: { interval: 'often' } }, 'heartbeat.interval takes: number from 100'],
  [{ heartbeat: { interval: 99 } }, 'heartbeat.interval takes: number from 100'],
  [{ heartbeat: { retries: 1.5 } }, 'heartbeat.retries takes: whole number'],
  [{ heartbeat: { retries: Infinity } }, 'heartbeat.retries takes: whole number'],
  [{ heartbeat: { message: { type: 'ping' } } }, 'heartbeat.message takes: data or function'],
  [{ heartbeat: true }, 'heartbeat takes: object'],
  [{ heartbeat: null }, 'heartbeat takes: object'],
  [{ heartbeat: { intervall: 1 } }, 'heartbeat.intervall is no option'],
  [{ ack: { idOf: () => 1, isAck: () => 1, wait: 1 } }, 'ack.wait is no option'],
  [{ dedupe: { idOf: () => 1, max: 1 } }, 'dedupe.max is no option'],
  [{ maxRetires: 1 }, 'options.maxRetires is no option'],
  [{ page: 'here' }, 'options.page takes: object or false'],
  [{ env: 1 }, 'options.env takes: object'],
  [{ ack: { idOf: () => 1 } }, 'ack.isAck takes: function'],
  [{ dedupe: {} }, 'dedupe.idOf takes: function'],
])('%j: %s', (options, message) => {
  expect(() => make(options)).toThrow(expect.objectContaining({ name: 'OptionError', code: 'bad-option', message }))
})

it('takes undefined for a default', () => {
  expect(() => make({ maxRetries: undefined, heartbeat: undefined, startClosed: true })).not.toThrow()
})

it.each([null, 'wss', 5, []])('options %j are none', (options) => {
  expect(() => new ResilientWebSocket('ws://fake', [], options as never)).toThrow('options takes: object')
})

it.each(['ping', new Uint8Array(1), new ArrayBuffer(1), new Blob(), () => 'ping'])('%s is a ping', (message) => {
  const heartbeat = { message, interval: Infinity, retries: 0 }
  expect(() => make({ heartbeat, page: false, startClosed: true })).not.toThrow()
})

describe('a URL that is no function', () => {
  const dial = (url: unknown) => new ResilientWebSocket(url as string, [], { WebSocket: FakeSocket as never })

  it.each([null, '', '/path', 'ws://', 'ftp://fake', 'ws://fake/#part', 'nonsense'])('%j is a SyntaxError', (url) => {
    FakeSocket.all = []
    expect(() => dial(url)).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
    expect(FakeSocket.all).toEqual([])
  })

  it.each(['ws://fake', 'wss://fake', 'http://fake', 'https://fake', new URL('ws://fake')])('%s is taken', (url) => {
    expect(() => dial(url)).not.toThrow()
  })

  it('must be given', () => {
    expect(() => dial(undefined)).toThrow(expect.objectContaining({ code: 'bad-option' }))
  })

  it('is relative to the page', () => {
    vi.stubGlobal('location', { href: 'https://fake/app/' })
    expect(() => dial('/path')).not.toThrow()
    vi.unstubAllGlobals()
  })
})

it('needs a WebSocket from somewhere', () => {
  vi.stubGlobal('WebSocket', undefined)
  expect(() => new ResilientWebSocket('ws://fake')).toThrow('options.WebSocket takes: function')
  vi.stubGlobal('WebSocket', FakeSocket)
  expect(() => new ResilientWebSocket('ws://fake', null, { startClosed: true })).not.toThrow()
  vi.unstubAllGlobals()
})

it('debug says what happens to debugLogger', async () => {
  const lines: unknown[][] = []
  const debugLogger = (...args: unknown[]) => lines.push(args)
  await start({ debugLogger })
  expect(lines).toEqual([])
  await start({ debug: true, debugLogger })
  FakeSocket.last.accept()
  expect(lines.slice(0, 2)).toEqual([
    [{ on: 'connect' }, [{ do: 'open', link: 1 }]],
    [{ on: 'opened', link: 1 }, [{ do: 'flush', fresh: true }]],
  ])
})

it('protocols may be a string, a list, nothing, or what makes them', async () => {
  FakeSocket.all = []
  const WebSocket = FakeSocket as never
  for (const protocols of ['a', ['a', 'b'], null, undefined, () => 'c', async () => ['d']])
    new ResilientWebSocket(() => 'ws://fake', protocols, { WebSocket })
  await new Promise((done) => setImmediate(done))
  expect(FakeSocket.all.map(({ protocols }) => protocols)).toEqual(['a', ['a', 'b'], [], [], 'c', ['d']])
})
