// What the page's buttons press: `POST /control/<fault>`; and a WebSocket on `/control` that tells what is broken at the
// moment, and how much is in the logs. Only for pages served from here to a browser on this machine.
import { WebSocketServer } from 'ws'
import { BOX } from './http-box.mjs'
import { LogBook } from './log-book.mjs'

const faults = ({ server, proxy }) => ({
  kill: () => server.kill(),
  restart: () => server.restart(),
  blackhole: ({ peer }) => proxy.blackhole(peer),
  refuse: ({ peer }) => proxy.refuse(peer),
  'lose-acks': ({ peer, count }) => proxy.loseAcks(peer, count),
  box: ({ peer, part, mode }) => proxy.setBox(peer, part, mode),
  heal: ({ peer }) => proxy.heal(peer),
})

const stateOf = ({ server, proxy }) => ({ server: server.state(), peers: proxy.state() })

/** The page hears of a store that is busy so often, ms. */
const SOON = 150

/** `act` handles requests under `/control`, `watch` upgrades on it. */
export function createControl(world) {
  const actions = faults(world)
  const sockets = new WebSocketServer({ noServer: true })
  const tellOne = (socket) =>
    socket.send(JSON.stringify({ ...stateOf(world), heads: book.heads, reached: book.reached, may: socket.may }))
  const tell = () => sockets.clients.forEach(tellOne)
  world.server.on('change', tell)
  world.proxy.on('change', tell)
  let soon
  const tellSoon = () => {
    soon ??= setTimeout(() => {
      soon = undefined
      tell()
    }, SOON)
  }
  const book = new LogBook(world.store, tellSoon)

  async function press(request, response) {
    const fault = request.url.slice('/control/'.length)
    const action = Object.hasOwn(actions, fault) ? actions[fault] : undefined
    if (!isLocal(request)) return answer(response, 403, 'faults are for a browser on the machine that runs the demo')
    if (!action) return answer(response, 404, 'no such fault')
    const order = await read(request)
    if (!order || (fault === 'box' && !order.part)) return answer(response, 400, takes)
    await action(order)
    answer(response, 200)
  }

  return {
    act(request, response) {
      if (request.method === 'POST') void press(request, response)
      else answer(response, 405, 'POST a fault; what is broken is told on a WebSocket')
    },
    watch(request, socket, head) {
      if (!isSameOrigin(request)) return socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      sockets.handleUpgrade(request, socket, head, (watcher) => {
        watcher.may = isLocal(request)
        watcher.on('error', () => watcher.terminate())
        tellOne(watcher)
      })
    },
    close: () => sockets.clients.forEach((watcher) => watcher.terminate()),
  }
}

const takes = 'takes JSON: { peer?: string, count?: 1 to 100, part?: a part of the box, mode?: one of its modes }'

function answer(response, status, error) {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify(error ? { error } : { ok: true }))
}

const isSameOrigin = ({ headers: { host = '', origin } }) => origin === undefined || origin === `http://${host}`

/** The address says where it comes from; the host and the origin, that no other site's page sent it. */
function isLocal(request) {
  const local = /^(::1|::ffff:127\.|127\.)/.test(request.socket.remoteAddress ?? '')
  const named = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')
  return local && named && isSameOrigin(request)
}

async function read(request) {
  let text = ''
  for await (const chunk of request) if ((text += chunk).length > 1_000) return undefined
  try {
    const { peer = '', count = 3, part, mode } = JSON.parse(text || '{}')
    const isBox = part === undefined || (Object.hasOwn(BOX, part) && BOX[part].includes(mode))
    const fine = typeof peer === 'string' && Number.isInteger(count) && count > 0 && count <= 100 && isBox
    return fine ? { peer, count, part, mode } : undefined
  } catch {
    return undefined
  }
}
