// The transports that a client can run over: what must hold on each of them is tried once for each entry.
import { WebSocket } from 'ws'
import { longPoll, shortPoll, sse, type Transport, webSocket } from '../../src/index.js'

/** In place of the platform's. */
export interface Wire {
  WebSocket?: typeof WebSocket
  fetch?: typeof fetch
}

export interface Rung {
  name: string
  over(wire?: Wire): Transport
}

export const rungs: readonly Rung[] = [
  {
    name: 'websocket',
    over: ({ WebSocket: Socket = WebSocket, ...wire } = {}) => webSocket({ WebSocket: Socket as never, ...wire }),
  },
  { name: 'sse', over: (wire) => sse(wire) },
  { name: 'long-poll', over: (wire) => longPoll(wire) },
  // Quick, for who polls in tests has nothing else to do.
  { name: 'short-poll', over: (wire) => shortPoll({ interval: 50, ...wire }) },
]

/** Takes part of what is sent for itself; answers what passes on nothing, as a network that swallows it after the ack of TCP. */
export function mutable(): { wire: Wire; mute: boolean } {
  const one: { wire: Wire; mute: boolean } = {
    mute: false,
    wire: {
      WebSocket: class extends WebSocket {
        override send(data: never): void {
          if (!one.mute) super.send(data)
        }
      },
      fetch: (url, init) => {
        if (!one.mute || init?.method !== 'POST') return fetch(url, init)
        const isAnswered = /\bsince=/.test(new Headers(init.headers).get('holdfast') ?? '')
        return Promise.resolve(isAnswered ? new Response('') : new Response(null, { status: 204 }))
      },
    },
  }
  return one
}

/** Everything that was said, as it was handed to the platform: packets of a WebSocket, lines of an HTTP body. */
export function recorded(): { wire: Wire; said: string[] } {
  const said: string[] = []
  return {
    said,
    wire: {
      WebSocket: class extends WebSocket {
        override send(data: never): void {
          said.push(String(data))
          super.send(data)
        }
      },
      fetch: (url, init) => {
        if (typeof init?.body === 'string' && init.body) said.push(...init.body.split('\n'))
        return fetch(url, init)
      },
    },
  }
}
