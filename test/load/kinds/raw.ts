import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import { Awaited, BODY, type Kind } from './kind.js'

/** `m` is a message, `a` that the server has it, `r` that the other one has it, `d` that the sender is told so. */
interface Frame {
  t: 'm' | 'a' | 'r' | 'd'
  id: number
  body?: string
}

/** A server that keeps nothing: whoever is away has lost it. */
export const raw: Kind = {
  name: 'bare `ws`',
  serve(http) {
    const sockets = new Map<number, WebSocket>()
    new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false }).on(
      'connection',
      (socket, request) => {
        const at = Number(request.url?.slice(1))
        sockets.set(at, socket)
        const tell = (to: WebSocket | undefined, frame: Frame) => to?.send(JSON.stringify(frame))
        socket.on('message', (data) => {
          const { t, id, body } = JSON.parse(String(data)) as Frame
          if (t === 'm') tell(socket, { t: 'a', id })
          tell(sockets.get(at ^ 1), t === 'm' ? { t, id, body: body ?? '' } : { t: 'd', id })
        })
      },
    )
  },
  async dial(port, at) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${at}`, { perMessageDeflate: false })
    const awaited = new Awaited()
    const line = { drops: 0 }
    socket.on('message', (data) => {
      const { t, id } = JSON.parse(String(data)) as Frame
      if (t === 'm') socket.send(JSON.stringify({ t: 'r', id } satisfies Frame))
      else awaited.settle(`${t}${id}`)
    })
    await once(socket, 'open')
    socket.on('close', () => line.drops++)
    let id = 0
    return Object.assign(line, {
      send() {
        id++
        const said = { accepted: awaited.wait(`a${id}`), delivered: awaited.wait(`d${id}`) }
        socket.send(JSON.stringify({ t: 'm', id, body: BODY } satisfies Frame))
        return said
      },
    })
  },
}
