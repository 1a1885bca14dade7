import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type Client, createClient, type CustomCodec, customCodec, webSocket } from '../../src/index.js'

const clients: Client[] = []
const servers: WebSocketServer[] = []

/** A server that knows nothing of Holdfast: its own JSON, its own ids, its own acks. It loses every third message. */
async function ownServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const seen = new Set<string>()
  const log: { id: string; room: string; text: string }[] = []
  let count = 0
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as {
        type: string
        id: string
        room: string
        text: string
        since: number
      }
      if (message.type === 'ping') socket.send('{"type":"pong"}')
      if (message.type === 'join') for (const one of log) socket.send(JSON.stringify({ type: 'chat', ...one }))
      if (message.type !== 'chat' || ++count % 3 === 0) return
      socket.send(JSON.stringify({ type: 'ack', id: message.id }))
      if (seen.has(message.id)) return
      seen.add(message.id)
      log.push({ id: message.id, room: message.room, text: message.text })
      const text = JSON.stringify({ ...message, type: 'chat' })
      for (const one of server.clients) {
        one.send(text)
        one.send(text)
      }
    })
  })
  await once(server, 'listening')
  servers.push(server)
  return { log, url: `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}` }
}

const ownCodec = (name: string): CustomCodec => {
  let pings = 0
  return {
    encode(frame) {
      switch (frame.t) {
        case 'send':
          return JSON.stringify({ type: 'chat', id: `${name}:${String(frame.seq)}`, room: frame.ch, text: frame.body })
        case 'sub':
          return JSON.stringify({ type: 'join', room: frame.ch })
        case 'ping':
          pings = frame.id
          return '{"type":"ping"}'
        default:
          return undefined
      }
    },
    decode(packet) {
      const message = JSON.parse(packet as string) as { type: string; id: string; room: string; text: string }
      switch (message.type) {
        case 'ack':
          return { t: 'accepted', seq: Number(message.id.split(':')[1]), only: true }
        case 'chat':
          return { t: 'message', ch: message.room, id: message.id, body: message.text }
        case 'pong':
          return { t: 'pong', id: pings }
        default:
          throw new Error(`unknown type ${message.type}`)
      }
    },
  }
}

const connect = (url: string, codec: CustomCodec) => {
  const client = createClient({
    url,
    codec: customCodec(codec),
    transports: [webSocket({ WebSocket: WebSocket as never })],
  })
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  for (const server of servers.splice(0)) {
    for (const one of server.clients) one.terminate()
    await new Promise((resolve) => server.close(resolve))
  }
})

test('a server with its own JSON gets acks, retransmits and dedupe through a codec', async () => {
  const { url } = await ownServer()
  const ada = connect(url, ownCodec('ada'))
  const ben = connect(url, ownCodec('ben'))
  const got: string[] = []
  const all = new Promise<void>((resolve) => {
    ben.channel<string>('room').on('message', ({ body }) => {
      if (got.push(body) === 20) resolve()
    })
  })
  const sent = Array.from({ length: 20 }, (_, i) => ada.channel('room').send(`hello ${String(i)}`))
  await Promise.all([...sent.map(({ accepted }) => accepted), all])
  expect(got.sort()).toEqual(sent.map((_, i) => `hello ${String(i)}`).sort())
  expect(ben.stats().duplicates).toBeGreaterThan(0)
})

test('what the codec cannot say makes that message fail alone', async () => {
  const { url } = await ownServer()
  const codec = ownCodec('cat')
  const client = connect(url, {
    ...codec,
    encode(frame) {
      if (frame.t === 'send' && frame.body === 'no') throw new Error('no word for it')
      return codec.encode(frame)
    },
  })
  const room = client.channel('room')
  const bad = room.send('no')
  const good = room.send('yes')
  await expect(bad.accepted).rejects.toMatchObject({ name: 'MessageError', code: 'not-encodable' })
  await expect(good.accepted).resolves.toBe(good)
})
