// Whether the link lives: asked when it is silent, never when it talks.
import { describe, expect, it } from 'vitest'
import type { SocketHeartbeat } from '../../src/socket.js'
import { answers, FakeSocket, open as openSocket } from './fakes.js'

const isPong = (data: unknown) => data === 'pong'
const open = (heartbeat: SocketHeartbeat = { isPong }) => openSocket({ heartbeat })

describe('the heartbeat', () => {
  it('pings after the interval, again within the timeout, and then replaces the link', async () => {
    const { env, first, types } = await open()
    await env.pass(9_000)
    expect(first.sent).toEqual(['ping'])
    await env.pass(2_500)
    expect(first.sent).toEqual(['ping', 'ping'])
    await env.pass(2_500)
    await answers()
    expect(first.closes).toEqual([[4408, 'no answer to the heartbeat']])
    expect([FakeSocket.all.length, types()]).toEqual([2, ['error', 'close', 'retry']])
  })

  it('does not wait for the close event of the dead link, nor hears it when it comes', async () => {
    const { env, first, types } = await open()
    await env.pass(14_000)
    FakeSocket.last.accept()
    first.say('ghost')
    first.end()
    await env.pass(1_000)
    expect([FakeSocket.all.length, types()]).toEqual([2, ['error', 'close', 'retry', 'open']])
  })

  it('takes any message for life, and re-arms no timer for it', async () => {
    const { env, first } = await open({ interval: 1_000 })
    const armed = env.armed
    for (let message = 0; message < 100; message++) {
      first.say('news')
      await env.pass(9)
    }
    expect(first.sent.length).toBeLessThanOrEqual(7)
    expect(env.armed - armed).toBeLessThanOrEqual(2)
    expect(env.timers.size).toBe(1)
  })

  it('hides pongs, or shows them', async () => {
    const hiding = await open()
    hiding.first.say('pong')
    hiding.first.say('text')
    expect(hiding.events).toMatchObject([{ type: 'message', data: 'text' }])
    const showing = await open({ isPong, hidePongs: false })
    showing.first.say('pong')
    expect(showing.events).toMatchObject([{ type: 'message', data: 'pong' }])
  })

  it('sends a message of the app’s, or what makes it', async () => {
    let count = 0
    const counting = await open({ message: () => `beat ${++count}` })
    await counting.env.pass(9_000)
    expect(counting.first.sent).toEqual(['beat 1'])
    const fixed = await open({ message: '♥' })
    await fixed.env.pass(9_000)
    expect(fixed.first.sent).toEqual(['♥'])
  })

  it('reports what makes the ping when it throws; the link is judged all the same', async () => {
    const mistake = new Error('mine')
    const { env, events } = await open({
      message: () => {
        throw mistake
      },
    })
    await env.pass(14_000)
    expect(events).toMatchObject([{ error: mistake }, { error: mistake }, { type: 'error' }, { type: 'close' }, {}])
  })

  it('reports isPong when it throws, and delivers the message', async () => {
    const { first, types } = await open({
      isPong: () => {
        throw new Error('mine')
      },
    })
    first.say('text')
    expect(types()).toEqual(['error', 'message'])
  })

  it('gives up sooner where round trips are known to be quick', async () => {
    const { env, first } = await open({ isPong, interval: 10_000 })
    await env.pass(4_000)
    first.say('pong')
    await env.pass(10_000)
    expect(first.sent).toHaveLength(2)
    await env.pass(2_400)
    expect(first.closes).toHaveLength(1)
  })

  it('asks once more when the machine has slept, and does not judge', async () => {
    const { env, first } = await open()
    await env.pass(9_000)
    await env.sleep(600_000)
    expect([first.sent.length, first.closes.length]).toEqual([2, 0])
    first.say('pong')
    await env.pass(10_000)
    expect(first.closes).toEqual([])
  })

  it.each(['visibilitychange', 'online', 'offline', 'resume'])(
    'asks on %s; 2 s without a word end it',
    async (type) => {
      const { env, page, first } = await open()
      page.say(type)
      expect(first.sent).toEqual(['ping'])
      await env.pass(1_999)
      expect(first.closes).toEqual([])
      await env.pass(1)
      expect(first.closes).toHaveLength(1)
    },
  )
})

describe('without a heartbeat', () => {
  it('nothing is asked, and silence ends nothing', async () => {
    const { env, page, first } = await openSocket()
    page.say('online')
    await env.pass(3_600_000)
    expect([first.sent, first.closes]).toEqual([[], []])
    expect(env.timers.size).toBeLessThanOrEqual(1)
  })
})
