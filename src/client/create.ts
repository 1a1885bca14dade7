import { longPoll, shortPoll } from '../transports/poll.js'
import { sse } from '../transports/sse.js'
import type { Transport } from '../transports/transport.js'
import { webSocket } from '../transports/websocket.js'
import { isObject } from '../wire/shape.js'
import { Client } from './client.js'
import type { CreateClientOptions } from './options.js'

/** All that this platform has, the best first; a server with a protocol of its own speaks WebSocket alone. */
function usual(custom: boolean): Transport[] {
  const sockets = 'WebSocket' in globalThis ? [webSocket()] : []
  return custom ? sockets : [...sockets, sse(), longPoll(), shortPoll()]
}

/**
 * Connects, and stays connected until `close()`: over WebSocket, or where that does not get through over server-sent
 * events, long polls or short polls. Returns at once; how it goes is told by the events `status`, `retry`, `transport`
 * and `error`, and a provider that fails is among them. For a bundle with some transports only there is {@link Client}.
 * @throws OptionError (`bad-option`) for an option that it does not know, or with a value it does not take.
 */
export function createClient(options: CreateClientOptions): Client {
  // What is no object, the client refuses.
  if (!isObject(options)) return new Client(options as never)
  const { transports = usual(options.codec !== undefined) } = options
  return new Client({ ...options, transports })
}
