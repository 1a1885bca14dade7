// Requests of any kind: an answer of the table, never a fault of the server, never none.
import { createServer as createHttp, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { createServer } from '../../src/server/index.js'
import { createLinkTickets } from '../../src/server/tickets.js'
import { ofClient, ofNobody } from './frames.js'

/** As the tables of docs/PROTOCOL.md have them; 404 is another path, and 431 and 400 may be Node's own. */
const DOCUMENTED = new Set([200, 204, 400, 401, 403, 404, 405, 408, 409, 410, 413, 426, 429, 431, 501, 503])
const secret = 'the same for every case'

const tickets = createLinkTickets(secret, 3_600_000, () => Date.now())
const good = fc.integer({ min: 0, max: 50 }).map((link) => tickets.issue({ node: 'a node', link, user: '' }).ticket)
const token = fc.oneof(
  good.map((one) => `Bearer holdfast.link.${one}`),
  fc.constantFrom(
    'Bearer holdfast.link.x.y',
    'Bearer holdfast.token.YQ',
    'Bearer x',
    'Basic eA==',
    'Bearer holdfast.link.',
    '',
  ),
)
const number = fc.constantFrom(
  '0',
  '1',
  '2',
  '3',
  '99',
  '-1',
  '1.5',
  '1e3',
  '',
  'x',
  '9'.repeat(16),
  '%00',
  '1000',
  '4999',
  '5000',
)
const query = fc
  .array(fc.tuple(fc.constantFrom('post', 'since', 'hold', 'close', 'code', 'link', 'v', '__proto__', 'x'), number), {
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${name === 'hold' ? '0' : value}`).join('&'))
const headers = fc.record(
  {
    authorization: token,
    holdfast: query,
    accept: fc.constantFrom('*/*', 'text/event-stream', 'text/event-stream;q=0', ''),
    origin: fc.constantFrom('null', 'http://x', 'https://evil.example', '\u00ff'),
    cookie: fc.constantFrom('a=b', '=', ''),
    'last-event-id': number.filter((one) => !one.includes('%')),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', ',,,', '[::1', ''),
    'content-encoding': fc.constantFrom('gzip', 'identity'),
    'sec-websocket-protocol': fc.constantFrom('holdfast.token.%%%', ',,', 'holdfast.1'),
  },
  { requiredKeys: [] },
)
const line = fc.oneof(
  fc.array(fc.oneof(ofClient, ofNobody), { maxLength: 3 }).map((frames) => JSON.stringify(frames)),
  fc.constantFrom('', '#{}', '!AAAA', '!x', '"[]"', '"', '[', '\u0000', '\ufeff'),
)
const body = fc.oneof(
  fc.array(line, { maxLength: 3 }).map((lines) => Buffer.from(lines.join('\n'))),
  fc.uint8Array({ maxLength: 30 }).map((one) => Buffer.from(one)),
)
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH', 'PROPFIND'),
  path: fc.constantFrom('/realtime', '/realtime', '/realtime', '/realtime/', '//realtime', '/'),
  query,
  headers,
  body,
})
type Request = typeof request extends fc.Arbitrary<infer One> ? One : never

let site: { http: Server; faults: string[] } | undefined

/** One server for all cases: what one leaves behind, the next may find. */
async function open(): Promise<{ port: number; faults: string[] }> {
  if (!site) {
    const faults: string[] = []
    const quiet = (): void => undefined
    const note = (fields: Record<string, unknown>, message: string) =>
      faults.push(`${message}: ${String(fields['err'])}`)
    const http = createHttp()
    createServer({
      ...{ secret, pollGrace: 100, pollHold: 0, keepAlive: 100, trustProxy: 1 },
      log: { debug: quiet, info: quiet, warn: quiet, error: note },
    }).attach(http, { path: '/realtime' })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    site = { http, faults }
  }
  return { port: (site.http.address() as AddressInfo).port, faults: site.faults }
}

/** The status; a stream is left when it has begun. */
const ask = (port: number, { method, path, query: text, headers: said, body: bytes }: Request): Promise<number> =>
  new Promise((resolve, reject) => {
    const asking = httpRequest(
      { host: '127.0.0.1', port, method, path: text ? `${path}?${text}` : path, headers: said, agent: false },
      (response) => {
        resolve(response.statusCode ?? 0)
        asking.destroy()
      },
    )
    asking.setTimeout(15_000, () => reject(new Error('no answer')))
    asking.on('error', reject).end(bytes)
  })

export const requests = fc.asyncProperty(request, async (one) => {
  const { port, faults } = await open()
  const status = await ask(port, one)
  if (!DOCUMENTED.has(status)) throw new Error(`answered ${String(status)}`)
  if (faults.length) throw new Error(faults.splice(0).join('; '))
})

export function close(): void {
  site?.http.close()
  site?.http.closeAllConnections()
  site = undefined
}
