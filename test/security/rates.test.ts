// How much a link may say a second.
import { afterEach, describe, expect, it } from 'vitest'
import type { ServerInput } from '../../src/core/server/contract.js'
import type { ServerSettings } from '../../src/server/index.js'
import { HttpLinks } from '../../src/server/http/links.js'
import { silent } from '../../src/server/log.js'
import { Pacer } from '../../src/server/pacer.js'
import { createEnv } from '../../src/shell/env.js'
import { Hand } from '../server/hand.js'
import { leaveAll, range } from '../support/servers.js'
import { ask, connect, hello, Raw, serve } from '../net/server.world.js'

afterEach(leaveAll)

describe('the pacer', () => {
  it('lets a second’s worth through at once, and then so much a second', () => {
    const hand = new Hand()
    const pacer = new Pacer({ maxFrameRate: 10, maxByteRate: Infinity }, hand.env)
    pacer.spend(10, 1e9)
    expect(pacer.wait).toBe(0)
    pacer.spend(5, 0)
    expect(pacer.wait).toBe(500)
    hand.wait(499)
    expect(pacer.wait).toBe(1)
    hand.wait(1)
    expect(pacer.wait).toBe(0)
    pacer.spend(1, 0)
    expect(pacer.wait).toBe(100)
  })

  it('counts bytes likewise, and the longer wait is the one', () => {
    const pacer = new Pacer({ maxFrameRate: 10, maxByteRate: 1_000 }, new Hand().env)
    pacer.spend(11, 4_000)
    expect(pacer.wait).toBe(3_000)
  })

  it('saves up no more than a second', () => {
    const hand = new Hand()
    const pacer = new Pacer({ maxFrameRate: 10, maxByteRate: 10 }, hand.env)
    hand.wait(3_600_000)
    pacer.spend(11, 11)
    expect(pacer.wait).toBe(100)
  })
})

/** A server whose time is in the test's hand, and somebody who asks until all that was under way is there. */
async function held(settings: ServerSettings) {
  const hand = new Hand()
  const env = { ...createEnv(), now: hand.env.now, timer: hand.env.timer }
  // Pings below the protocol are no sign of life.
  const { url, port, server } = await serve({ env, idle: 100_000_000, ...settings })
  const bob = await connect(url, 'bob')
  const settle = async (): Promise<void> => {
    for (const id of range(0, 20)) {
      bob.frames.length = 0
      bob.say({ t: 'ping', id })
      await bob.next('pong')
    }
  }
  return { hand, url, port, server, settle }
}

const pad = ' '.repeat(100)

describe('a socket', () => {
  it('that says too much is not read until time has passed; others are', async () => {
    const { hand, url, server, settle } = await held({ maxByteRate: 65_536 })
    const loud = new Raw(url)
    await loud.opened
    const body = `"${'x'.repeat(60_000)}"`
    loud.say(hello('ann'))
    await loud.next('welcome')
    for (const seq of range(1, 101)) loud.say({ t: 'send', seq, ch: 'room', body })
    const took = async (): Promise<number> => {
      await settle()
      return Number(/^holdfast_messages_accepted_total (\d+)$/m.exec(await server.metrics())?.[1])
    }
    const first = await took()
    expect(first).toBeGreaterThan(0)
    // What came in one piece is heard in one piece: 64 KiB, and what was begun.
    expect(first).toBeLessThan(6)
    expect(await server.metrics()).toMatch(/^holdfast_links_paced_total\{transport="websocket"\} [1-9]/m)
    let before = first
    while (before < 100) {
      hand.wait(10_000)
      const now = await took()
      expect(now - before).toBeLessThan(16)
      before = now
    }
    expect(loud.frames.filter(({ t }) => t === 'error')).toEqual([])
  })

  it.each<[string, number, (loud: Raw, port: number) => unknown]>([
    ['frames', 3_000, ({ socket }) => socket.send(`[{"t":"ping","id":1}]${pad}`)],
    // One by one, for of too many at once `ws` makes an end.
    ['pings of WebSocket', 100, ({ socket }, port) => [socket.ping(pad), ask(port, '/realtime')][1]],
    ['pongs that nobody asked for', 3_000, ({ socket }) => socket.pong(pad)],
  ])('that says too many %s is not read, either', async (_, times, say) => {
    const { hand, url, port, server, settle } = await held({ maxFrameRate: 60 })
    const loud = await connect(url, 'ann')
    for (let n = 0; n < times; n++) await say(loud, port)
    loud.say({ t: 'send', seq: 1, ch: 'room', body: '1' })
    const isHeard = async (): Promise<boolean> => {
      await settle()
      return (await server.read('room')).next > 1
    }
    expect(await isHeard()).toBe(false)
    expect(await server.metrics()).toMatch(/^holdfast_links_paced_total\{transport="websocket"\} [1-9]/m)
    while (!(await isHeard())) {
      expect(loud.socket.readyState).toBe(1)
      hand.wait(10_000)
    }
  })
})

describe('a socket that is not read', () => {
  it('leaves no timer when it is cut', async () => {
    const { hand, url, settle } = await held({ maxFrameRate: 60 })
    await settle()
    const before = hand.timers
    const loud = await connect(url, 'ann')
    for (const id of range(0, 3_000)) loud.say({ t: 'ping', id })
    await settle()
    expect(hand.timers).toBe(before + 1)
    // Another link takes its session: it is told so, and cut 5 s later. The pause would be 50 s.
    await connect(url, 'ann')
    await settle()
    hand.wait(5_000)
    await settle()
    expect(hand.timers).toBe(before)
  })
})

describe('a link over HTTP', () => {
  const world = (rate: number) => {
    const hand = new Hand()
    const heard: ServerInput[] = []
    const options = { maxPacket: 65_536, maxBuffered: 65_536, pollGrace: 30_000 }
    const links = new HttpLinks(
      { ...options, maxFrameRate: rate, maxByteRate: Infinity },
      hand.env,
      silent,
      (input) => heard.push(input),
      () => 1,
    )
    links.open('ann', [])
    const post = (n: number, frames: number) =>
      links.post({ link: 1, n, text: JSON.stringify(range(0, frames).map((id) => ({ t: 'pong', id }))) })
    const frames = () => heard.filter(({ on }) => on === 'frames').length
    return { hand, links, post, frames }
  }

  it('that says too much is heard later: its POST is answered when it was', async () => {
    const { hand, post, frames } = world(10)
    expect(await post(1, 15)).toBe(204)
    const next = post(2, 1)
    await Promise.resolve()
    expect(frames()).toBe(1)
    hand.wait(499)
    expect(frames()).toBe(1)
    hand.wait(1)
    expect(await next).toBe(204)
    expect(frames()).toBe(2)
  })

  it('and does not wait for the answer is not heard', async () => {
    const { post, frames } = world(10)
    await post(1, 15)
    void post(2, 1)
    expect(await post(3, 1)).toBe(429)
    expect(frames()).toBe(1)
  })

  it('that would have to wait for more than a second is sent away, and its number is not taken', async () => {
    const { hand, post, frames } = world(10)
    await post(1, 30)
    expect(await post(2, 1)).toBe(429)
    hand.wait(2_000)
    expect(await post(2, 1)).toBe(204)
    expect(frames()).toBe(2)
  })

  it('that is gone meanwhile is gone', async () => {
    const { hand, links, post } = world(10)
    await post(1, 15)
    const next = post(2, 1)
    links.stop()
    hand.wait(500)
    expect(await next).toBe(410)
  })
})
