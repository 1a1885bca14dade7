import { describe, expect, it } from 'vitest'
import type { LinkInput } from '../../src/core/link.js'
import { CLOSE, cut, LinkBench, words } from '../support/link.js'
import { type Cell, type Event, events, situations, type State, type Table, table } from './link.table.js'

const keys = <K extends string>(record: Record<K, unknown>) => Object.keys(record) as K[]

describe.each(keys(table))('while %s', (state: State) => {
  it.each(keys(table[state]).map((event: Event) => [event, table[state][event].it, event] as const))(
    '%s → %s',
    (_event, _sentence, event) => {
      const bench = situations[state]()
      expect(bench.is).toBe(state)
      const { deadline } = bench.link
      const at = event === 'tick' ? (deadline < Infinity ? deadline : bench.now + 3_600_000) : bench.now
      const { to, does } = table[state][event]
      expect(bench.feed(events[event], at)).toEqual(does)
      expect(bench.is).toBe(to)
    },
  )
})

describe('the table', () => {
  it('has no holes: a missing state, event, next state or output does not compile', () => {
    const noWake: Omit<Table['waiting'], 'wake'> = table.waiting
    const noPaused: Omit<Table, 'paused'> = table
    const noDoes: Omit<Cell, 'does'> = table.up.wake
    // Each of these must be an error of the compiler; `npm run types` complains of one that is not.
    const holes: Table[] = [
      // @ts-expect-error a cell is missing
      { ...table, waiting: noWake },
      // @ts-expect-error a state is missing
      noPaused,
      // @ts-expect-error a cell does not say what comes out
      { ...table, up: { ...table.up, wake: noDoes } },
    ]
    expect(holes).toHaveLength(3)
  })
})

describe('dialling', () => {
  it('gives each link a number of its own', () => {
    const bench = new LinkBench().connect()
    for (const link of [2, 3, 4])
      expect(bench.feed({ on: 'reconnect', code: 4000, reason: '' })).toContainEqual({ do: 'open', link })
  })
  it('gives up an attempt that hangs, without waiting for its close event', () => {
    const bench = new LinkBench().connect()
    expect(bench.until(9_999)).toEqual([])
    expect(bench.until(10_000).map(([at, ...outputs]) => [at, ...words(outputs)])).toEqual([
      [10_000, 'drop 4408', 'retry 250'],
    ])
  })
  it('gives a greeting as long again', () => {
    const bench = new LinkBench().connect()
    bench.feed({ on: 'opened', link: 1 }, 9_000)
    expect(bench.link.deadline).toBe(19_000)
    expect(bench.until(19_000).map(([at, ...outputs]) => [at, ...words(outputs)])).toEqual([
      [19_000, 'drop 4408', 'retry 250'],
    ])
  })
  it('needs no greeting where the server has none', () => {
    const bench = new LinkBench({ greets: false }).connect()
    bench.feed({ on: 'opened', link: 1 })
    expect(bench.is).toBe('up')
  })
  it.each<LinkInput>([
    { on: 'opened', link: 1 },
    { on: 'welcomed', link: 1, idle: 60_000 },
    { on: 'heard', link: 1, pong: true },
    { on: 'ended', link: 1, closing: cut },
  ])('ignores $on of a link that was replaced', (news) => {
    for (const prepare of [() => undefined, (bench: LinkBench) => bench.up()]) {
      const bench = new LinkBench().connect()
      bench.feed({ on: 'reconnect', code: 4000, reason: '' })
      prepare(bench)
      const { state } = bench.link
      expect(bench.feed(news, 100)).toEqual([])
      expect(bench.link.state).toBe(state)
    }
  })
  it('never reconnects twice: the late end of a link that was given up changes nothing', () => {
    const bench = new LinkBench().up()
    bench.until(20_000)
    expect(bench.current).toBe(2)
    expect(bench.feed({ on: 'ended', link: 1, closing: cut }, 80_000)).toEqual([])
    expect(bench.feed({ on: 'ended', link: 1, closing: cut }, 80_000)).toEqual([])
    expect(bench.is).toBe('dialing')
    expect(bench.current).toBe(2)
  })
})

describe('reconnecting', () => {
  const failAll = (bench: LinkBench, times: number) =>
    Array.from({ length: times }, () => {
      const outputs = words(bench.end(cut, bench.now))
      bench.until(Math.max(bench.now, bench.link.deadline))
      return outputs
    })

  it('doubles the range of the delay up to the cap, and draws from all of it', () => {
    const bench = new LinkBench().connect()
    expect(failAll(bench, 8).flat()).toEqual(
      [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000].map((ms) => `retry ${String(ms)}`),
    )
  })
  it.each([
    [0, ['retry 0', 'open 41']],
    [0.25, ['retry 5000']],
    [0.999, ['retry 19980']],
  ])('puts the cap before the jitter: after 40 failures, chance %d', (random, outputs) => {
    let dice = 0.5
    const bench = new LinkBench({ random: () => dice }).connect()
    failAll(bench, 39)
    dice = random
    expect(words(bench.end())).toEqual(outputs)
  })
  it('dials at once after a stable link, then waits', () => {
    const bench = new LinkBench().up()
    expect(words(bench.end(cut, 5_000))).toEqual(['retry 0', 'open 2'])
    expect(words(bench.end())).toEqual(['retry 250'])
  })
  it('does not take a link that fell after 4,999 ms for stable', () => {
    const bench = new LinkBench().up()
    expect(words(bench.end(cut, 4_999))).toEqual(['retry 250'])
  })
  it('goes on counting where links come up and fall at once', () => {
    const bench = new LinkBench().up()
    const delays = Array.from({ length: 4 }, () => {
      const [output] = words(bench.end())
      bench.until(bench.link.deadline)
      bench.up()
      return output
    })
    expect(delays).toEqual(['retry 250', 'retry 500', 'retry 1000', 'retry 2000'])
  })
  it('starts anew once a link was stable', () => {
    const bench = new LinkBench().connect()
    failAll(bench, 6)
    bench.up()
    bench.end(cut, bench.now + 5_000)
    expect(words(bench.end())).toEqual(['retry 250'])
  })
  it('gives up after maxRetries failures in a row, and says why', () => {
    const bench = new LinkBench({ maxRetries: 2 }).connect()
    failAll(bench, 2)
    expect(bench.end({ code: 1013, reason: 'full' })).toEqual([
      { do: 'ended', closing: { code: 1013, reason: 'full' } },
    ])
    expect(bench.link.deadline).toBe(Infinity)
  })
  it('tries once more after a stable link even with no retries at all', () => {
    const bench = new LinkBench({ maxRetries: 0 }).up()
    expect(words(bench.end(cut, 5_000))).toEqual(['retry 0', 'open 2'])
    expect(words(bench.end())).toEqual(['ended 1006'])
  })
  it.each(['dialing', 'greeting', 'up'] as const)('ends for good on a fatal code while %s', (state) => {
    const bench = situations[state]()
    expect(words(bench.end({ code: 4403, reason: 'no' }))).toEqual(['ended 4403'])
    expect(bench.is).toBe('closed')
    expect([...bench.feed({ on: 'wake' }), ...bench.feed({ on: 'online' })]).toEqual([])
  })
})

describe('a server that has a link wait for its welcome', () => {
  it('gets so long, and the connect timeout', () => {
    const bench = situations.greeting()
    bench.feed({ on: 'waits', link: 1, after: 20_000 }, 1_000)
    expect(bench.until(30_999)).toEqual([])
    expect(bench.until(31_000).map(([at, ...outputs]) => [at, ...words(outputs)])).toEqual([
      [31_000, 'drop 4408', 'retry 250'],
    ])
  })
  it('is not asked meanwhile whether it lives', () => {
    const bench = situations.greeting()
    bench.feed({ on: 'waits', link: 1, after: 60_000 })
    expect([...bench.feed({ on: 'wake' }), ...bench.until(60_000)]).toEqual([])
  })
  it.each(['dialing', 'greeting', 'closing'] as const)('a word moves no deadline of one that is %s', (state) => {
    const bench = situations[state]()
    const { deadline } = bench.link
    bench.hear()
    expect(bench.link.deadline).toBe(deadline)
  })
  it.each(['dialing', 'up', 'closing'] as const)('has nothing wait that is %s', (state) => {
    const bench = situations[state]()
    const { deadline } = bench.link
    bench.feed({ on: 'waits', link: 1, after: 20_000 })
    expect(bench.link.deadline).toBe(deadline)
  })
  it('cannot have it wait for more than an hour', () => {
    const bench = situations.greeting()
    bench.feed({ on: 'waits', link: 1, after: 1e15 })
    expect(bench.link.deadline).toBe(3_610_000)
  })
})

describe('a server that names the time', () => {
  const held = () => {
    const bench = new LinkBench().up()
    expect(words(bench.end({ code: 1013, reason: 'full', retryAfter: 60_000 }, 6_000))).toEqual(['retry 60000'])
    return bench
  }
  it('is heard even after a stable link', () => {
    expect(held().link.deadline).toBe(66_000)
  })
  it.each<LinkInput[]>([
    [{ on: 'wake' }],
    [{ on: 'online' }],
    [{ on: 'offline' }, { on: 'online' }],
    [{ on: 'offline' }, { on: 'wake' }],
    [{ on: 'suspend' }, { on: 'wake' }],
    [{ on: 'offline' }, { on: 'suspend' }, { on: 'online' }],
  ])('is not pre-empted by a wake-up: %#', (...inputs) => {
    const bench = held()
    for (const input of inputs) expect(bench.feed(input, 20_000)).toEqual([])
    expect(bench.link.deadline).toBe(66_000)
    expect(bench.until(66_000)).toEqual([[66_000, { do: 'open', link: 2 }]])
  })
  it('is held to it when the network is away as well', () => {
    const bench = new LinkBench().up()
    bench.feed({ on: 'offline' })
    bench.end({ code: 1012, reason: 'restart', retryAfter: 5_000 }, 1_000)
    expect(bench.is).toBe('paused')
    expect(bench.feed({ on: 'online' }, 2_000)).toEqual([])
    expect(bench.until(6_000)).toEqual([[6_000, { do: 'open', link: 2 }]])
  })
  it('believes a link that opened more than who said that there is no network', () => {
    const bench = new LinkBench().up()
    bench.feed({ on: 'offline' })
    bench.end({ code: 1006, reason: '' }, 1_000)
    bench.until(bench.link.deadline)
    bench.feed({ on: 'opened', link: 2 })
    bench.feed({ on: 'welcomed', link: 2, idle: 60_000 })
    bench.end({ code: 1006, reason: '' })
    expect(bench.is).toBe('waiting')
  })
  it('no longer holds a wake-up once its time has passed', () => {
    const bench = held()
    bench.feed({ on: 'offline' })
    expect(words(bench.feed({ on: 'online' }, 66_000))).toEqual(['open 2'])
  })
  it('gives way to the app', () => {
    expect(words(held().feed({ on: 'reconnect', code: 4000, reason: '' }))).toEqual(['open 2'])
  })
  it('may say: at once', () => {
    expect(words(new LinkBench().connect().end({ code: 1012, reason: '', retryAfter: 0 }))).toEqual([
      'retry 0',
      'open 2',
    ])
  })
  it('cannot send a client away for more than an hour', () => {
    expect(words(new LinkBench().connect().end({ code: 1013, reason: '', retryAfter: 1e15 }))).toEqual([
      'retry 3600000',
    ])
  })
})

describe('without a network', () => {
  it('rests instead of dialling, says so, and looks for itself every 30 s', () => {
    const bench = new LinkBench().connect()
    bench.feed({ on: 'offline' })
    expect(bench.end()).toEqual([{ do: 'retry', attempt: 0, delay: Infinity, closing: cut }])
    expect(bench.until(30_000)).toEqual([[30_000, { do: 'open', link: 2 }]])
    bench.end()
    expect(bench.until(60_000)).toEqual([[60_000, { do: 'open', link: 3 }]])
  })
  it('uses up no retries', () => {
    const bench = new LinkBench({ maxRetries: 1 }).connect()
    bench.feed({ on: 'offline' })
    for (let look = 0; look < 10; look++) {
      bench.end()
      bench.until(bench.link.deadline)
    }
    bench.feed({ on: 'online' })
    expect(words(bench.end())).toEqual(['retry 250'])
  })
  it('dials as soon as there is one', () => {
    const bench = situations.paused()
    expect(words(bench.feed({ on: 'online' }, 10))).toEqual(['open 2'])
    expect(words(bench.end())).toEqual(['retry 500'])
  })
  it('does not shorten a delay that was longer', () => {
    const bench = new LinkBench({ backoff: { base: 100_000, cap: 100_000, factor: 2, floor: 0 } }).connect()
    bench.end()
    bench.feed({ on: 'offline' })
    expect(bench.link.deadline).toBe(50_000)
  })
})

describe('a page put away', () => {
  it('drops the link, dials nothing, and comes back at once', () => {
    const bench = new LinkBench().up()
    expect(words(bench.feed({ on: 'suspend' }))).toEqual(['drop 1001'])
    expect(bench.link.deadline).toBe(Infinity)
    expect(bench.feed({ on: 'ended', link: 1, closing: cut })).toEqual([])
    expect(words(bench.feed({ on: 'wake' }, 1_000_000))).toEqual(['open 2'])
  })
  it('starts the count of failures anew', () => {
    const bench = situations.waiting()
    bench.feed({ on: 'suspend' })
    bench.feed({ on: 'wake' })
    expect(words(bench.end())).toEqual(['retry 250'])
  })
})

describe('closing', () => {
  it('takes no longer than closeTimeout', () => {
    const bench = situations.closing()
    expect(bench.until(2_999)).toEqual([])
    expect(bench.until(3_000).map(([at, ...outputs]) => [at, ...words(outputs)])).toEqual([
      [3_000, 'drop 1000', 'ended 1006'],
    ])
  })
  it('does not wait with a closeTimeout of 0', () => {
    const bench = new LinkBench({ closeTimeout: 0 }).up()
    expect(words(bench.feed(CLOSE))).toEqual(['drop 1000', 'ended 1000'])
  })
  it('is final for wake-ups, and undone by the app', () => {
    const bench = situations.closed()
    expect(bench.until(1e9)).toEqual([])
    expect(words(bench.feed({ on: 'connect' }))).toEqual(['open 2'])
  })
})
