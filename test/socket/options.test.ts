// Options are checked when the socket is made, and what happens can be read.
import { expect, it, vi } from 'vitest'
import { ResilientWebSocket, type SocketOptions } from '../../src/socket.js'
import { FakeSocket, start } from './fakes.js'

const make = (options: unknown) =>
  new ResilientWebSocket('ws://fake', [], { WebSocket: FakeSocket as never, ...(options as SocketOptions) })

it.each<[unknown, string]>([
  [{ connectionTimeout: '5' }, 'connectionTimeout takes a number of at least 0'],
  [{ maxReconnectionDelay: -1 }, 'maxReconnectionDelay takes a number of at least 0'],
  [{ minUptime: NaN }, 'minUptime takes a number of at least 0'],
  [{ startClosed: 1 }, 'startClosed takes a boolean'],
  [{ nonRetryableCodes: 4000 }, 'nonRetryableCodes takes a object'],
  [{ shouldReconnectOnClose: true }, 'shouldReconnectOnClose takes a function'],
  [{ WebSocket: 'ws' }, 'WebSocket takes a function'],
  [{ heartbeat: { interval: 'often' } }, 'heartbeat.interval takes a number of at least 0'],
  [{ ack: { idOf: () => 1 } }, 'ack.isAck takes a function'],
  [{ dedupe: {} }, 'dedupe.idOf takes a function'],
])('%j: %s', (options, message) => {
  expect(() => make(options)).toThrow(expect.objectContaining({ name: 'OptionError', code: 'bad-option', message }))
})

it('takes undefined for a default', () => {
  expect(() => make({ maxRetries: undefined, heartbeat: undefined, startClosed: true })).not.toThrow()
})

it('needs a WebSocket from somewhere', () => {
  vi.stubGlobal('WebSocket', undefined)
  expect(() => new ResilientWebSocket('ws://fake')).toThrow('WebSocket takes a function')
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
