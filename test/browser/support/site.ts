import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sirv from 'sirv'
import { dist } from './dist.js'

/** The page keeps what globals there were before in its document, for a global of the test's own would count. */
const before = '<script>document.globals = Object.getOwnPropertyNames(window)</script>'

const pages: Record<string, string> = {
  '/umd': `${before}<script src="/dist/holdfast.umd.js"></script>`,
  '/umd.min': `${before}<script src="/dist/holdfast.umd.min.js"></script>`,
  '/esm': `<script type="module">
    import * as index from '/dist/index.js'
    import * as socket from '/dist/socket.js'
    window.Holdfast = { ...index, ...socket }
  </script>`,
}

/** Serves an empty page for each of the builds, and `/other` to go away to. */
export async function serveSite(): Promise<{ url: string; close: () => void }> {
  const files = sirv(dist, { dev: true })
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '')
    if (!path.startsWith('/dist/')) {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><link rel="icon" href="data:,">${pages[path] ?? ''}`)
      return
    }
    request.url = path.slice('/dist'.length)
    files(request, response, () => void response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}
