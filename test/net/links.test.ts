// What a client is told, whatever it comes over. What only sockets or only requests have is in server.*.test.ts.
import { describe, expect, it } from 'vitest'
import { AuthError, type Authenticate, MemoryStore } from '../../src/server/index.js'
import type { ClientFrame, Packed } from '../../src/wire/frame.js'
import { rungs } from '../support/rungs.js'
import { Device, emptied, start } from './device.world.js'
import { hello } from './server.world.js'

const sub: ClientFrame<Packed> = { t: 'sub', ch: 'room', from: 'now' }
const send = (seq: number, body: Packed): ClientFrame<Packed> => ({ t: 'send', seq, ch: 'room', body })

const authenticate: Authenticate = async ({ token }) => {
  await Promise.resolve()
  if (token === 'banned') throw new AuthError('forbidden')
  if (token === 'trouble') throw new Error('the user database is down')
  if (token === 'slow') await new Promise(() => undefined)
  return token?.startsWith('tok-') ? token.slice(4) : null
}

describe.each(rungs)('over $name', ({ name, over }) => {
  const open = (url: string, first: readonly ClientFrame<Packed>[], token?: string) =>
    new Device(over(), url, first, token)

  async function connect(url: string, client: string, ...frames: ClientFrame<Packed>[]): Promise<Device> {
    const device = open(url, [hello(client), ...frames])
    await device.next('welcome')
    return device
  }

  describe('bad input', () => {
    it.each<[string, string | Uint8Array<ArrayBuffer>]>([
      ['no JSON', 'hello?'],
      ['half of a JSON', '[{"t":"ping","id":'],
      ['no list', '{"t":"ping","id":1}'],
      ['a list of nothing known', '[1,null]'],
      ['an unknown type', '[{"t":"format","disk":"c"}]'],
      ['the type of an inherited name', '[{"t":"constructor"}]'],
      ['a field of the wrong type', '[{"t":"send","seq":"1","ch":"room","body":1}]'],
      ['a __proto__ key', '[{"t":"send","seq":1,"ch":"room","body":{"__proto__":{"x":1}}}]'],
      ['a hidden __proto__ key', '[{"t":"ping","id":1,"__pro\\u0074o__":{}}]'],
      ['a negative number', '[{"t":"received","ch":"room","offset":-1}]'],
      ['a huge number', '[{"t":"ping","id":1e300}]'],
      ['a channel without a name', '[{"t":"unsub","ch":""}]'],
      ['an endless nesting', '['.repeat(200_000)],
      ['nothing at all', ''],
      ['what looks like an end', '#{"code":1000}'],
      ['several lines', '[]\n!\n"'],
      ['bytes that are nothing', Uint8Array.of(255, 255, 255, 255, 0)],
      ['bytes shorter than promised', new TextEncoder().encode('\0\0\0\x2c[{"t":"send","seq":1,"ch":"room","bin":9}]')],
    ])('%s is named and closed, and nothing else is harmed', async (_, packet) => {
      const { url, server } = await start()
      const other = await connect(url, 'other', sub)
      await other.next('subscribed')
      const ann = await connect(url, 'ann', send(1, '"before"'))
      await ann.next('accepted')
      ann.connection.send(packet)
      expect(await ann.next('error')).toMatchObject([{ code: 'bad-frame' }])
      expect(await ann.closed).toMatchObject({ code: 4400, clean: true })
      expect(await other.next('message')).toMatchObject([{ body: 'before' }])
      expect(server.links).toBe(1)
    })

    it('a frame before hello, but for the ping that asks whether anybody is there', async () => {
      const { url } = await start()
      const ann = open(url, [{ t: 'ping', id: 1 }])
      expect(await ann.next('pong')).toMatchObject([{ id: 1 }])
      ann.say({ t: 'pong', id: 1 })
      expect(await ann.next('error')).toMatchObject([{ code: 'no-hello' }])
      expect(await ann.closed).toMatchObject({ code: 4400 })
    })

    it('a client id that belongs to another key', async () => {
      const { url, server } = await start()
      await connect(url, 'ann')
      const thief = open(url, [{ t: 'hello', v: 1, client: 'ann', key: 'stolen', acked: 0 }])
      expect(await thief.closed).toMatchObject({ code: 4403 })
      expect(server.links).toBe(1)
    })

    it('a packet beyond the limit', async () => {
      const { url } = await start({ maxPacket: 65_536 })
      const ann = await connect(url, 'ann')
      expect(await ann.next('welcome')).toMatchObject([{ max: 65_536 }])
      ann.connection.send(JSON.stringify([{ t: 'send', seq: 1, ch: 'room', body: 'x'.repeat(70_000) }]))
      expect(await ann.closed).toMatchObject({ code: 1009 })
    })
  })

  describe('links', () => {
    it('that are silent are asked, then dropped', async () => {
      const { url, server } = await start({ idle: 1_000 })
      const [silent, lively] = [await connect(url, 'silent'), await connect(url, 'lively')]
      const answer = async (): Promise<void> => {
        for (let many = 1; ; many++) {
          await lively.next('ping', many)
          lively.say({ t: 'pong', id: many })
        }
      }
      void answer()
      await silent.next('ping')
      expect(await silent.closed).toMatchObject({ code: 4408 })
      expect(server.links).toBe(1)
    })

    it('that never say hello are dropped', async () => {
      const { url } = await start({ helloTimeout: 50 })
      expect(await open(url, []).closed).toMatchObject({ code: 4408 })
    })

    it('of one client: the newer takes the place of the older', async () => {
      const { url, server } = await start()
      const older = await connect(url, 'ann', send(1, '1'))
      await older.next('accepted')
      const newer = await connect(url, 'ann')
      expect(await newer.next('welcome')).toMatchObject([{ resumed: true, got: 1 }])
      expect(await older.closed).toMatchObject({ clean: true })
      expect(server.links).toBe(1)
    })

    it('of one store are served by any node, and told of each other', async () => {
      const store = new MemoryStore()
      const [a, b] = [await start({ store }), await start({ store })]
      const ann = await connect(a.url, 'ann', sub)
      await ann.next('subscribed')
      const bob = await connect(b.url, 'bob', send(1, '"hi"'))
      await bob.next('accepted')
      expect(await ann.next('message')).toMatchObject([{ id: 'bob:1', body: 'hi' }])
      bob.connection.close(1000, '')
      expect(await (await connect(a.url, 'bob')).next('welcome')).toMatchObject([{ resumed: true, got: 1 }])
    })

    it('that leave are gone', async () => {
      const { url, server } = await start()
      const ann = await connect(url, 'ann')
      expect(server.links).toBe(1)
      ann.connection.close(1000, '')
      await emptied(server)
    })
  })

  it('a server that closes tells every client when to come back, and is over when all have heard it', async () => {
    const { url, server } = await start()
    const devices = [await connect(url, 'ann'), await connect(url, 'bob')]
    const over = server.close({ after: 700, spread: 100 })
    for (const device of devices) {
      expect(await device.next('retry')).toEqual([{ t: 'retry', after: 700, spread: 100 }])
      expect(await device.closed).toMatchObject({ code: 1012, clean: true })
    }
    await over
    expect(server.links).toBe(0)
  })

  describe('a token', () => {
    it.each(['tok-Zoë', 'tok-\u{1F600} "\\'])('%s lets its user in', async (token) => {
      const { url } = await start({ authenticate })
      expect(await open(url, [hello()], token).next('welcome')).toMatchObject([{ user: token.slice(4) }])
    })
    it.each([
      ['of nobody', 'wrong', 4401],
      ['of somebody unwanted', 'banned', 4403],
    ])('%s does not, and it is said why', async (_, token, code) => {
      const { url } = await start({ authenticate })
      const reason = `the server answered ${code - 4_000}`
      expect(await open(url, [hello()], token).closed).toMatchObject({ code, reason })
    })
    it.each(['trouble', 'slow'])('that nobody can judge now (%s) may be shown again', async (token) => {
      const { url } = await start({ authenticate, authenticateTimeout: 50 })
      const closing = await open(url, [hello()], token).closed
      expect(closing).toMatchObject({ reason: 'the server answered 503', retryAfter: 1_000 })
    })
    it('that is missed is missed', async () => {
      const { url } = await start({ authenticate })
      // Of a WebSocket without one nobody asks why it was refused: a server without tokens need not answer that.
      const code = name === 'websocket' ? 1006 : 4401
      expect(await open(url, [hello()]).closed).toMatchObject({ code })
    })
  })
})
