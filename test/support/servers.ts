// Real clients, real servers and the network between them, all let go after each test.
import { once } from 'node:events'
import { createServer as createHttp, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, createClient, type CreateClientOptions, type From, webSocket } from '../../src/index.js'
import { createServer, type HoldfastServer, type ServerSettings } from '../../src/server/index.js'
import { FaultProxy } from './proxy.js'

const leaving: (() => unknown)[] = []

/** A server waits a while for clients that poll, to tell them that it leaves; no test waits for those that are cut off. */
const closing: Promise<void>[] = []
afterAll(() => Promise.all(closing))

/** Runs what is given when the test is over; the last comes first. */
export const later = (leave: () => unknown): number => leaving.push(leave)

export async function leaveAll(): Promise<void> {
  for (const leave of leaving.splice(0).reverse()) await leave()
}

export const PATH = '/realtime'

/** @param to not included. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)

export class Site {
  readonly http: HttpServer
  readonly holdfast: HoldfastServer

  private constructor(settings: ServerSettings) {
    this.http = createHttp()
    this.holdfast = createServer(settings).attach(this.http, { path: PATH })
  }

  /** @param port 0 takes a free one. */
  static async open(settings: ServerSettings = {}, port = 0): Promise<Site> {
    const site = new Site(settings)
    const sockets = new Set<{ destroy(): void }>()
    site.http.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))))
    site.http.listen(port, '127.0.0.1')
    await once(site.http, 'listening')
    later(() => {
      site.http.close()
      for (const socket of sockets) socket.destroy()
      closing.push(site.holdfast.close({ after: 0, spread: 0 }))
    })
    return site
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port
  }

  /** Sends everybody away and stops listening. */
  async close(spread = 0): Promise<void> {
    await this.holdfast.close({ after: 20, spread })
    const closed = once(this.http, 'close')
    this.http.close()
    this.http.closeAllConnections()
    await closed
  }
}

export async function proxyTo(target: () => number): Promise<FaultProxy> {
  const proxy = await FaultProxy.open(target)
  later(() => proxy.close())
  return proxy
}

/** Quick to notice, quick to come back. */
export const hasty = {
  heartbeat: { interval: 150, timeout: 300, retries: 0 },
  reconnect: { base: 20, cap: 100, connectTimeout: 1_000, stableAfter: 1_000 },
} satisfies Partial<CreateClientOptions>

export const transport = webSocket({ WebSocket: WebSocket as never })

export function clientOf(port: number | (() => number), options: Partial<CreateClientOptions> = {}): Client {
  const portOf = typeof port === 'number' ? () => port : port
  const url = () => `ws://127.0.0.1:${String(portOf())}${PATH}`
  const client = createClient({ url, transports: [transport], memory: false, ...hasty, ...options })
  later(() => client.close())
  return client
}

/** Resolves when the client is in that status, at once if it is. */
export function when(client: Client, wanted: Client['status']): Promise<void> {
  return new Promise((resolve) => {
    if (client.status === wanted) resolve()
    const off = client.on('status', ({ status }) => {
      if (status !== wanted) return
      off()
      resolve()
    })
  })
}

/** The next event of that name. */
export function next<Type extends 'status' | 'retry' | 'error'>(client: Client, type: Type) {
  return new Promise<Parameters<Parameters<typeof client.on<Type>>[1]>[0]>((resolve) => {
    const off = client.on(type, (event) => {
      off()
      resolve(event)
    })
  })
}

interface Heard {
  id: string
  offset: number
  body: unknown
}

/** Everything that a client hears in a channel, and the wait for enough of it. */
export class Ear {
  readonly heard: Heard[] = []
  readonly gaps: { from: number; to: number }[] = []
  #check = (): void => undefined

  constructor(client: Client, from: From = 'oldest', channel = 'room') {
    const room = client.channel(channel)
    room.on('gap', (gap) => this.gaps.push(gap))
    room.on(
      'message',
      ({ id, offset, body }) => {
        this.heard.push({ id, offset, body })
        this.#check()
      },
      { from },
    )
  }

  until(enough: (heard: readonly Heard[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (enough(this.heard)) resolve()
      }
      this.#check()
    })
  }

  count(many: number): Promise<void> {
    return this.until(({ length }) => length >= many)
  }

  get bodies(): unknown[] {
    return this.heard.map(({ body }) => body)
  }

  /** The bodies of one sender, in the order heard. */
  of({ id }: Client): unknown[] {
    return this.heard.flatMap((one) => (one.id.startsWith(`${id}:`) ? [one.body] : []))
  }
}
