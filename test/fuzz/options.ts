// Options of any kind: what they make works, or they are refused by the named error.
import fc from 'fast-check'
import { createClient } from '../../src/index.js'
import { createServer } from '../../src/server/index.js'
import { ResilientWebSocket } from '../../src/socket.js'
import { OptionError } from '../../src/wire/errors.js'

const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    0,
    -1,
    1,
    0.5,
    NaN,
    Infinity,
    2 ** 53,
    65_536,
    '',
    'x',
    true,
    false,
    '*',
    'reject',
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    () => undefined,
    () => 1,
    Symbol('x'),
    1n,
  ),
  fc.anything({ withBigInt: true }),
)
const some = (...names: string[]) =>
  fc.dictionary(
    fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
    value,
    { maxKeys: 3 },
  )
const options = (...names: string[]) =>
  fc.oneof({ weight: 20, arbitrary: some(...names) }, { weight: 1, arbitrary: value })

const heartbeat = ['interval', 'timeout', 'retries', 'hidden', 'message', 'isPong']
const reconnect = ['base', 'cap', 'factor', 'floor', 'maxRetries', 'stableAfter', 'connectTimeout']
const outbox = ['maxMessages', 'maxBytes', 'onFull', 'window', 'windowBytes', 'ttl']
const nested = (name: string, names: string[]) => some(...names).map((one) => ({ [name]: one }))

/** A socket that never opens. */
class Nowhere {
  static readonly CONNECTING = 0
  readonly readyState = 0
  readonly bufferedAmount = 0
  binaryType = 'blob'
  addEventListener(): void {}
  removeEventListener(): void {}
  send(): void {}
  close(): void {}
}

/** Makes it, and lets it go. */
function holds(make: () => { close: () => unknown }): void {
  try {
    void make().close()
  } catch (error) {
    if (!(error instanceof OptionError) || error.code !== 'bad-option') throw error
  }
}

/** Nothing is dialled, and no timer of a case outlives it. */
const base = { WebSocket: Nowhere, network: false, page: false, memory: false }

export const servers = fc.property(
  options(
    ...[
      'store',
      'authenticate',
      'authorize',
      'onMessage',
      'secret',
      'ticketTtl',
      'allowedOrigins',
      'idle',
      'helloTimeout',
      'trustProxy',
    ],
    ...[
      'authenticateTimeout',
      'bodyTimeout',
      'callTimeout',
      'maxPacket',
      'maxBuffered',
      'keepAlive',
      'pollHold',
      'pollGrace',
      'linkTtl',
    ],
    ...[
      'window',
      'pushWindow',
      'maxSubscriptions',
      'maxLinks',
      'maxLinksPerUser',
      'maxLinksPerAddress',
      'maxFrameRate',
      'maxByteRate',
    ],
    ...['maxAccepts', 'perMessageDeflate', 'log', 'env'],
  ),
  (given) => holds(() => createServer(given as never)),
)

const transport = { name: 'nowhere', open: () => ({ send: () => undefined, close: () => undefined, buffered: 0 }) }

export const clients = fc.property(
  fc.oneof(
    options(
      'url',
      'token',
      'heartbeat',
      'reconnect',
      'outbox',
      'codec',
      'transports',
      'stagger',
      'memory',
      'session',
      'network',
      'page',
      'env',
    ),
    nested('heartbeat', heartbeat),
    nested('reconnect', reconnect),
    nested('outbox', outbox),
  ),
  (given) =>
    holds(() => {
      const isPlain = Object.prototype.toString.call(given) === '[object Object]'
      return createClient(
        (isPlain
          ? { url: 'ws://x.invalid', transports: [transport], memory: false, page: false, ...(given as object) }
          : given) as never,
      )
    }),
)

export const sockets = fc.property(
  fc.oneof(
    options('heartbeat', 'reconnect', 'queue', 'ack', 'dedupe', 'network', 'page', 'env', 'binaryType'),
    nested('heartbeat', heartbeat),
    nested('reconnect', reconnect),
  ),
  (given) =>
    holds(() => {
      const isPlain = Object.prototype.toString.call(given) === '[object Object]'
      return new ResilientWebSocket(
        'ws://x.invalid',
        [],
        (isPlain ? { ...base, ...(given as object) } : given) as never,
      )
    }),
)
