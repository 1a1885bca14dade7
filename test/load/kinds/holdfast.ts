import { WebSocket } from 'ws'
import { createClient, webSocket } from '../../../src/index.js'
import { createServer } from '../../../src/server/index.js'
import { BODY, type Kind } from './kind.js'

/** Both sides as they are by default, but for what is needed for Node. */
export const holdfast: Kind = {
  name: 'Holdfast',
  serve(http) {
    createServer().attach(http, { path: '/' })
  },
  async dial(port, at) {
    const transports = [webSocket({ WebSocket: WebSocket as never })]
    const client = createClient({ url: `ws://127.0.0.1:${port}/`, transports, memory: false })
    const line = { drops: 0 }
    const room = client.channel<string>(`pair ${at >> 1}`)
    room.on('message', () => undefined)
    await new Promise<void>((done) => client.on('status', ({ status }) => void (status === 'online' && done())))
    // It follows the channel by then: one answer comes after the other.
    await room.history({ limit: 1 })
    client.on('status', ({ status }) => void (status === 'online' || line.drops++))
    return Object.assign(line, {
      send() {
        const since = performance.now()
        const took = () => performance.now() - since
        const { accepted, delivered } = room.send(BODY)
        return { accepted: accepted.then(took), delivered: delivered.then(took) }
      },
    })
  },
}
