// What one client can make the server keep, by its own count: bytes written and not sent, lines, calls, entries.
import { once } from 'node:events'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { connect as dial, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Effects } from '../../src/core/server/effects.js'
import { HttpLinks } from '../../src/server/http/links.js'
import { MemoryStore } from '../../src/server/index.js'
import { silent } from '../../src/server/log.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import { send, sub, World } from '../core/server.world.js'
import { Hand } from '../server/hand.js'
import { leaveAll, later, range } from '../support/servers.js'
import { Coming, HttpLink, packet, hello as greeting } from '../net/http.world.js'
import { connect, serve } from '../net/server.world.js'

afterEach(leaveAll)

const CHANNELS = 40
const KiB = 1_024
/** One packet's bodies, and what the answers around them take. */
const PORTION = 1_400 * KiB

/** Forty channels of 1 MiB each. */
async function full(): Promise<MemoryStore> {
  const store = new MemoryStore()
  await store.open({ client: 'bob', key: 'k', user: '', acked: 0 })
  const body = `"${'x'.repeat(256 * KiB)}"`
  for (const [at, ch] of range(0, CHANNELS * 4).map((n) => [n, `room ${n % CHANNELS}`] as const)) {
    const record = { ch, seq: at + 1, after: at, id: `bob:${at + 1}`, from: '', time: 0, body }
    await store.append({ client: 'bob', records: [record] })
  }
  return store
}

const everything: ClientFrame<Packed>[] = range(0, CHANNELS).map((n) => ({ t: 'sub', ch: `room ${n}`, from: 'oldest' }))

/** The most that waited in any connection of this server at once, bytes. */
function watch(http: HttpServer): { most: () => number } {
  let most = 0
  http.on('connection', (socket: Socket) => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
    socket.write = (...args: unknown[]) => {
      const isWell = write(...args)
      most = Math.max(most, socket.writableLength)
      return isWell
    }
  })
  return { most: () => most }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a client that never reads', () => {
  const maxBuffered = 512 * KiB

  it('over WebSocket is cut, and no more is made for it than that', async () => {
    // All that the store answers in one turn goes to the socket at once.
    const { http, url, server } = await serve({ store: await full(), maxBuffered })
    const { most } = watch(http)
    const raw = await connect(url, 'ann')
    raw.socket.pause()
    raw.say(...everything)
    while (server.links) await turn()
    expect(most()).toBeGreaterThan(maxBuffered)
    expect(most()).toBeLessThan(maxBuffered + PORTION)
  })

  it('and asks by the pings of WebSocket, which are answered below it, is cut', async () => {
    const { http, port, server } = await serve({ maxBuffered, helloTimeout: 60_000 })
    const { most } = watch(http)
    const socket = dial(port, '127.0.0.1')
    later(() => socket.destroy())
    const key = Buffer.alloc(16).toString('base64')
    socket
      .on('error', () => undefined)
      .write(
        'GET /realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
      )
    await once(socket, 'readable')
    const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)])
    const many = Buffer.concat(range(0, 2_000).map(() => ping))
    while (server.links) {
      socket.write(many)
      await turn()
    }
    expect(most()).toBeLessThan(maxBuffered)
  })

  it('over an event stream is gone, and no more is kept for it than that', async () => {
    const { http, port, server } = await serve({ store: await full(), maxBuffered, pollGrace: 60_000 })
    const { most } = watch(http)
    const body = packet(greeting('ann'), ...everything)
    const stream = new Coming(port, 'POST', { headers: { accept: 'text/event-stream' }, body })
    const response: IncomingMessage = await stream.response
    response.pause()
    while (server.links) await turn()
    // One answer of the mailbox is 1 MiB at most.
    expect(most()).toBeLessThan(1_024 * KiB + PORTION)
  })

  it('over polls is gone, and no more is made for it than that', () => {
    const hand = new Hand()
    let sent = 0
    const gone: number[] = []
    const options = { maxPacket: 65_536, maxBuffered, pollGrace: 30_000, maxFrameRate: Infinity, maxByteRate: Infinity }
    const links = new HttpLinks(
      options,
      hand.env,
      silent,
      (input) => input.on === 'closed' && gone.push(input.link),
      () => 1,
      { sent: (_, bytes) => (sent += bytes), paced: () => undefined },
    )
    links.open('ann', [])
    const body = `"${'x'.repeat(256 * KiB)}"`
    const frames: ServerFrame<Packed>[] = range(1, 100).map((offset) => ({ t: 'message', ch: 'room', offset, body }))
    links.write({ do: 'write', link: 1, frames })
    hand.flush()
    expect(gone).toEqual([1])
    expect(sent).toBeGreaterThan(maxBuffered)
    expect(sent).toBeLessThan(maxBuffered + PORTION)
    links.stop()
  })
})

describe('a client that acknowledges nothing', () => {
  it('is pushed a window, and nothing more is kept for it however much is said', () => {
    const world = new World({ pushWindow: 16 })
    world.open(1, 'ann', [sub()])
    world.open(2, 'bob')
    for (const seq of range(1, 500)) world.say(2, send(seq))
    expect(world.reads(1, 'message')).toHaveLength(16)
    const { load } = world.server
    for (const seq of range(500, 1_000)) world.say(2, send(seq))
    expect(world.server.load).toEqual(load)
    expect(world.reads(1, 'message')).toEqual([])
  })
})

describe('a client that subscribes to everything', () => {
  it('has so many subscriptions and watches, and is told of each that it has not', () => {
    const world = new World({ maxSubscriptions: 10 })
    world.open(1)
    world.read(1)
    world.say(1, ...range(0, 50).map((n) => sub(`room ${n}`)))
    world.say(1, ...range(0, 50).map((n): ClientFrame => ({ t: 'watch', ch: `room ${n}` })))
    const denied = world.reads(1, 'denied')
    expect(denied.filter(({ watch }) => !watch)).toHaveLength(40)
    expect(denied.filter(({ watch }) => watch)).toHaveLength(40)
    expect(new Set(denied.map(({ code }) => code))).toEqual(new Set(['too-many']))
  })

  it.each<[string, (n: number) => ClientFrame[]]>([
    ['subscribes and leaves', (n) => [sub(`room ${n}`), { t: 'unsub', ch: `room ${n}` }]],
    [
      'watches and leaves',
      (n) => [
        { t: 'watch', ch: `room ${n}` },
        { t: 'unwatch', ch: `room ${n}` },
      ],
    ],
    [
      'asks for its receipts',
      () => [
        { t: 'track', from: 1 },
        { t: 'seen', away: false },
      ],
    ],
  ])('%s again and again, while the store is slow, is told that it is a flood', (_, frames) => {
    const world = new World()
    world.open(1)
    world.open(2, 'bob')
    for (const call of ['read', 'keep', 'leave', 'members', 'sent', 'seen'] as const) world.hold.add(call)
    for (let n = 0; !world.closes(1).length && n < 20_000; n += 500) world.say(1, ...range(n, n + 500).flatMap(frames))
    expect(world.reads(1, 'error')).toMatchObject([{ code: 'flood' }])
    expect(world.closes(1)).toEqual([4429])
    expect(world.server.load.calls).toBeLessThan(8_000)
    expect(world.closes(2)).toEqual([])
    world.release()
    world.feed({ on: 'closed', link: 2 })
    world.wait(60_000)
    expect(world.server.load).toMatchObject({ links: 0, calls: 0 })
  })
})

it('calls are counted for whoever caused them until they are answered', () => {
  const effects = new Effects()
  effects.begin(0, 7)
  const again = (): void => effects.call('leave', { client: 'c', ch: 'b' }, () => undefined)
  effects.call('leave', { client: 'c', ch: 'a' }, again)
  effects.begin(0, 0)
  expect(effects.under(7)).toBe(1)
  effects.done(1, undefined)
  expect(effects.under(7)).toBe(1)
  effects.failed(2, 'no')
  expect(effects.under(7)).toBe(0)
})

it('links of whom nothing is left leave nothing', async () => {
  const { port, url, server } = await serve({ pollGrace: 100, secret: 'the same for every test' })
  for (const n of range(0, 20)) {
    const raw = await connect(url, `socket ${n}`)
    raw.socket.terminate()
    const link = await HttpLink.open(port, greeting(`poll ${n}`))
    await link.ask(port, 'DELETE', '')
  }
  while (server.links) await turn()
  expect(await server.metrics()).toMatch(/^holdfast_sessions 0$/m)
})
