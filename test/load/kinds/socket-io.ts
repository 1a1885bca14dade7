import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { Awaited, BODY, type Kind } from './kind.js'

interface Socket {
  on(type: string, listener: (...given: never[]) => void): void
  once(type: string, listener: () => void): void
  emit(type: string, ...given: unknown[]): void
  handshake: { auth: { at: number } }
}
type Packages = {
  'socket.io': { Server: new (http: Server, options: object) => Pick<Socket, 'on'> }
  'socket.io-client': { io: (url: string, options: object) => Socket }
}

/** From the packages of the benchmarks, which are none of the project's own. */
const load = <Name extends keyof Packages>(name: Name): Packages[Name] =>
  createRequire(resolve('test/bench/package.json'))(name) as Packages[Name]

/** By its defaults, over WebSocket at once; its own acknowledgements. */
export const socketIo: Kind = {
  name: 'socket.io',
  serve(http) {
    const sockets = new Map<number, Socket>()
    new (load('socket.io').Server)(http, { transports: ['websocket'] }).on('connection', (socket: Socket) => {
      const { at } = socket.handshake.auth
      sockets.set(at, socket)
      socket.on('m', (id: number, body: string, answer: () => void) => {
        answer()
        sockets.get(at ^ 1)?.emit('m', body, () => {
          socket.emit('d', id)
        })
      })
    })
  },
  async dial(port, at) {
    const { io } = load('socket.io-client')
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, auth: { at } })
    const awaited = new Awaited()
    const line = { drops: 0 }
    socket.on('m', (_body: string, answer: () => void) => {
      answer()
    })
    socket.on('d', (id: number) => {
      awaited.settle(`d${id}`)
    })
    await new Promise<void>((done) => {
      socket.once('connect', done)
    })
    socket.on('disconnect', () => line.drops++)
    let id = 0
    return Object.assign(line, {
      send() {
        const mine = ++id
        const said = { accepted: awaited.wait(`a${mine}`), delivered: awaited.wait(`d${mine}`) }
        socket.emit('m', mine, BODY, () => {
          awaited.settle(`a${mine}`)
        })
        return said
      },
    })
  },
}

export function isInstalled(): boolean {
  try {
    load('socket.io')
    load('socket.io-client')
    return true
  } catch {
    return false
  }
}
