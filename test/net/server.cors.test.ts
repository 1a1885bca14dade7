import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { AuthError, type Log } from '../../src/server/index.js'
import { leaveAll } from '../support/servers.js'
import { Coming, hello, HttpLink, packet, read, say, send } from './http.world.js'
import { ask, serve } from './server.world.js'

afterEach(leaveAll)

const quick = { secret: 'the same for every test', pollGrace: 100 }
const page = 'https://a.example'
const cors = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))

describe('a page', () => {
  const unnamed = { 'access-control-allow-origin': page, 'access-control-expose-headers': 'retry-after' }
  const named = { ...unnamed, 'access-control-allow-credentials': 'true' }

  it.each<[string, string[] | '*' | undefined, Record<string, string>]>([
    ['on the list', [page, 'https://b.example'], named],
    ['of anybody when all may', '*', unnamed],
    ['of anybody when the list says all', ['*'], unnamed],
    ['on a list that says all', ['*', page], named],
  ])('%s may read every answer', async (_, allowedOrigins, expected) => {
    const { port } = await serve({ ...quick, allowedOrigins })
    const headers = { origin: page }
    const opening = await say(port, 'POST', { query: '?hold=5000', headers, body: packet(hello()) })
    const link = new HttpLink('')
    link.take(opening)
    const answers = [
      opening,
      await say(port, 'GET', { headers }),
      await say(port, 'GET', { query: '?since=0', headers }),
      await link.ask(port, 'GET', '?since=0', undefined, headers),
      await link.ask(port, 'POST', '?post=1', packet(send(1)), headers),
      await link.ask(port, 'POST', '?post=9', '', headers),
      await say(port, 'PUT', { headers }),
      await link.ask(port, 'DELETE', '', undefined, headers),
      await link.ask(port, 'GET', '?since=0', undefined, headers),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 426, 401, 200, 204, 409, 405, 204, 410])
    for (const answer of answers) {
      expect(cors(answer.headers)).toEqual(expected)
      expect(answer.headers).toMatchObject({ vary: 'Origin', 'cache-control': 'no-store' })
    }
  })

  it('on the list may read a stream', async () => {
    const { port } = await serve({ ...quick, allowedOrigins: [page] })
    const link = await HttpLink.open(port)
    const { headers } = await link.stream(port, '?since=0', { origin: page }).response
    expect(cors(headers)).toEqual(named)
    expect(headers.vary).toBe('Origin')
  })

  it.each<[string, string[] | undefined, string]>([
    ['of another host', undefined, page],
    ['not on the list', [page], 'https://a.example.evil.example'],
    ['in a sandbox', [page], 'null'],
  ])('%s is refused on every request, and nothing else', async (_, allowedOrigins, origin) => {
    let asked = 0
    const { port, server } = await serve({ ...quick, allowedOrigins, authenticate: () => (asked++, 'ann') })
    const link = await HttpLink.open(port)
    asked = 0
    const headers = { origin }
    const answers = [
      await say(port, 'OPTIONS', { headers }),
      await say(port, 'POST', { headers, body: packet(hello('bob')) }),
      await say(port, 'GET', { headers }),
      await link.ask(port, 'GET', '?since=0', undefined, headers),
      await link.ask(port, 'POST', '?post=1', packet(send(1)), headers),
      await link.stream(port, '?since=0', headers).whole(),
      await link.ask(port, 'DELETE', '', undefined, headers),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 403, text: '', headers: { vary: 'Origin' } })
      expect(cors(answer.headers)).toEqual({})
    }
    expect([asked, server.links]).toEqual([0, 1])
  })

  it('of the same host needs no list, and who is no page needs nothing', async () => {
    const { port } = await serve(quick)
    const origin = `http://127.0.0.1:${port}`
    expect(cors((await say(port, 'POST', { headers: { origin } })).headers)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after',
    })
    expect(cors((await say(port, 'POST')).headers)).toEqual({})
  })

  it('asks beforehand, and is told for two hours what it may', async () => {
    const { port } = await serve({ ...quick, allowedOrigins: [page], authenticate: () => null })
    const headers = {
      origin: page,
      'access-control-request-method': 'DELETE',
      'access-control-request-headers': 'authorization,content-type,last-event-id',
    }
    const answer = await say(port, 'OPTIONS', { query: '?post=x', headers })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(cors(answer.headers)).toEqual({
      ...named,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'authorization, content-type, holdfast, last-event-id',
      'access-control-max-age': '7200',
    })
  })
})

describe('an opening', () => {
  it.each([
    ['nobody', 'wrong', 401, { 'www-authenticate': 'Bearer' }],
    ['somebody unwanted', 'banned', 403, {}],
    ['a hook that fails', 'trouble', 503, { 'retry-after': '1' }],
  ])('of %s is refused', async (_, token, status, headers) => {
    const { port, server } = await serve({
      ...quick,
      authenticate: ({ token: one }) => {
        if (one === 'banned') throw new AuthError('forbidden')
        if (one === 'trouble') throw new Error('the user database is down')
        return null
      },
    })
    const authorization = `Bearer ${token}`
    for (const accept of ['*/*', 'text/event-stream'])
      expect(await say(port, 'POST', { headers: { authorization, accept }, body: 'x' })).toMatchObject({
        ...{ status, text: '', headers },
      })
    expect(server.links).toBe(0)
  })

  it('with a line that is none, or that is no UTF-8, is refused, and opens nothing', async () => {
    const { port, server } = await serve(quick)
    for (const body of ['[]\n', '#{}', Buffer.from([0xff, 0xfe]), Buffer.from([0x1f, 0x8b, 8, 0])])
      expect(await say(port, 'POST', { body })).toMatchObject({ status: 400, text: '' })
    expect(server.links).toBe(0)
  })
})

describe('a body', () => {
  const maxPacket = 65_536
  const limit = maxPacket * 2 + 65_536

  it('up to the limit is taken', async () => {
    const { port } = await serve({ ...quick, maxPacket })
    const link = await HttpLink.open(port)
    const line = packet({ t: 'pong', id: 1 })
    const body = `${`${line}\n`.repeat(Math.floor(limit / (line.length + 1)) - 1)}${line}`
    expect((await link.ask(port, 'POST', '?post=1', body.padEnd(limit, ' '))).status).toBe(204)
  })

  it.each(['told beforehand', 'found out'])(
    'beyond the limit (%s) is refused, and the connection ends',
    async (how) => {
      const { port, server } = await serve({ ...quick, maxPacket })
      const link = await HttpLink.open(port)
      const body = 'x'.repeat(limit + 1)
      const headers: Record<string, string> = how === 'found out' ? { 'transfer-encoding': 'chunked' } : {}
      const bare = how === 'found out' ? { headers, body } : { body }
      for (const answer of [
        await say(port, 'POST', bare),
        await say(port, 'POST', { ...bare, query: '?post=1', headers: { ...headers, ...link.auth } }),
      ])
        expect(answer).toMatchObject({ status: 413, text: '', headers: { connection: 'close' } })
      expect(server.links).toBe(1)
      expect((await link.post(port, send(1))).status).toBe(204)
    },
  )

  it('told beforehand is not waited for', async () => {
    const { port } = await serve({ ...quick, maxPacket })
    const opening = new Coming(port, 'POST', { headers: { 'content-length': String(limit + 1) } })
    expect((await opening.response).statusCode).toBe(413)
    opening.cut()
  })

  it('much beyond the limit is thrown away, so that who still sends it hears why', async () => {
    const { port } = await serve({ ...quick, maxPacket })
    const opening = new Coming(port, 'POST', { body: 'x'.repeat(2 ** 24) })
    const sent = once(opening.request, 'close')
    expect((await opening.whole()).status).toBe(413)
    await sent
    expect(opening.isBroken).toBe(false)
  })

  it('without an end is read no further, and the answer is heard', async () => {
    const { port } = await serve({ ...quick, maxPacket })
    const socket = dial(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('POST /realtime HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    const more = setInterval(() => socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`), 1)
    let text = ''
    socket.on('data', (part: Buffer) => (text += part.toString()))
    await new Promise((resolve) => socket.once('close', resolve))
    clearInterval(more)
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('that is cut does nothing', async () => {
    const { port, server, http } = await serve(quick)
    const gone = new Promise((resolve) => http.once('connection', (socket) => socket.once('close', resolve)))
    const socket = dial(port, '127.0.0.1')
    socket.write('POST /realtime HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n[')
    await new Promise((resolve) => http.once('request', resolve))
    socket.destroy()
    await gone
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.links).toBe(0)
  })
})

describe('whatever is asked', () => {
  it.each([
    ['GET', '?since=%00', {}],
    ['GET', '?%', {}],
    ['GET', `?since=${'9'.repeat(2_000)}`, {}],
    ['GET', '?__proto__=1&constructor=2', { accept: 'text/event-stream' }],
    ['POST', '?post=1', { authorization: 'Bearer holdfast.link.__proto__' }],
    ['POST', '?post=1', { authorization: `Bearer holdfast.link.${'.'.repeat(500)}` }],
    ['POST', '?hold=1e9', { authorization: 'Bearer \xff' }],
    ['DELETE', '?code=__proto__', { authorization: 'Bearer holdfast.link.x.y' }],
    ['PROPFIND', '', {}],
  ])('%s %s %j is answered, and nothing of it comes back', async (method, query, headers) => {
    const lines: unknown[] = []
    const log = Object.fromEntries(
      ['debug', 'info', 'warn', 'error'].map((level) => [level, (...said: unknown[]) => lines.push(said)]),
    ) as unknown as Log
    const { port, server } = await serve({ ...quick, log, authenticate: () => null })
    const answer = await say(port, method, { query, headers })
    expect([400, 401, 405]).toContain(answer.status)
    expect(answer.text).toMatch(/^(refused\n)?$/)
    expect(JSON.stringify(answer.headers)).not.toMatch(/proto|9999|constructor/)
    expect(JSON.stringify(lines)).not.toMatch(/proto|9999|constructor|failed/)
    expect(server.links).toBe(0)
  })

  it('of a failing hook or log, the server lives on', async () => {
    const broken = (): never => {
      throw new Error('no disk')
    }
    const { port } = await serve({
      ...quick,
      log: { debug: broken, info: broken, warn: () => undefined, error: () => undefined },
      authenticate: () => null,
    })
    expect(await say(port, 'POST')).toMatchObject({ status: 500, text: '' })
    expect((await ask(port, '/realtime')).status).toBe(401)
  })
})

it('the log holds no token, no ticket, no key and no body', async () => {
  const lines: unknown[] = []
  const line = (fields: Record<string, unknown>, message: string) => lines.push({ ...fields, message })
  const log: Log = { debug: line, info: line, warn: line, error: line }
  const { port } = await serve({ ...quick, log, authenticate: ({ token }) => (token === 'tok-secret' ? 'ann' : null) })
  const headers = { authorization: 'Bearer tok-secret' }
  const opening = await say(port, 'POST', { query: '?hold=5000', headers, body: packet(hello()) })
  const link = new HttpLink('')
  link.take(opening)
  const { ticket } = link
  await link.post(port, send(1, '"private"'))
  await link.ask(port, 'POST', '?post=2', '[{"t":"private"}]')
  await link.poll(port)
  await say(port, 'GET', { query: `?link=${ticket}&since=private`, headers: { accept: 'text/event-stream' } })
  await say(port, 'GET', { query: '?since=0', headers: { authorization: 'Bearer holdfast.link.private' } })
  await say(port, 'POST', { headers: { authorization: 'Bearer tok-private' } })
  expect(lines.length).toBeGreaterThan(2)
  const text = JSON.stringify(lines)
  expect(text).not.toMatch(/secret|private|key of/)
  for (const part of ticket.split('.')) expect(text).not.toContain(part)
  expect(read(opening.text).frames).toMatchObject([{ t: 'welcome' }])
})
