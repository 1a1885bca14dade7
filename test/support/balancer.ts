// A load balancer without any stickiness, before several nodes: each request, and each upgrade, goes to the node after the
// one before. A node that takes no connection is passed over; what was under way at one that died is answered with 502.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Of one connection, not of what is said over it. */
const HOP = ['connection', 'keep-alive', 'transfer-encoding']

export interface Asked {
  method: string
  url: string
  headers: IncomingMessage['headers']
  /** Of the answer, once there is one; 101 is an upgrade passed on. */
  status?: number
}

export class Balancer {
  /** The node of each request, in their order. */
  readonly went: number[] = []
  /** All that came in, upgrades as well. */
  readonly asked: Asked[] = []
  /** What becomes of upgrades: passed on; refused; or neither, ever. */
  upgrades: 'pass' | 'refuse' | 'hang' = 'pass'
  /** What becomes of all others: passed on, or refused. */
  requests: 'pass' | 'refuse' = 'pass'
  readonly #nodes: () => readonly number[]
  readonly #server = createServer((request, response) => {
    this.#pass(request, response).catch(() => response.destroy())
  })
  readonly #sockets = new Set<Duplex>()
  #turn: number

  private constructor(nodes: () => readonly number[], first: number) {
    this.#nodes = nodes
    this.#turn = first
    this.#server.on('upgrade', (request, socket, head) => void this.#join(request, socket, head))
    this.#server.on('connection', (socket) => this.#hold(socket))
  }

  /** @param nodes gives their ports, asked for each request. @param first the node of the first one. */
  static async open(nodes: () => readonly number[], first = 0): Promise<Balancer> {
    const balancer = new Balancer(nodes, first)
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    return balancer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((done) => this.#server.close(() => done()))
  }

  /** Never a connection twice, so that nothing but the turn says where a request goes. */
  async #dial(): Promise<Socket | undefined> {
    for (let left = this.#nodes().length; left--;) {
      const node = this.#turn++ % this.#nodes().length
      const socket = connect({ port: this.#nodes()[node] ?? 0, host: '127.0.0.1', noDelay: true })
      this.#hold(socket)
      const connected = await once(socket, 'connect').catch(() => false)
      if (!connected) continue
      this.went.push(node)
      return socket
    }
    return undefined
  }

  #note({ method = '', url = '', headers }: IncomingMessage): Asked {
    const asked: Asked = { method, url, headers }
    this.asked.push(asked)
    return asked
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = this.#note(request)
    response.once('close', () => (asked.status = response.statusCode))
    if (this.requests === 'refuse') {
      request.socket.destroy()
      return
    }
    const body: Buffer[] = []
    for await (const part of request) body.push(part as Buffer)
    const socket = await this.#dial()
    response.once('close', () => socket?.destroy())
    if (!socket || response.destroyed) {
      response.writeHead(502).end()
      return
    }
    const { method, url: path, headers } = request
    const up = ask({ createConnection: () => socket, method, path, headers: { ...headers, connection: 'close' } })
    up.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    up.on('response', (answer) => {
      const told = Object.entries(answer.headers).filter(([name]) => !HOP.includes(name))
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(told) as Record<string, string>)
      response.flushHeaders()
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    up.end(Buffer.concat(body))
  }

  async #join(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const asked = this.#note(request)
    if (this.upgrades === 'hang') return
    if (this.upgrades === 'refuse') {
      asked.status = 400
      client.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    asked.status = 101
    const node = await this.#dial()
    if (!node) {
      client.destroy()
      return
    }
    const headers = request.rawHeaders.map((word, at) => (at % 2 ? `: ${word}\r\n` : word)).join('')
    node.write(`GET ${request.url ?? ''} HTTP/1.1\r\n${headers}\r\n`)
    node.write(head)
    client.pipe(node).pipe(client)
    client.on('close', () => node.destroy())
    node.on('close', () => client.destroy())
  }

  #hold(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
