// A far end behind real HTTP, for transports that are tried over it.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { createClock } from '../../src/shell/env.js'
import type { Stand } from '../../src/testing/index.js'
import type { Transport } from '../../src/transports/transport.js'
import { FarEnd, type FarLink } from './far-end.js'

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

/** The downlink as server-sent events, until either side ends it. */
function stream(link: FarLink, first: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  response.write(`:${' '.repeat(2_048)}\n\n`)
  if (first) response.write(`event: control\ndata: ${first}\n\n`)
  let sent = 0
  link.onNews = () => {
    if (link.cutOff) response.destroy()
    else
      for (const line of link.lines(sent)) {
        if (line.startsWith('#')) response.end(`event: control\ndata: ${line}\n\n`)
        else response.write(`id: ${String(++sent)}\ndata: ${line}\n\n`)
      }
  }
  response.on('close', () => link.close(1006, 'the client went away'))
  link.onNews()
}

/** A transport with a server of its own on this machine. */
export async function httpStand(transport: Transport): Promise<Stand> {
  const far = new FarEnd(createClock().timer)
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const told = await far.answer({
      method,
      url,
      headers: headers as Record<string, string>,
      body: await bodyOf(request),
    })
    if (told.stream) stream(told.stream, told.text, response)
    else response.writeHead(told.status, { 'content-type': 'text/plain; charset=utf-8' }).end(told.text)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    transport,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/realtime`,
    protocols: ['holdfast.1'],
    peer: () => far.peer(),
    nowhere: `http://127.0.0.1:${String(await freePort())}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
