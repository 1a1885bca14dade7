// The server of a peer as a process that can be killed: it hands every word to everybody, its sender included.
// `PEER` says whose; `LOG` names a file that outlives it, for who keeps a log.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Aedes } from 'aedes'
import { Server } from 'socket.io'
import { createWebSocketStream, WebSocketServer } from 'ws'

const { PEER, LOG } = process.env
const http = createServer()

/** What a first page of the documentation shows. */
function socketIo() {
  const io = new Server(http)
  io.on('connection', (socket) => socket.on('word', (word) => io.emit('word', word)))
}

/**
 * Steps 6 to 8 of the tutorial at socket.io/docs/v4/tutorial: state recovery, a log from which a client that was not
 * recovered gets what it missed, and ids by which a repetition is known. Its table is a file here.
 */
function socketIoRecovering() {
  const io = new Server(http, { connectionStateRecovery: {} })
  const log = existsSync(LOG)
    ? readFileSync(LOG, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []
  const ids = new Set(log.map(({ id }) => id))
  io.on('connection', (socket) => {
    socket.on('word', (word, id, done) => {
      if (!ids.has(id)) {
        ids.add(id)
        appendFileSync(LOG, `${JSON.stringify({ id, word })}\n`)
        io.emit('word', word, log.push({ id, word }))
      }
      done()
    })
    if (socket.recovered) return
    const { serverOffset = 0 } = socket.handshake.auth
    for (const [at, { word }] of log.entries()) if (at >= serverOffset) socket.emit('word', word, at + 1)
  })
}

/** There is no server for browsers' sockets in the package: the fan-out of the README of `ws`. */
function partysocket() {
  const server = new WebSocketServer({ server: http })
  server.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      for (const one of server.clients) if (one.readyState === 1) one.send(data, { binary: false })
    })
  })
}

/** docs/Examples.md of aedes; sessions are in its memory, for its other stores are packages of their own. */
async function mqtt() {
  const broker = await Aedes.createBroker()
  new WebSocketServer({ server: http }).on('connection', (socket, request) => {
    const stream = createWebSocketStream(socket)
    stream.on('error', () => stream.destroy())
    broker.handle(stream, request)
  })
}

await { 'socket.io': socketIo, 'socket.io-recovering': socketIoRecovering, partysocket, mqtt }[PEER]()
http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }))
process.on('disconnect', () => process.exit(0))
