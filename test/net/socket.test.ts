// The socket over the real thing: `ws` on both sides of a TCP connection.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocket, WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import { ResilientWebSocket, type SocketOptions } from '../../src/socket.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(port = 0, hear: (socket: ServerSocket) => void = () => undefined) {
  const http: Server = createServer()
  const server = new WebSocketServer({ server: http })
  server.on('connection', hear)
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const stop = async () => {
    for (const client of server.clients) client.terminate()
    server.close()
    await new Promise((done) => http.close(done))
  }
  cleanups.push(stop)
  return { server, stop, port: (http.address() as AddressInfo).port }
}

function connect(port: number, options: SocketOptions = {}) {
  const socket = new ResilientWebSocket(`ws://127.0.0.1:${port}/`, [], { WebSocket: WebSocket as never, ...options })
  cleanups.push(() => socket.close())
  return socket
}

const next = <E = Event>(socket: ResilientWebSocket, type: string, when: (event: E) => boolean = () => true) =>
  new Promise<E>((done) =>
    socket.addEventListener(type, (event) => {
      if (when(event as E)) done(event as E)
    }),
  )

const echo = (socket: ServerSocket) => socket.on('message', (data, binary) => socket.send(data, { binary }))

it('carries text and every kind of binary, in order, and gives binaryType back', async () => {
  const { port } = await serve(0, echo)
  const socket = connect(port)
  socket.binaryType = 'arraybuffer'
  const heard: unknown[] = []
  const done = next<MessageEvent>(socket, 'message', ({ data }) => heard.push(data) === 5)
  const bytes = new Uint8Array([1, 2, 3, 4])
  socket.send('text')
  socket.send(bytes.buffer)
  await next(socket, 'open')
  socket.send(bytes.subarray(1, 3))
  socket.send(new Blob([bytes]))
  socket.send(new DataView(bytes.buffer, 3))
  await done
  expect(heard.map((data) => (typeof data === 'string' ? data : [...new Uint8Array(data as ArrayBuffer)]))).toEqual([
    'text',
    [1, 2, 3, 4],
    [2, 3],
    [1, 2, 3, 4],
    [4],
  ])
  expect(heard[1]).toBeInstanceOf(ArrayBuffer)
})

it('tells the server’s close codes, and tells the server ours', async () => {
  const codes: number[] = []
  const { port } = await serve(0, (socket) => {
    socket.on('message', () => socket.close(4001, 'go away'))
    socket.on('close', (code) => codes.push(code))
  })
  const socket = connect(port)
  socket.send('hello')
  expect(await next(socket, 'close')).toMatchObject({ code: 4001, reason: 'go away', wasClean: true })
  await next(socket, 'open')
  socket.close(3333, 'bye')
  expect(await next(socket, 'close')).toMatchObject({ code: 3333, reason: 'bye', wasClean: true })
  expect([socket.readyState, codes]).toEqual([3, [4001, 3333]])
})

it('comes back after the server was killed and started again, and loses nothing that has an id', async () => {
  const heard = new Set<string>()
  const acknowledge = (socket: ServerSocket) =>
    socket.on('message', (data) => {
      heard.add(String(data))
      socket.send(`ok ${String(data)}`)
    })
  const first = await serve(0, acknowledge)
  const socket = connect(first.port, {
    maxReconnectionDelay: 100,
    ack: { idOf: (data) => data as string, isAck: (data) => /^ok (.*)/.exec(data as string)?.[1] },
  })
  await next(socket, 'open')
  for (let id = 0; id < 20; id++) socket.send(`a${id}`)
  await first.stop()
  for (let id = 0; id < 20; id++) socket.send(`b${id}`)
  await next(socket, 'retry')
  await serve(first.port, acknowledge)
  await next<MessageEvent>(socket, 'message', () => heard.size === 40)
  expect(heard.size).toBe(40)
})

it('is refused, and says so each time', async () => {
  const { port, stop } = await serve()
  await stop()
  const socket = connect(port, { maxRetries: 1, maxReconnectionDelay: 10 })
  const types: string[] = []
  for (const type of ['error', 'close', 'retry']) socket.addEventListener(type, () => types.push(type))
  await next(socket, 'close', () => socket.readyState === 3)
  expect(types).toEqual(['error', 'close', 'retry', 'error', 'close'])
})

it('can be closed while it dials', async () => {
  const { port } = await serve()
  const during = connect(port)
  await new Promise((done) => setImmediate(done))
  during.close()
  const before = connect(port)
  before.close()
  const ends = [before, during].map((socket) => next(socket, 'close'))
  for (const end of ends) expect(await end).toMatchObject({ code: 1006, wasClean: false })
  expect([before.readyState, during.readyState]).toEqual([3, 3])
})
