import { createServer as createHttp } from 'node:http'
import { connect as dial } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type ClientOptions, WebSocketServer } from 'ws'
import { AuthError, createServer, type Authenticate } from '../../src/server/index.js'
import { ask, connect, hello, Raw, serve } from './server.world.js'

const authenticate: Authenticate = async ({ token }) => {
  await Promise.resolve()
  if (token === 'banned') throw new AuthError('forbidden')
  if (token === 'gone') throw Object.assign(new Error('gone'), { status: 403 })
  if (token === 'trouble') throw new Error('the user database is down')
  return token?.startsWith('tok-') ? token.slice(4) : null
}
const beside = (token: string) => ['holdfast.1', `holdfast.token.${Buffer.from(token).toString('base64url')}`]

describe('an upgrade', () => {
  it.each([
    ['no token', undefined, 401],
    ['a token of nobody', 'wrong', 401],
    ['a token of somebody unwanted', 'banned', 403],
    ['a hook that throws a status', 'gone', 403],
    ['a hook that fails', 'trouble', 503],
  ])('with %s is refused before the handshake ends', async (_, token, status) => {
    const { url } = await serve({ authenticate })
    const refusal = await new Raw(url, {}, token === undefined ? undefined : beside(token)).refused
    expect(refusal.status).toBe(status)
    expect(refusal.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined)
  })

  it.each<[string, ClientOptions, string[]]>([
    ['beside the subprotocol', {}, beside('tok-Zoë')],
    ['before the subprotocol', {}, beside('tok-Zoë').reverse()],
    ['as a bearer', { headers: { authorization: 'Bearer tok-Zoe' } }, ['holdfast.1']],
  ])('with a token %s is taken, and the subprotocol is the protocol, not the token', async (_, options, protocols) => {
    const { url } = await serve({ authenticate })
    const raw = new Raw(url, options, protocols)
    await raw.opened
    expect(raw.socket.protocol).toBe('holdfast.1')
    raw.say(hello())
    expect((await raw.next('welcome')).user).toMatch(/^Zo[eë]$/)
  })

  it('without a subprotocol is taken', async () => {
    const { url } = await serve()
    const raw = new Raw(url, {}, [])
    await raw.opened
    raw.say(hello())
    expect(await raw.next('welcome')).toMatchObject({ resumed: false, got: 0 })
  })

  it.each<[string, string[] | '*' | undefined, string | undefined, number]>([
    ['of the same host', undefined, 'same', 101],
    ['of another host', undefined, 'https://evil.example', 403],
    ['of no browser', undefined, undefined, 101],
    ['on the list', ['https://a.example', 'https://b.example'], 'https://b.example', 101],
    ['not on the list', ['https://a.example'], 'https://a.example.evil.example', 403],
    ['of a sandboxed page', ['https://a.example'], 'null', 403],
    ['of anybody when all may', '*', 'https://evil.example', 101],
  ])('from a page %s', async (_, allowedOrigins, origin, status) => {
    const { url, port } = await serve({ allowedOrigins })
    const from = origin === 'same' ? `http://127.0.0.1:${port}` : origin
    const raw = new Raw(url, from === undefined ? {} : { origin: from })
    expect(await Promise.race([raw.opened.then(() => 101), raw.refused.then((refusal) => refusal.status)])).toBe(status)
  })

  it('whose hook hangs is refused in time', async () => {
    const { url } = await serve({ authenticate: () => new Promise(() => undefined), authenticateTimeout: 30 })
    expect((await new Raw(url).refused).status).toBe(503)
  })

  /** An upgrade whose fate is decided by the test. */
  const pending = async () => {
    let decide: (user: string) => void = () => undefined
    let asked: () => void = () => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const hook: Authenticate = () => {
      asked()
      return new Promise((resolve) => (decide = resolve))
    }
    const served = await serve({ authenticate: hook })
    return { ...served, isAsked, decide: (user: string) => decide(user) }
  }

  it('that is given up while the hook thinks leaves nothing behind', async () => {
    const { http, port, server, isAsked, decide } = await pending()
    const gone = new Promise((resolve) => http.once('connection', (socket) => socket.once('close', resolve)))
    const socket = dial(port, '127.0.0.1')
    socket.write('GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n')
    socket.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
    await isAsked
    socket.resetAndDestroy()
    await gone
    decide('late')
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.links).toBe(0)
  })

  it('that is decided after the server went down is refused', async () => {
    const { url, server, isAsked, decide } = await pending()
    const raw = new Raw(url)
    await isAsked
    await server.close({ after: 0, spread: 0 })
    decide('late')
    expect((await raw.refused).status).toBe(503)
  })

  it('on another path is left to whoever wants it, and refused when nobody does', async () => {
    const { port, http } = await serve()
    const url = `ws://127.0.0.1:${port}/elsewhere`
    expect((await new Raw(url).refused).status).toBe(404)
    const other = new WebSocketServer({ noServer: true })
    http.on('upgrade', (request, socket, head) => {
      if (request.url === '/elsewhere') other.handleUpgrade(request, socket, head, (one) => one.close(4000))
    })
    expect((await new Raw(url).closed).code).toBe(4000)
  })
})

describe('a request that is no upgrade', () => {
  it.each([
    ['no token', undefined, 401],
    ['a good token', 'tok-ann', 426],
    ['a bad token', 'banned', 403],
    ['a hook that fails', 'trouble', 503],
  ])('with %s is told what an upgrade would be told', async (_, token, status) => {
    const { port } = await serve({ authenticate })
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    expect((await ask(port, '/realtime?x=1', headers)).status).toBe(status)
  })

  it('of an allowed page can be read by it, and asked with a token', async () => {
    const { port } = await serve({ authenticate, allowedOrigins: ['https://a.example'] })
    const origin = 'https://a.example'
    const plain = await ask(port, '/realtime', { origin })
    expect(plain).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': origin, vary: 'Origin' } })
    const preflight = await ask(
      port,
      '/realtime',
      { origin, 'access-control-request-headers': 'authorization' },
      'OPTIONS',
    )
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-headers']).toMatch(/^authorization,/)
    const evil = await ask(port, '/realtime', { origin: 'https://evil.example' })
    expect(evil).toMatchObject({ status: 403 })
    expect(evil.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('of an unknown method is refused', async () => {
    const { port } = await serve()
    const allow = 'GET, HEAD, POST, DELETE, OPTIONS'
    expect(await ask(port, '/realtime', {}, 'PUT')).toMatchObject({ status: 405, headers: { allow } })
  })

  it('on another path goes to the app, or is 404', async () => {
    const app = createHttp((request, response) => response.end(`the app at ${request.url ?? ''}`))
    expect(await ask((await serve({}, app)).port, '/page')).toMatchObject({ status: 200, text: 'the app at /page' })
    expect((await ask((await serve()).port, '/page')).status).toBe(404)
  })

  it('goes to the app again once the server is closed', async () => {
    const app = createHttp((_, response) => response.end('the app'))
    const { port, server } = await serve({}, app)
    expect((await ask(port, '/realtime')).status).toBe(426)
    await server.close({ after: 0, spread: 0 })
    expect((await ask(port, '/realtime')).text).toBe('the app')
  })
})

it('the user reaches authorize and the entries', async () => {
  const asked: unknown[] = []
  const { url } = await serve({
    authenticate: () => 'Ann',
    authorize: (ask) => asked.push(ask) > 0 && ask.channel !== 'secret',
  })
  const raw = await connect(url, 'ann', { t: 'sub', ch: 'room', from: 'now' }, { t: 'sub', ch: 'secret', from: 'now' })
  raw.say({ t: 'send', seq: 1, ch: 'room', body: '"hi"' })
  expect(await raw.next('message')).toMatchObject({ from: 'Ann', body: 'hi', id: 'ann:1' })
  expect(await raw.next('denied')).toMatchObject({ ch: 'secret', code: 'forbidden' })
  expect(asked).toContainEqual({ user: 'Ann', action: 'publish', channel: 'room' })
})

describe('options', () => {
  it.each([
    [{ idle: -1 }, /^idle takes a time in ms, at least 100/],
    [{ window: 1.5 }, /^window takes a whole number from 1/],
    [{ secret: 'short' }, /^secret takes/],
    [{ allowedOrigins: ['https://a.example/path'] }, /^allowedOrigins takes/],
    [{ store: {} as never }, /^store takes/],
    [{ authenticate: true as never }, /^authenticate takes a function/],
    [{ maxLinksPerUser: 0 }, /^maxLinksPerUser takes a whole number from 1, or Infinity/],
    [{ maxLinksPerAddress: 0 }, /^maxLinksPerAddress takes a whole number from 1, or Infinity/],
    [{ trustProxy: true as never }, /^trustProxy takes a whole number from 0 to 16/],
    [{ keepAlive: 99 }, /^keepAlive takes a time in ms, at least 100/],
    [{ pollHold: -1 }, /^pollHold takes a time in ms, at least 0/],
    [{ pollGrace: Infinity }, /^pollGrace takes a time in ms, at least 100/],
    [{ linkTtl: 999 }, /^linkTtl takes a time in ms, at least 1000/],
    [{ speling: 1 } as never, /^there is no option speling/],
  ])('%j are named when wrong', (options, message) => {
    expect(() => createServer(options)).toThrow(
      expect.objectContaining({ name: 'OptionError', message: expect.stringMatching(message) as string }),
    )
  })

  it('of attach and close as well', () => {
    const server = createServer()
    expect(() => server.attach(createHttp(), { path: 'realtime' })).toThrow(/^path takes/)
    expect(() => server.attach(createHttp(), { pth: '/' } as never)).toThrow(/^there is no option pth/)
    expect(() => server.close({ spread: -1 })).toThrow(/^spread takes/)
  })

  it.each<[RegExp, () => unknown]>([
    [/^the options take an object/, () => createServer(null as never)],
    [/^the options take an object/, () => createServer(8080 as never)],
    [/^the options take an object/, () => createServer().attach(createHttp(), null as never)],
    [/^attach takes an HTTP server/, () => createServer().attach(undefined as never)],
    [/^attach takes an HTTP server/, () => createServer().attach(8080 as never)],
  ])('%s', (message, act) => {
    expect(act).toThrow(
      expect.objectContaining({ name: 'OptionError', message: expect.stringMatching(message) as string }),
    )
  })
})
