// What is written down: nothing secret, and nothing that a terminal or a reader of lines would obey.
import { EventEmitter } from 'node:events'
import type { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClient, longPoll, shortPoll, sse, webSocket } from '../../src/index.js'
import type { Log, ServerSettings } from '../../src/server/index.js'
import { safely } from '../../src/server/log.js'
import { Line } from '../../src/server/stores/redis/line.js'
import { leaveAll, later } from '../support/servers.js'
import { say } from '../net/http.world.js'
import { connect, Raw, serve } from '../net/server.world.js'

afterEach(leaveAll)

function notebook(): { log: Log; lines: unknown[] } {
  const lines: unknown[] = []
  const line = (fields: Record<string, unknown>, message: string) => lines.push({ ...fields, message })
  return { log: { debug: line, info: line, warn: line, error: line }, lines }
}

describe('log injection', () => {
  const evil = 'ann\r\n{"level":50,"msg":"forged"}\u001b[2J\u0000\u009b\u2028\u202e'
  const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

  it('by the name of a client finds text that does nothing', async () => {
    const { log, lines } = notebook()
    const { url, server } = await serve({ log, onMessage: () => ({ body: { toJSON: () => BigInt(1) } }) })
    const raw = await connect(url, evil, { t: 'send', seq: 1, ch: evil, body: '1' })
    await raw.next('refused')
    raw.say({ t: 'unsub', ch: evil })
    raw.socket.close(4999, evil.slice(0, 40))
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
    const said = (lines as Record<string, unknown>[]).flatMap((line) =>
      Object.values(line).filter((value) => typeof value === 'string'),
    )
    expect(said.filter((text) => text.includes('forged')).length).toBeGreaterThan(1)
    for (const text of said) expect(text).not.toMatch(controls)
  })

  it('by headers finds nothing: none is written', async () => {
    const { log, lines } = notebook()
    const { url, port } = await serve({ log, authenticate: () => null })
    const headers = {
      'user-agent': 'forged\x1b[2J'.replace('\x1b', '\x80'),
      origin: 'http://forged',
      referer: 'forged',
    }
    await new Raw(url, { headers }).refused
    await say(port, 'POST', {
      headers: { ...headers, origin: `http://127.0.0.1:${port}`, 'x-forwarded-for': 'forged' },
      query: '?forged',
    })
    expect(lines.length).toBeGreaterThan(1)
    expect(JSON.stringify(lines)).not.toContain('forged')
  })

  it('says which letter it was', () => {
    const { log, lines } = notebook()
    safely(log).info({ client: 'a\nb\u001b[1m', link: 7, isWell: true }, 'welcome')
    expect(lines).toEqual([{ client: 'a\\u000ab\\u001b[1m', link: 7, isWell: true, message: 'welcome' }])
  })
})

describe('a token', () => {
  const token = 'tok-SECRET-ü'
  const forms = [token, encodeURIComponent(token), Buffer.from(token).toString('base64url'), 'SECRET']

  it.each([
    ['websocket', webSocket({ WebSocket: WebSocket as never })],
    ['sse', sse()],
    ['long-poll', longPoll()],
    ['short-poll', shortPoll()],
  ])('is in no address, log line, figure or error, and no ticket is, over %s', async (_, transport) => {
    const { log, lines } = notebook()
    let isGood = true
    const authenticate: ServerSettings['authenticate'] = ({ token: one }) => (one === token && isGood ? 'ann' : null)
    const { http, url, server } = await serve({ log, authenticate, pollGrace: 500 })
    const addresses: string[] = []
    http.prependListener('request', ({ url: one = '' }) => addresses.push(one))
    http.prependListener('upgrade', ({ url: one = '' }) => addresses.push(one))
    const said: unknown[] = []
    const client = createClient({ url, token: () => token, transports: [transport], memory: false })
    later(() => client.close())
    client.on('error', (event) => said.push(String(event), JSON.stringify(event)))
    client.on('status', (event) => said.push(JSON.stringify(event)))
    await client.channel('room').send('hi').accepted
    // Once more, with a token that is not good any more.
    isGood = false
    const other = createClient({ url, token: () => token, transports: [transport], memory: false })
    later(() => other.close())
    other.on('error', (event) => said.push(String(event), JSON.stringify(event)))
    await new Promise<void>((resolve) => other.on('status', ({ status }) => status === 'closed' && resolve()))
    const all = JSON.stringify([addresses, lines, said, client.explain(), other.explain(), await server.metrics()])
    expect(addresses.length).toBeGreaterThan(1)
    for (const form of forms) expect(all).not.toContain(form)
    expect(addresses.filter((one) => one !== '/realtime')).toEqual([])
    expect(all).not.toMatch(/holdfast\.(token|link)\./)
  })
})

it('an error of Redis tells nothing of the command, which has bodies and keys', async () => {
  const error = Object.assign(new Error('OOM'), { command: { name: 'EVALSHA', args: ['the key', 'the body'] } })
  const redis = Object.assign(new EventEmitter(), {
    status: 'ready',
    stream: { writable: true },
    connect: () => Promise.resolve(redis.emit('ready')),
    callBuffer: () => Promise.reject(error),
    publish: () => Promise.reject(error),
    disconnect: () => undefined,
  })
  const line = new Line(redis as unknown as Redis, () => Promise.resolve())
  await line.connect()
  await expect(line.run({ sha: 'x' } as never, ['the body'])).rejects.toBe(error)
  expect(error).not.toHaveProperty('command')
  Object.assign(error, { command: { args: ['the body'] } })
  await expect(line.publish('topic', 'the body')).rejects.not.toHaveProperty('command')
})
