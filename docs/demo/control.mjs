// What the page's buttons press: `POST /control/<fault>`, and `GET /control` for what is broken at the moment, as a stream.
// Only for pages served from here to a browser on this machine.

const faults = ({ server, proxy }) => ({
  kill: () => server.kill(),
  restart: () => server.restart(),
  blackhole: ({ peer }) => proxy.blackhole(peer),
  refuse: ({ peer }) => proxy.refuse(peer),
  'lose-acks': ({ peer, count }) => proxy.loseAcks(peer, count),
  heal: ({ peer }) => proxy.heal(peer),
})

/** A request handler for everything under `/control`. */
export function createControl(world) {
  const actions = faults(world)
  const watchers = new Set()
  const state = () => ({ server: world.server.state(), peers: world.proxy.state() })
  const tell = () => watchers.forEach((response) => response.write(event({ ...state(), may: response.may })))
  world.server.on('change', tell)
  world.proxy.on('change', tell)

  function watch(request, response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.may = isLocal(request)
    response.write(event({ ...state(), may: response.may }))
    watchers.add(response)
    response.on('close', () => watchers.delete(response))
  }

  async function act(request, response) {
    const fault = request.url.slice('/control/'.length)
    const action = Object.hasOwn(actions, fault) ? actions[fault] : undefined
    if (!isLocal(request)) return answer(response, 403, 'faults are for a browser on the machine that runs the demo')
    if (!action) return answer(response, 404, 'no such fault')
    const order = await read(request)
    if (!order) return answer(response, 400, 'takes JSON: { peer?: string, count?: 1 to 100 }')
    await action(order)
    answer(response, 200)
  }

  return (request, response) => {
    if (request.method === 'GET' && request.url === '/control') watch(request, response)
    else if (request.method === 'POST') void act(request, response)
    else answer(response, 405, 'POST a fault, or GET /control')
  }
}

const event = (data) => `data: ${JSON.stringify(data)}\n\n`

function answer(response, status, error) {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify(error ? { error } : { ok: true }))
}

/** The address says where it comes from; the host and the origin, that no other site's page sent it. */
function isLocal({ socket, headers: { host = '', origin } }) {
  const local = /^(::1|::ffff:127\.|127\.)/.test(socket.remoteAddress ?? '')
  const named = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)
  return local && named && (origin === undefined || origin === `http://${host}`)
}

async function read(request) {
  let text = ''
  for await (const chunk of request) if ((text += chunk).length > 1_000) return undefined
  try {
    const { peer = '', count = 3 } = JSON.parse(text || '{}')
    const fine = typeof peer === 'string' && Number.isInteger(count) && count > 0 && count <= 100
    return fine ? { peer, count } : undefined
  } catch {
    return undefined
  }
}
