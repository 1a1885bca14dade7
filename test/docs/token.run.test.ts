// Dialogue 12 of docs/PROTOCOL.md, with a real server: what goes over HTTP before there are frames.
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClient, webSocket } from '../../src/index.js'
import { createServer } from '../../src/server/index.js'
import { blocks, read, rows } from './markdown.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve() {
  const http = createHttp()
  const server = createServer({ authenticate: ({ token }) => (token === 'new' ? 'ann' : null) })
  server.attach(http, { path: '/realtime' })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  closers.push(() => http.close())
  closers.push(() => server.close({ after: 0, spread: 0 }))
  return { http, host: `127.0.0.1:${(http.address() as AddressInfo).port}` }
}

const asked = ({ method, url, headers }: IncomingMessage): string =>
  [
    `${method} ${url}`,
    headers.upgrade && `Upgrade: ${headers.upgrade}`,
    headers['sec-websocket-protocol'] &&
      `Sec-WebSocket-Protocol: ${headers['sec-websocket-protocol'].replace(/, */g, ', ')}`,
    headers.authorization && `Authorization: ${headers.authorization}`,
  ]
    .filter(Boolean)
    .join(', ')

it('a token that has expired is renewed', async () => {
  const { http, host } = await serve()
  const requests: string[] = []
  http.on('request', (request) => requests.push(asked(request)))
  http.on('upgrade', (request) => requests.push(asked(request)))
  const tokens = ['old', 'new']
  const client = createClient({
    url: `http://${host}/realtime`,
    token: () => tokens.shift() ?? '',
    transports: [webSocket({ WebSocket })],
    reconnect: { base: 0 },
  })
  closers.push(() => client.close())
  await client.channel('room').send('in').accepted
  const dialogue = blocks(read('docs/PROTOCOL.md')).find(({ heading }) => heading === '12. An expired token')
  const said = [...(dialogue?.text ?? '').matchAll(/^C→S {2}(.*)$/gm)].map(([, line]) => line)
  expect(requests).toEqual(said)
})

it('the answers to plain requests are those of the table', async () => {
  const { host } = await serve()
  const ask = (method: string, token = 'new') =>
    fetch(`http://${host}/realtime`, {
      method,
      headers: { authorization: `Bearer ${token}`, origin: `http://${host}` },
    })
  const statuses = rows(read('docs/PROTOCOL.md'), 'status').map(([status]) => status)
  expect(statuses).toEqual(['401', '403', '404', '429', '503'])
  const refused = await ask('GET', 'old')
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  const answers = await Promise.all(['OPTIONS', 'GET', 'HEAD', 'PUT'].map((method) => ask(method)))
  expect(answers.map(({ status }) => status)).toEqual([204, 426, 426, 405])
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('access-control-expose-headers')).toBe('retry-after')
    expect(headers.get('access-control-allow-origin')).toBe(`http://${host}`)
  }
  expect(answers[0]?.headers.get('access-control-allow-headers')).toMatch(/^authorization/)
})
