// The demo's world: the page, the database, the network and the hand that pulls plugs live in this process.
// The Holdfast server is another process, so that killing it is real.
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import sirv from 'sirv'
import { createControl } from './control.mjs'
import { FaultProxy } from './fault-proxy.mjs'
import { ServerProcess } from './server-process.mjs'

/** Where the server listens, under the page's own address. */
export const REALTIME = '/realtime'

/** Starts everything; `stop` ends all of it, the server process included. */
export async function startDemo({ dist, root, port = 8080, host = '127.0.0.1' }) {
  const { MemoryStore } = await import(pathToFileURL(join(dist, 'server.js')).href)
  const store = new MemoryStore()
  const server = new ServerProcess({ dist, path: REALTIME, store })
  const proxy = new FaultProxy(() => server.port)
  const control = createControl({ server, proxy, store })
  const http = createServer(serve({ dist, root, control, proxy }))
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (isRealtime(request)) proxy.link(request, socket, head)
    else if (request.url === '/control') control.watch(request, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
  })
  await listen(http, port, host)
  await server.start()
  const at = http.address().port
  return {
    port: at,
    url: `http://${named(host)}:${at}/`,
    async stop() {
      http.close()
      await server.stop()
      proxy.close()
      control.close()
      http.closeAllConnections()
    },
  }
}

/** The page; the library as a script tag would load it; uPlot. Read anew each time, so an edit shows on reload. */
function serve({ dist, root, control, proxy }) {
  const folder = (path, prefix) => ({ prefix, files: sirv(path, { dev: true }) })
  const folders = [
    folder(dist, '/dist'),
    folder(join(root, 'node_modules/uplot/dist'), '/uplot'),
    folder(resolve(root, 'docs/demo/public'), ''),
  ]
  return (request, response) => {
    if (isRealtime(request)) return proxy.request(request, response)
    response.setHeader('content-security-policy', policy(request))
    response.setHeader('x-content-type-options', 'nosniff')
    if (request.url.startsWith('/control')) return control.act(request, response)
    const { prefix, files } = folders.find(({ prefix }) => request.url.startsWith(`${prefix}/`))
    request.url = request.url.slice(prefix.length)
    files(request, response, () => response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n'))
  }
}

const isRealtime = ({ url }) => url.startsWith(`${REALTIME}?`)

/** Older Safari does not count ws: as 'self'. */
function policy({ headers }) {
  const sockets = /^[\w.:[\]-]+$/.test(headers.host ?? '') ? ` ws://${headers.host}` : ''
  return `default-src 'self'; connect-src 'self'${sockets}; frame-ancestors 'none'; base-uri 'none'`
}

function listen(http, port, host) {
  return new Promise((done, failed) => {
    http.once('error', (error) => {
      if (port === 0 || error.code !== 'EADDRINUSE') failed(error)
      else listen(http, 0, host).then(done, failed)
    })
    http.listen(port, host, done)
  })
}

const named = (host) => (['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host)
