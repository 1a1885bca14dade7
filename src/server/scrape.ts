import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { HoldfastServer } from './server.js'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/** An HTTP server of its own for `GET /metrics`, for a port that only those who watch can reach. */
export function createScrape(server: Pick<HoldfastServer, 'metrics'>): HttpServer {
  return createServer((request, response) => {
    const { method, url = '' } = request
    if (url.split('?', 1)[0] !== '/metrics') response.writeHead(404).end()
    else if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end()
    else void answer(server, response)
  })
}

async function answer(server: Pick<HoldfastServer, 'metrics'>, response: ServerResponse): Promise<void> {
  const text = await server.metrics()
  response.writeHead(200, { 'content-type': TEXT, 'cache-control': 'no-store' }).end(text)
}
