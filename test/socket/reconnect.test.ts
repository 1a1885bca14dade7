// When it dials again, when it does not, and what the app hears of it.
import { describe, expect, it, vi } from 'vitest'
import { answers, FakeSocket, open, start } from './fakes.js'

const dials = () => FakeSocket.all.length

describe('reconnect', () => {
  it('dials at once after a stable link, then with full jitter under a growing ceiling', async () => {
    const { env, first, events } = await open({ maxReconnectionDelay: 1_500 })
    first.end()
    await answers()
    for (let round = 0; round < 4; round++) {
      FakeSocket.last.refuse()
      await env.pass(1_000)
    }
    const retries = events.filter(({ type }) => type === 'retry').map(({ attempt, delay }) => [attempt, delay])
    expect(retries).toEqual([
      [0, 0],
      [1, 250],
      [2, 500],
      [3, 750],
      [4, 750],
    ])
  })

  it('grows by reconnectionDelayGrowFactor', async () => {
    const { env, events } = await start({ reconnectionDelayGrowFactor: 3 })
    for (let round = 0; round < 3; round++) {
      FakeSocket.last.refuse()
      await env.pass(2_250)
    }
    expect(events.filter(({ type }) => type === 'retry').map(({ delay }) => delay)).toEqual([250, 750, 2_250])
  })

  it('takes minReconnectionDelay as a floor', async () => {
    const { first, events } = await open({ minReconnectionDelay: 3_000 })
    first.end()
    expect(events.at(-1)).toMatchObject({ type: 'retry', delay: 3_000 })
  })

  it('tells of the end first and then of the retry, and is CONNECTING in between', async () => {
    const { socket, first, events } = await open({ minReconnectionDelay: 100 })
    first.end(1001, 'bye')
    expect(events).toEqual([
      { type: 'close', readyState: 0, code: 1001, reason: 'bye', wasClean: true },
      { type: 'retry', readyState: 0, attempt: 0, delay: 100 },
    ])
    expect(socket.url).toBe('ws://fake/')
  })

  it('counts failures anew after minUptime', async () => {
    const { socket, env } = await start({ minUptime: 1_000 })
    FakeSocket.last.refuse()
    await env.pass(500)
    FakeSocket.last.accept()
    expect(socket.retryCount).toBe(1)
    await env.pass(999)
    FakeSocket.last.end()
    expect(socket.retryCount).toBe(2)
    await env.pass(500)
    FakeSocket.last.accept()
    await env.pass(1_000)
    FakeSocket.last.end()
    expect(socket.retryCount).toBe(0)
  })

  it('gives up an attempt that hangs, and does not hear it any more', async () => {
    const { env, events, types } = await start({ connectionTimeout: 4_000 })
    const hanging = FakeSocket.last
    await env.pass(4_000)
    expect(events).toMatchObject([
      { type: 'error', error: { message: 'no answer within the connect timeout' } },
      { type: 'close', code: 4408, wasClean: false },
      { type: 'retry', attempt: 1 },
    ])
    await env.pass(500)
    expect(dials()).toBe(2)
    hanging.accept()
    hanging.say('ghost')
    hanging.end()
    await env.pass(500)
    expect([dials(), types()]).toEqual([2, ['error', 'close', 'retry']])
  })

  it('gives up a provider that hangs', async () => {
    const url = vi.fn(() => new Promise<string>(() => undefined))
    const { env } = await start({ connectionTimeout: 4_000 }, url)
    await env.pass(4_500)
    expect(url).toHaveBeenCalledTimes(2)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no url')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no url'))],
  ])('reports and retries when a provider %s', async (_how, url) => {
    const { env, events } = await start({}, url)
    await env.pass(250)
    expect(events.slice(0, 4)).toMatchObject([
      { type: 'error', error: { message: 'no url' } },
      { type: 'close', code: 1006 },
      { type: 'retry', attempt: 1, delay: 250 },
      { type: 'error' },
    ])
  })

  it('reports and retries when the constructor throws', async () => {
    const refuse = function () {
      throw new DOMException('bad url', 'SyntaxError')
    }
    const { events } = await start({ WebSocket: refuse as never })
    expect(events).toMatchObject([{ type: 'error' }, { type: 'close' }, { type: 'retry' }])
  })

  it('gives up after maxRetries failures in a row', async () => {
    const { socket, env, events } = await start({ maxRetries: 2 })
    for (let dial = 0; dial < 3; dial++) {
      FakeSocket.last.refuse()
      await env.pass(10_000)
    }
    expect([dials(), socket.readyState]).toEqual([3, 3])
    expect(events.at(-1)).toMatchObject({ type: 'close', readyState: 3 })
  })

  it('never reconnects with maxRetries 0', async () => {
    const { socket, env, first } = await open({ maxRetries: 0 })
    first.end()
    await env.pass(10_000)
    expect([dials(), socket.readyState]).toEqual([1, 3])
  })

  it('stops at a code that is not retryable', async () => {
    const { socket, first, types } = await open({ nonRetryableCodes: [4401] })
    first.end(4401)
    await answers()
    expect([socket.readyState, types()]).toEqual([3, ['close']])
  })

  it('asks shouldReconnectOnClose, and goes on when it throws', async () => {
    const { first, events } = await open({
      shouldReconnectOnClose: ({ code, wasClean }) => {
        if (code === 4000) throw new Error('mine')
        return wasClean
      },
    })
    first.end(4000)
    await answers()
    expect(events).toMatchObject([{ type: 'error', error: { message: 'mine' } }, { type: 'close' }, { type: 'retry' }])
    FakeSocket.last.refuse()
    await answers()
    expect(events.at(-1)).toMatchObject({ type: 'close', readyState: 3 })
  })

  it('stays away as long as the server says, whatever wakes it', async () => {
    const { env, page, first, events } = await open({ retryAfter: ({ reason }) => Number(reason) || undefined })
    first.end(1013, '5000')
    expect(events.at(-1)).toMatchObject({ type: 'retry', delay: 5_000 })
    page.say('online')
    await env.pass(4_999)
    expect(dials()).toBe(1)
    await env.pass(1)
    expect(dials()).toBe(2)
  })

  it('asks the providers each time', async () => {
    let count = 0
    const { env } = await start({}, () => `ws://fake/${count++}`)
    FakeSocket.last.refuse()
    await env.pass(250)
    expect(FakeSocket.all.map(({ url }) => url)).toEqual(['ws://fake/0', 'ws://fake/1'])
  })
})

describe('reconnect()', () => {
  it('opens what started closed', async () => {
    const { socket, types } = await start({ startClosed: true })
    expect([dials(), socket.readyState, socket.send('early')]).toEqual([0, 3, false])
    socket.reconnect()
    await answers()
    FakeSocket.last.accept()
    expect([FakeSocket.last.sent, types()]).toEqual([['early'], ['open']])
  })

  it('leaves the old link with a close event and never listens to it again', async () => {
    const { socket, first, events } = await open()
    socket.reconnect(4000, 'new token')
    await answers()
    expect(first.closes).toEqual([[4000, 'new token']])
    first.say('ghost')
    first.end(4000)
    await answers()
    expect([dials(), socket.readyState]).toEqual([2, 0])
    expect(events).toEqual([{ type: 'close', readyState: 0, code: 4000, reason: 'new token', wasClean: false }])
  })

  it('during close wins; close during a retry wins', async () => {
    const { socket, env, types } = await open()
    socket.close()
    socket.reconnect()
    await answers()
    FakeSocket.last.accept()
    expect([dials(), types()]).toEqual([2, ['close', 'open']])
    FakeSocket.last.end()
    FakeSocket.last.refuse()
    socket.close()
    await env.pass(60_000)
    expect([socket.readyState, types().at(-1)]).toEqual([3, 'close'])
    expect(dials()).toBe(2)
  })

  it('dials once, however often it is called from listeners', async () => {
    const { socket, first } = await open({ minReconnectionDelay: 1_000 })
    socket.addEventListener('close', () => socket.reconnect(), { once: true })
    first.end()
    await answers()
    expect(dials()).toBe(2)
  })
})

describe('close() in a listener', () => {
  it('ends it for good', async () => {
    const { socket, env, first, events } = await open()
    socket.onclose = () => {
      socket.close()
    }
    first.end()
    await env.pass(60_000)
    expect([dials(), socket.readyState]).toEqual([1, 3])
    expect(events.at(-1)).toMatchObject({ type: 'close', readyState: 3 })
  })
})

describe('the page', () => {
  it('online and wake cut the wait short', async () => {
    const { page } = await start({ minReconnectionDelay: 10_000 })
    for (const type of ['online', 'visibilitychange', 'resume']) {
      FakeSocket.last.refuse()
      page.say(type)
      await answers()
    }
    expect(dials()).toBe(4)
  })

  it('offline rests dialling, and says so', async () => {
    const { env, page, first, events } = await open()
    page.say('offline')
    first.end()
    expect(events.at(-1)).toMatchObject({ type: 'retry', delay: Infinity })
    await env.pass(29_999)
    expect(dials()).toBe(1)
    page.say('online')
    await answers()
    expect(dials()).toBe(2)
  })

  it('put away, the link is closed; back again, it is dialled', async () => {
    const { page, env, first, events, socket } = await open()
    page.say('pagehide')
    expect(first.closes).toEqual([[1000, 'the page is put away']])
    expect(events).toMatchObject([{ type: 'close', code: 1001 }])
    await env.pass(100_000)
    expect(dials()).toBe(1)
    page.say('pageshow', { persisted: true })
    await answers()
    expect(dials()).toBe(2)
    page.say('pagehide')
    socket.close()
    await answers()
    expect(events.at(-1)).toMatchObject({ type: 'close', readyState: 3 })
  })

  it('is not listened to after close, nor with page: false', async () => {
    const { socket, page, first } = await open()
    const added = vi.spyOn(page, 'addEventListener')
    const listening = () =>
      added.mock.calls.filter(([, , options]) => !(options as { signal: AbortSignal }).signal.aborted)
    socket.close()
    first.end(1000)
    socket.reconnect()
    await answers()
    expect(listening()).toHaveLength(6)
    socket.reconnect()
    expect(listening()).toHaveLength(6)
    socket.close()
    FakeSocket.last.end(1000)
    await answers()
    expect(listening()).toHaveLength(0)
    const silent = await open({ page: false })
    silent.page.say('pagehide')
    expect(silent.first.closes).toEqual([])
  })

  it('an old offline is forgotten by a new start', async () => {
    const { socket, page, first, events } = await open()
    page.say('offline')
    socket.close()
    first.end(1000)
    page.navigator.onLine = true
    socket.reconnect()
    await answers()
    FakeSocket.last.refuse()
    expect(events.at(-1)).toMatchObject({ type: 'retry', delay: 250 })
  })
})
