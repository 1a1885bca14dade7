import { describe, expect, it } from 'vitest'
import { ClientBench, messages, subscribed, welcome } from '../support/client-core.js'
import { CLOSE, cut } from '../support/link.js'

describe('close', () => {
  it('says what was received and goodbye, and settles everything', () => {
    const bench = new ClientBench({ outbox: { window: 1 } }).reading()
    bench.send()
    bench.send()
    bench.hear(...messages(1, 2))
    bench.now = 100
    bench.feed({ on: 'history', id: 7, ch: 'room', from: 1, limit: 1 })
    bench.hear(...messages(3))
    expect(bench.feed(CLOSE)).toEqual([
      'last number 3',
      'write received room 3 | bye',
      'drop 1000',
      'ended 1000',
      'm1 in-doubt',
      'm2 closed',
      'page 7 closed',
      'closed: bye',
    ])
    expect(bench.core.deadline).toBe(Infinity)
  })
  it('waits for nobody, and is done once', () => {
    const bench = new ClientBench().up()
    bench.feed(CLOSE)
    expect(bench.feed(CLOSE)).toEqual([])
    expect(bench.hear(...messages(1))).toEqual([])
    expect(bench.feed({ on: 'wake' })).toEqual([])
  })
  it.each<[string, (bench: ClientBench) => unknown]>([
    ['before it was dialled', () => undefined],
    ['while it dials', (bench) => bench.feed({ on: 'connect' })],
    ['while it waits to dial', (bench) => bench.up().feed({ on: 'ended', link: 1, closing: cut })],
    ['while it is away', (bench) => bench.up().feed({ on: 'suspend' })],
  ])('%s says no goodbye and leaves no deadline', (_when, prepare) => {
    const bench = new ClientBench()
    prepare(bench)
    bench.send()
    const outputs = bench.feed(CLOSE)
    expect(outputs.join()).not.toContain('write')
    expect(outputs.filter((one) => one.startsWith('m1'))).toHaveLength(1)
    expect(outputs.at(-1)).toBe('closed: bye')
    expect(bench.core.deadline).toBe(Infinity)
  })
  it('before the welcome says goodbye behind its hello: what left with it is taken, then all is forgotten', () => {
    const bench = new ClientBench()
    bench.send()
    bench.open()
    expect(bench.feed(CLOSE)).toEqual([
      'last number 2',
      'write bye',
      'drop 1000',
      'ended 1000',
      'm1 in-doubt',
      'closed: bye',
    ])
  })
  it('what is sent or asked afterwards is settled at once', () => {
    const bench = new ClientBench().up()
    bench.feed(CLOSE)
    expect(bench.send()).toEqual(['m2 closed'])
    expect(bench.feed({ on: 'history', id: 1, ch: 'room', from: 1, limit: 1 })).toEqual(['page 1 closed'])
    expect(bench.follow()).toEqual([])
    expect(bench.core.deadline).toBe(Infinity)
  })
  it('is not the end where the app dials again: the channels are followed on', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1))
    bench.feed(CLOSE)
    bench.feed({ on: 'reconnect', code: 1000, reason: 'again' })
    // By the number that was left out it is told from what was late on its way.
    expect(bench.open()).toEqual(['write hello 1 T1 | sub room 2 e1'])
    bench.hear(welcome)
    expect(bench.send()).toEqual(['write send 2', 'm2 sent'])
  })
})

describe('a hostile server', () => {
  it.each<[string, Parameters<ClientBench['hear']>]>([
    ['accepts one that was never sent', [{ t: 'accepted', seq: 5, only: true }]],
    ['refuses what was never sent', [{ t: 'refused', seq: 5, code: 'x', reason: '' }]],
    ['accepts nothing', [{ t: 'accepted', seq: 0 }]],
    ['answers for a channel that nobody follows', [subscribed(5, [1, 5], 'e', 'other')]],
    ['sends to a channel that nobody follows', messages(1, 3, 'other')],
    ['denies a channel that nobody follows', [{ t: 'denied', ch: 'other', code: 'x', reason: '' }]],
    ['denies a page that nobody asked for', [{ t: 'denied', ch: 'room', id: 3, code: 'x', reason: '' }]],
    [
      'sends a page that nobody asked for',
      [{ t: 'page', id: 3, ch: 'room', epoch: 'e', oldest: 1, next: 1, entries: [] }],
    ],
    ['names heads of channels that nobody follows', [{ t: 'pong', id: 9, heads: { other: 9, toString: 9 } }]],
  ])('%s: nothing happens', (_what, frames) => {
    const bench = new ClientBench({ outbox: { window: 1 } }).reading()
    bench.send()
    bench.send()
    expect(bench.hear(...frames)).toEqual([])
    expect(bench.core.status).toBe('online')
  })
  it.each<Parameters<ClientBench['hear']>[0]>([
    { t: 'accepted', seq: 2 ** 53 - 1 },
    { t: 'pong', id: 9, got: 2 ** 53 - 1 },
  ])('that claims the future ($t) is believed only of what was sent', (frame) => {
    const bench = new ClientBench({ outbox: { window: 1 } }).up()
    bench.send()
    bench.send()
    expect(bench.hear(frame)).toEqual(['m1 accepted', 'write send 2', 'm2 sent'])
    expect(bench.again()).toEqual(['write hello 1 T1'])
  })
  it('that refuses a message harms that message alone', () => {
    const bench = new ClientBench().up()
    for (let n = 0; n < 3; n++) bench.send()
    expect(bench.hear({ t: 'refused', seq: 1, code: 'forbidden', reason: 'not here' })).toEqual([
      'm1 refused',
      'write send 2 after 0 | send 3',
    ])
    expect(bench.hear({ t: 'refused', seq: 1, code: 'forbidden', reason: 'again' }, { t: 'accepted', seq: 3 })).toEqual(
      ['m2 accepted', 'm3 accepted'],
    )
  })
  it('that sends far-off offsets fills no memory: it is asked for what is between', () => {
    const bench = new ClientBench().reading()
    expect(bench.hear(...messages(2 ** 40, 2 ** 40 + 999))).toEqual(['write sub room 1 e1'])
    expect(bench.hear(...messages(1, 2))).toEqual(['deliver room 1', 'deliver room 2'])
  })
  it('that welcomes twice changes its terms, and nothing else', () => {
    const bench = new ClientBench().reading()
    bench.send()
    expect(bench.hear({ ...welcome, got: 1, window: 1 })).toEqual(['limit 65536', 'm1 accepted'])
    expect(bench.core.outbox.inFlight).toBe(0)
  })
  it('that names silly numbers is not answered with a storm', () => {
    const bench = new ClientBench().up({ idle: 0, window: 0, max: 0 })
    expect(bench.until(99)).toEqual([])
    expect(bench.until(100)).toEqual([[100, 'write ping 1']])
    expect(bench.send()).toEqual(['m1 too-big'])
  })
  it('that says `error` is heard, and nothing else: the close that follows decides', () => {
    const bench = new ClientBench().up()
    expect(bench.hear({ t: 'error', code: 'no-hello', reason: '' })).toEqual(['fault no-hello'])
    expect(bench.core.status).toBe('online')
  })
  it('that pings before its welcome is answered, and not believed', () => {
    const bench = new ClientBench()
    bench.open()
    expect(bench.hear({ t: 'ping', id: 5 }, { t: 'pong', id: 1 })).toEqual(['write pong 5'])
    expect(bench.core.status).toBe('connecting')
  })
  it('that accepts or refuses before its welcome is reported, and not believed', () => {
    const bench = new ClientBench()
    bench.send()
    bench.open()
    const refused = { t: 'refused', seq: 1, code: 'x', reason: '' } as const
    const heard = bench.hear({ t: 'accepted', seq: 1 }, refused)
    expect(heard.filter((output) => output.startsWith('fault'))).toHaveLength(2)
    expect(heard.filter((output) => output.startsWith('settled'))).toEqual([])
  })
  it('that sends everyone away for a year is waited for an hour', () => {
    const bench = new ClientBench().up()
    expect(bench.hear({ t: 'retry', after: 2 ** 50, spread: 2 ** 50 })).toContain('retry 3600000')
  })
})
