// Each peer's client, told alike: it sends words and tells of words, of its status, and of what became of its own.
import mqttClient from 'mqtt'
import { WebSocket as PartySocket } from 'partysocket'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'

/** @typedef {{ status(is: string): void, word(word: { by: string, n: number }): void, settled(n: number, error?: Error): void }} On */

const follow = (socket, on) => {
  socket.on('connect', () => on.status('online'))
  socket.on('disconnect', () => on.status('reconnecting'))
}

function socketIo({ url, name }, on) {
  const socket = io(url)
  follow(socket, on)
  socket.on('word', (word) => on.word(word))
  return { send: (n) => void socket.emit('word', { by: name, n }), close: () => void socket.close() }
}

function socketIoRecovering({ url, name }, on) {
  const socket = io(url, { auth: { serverOffset: 0 }, ackTimeout: 10_000, retries: 3 })
  follow(socket, on)
  socket.on('word', (word, offset) => {
    socket.auth.serverOffset = offset
    on.word(word)
  })
  return {
    send: (n) =>
      void socket.emit('word', { by: name, n }, `${name}-${n}`, (error) => on.settled(n, error ?? undefined)),
    close: () => void socket.close(),
  }
}

function partysocket({ url, name }, on) {
  const socket = new PartySocket(url.replace('http', 'ws'), [], { WebSocket })
  socket.addEventListener('open', () => on.status('online'))
  socket.addEventListener('close', () => on.status('reconnecting'))
  socket.addEventListener('error', () => undefined)
  socket.addEventListener('message', ({ data }) => on.word(JSON.parse(data)))
  return { send: (n) => void socket.send(JSON.stringify({ by: name, n })), close: () => void socket.close() }
}

function mqtt({ url, name }, on) {
  const client = mqttClient.connect(url.replace('http', 'ws'), { clientId: name, clean: false })
  client.on('connect', () => {
    client.subscribe('room', { qos: 1 }, (error) => error || on.status('online'))
  })
  client.on('close', () => on.status('reconnecting'))
  client.on('error', () => undefined)
  client.on('message', (_, payload) => on.word(JSON.parse(String(payload))))
  return {
    send: (n) =>
      void client.publish('room', JSON.stringify({ by: name, n }), { qos: 1 }, (error) =>
        on.settled(n, error ?? undefined),
      ),
    close: () => void client.end(true),
  }
}

export const peers = [
  {
    ...{ kind: 'socket.io', name: 'socket.io 4.8.4', join: socketIo, settles: false },
    settings: 'defaults, `emit` without an acknowledgement',
  },
  {
    ...{ kind: 'socket.io-recovering', name: 'socket.io 4.8.4, recovering', join: socketIoRecovering, settles: true },
    settings:
      '`retries: 3`, `ackTimeout: 10_000`, `connectionStateRecovery`, and the log with ids and offsets of its tutorial',
  },
  {
    ...{ kind: 'partysocket', name: 'partysocket 1.3.0', join: partysocket, settles: false },
    settings: 'defaults, with a fan-out over `ws`',
  },
  {
    ...{ kind: 'mqtt', name: 'MQTT.js 5.16.0', join: mqtt, settles: true },
    settings: 'QoS 1 both ways, `clean: false`, and aedes 1.2.0 with its sessions in memory',
  },
]
