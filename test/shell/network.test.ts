// The detector on its own.
import { describe, expect, it, vi } from 'vitest'
import { NetworkDetector, type NetworkOptions } from '../../src/network.js'
import { answers, FakeEnv, FakePage } from '../socket/fakes.js'

function start(options: NetworkOptions = {}, onLine?: boolean) {
  const env = new FakeEnv()
  const page = new FakePage()
  if (onLine !== undefined) page.navigator.onLine = onLine
  const detector = new NetworkDetector({ env, page, ...options })
  const events: unknown[] = []
  for (const type of ['change', 'wake', 'suspend'] as const)
    detector.on(type, (event) => events.push([type, ...Object.values(event)]))
  return { detector, env, page, events }
}

/** A network that answers, fails, or hangs until it is given up. */
function net(state: 'up' | 'down' | 'hangs') {
  const world = { state }
  const fetch = vi.fn((_url: unknown, { signal }: RequestInit) => {
    if (world.state === 'up') return Promise.resolve(new Response())
    if (world.state === 'down') return Promise.reject(new TypeError('failed'))
    return new Promise<Response>((_, fail) => signal?.addEventListener('abort', () => fail(new Error('aborted'))))
  })
  return { world, fetch: fetch as unknown as typeof globalThis.fetch, spy: fetch }
}

describe('without a probe', () => {
  it('knows what navigator.onLine says, which may be nothing', async () => {
    for (const [onLine, status] of [
      [false, 'offline'],
      [true, 'online'],
      [undefined, 'unknown'],
    ] as const) {
      const { detector } = start({}, onLine)
      expect([detector.status, await detector.check()]).toEqual([status, status])
    }
  })

  it('follows the events, and says each change once', () => {
    const { detector, page, events } = start({}, true)
    for (const type of ['offline', 'offline', 'online']) page.say(type)
    expect(events).toEqual([
      ['change', 'offline', 'offline'],
      ['change', 'online', 'online'],
    ])
    expect(detector.status).toBe('online')
  })

  it('passes on wake and suspend with their causes', () => {
    const { page, events } = start()
    for (const type of ['resume', 'pagehide']) page.say(type)
    expect(events).toEqual([
      ['wake', 'resume'],
      ['suspend', 'pagehide'],
    ])
  })
})

describe('with a probe', () => {
  it('believes the probe, not the browser', async () => {
    const { world, fetch, spy } = net('up')
    const { detector, page, events } = start({ probeUrl: '/up', fetch }, false)
    expect(detector.status).toBe('unknown')
    await answers()
    expect(detector.status).toBe('online')
    page.say('offline')
    await answers()
    expect(detector.status).toBe('online')
    world.state = 'down'
    page.say('online')
    await answers()
    expect(events.map((event) => (event as string[])[1])).toEqual(['online', 'offline'])
    expect(spy).toHaveBeenCalledWith(
      '/up',
      expect.objectContaining({ method: 'HEAD', cache: 'no-store', mode: 'no-cors' }),
    )
  })

  it('probes on wake', async () => {
    const { world, fetch } = net('up')
    const { page, events } = start({ probeUrl: '/up', fetch })
    await answers()
    world.state = 'down'
    page.say('resume')
    await answers()
    expect(events.slice(1)).toEqual([
      ['wake', 'resume'],
      ['change', 'offline', 'resume'],
    ])
  })

  it('is offline without an answer by probeTimeout', async () => {
    const { fetch } = net('hangs')
    const { detector, env } = start({ probeUrl: '/up', fetch, probeTimeout: 3_000, sleepCheck: 0 })
    await env.pass(2_999)
    expect(detector.status).toBe('unknown')
    await env.pass(1)
    expect(detector.status).toBe('offline')
    expect(env.timers.size).toBe(1)
  })

  it('while offline asks again, after 1 s and ever longer until 30 s', async () => {
    const { world, fetch, spy } = net('down')
    const { detector, env, events } = start({ probeUrl: '/up', fetch, sleepCheck: 0 })
    const waits: number[] = []
    await env.pass(0)
    while (waits.length < 7) {
      const [timer] = env.timers
      waits.push((timer?.at ?? NaN) - env.time)
      await env.pass(waits.at(-1) ?? 0)
      expect(spy).toHaveBeenCalledTimes(waits.length + 1)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    world.state = 'up'
    await env.pass(30_000)
    expect(events).toEqual([
      ['change', 'offline', 'start'],
      ['change', 'online', 'probe'],
    ])
    expect([detector.status, env.timers.size]).toEqual(['online', 0])
  })

  it('keeps one timer, which news starts anew and close clears', async () => {
    const { fetch } = net('down')
    const { detector, env, page } = start({ probeUrl: '/up', fetch, sleepCheck: 0 })
    await env.pass(5_000)
    for (const type of ['resume', 'online']) page.say(type)
    await env.pass(0)
    expect([...env.timers].map(({ at }) => at - env.time)).toEqual([1_000])
    detector.close()
    expect(env.timers.size).toBe(0)
  })

  it('takes the answer of the newest question for all', async () => {
    const { world, fetch } = net('hangs')
    const { detector, events } = start({ probeUrl: '/up', fetch })
    const first = detector.check()
    const second = detector.check()
    world.state = 'up'
    expect(await Promise.all([detector.check(), second, first])).toEqual(['online', 'online', 'online'])
    expect(events).toEqual([['change', 'online', 'check']])
  })

  it('is offline where fetch throws at once', async () => {
    const fetch = () => {
      throw new Error('no fetch')
    }
    const { detector } = start({ probeUrl: '/up', fetch })
    expect(await detector.check()).toBe('offline')
  })
})

describe('sleep', () => {
  it('is noticed by a timer more than 2 s late', async () => {
    const { env, events } = start()
    await env.pass(20_000)
    await env.sleep(5_000 + 2_000)
    expect(events).toEqual([])
    await env.sleep(5_000 + 2_001)
    expect(events).toEqual([['wake', 'sleep']])
    await env.pass(20_000)
    expect(events).toHaveLength(1)
  })

  it('is not read from the late timers of a hidden page', async () => {
    const { env, page, events } = start()
    page.document.visibilityState = 'hidden'
    await env.sleep(60_000)
    expect(events).toEqual([])
  })

  it('is not looked for with sleepCheck 0', () => {
    expect(start({ sleepCheck: 0 }).env.armed).toBe(0)
  })
})

describe('on and close', () => {
  it('stops by its return value and by signal', () => {
    const { detector, page } = start({}, true)
    const heard: string[] = []
    const control = new AbortController()
    const off = detector.on('change', () => heard.push('a'))
    detector.on('change', () => heard.push('b'), { signal: control.signal })
    page.say('offline')
    off()
    control.abort()
    page.say('online')
    expect(heard).toEqual(['a', 'b'])
  })

  it('close ends everything', async () => {
    const { fetch, spy } = net('hangs')
    const { detector, env, page, events } = start({ probeUrl: '/up', fetch })
    const pending = detector.check()
    detector.close()
    expect(await pending).toBe('unknown')
    page.say('resume')
    expect(await detector.check()).toBe('unknown')
    expect([events, env.timers.size, spy.mock.calls.length]).toEqual([[], 0, 2])
  })

  it.each<[unknown, string]>([
    [null, 'options takes: object'],
    ['/up', 'options takes: object'],
    [{ probeURL: '/up' }, 'options.probeURL is no option'],
    [{ toString: 1 }, 'options.toString is no option'],
    [{ fetch: 'fetch' }, 'options.fetch takes: function'],
    [{ page: false }, 'options.page takes: object'],
    [{ probeUrl: 5 }, 'options.probeUrl takes: string'],
  ])('takes no options %j', (options, message) => {
    expect(() => new NetworkDetector(options as never)).toThrow(
      expect.objectContaining({ code: 'bad-option', message }),
    )
  })

  it('checks its options', () => {
    for (const name of ['probeTimeout', 'sleepCheck'])
      expect(() => new NetworkDetector({ [name]: -1 })).toThrow(
        expect.objectContaining({ code: 'bad-option', message: `options.${name} takes: number from 0` }),
      )
  })
})
