// Real clients and a real server on this machine's loopback.
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import { type Client, createClient, type CreateClientOptions, webSocket } from '../../src/index.js'
import { createServer, MemoryStore, type Store } from '../../src/server/index.js'

export interface Served {
  port: number
  /** Ends every connection and stops listening, as a process that dies. */
  die: () => Promise<void>
}

export async function serve(store: Store = new MemoryStore(), port = 0): Promise<Served> {
  const http = createHttp()
  const server = createServer({ store, secret: 'the same for every life' }).attach(http, { path: '/realtime' })
  const sockets = new Set<{ destroy(): void }>()
  http.on('connection', (socket) => sockets.add(socket))
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const die = async () => {
    http.close()
    for (const socket of sockets) socket.destroy()
    await server.close({ after: 0, spread: 0 })
  }
  return { port: (http.address() as AddressInfo).port, die }
}

export function connect(port: number, options: Partial<CreateClientOptions> = {}): Client {
  const transports = [webSocket({ WebSocket: WebSocket as never })]
  return createClient({ url: `ws://127.0.0.1:${port}/realtime`, transports, ...options })
}

export function when(client: Client, wanted: (status: Client['status']) => boolean): Promise<number> {
  return new Promise((resolve) => {
    if (wanted(client.status)) resolve(performance.now())
    const off = client.on('status', ({ status }) => {
      if (!wanted(status)) return
      off()
      resolve(performance.now())
    })
  })
}

export const online = (client: Client): Promise<number> => when(client, (status) => status === 'online')
export const lost = (client: Client): Promise<number> => when(client, (status) => status !== 'online')
