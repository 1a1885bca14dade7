// Pages of other sites: hijacking of WebSockets, and forged requests (CSRF).
import { afterEach, describe, expect, it } from 'vitest'
import type { ServerSettings } from '../../src/server/index.js'
import { welcome } from '../../src/server/origin.js'
import { leaveAll } from '../support/servers.js'
import { hello, HttpLink, packet, read, say, send } from '../net/http.world.js'
import { Raw, serve } from '../net/server.world.js'

afterEach(leaveAll)

const page = 'https://app.example.com'
const evil = 'https://evil.example.com'
const cookie = 'session=ann'

/** Who somebody is, a cookie says: the one thing that a foreign page can make the browser send. */
const byCookie = {
  secret: 'the same for every test',
  pollGrace: 500,
  authenticate: ({ request }) => /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '',
} satisfies ServerSettings

async function userOf(url: string, headers: Record<string, string>): Promise<string | number | undefined> {
  const raw = new Raw(url, { headers })
  const status = await Promise.race([raw.opened.then(() => 101), raw.refused.then((one) => one.status)])
  if (status !== 101) return status
  raw.say(hello(headers['origin'] ?? 'no page'))
  return (await raw.next('welcome')).user
}

describe('a WebSocket of a foreign page', () => {
  it.each<[string, ServerSettings['allowedOrigins']]>([
    ['by default', undefined],
    ['where pages are listed', [page]],
  ])('is refused before the handshake, %s', async (_, allowedOrigins) => {
    const { url, server } = await serve({ ...byCookie, allowedOrigins })
    for (const origin of [evil, 'null', `${page}.evil.example`, `${page}:8443`, page.replace('https', 'http')])
      expect(await userOf(url, { origin, cookie })).toBe(403)
    expect(server.links).toBe(0)
  })

  it('is nobody’s where all pages may connect: cookies are not looked at', async () => {
    const { url } = await serve({ ...byCookie, allowedOrigins: '*' })
    expect(await userOf(url, { origin: evil, cookie })).toBeUndefined()
  })

  it('is its user’s where it is listed, and of no page likewise', async () => {
    const { url } = await serve({ ...byCookie, allowedOrigins: ['*', page] })
    expect(await userOf(url, { origin: page, cookie })).toBe('ann')
    expect(await userOf(url, { cookie })).toBe('ann')
    expect(await userOf(url, { origin: evil, cookie })).toBeUndefined()
  })
})

describe('a forged request', () => {
  /** What a form or a script may send without asking: no header of ours. */
  const forged = (origin: string) => ({
    headers: { origin, cookie, 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' },
    query: '?hold=5000',
    body: packet(hello('c'), send(1, '"forged"')),
  })

  it('opens nothing, says nothing, and reads nothing', async () => {
    const { port, server } = await serve(byCookie)
    for (const origin of [evil, 'null']) expect((await say(port, 'POST', forged(origin))).status).toBe(403)
    expect(server.links).toBe(0)
    expect((await server.read('room')).entries).toEqual([])
  })

  it('is nobody’s where all pages may connect', async () => {
    const { port, server } = await serve({ ...byCookie, allowedOrigins: '*' })
    const { text, headers } = await say(port, 'POST', forged(evil))
    expect(read(text).frames[0]).not.toHaveProperty('user')
    expect((await server.read('room')).entries).toMatchObject([{ from: '' }])
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('on a link that is there is refused as well, though it knows the ticket', async () => {
    const { port, server } = await serve(byCookie)
    const link = await HttpLink.open(port, hello('c'))
    for (const [method, query, body] of [
      ['POST', '?post=1', packet(send(1))],
      ['GET', '?since=0', undefined],
      ['DELETE', '', undefined],
    ] as const)
      expect((await link.ask(port, method, query, body, { origin: evil })).status).toBe(403)
    expect(server.links).toBe(1)
    expect((await server.read('room')).entries).toEqual([])
  })

  it('without an origin, as of an image or a link, is refused where the browser says whence it comes', async () => {
    const { port } = await serve(byCookie)
    for (const site of ['cross-site', 'same-site'])
      expect((await say(port, 'GET', { headers: { cookie, 'sec-fetch-site': site } })).status).toBe(403)
    for (const site of ['same-origin', 'none'])
      expect((await say(port, 'GET', { headers: { cookie, 'sec-fetch-site': site } })).status).toBe(426)
  })
})

it.each<[string, string | undefined, ServerSettings['allowedOrigins'], string]>([
  ['the same host', 'https://chat.example', undefined, 'with cookies'],
  ['the same host, in other letters', 'https://CHAT.example', undefined, 'with cookies'],
  ['the same host on another port', 'https://chat.example:444', undefined, 'no'],
  ['the same host where all may', 'https://chat.example', '*', 'with cookies'],
  ['no page', undefined, [page], 'with cookies'],
  ['an app that is no page of the web', 'app://chat.example', undefined, 'no'],
  ['anybody, where all and some may', evil, ['*', page], 'yes'],
])('%s', (_, origin, allowed, expected) => {
  expect(welcome({ headers: { host: 'chat.example', ...(origin && { origin }) } }, allowed)).toBe(expected)
})
