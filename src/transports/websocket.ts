import { closingOf } from './answer.js'
import { base64url } from './base64.js'
import type { Transport, TransportEvents, Target } from './transport.js'

/** The part of the standard's class that is used; Node's `ws` has it as well. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
}

export interface WebSocketOptions {
  /** The class to dial with; in Node 20, which has none, that of `ws`. Default: the platform's. */
  WebSocket?: new (url: string, protocols: string[]) => WebSocketLike
  /** Asks why a dial with a token was refused, which a WebSocket does not tell. Default: the platform's. */
  fetch?: typeof fetch
}

/**
 * The transport `websocket`: one WebSocket a link (RFC 6455), one message a packet. The token travels as a subprotocol,
 * for browsers let a page set no header. A dial with a token that failed is asked after by a plain GET: 401 is close
 * code 4401, 403 is 4403, 429 and 503 are 1013, anything else is 1006; `Retry-After` is kept, but not of 401 and 403.
 */
export function webSocket({
  WebSocket = globalThis.WebSocket,
  fetch = globalThis.fetch,
}: WebSocketOptions = {}): Transport {
  return {
    name: 'websocket',
    open(target, events) {
      const { url, token, protocols } = target
      const secret = token === undefined ? undefined : `holdfast.token.${base64url(token)}`
      const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols.concat(secret ?? []))
      let opened = false
      /** Nobody listens any more once this side has closed. */
      let on: TransportEvents | undefined = events
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => {
        opened = true
        on?.opened()
      }
      socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
        on?.received(typeof data === 'string' ? data : new Uint8Array(data))
      }
      socket.onerror = () => {
        // A close event follows and says more.
      }
      socket.onclose = ({ code, reason, wasClean: clean }: { code: number; reason: string; wasClean: boolean }) => {
        if (opened || !secret) on?.closed({ code, reason, clean })
        else if (on) void refusal(fetch, target, secret).then((closing) => on?.closed(closing))
      }
      return {
        send: (packet) => {
          socket.send(packet as string | Uint8Array<ArrayBuffer>)
        },
        close(code, reason) {
          on = undefined
          // The standard lets a page say 1000 and 3000 … 4999 only, and reasons of 123 bytes.
          socket.close(code >= 3000 ? code : 1000, reason.slice(0, 40))
        },
        get buffered() {
          return socket.bufferedAmount
        },
      }
    },
  }
}

type Closed = Parameters<TransportEvents['closed']>[0]

/** The same address, asked by HTTP, gives the status that the browser keeps to itself. */
async function refusal(ask: typeof fetch, { url }: Target, secret: string): Promise<Closed> {
  try {
    const { status, headers } = await ask(url.replace(/^ws/, 'http'), {
      headers: { authorization: `Bearer ${secret}` },
    })
    return closingOf(status, headers)
  } catch {
    return closingOf(0)
  }
}
