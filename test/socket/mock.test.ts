// Over mock-socket, as many apps test: through an adapter that takes back its lies.
import { Server, WebSocket as MockSocket } from 'mock-socket'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ResilientWebSocket, type SocketOptions } from '../../src/socket.js'
import { record } from './fakes.js'

const URL = 'ws://mock/'

/** What mock-socket says otherwise than browsers: a failed dial is 1006, nothing is sent once closing, and a count is kept. */
class Adapter extends EventTarget {
  readonly bufferedAmount = 0
  readonly extensions = ''
  binaryType = 'blob'
  readonly #mock: MockSocket
  #failed = false

  constructor(url: string | URL, protocols?: string | string[]) {
    super()
    this.#mock = new MockSocket(url, protocols)
    this.#mock.onopen = () => this.dispatchEvent(new Event('open'))
    this.#mock.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data }))
    this.#mock.onerror = () => {
      this.#failed = true
      this.dispatchEvent(new Event('error'))
    }
    this.#mock.onclose = ({ code, reason, wasClean }) => {
      const fields = this.#failed ? { code: 1006, reason: '', wasClean: false } : { code, reason, wasClean }
      this.dispatchEvent(Object.assign(new Event('close'), fields))
    }
  }
  get url() {
    return this.#mock.url
  }
  get protocol() {
    return this.#mock.readyState === 0 ? '' : this.#mock.protocol
  }
  get readyState() {
    return this.#mock.readyState
  }
  send(data: string) {
    if (this.readyState === 1) this.#mock.send(data)
  }
  close(code?: number, reason?: string) {
    this.#mock.close(code, reason)
  }
}

let server: Server
const serve = (hear: (text: string, say: (text: string) => void) => void = () => undefined) => {
  server = new Server(URL, { mock: false })
  server.on('connection', (socket) => socket.on('message', (data) => hear(String(data), (text) => socket.send(text))))
}
const make = (options: SocketOptions = {}) => {
  const socket = new ResilientWebSocket(URL, [], { WebSocket: Adapter as never, ...options })
  return { socket, events: record(socket) }
}
/** Every hop of mock-socket takes 4 ms. */
const hop = (ms = 20) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  server.stop()
  vi.useRealTimers()
})

describe('over mock-socket', () => {
  it('opens, echoes, and closes', async () => {
    serve((text, say) => say(`echo ${text}`))
    const { socket, events } = make()
    socket.send('early')
    await hop()
    socket.send('late')
    socket.close(3000, 'done')
    await hop()
    expect(events).toMatchObject([
      { type: 'open' },
      { type: 'message', data: 'echo early' },
      { type: 'message', data: 'echo late' },
      { type: 'close', code: 3000, readyState: 3 },
    ])
  })

  it('comes back when the server does, with what was sent meanwhile', async () => {
    const heard: string[] = []
    serve((text) => heard.push(text))
    const { socket, events } = make()
    await hop(6_000)
    server.close({ code: 1012, reason: 'restart', wasClean: true })
    server.stop()
    await hop()
    socket.send('while away')
    await hop(100)
    serve((text) => heard.push(text))
    await hop(20_000)
    expect(heard).toEqual(['while away'])
    const types = events.map(({ type }) => type)
    expect([types.slice(0, 3), types.at(-1)]).toEqual([['open', 'close', 'retry'], 'open'])
    expect(events.filter(({ type, code }) => type === 'close' && code === 1006).length).toBeGreaterThan(0)
    socket.close()
  })

  it('replaces a link on which the server is silent', async () => {
    serve()
    const { socket, events } = make({ minReconnectionDelay: 5_000, heartbeat: { interval: 1_000, timeout: 1_000 } })
    await hop(2_100)
    expect(events).toMatchObject([
      { type: 'open' },
      { type: 'error' },
      { type: 'close', code: 4408 },
      { type: 'retry', attempt: 1 },
    ])
    socket.close()
  })

  it('keeps a link on which the server answers, and hides the answers', async () => {
    serve((text, say) => say(text === 'ping' ? 'pong' : text))
    const { socket, events } = make({ heartbeat: { interval: 1_000, timeout: 500, isPong: (data) => data === 'pong' } })
    await hop(60_000)
    expect(events).toEqual([{ type: 'open', readyState: 1 }])
    socket.close()
  })

  it('sends until it is acknowledged', async () => {
    const heard: string[] = []
    serve((text, say) => {
      if (heard.push(text) === 3) say(`ok ${text}`)
    })
    const { socket } = make({
      ack: {
        idOf: (data) => data as string,
        isAck: (data) => /^ok (.*)/.exec(data as string)?.[1],
      },
    })
    socket.send('a')
    await hop(60_000)
    expect([heard, socket.drainQueuedMessages()]).toEqual([['a', 'a', 'a'], []])
    socket.close()
  })
})
