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
  /** Default: the platform's. */
  WebSocket?: new (url: string, protocols: string[]) => WebSocketLike
  /** Asks why a dial with a token was refused, which a WebSocket does not tell. Default: the platform's. */
  fetch?: typeof fetch
}

const ABNORMAL = 1006

/** One WebSocket a link (RFC 6455). The token travels as a subprotocol, for browsers let a page set no header. */
export function webSocket({
  WebSocket = globalThis.WebSocket,
  fetch = globalThis.fetch,
}: WebSocketOptions = {}): Transport {
  return {
    name: 'websocket',
    open(target, on) {
      const { url, token, protocols } = target
      const secret = token === undefined ? undefined : `holdfast.token.${base64url(token)}`
      const names = secret === undefined ? [...protocols] : [...protocols, secret]
      const socket = new WebSocket(url.replace(/^http/, 'ws'), names)
      let opened = false
      let silent = false
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => {
        opened = true
        if (!silent) on.opened()
      }
      socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
        if (!silent) on.received(typeof data === 'string' ? data : new Uint8Array(data))
      }
      socket.onerror = () => {
        // A close event follows and says more.
      }
      socket.onclose = ({ code, reason, wasClean }: { code: number; reason: string; wasClean: boolean }) => {
        if (silent) return
        if (opened || secret === undefined) on.closed({ code, reason, clean: wasClean })
        else void refusal(fetch, target, secret).then((closing) => !silent && on.closed(closing))
      }
      return {
        send: (packet) => {
          socket.send(packet as string | Uint8Array<ArrayBuffer>)
        },
        close(code, reason) {
          silent = true
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
    if (status === 401 || status === 403) return { code: 4000 + status, reason: `the server answered ${status}` }
    const seconds = Number(headers.get('retry-after') ?? NaN)
    const closing = { code: ABNORMAL, reason: `the server answered ${status}` }
    return seconds >= 0 ? { ...closing, retryAfter: seconds * 1000 } : closing
  } catch {
    return { code: ABNORMAL, reason: 'no answer from the server' }
  }
}

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(bytes).replace(/[+/=]/g, (char) => ({ '+': '-', '/': '_' })[char] ?? '')
}
