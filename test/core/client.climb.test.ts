import { describe, expect, it } from 'vitest'
import { messages, subscribed, welcome } from '../support/client-core.js'
import { CLOSE } from '../support/link.js'
import { pong, RaceBench, replaced } from '../support/race.js'

const online = 'online'

describe('a climb', () => {
  it('asks for a sign of life, then says hello and nothing else', () => {
    const bench = new RaceBench().lower()
    bench.send()
    bench.says(2, { t: 'accepted', seq: 1 })
    bench.follow()
    bench.says(2, subscribed(1))
    expect(bench.until(750)).toEqual([[750, 'open 3']])
    expect(bench.opened(3)).toEqual(['3< ping 0'])
    expect(bench.says(3, pong)).toEqual(['3< hello 1 T1'])
  })
  it('leaves the link what it is: messages come and go there', () => {
    const bench = new RaceBench().moving()
    expect(bench.send()).toEqual(['2< send 1', 'm1 sent'])
    expect(bench.says(2, { t: 'accepted', seq: 1 })).toEqual(['m1 accepted'])
    bench.follow()
    bench.says(2, subscribed(1))
    expect(bench.says(2, ...messages(1))).toEqual(['deliver room 1'])
  })
  it('is told nothing before the welcome, and no longer asked', () => {
    const bench = new RaceBench().moving()
    bench.follow()
    bench.says(2, subscribed(1))
    expect(bench.says(3, ...messages(1), { t: 'ping', id: 1 }, pong, { t: 'accepted', seq: 1 })).toEqual([])
  })
  it('does not count for the heartbeat of the link', () => {
    const bench = new RaceBench().climbing()
    bench.feed({ on: 'wake' })
    bench.says(3, pong)
    expect(bench.until(2_750)).toContainEqual([
      2_750,
      'drop 2: 4408',
      'drop 3: 4408',
      'retry 250',
      'reconnecting: no answer to the heartbeat',
    ])
  })
  it('that is refused, or speaks another version, is no end of the link', () => {
    const bench = new RaceBench().moving()
    expect(bench.says(3, { ...welcome, v: 9 })).toEqual(['drop 3: 4406'])
    expect(bench.core.status).toBe(online)
    const other = new RaceBench().climbing()
    expect(other.ended(3, { code: 4403, reason: 'not you' })).toEqual([])
    expect(other.core.status).toBe(online)
  })
  it('that is to wait for its welcome waits, and the link serves on', () => {
    const bench = new RaceBench().moving()
    expect(bench.says(3, { t: 'wait', after: 12_000 })).toEqual([])
    expect(bench.until(14_749)).toEqual([])
    expect(bench.send()).toEqual(['2< send 1', 'm1 sent'])
    expect(bench.until(14_750)).toContainEqual([14_750, 'drop 3: 1000'])
  })
  it('cannot be had to wait for more than an hour', () => {
    const bench = new RaceBench().moving()
    bench.says(3, { t: 'wait', after: 1e15 })
    expect(bench.core.route.ladder.deadline).toBe(750 + 3_600_000 + 2_000)
  })
  it('that is to wait gets two seconds once the link before is gone', () => {
    const bench = new RaceBench().moving()
    bench.says(3, { t: 'wait', after: 12_000 })
    bench.ended(2, replaced)
    bench.says(3, { t: 'wait', after: 12_000 })
    expect(bench.until(2_750)).toEqual([[2_750, 'drop 3: 4408', 'retry 250', 'reconnecting: replaced']])
  })
  it('that is sent away comes back when it may', () => {
    const bench = new RaceBench().climbing()
    expect(bench.says(3, { t: 'retry', after: 10_000, spread: 0 })).toEqual(['drop 3: 1013'])
    expect(bench.until(10_749)).toEqual([])
    expect(bench.until(10_750)).toEqual([[10_750, 'open 4']])
    expect(bench.core.status).toBe(online)
  })
  it('that had said hello and is sent away is over, too', () => {
    const bench = new RaceBench().moving()
    expect(bench.says(3, { t: 'retry', after: 30_000, spread: 0 })).toEqual(['drop 3: 1013'])
    expect(bench.send()).toEqual(['2< send 1', 'm1 sent'])
  })
  it('comes soon where the network is another', () => {
    const bench = new RaceBench().climbing()
    bench.ended(3)
    bench.until(2_000)
    bench.feed({ on: 'online' })
    expect(bench.core.route.ladder.deadline).toBe(2_250)
    // A page that is looked at again has the network that it had.
    const same = new RaceBench().climbing()
    same.ended(3)
    same.until(750)
    same.ended(4)
    const { deadline } = same.core.route.ladder
    same.feed({ on: 'wake' })
    expect(same.core.route.ladder.deadline).toBe(deadline)
    const late = new RaceBench().climbing()
    for (const link of [3, 4]) {
      late.ended(link)
      late.until(late.core.route.ladder.deadline)
    }
    late.ended(5)
    late.feed({ on: 'online' })
    expect(late.core.route.ladder.deadline).toBe(late.now + 1_000)
  })
})

describe('a move', () => {
  it('is done with the welcome: the link before is dropped, what may be lost is said again, channels are followed on', () => {
    const bench = new RaceBench().lower()
    bench.follow()
    bench.says(2, subscribed(1), ...messages(1, 2))
    bench.until(750)
    bench.opened(3)
    bench.says(3, pong)
    for (let n = 0; n < 3; n++) bench.send()
    expect(bench.says(3, { ...welcome, got: 1, ticket: 'T2', max: 32_768 })).toEqual([
      'drop 2: 1000',
      'rung 0',
      'limit 32768',
      'm1 accepted',
      '3< sub room 3 e1 | send 2 | send 3',
    ])
    expect(bench.core.status).toBe(online)
    expect(bench.says(2, ...messages(3))).toEqual([])
    expect(bench.says(3, subscribed(3), ...messages(3))).toEqual(['deliver room 3'])
    expect(bench.send()).toEqual(['3< received room 3 | send 4', 'm4 sent'])
  })
  it('takes what came in one packet with the welcome', () => {
    const bench = new RaceBench().lower()
    bench.follow()
    bench.says(2, subscribed(1))
    bench.until(750)
    bench.opened(3)
    bench.says(3, pong)
    expect(bench.says(3, welcome, subscribed(1), ...messages(1))).toContain('deliver room 1')
  })
  it('outlives the link before, which the server closes as replaced: nothing is lost, and nothing is said meanwhile', () => {
    const bench = new RaceBench().moving()
    expect(bench.ended(2, replaced)).toEqual([])
    expect(bench.core.status).toBe(online)
    expect(bench.send()).toEqual([])
    expect(bench.follow()).toEqual([])
    expect(bench.feed({ on: 'unsubscribe', ch: 'other' })).toEqual([])
    expect(bench.says(3, welcome)).toEqual(['rung 0', 'limit 65536', '3< sub room now | send 1', 'm1 sent'])
  })
  it('is the only one: who opens meanwhile is no more than asked', () => {
    const bench = new RaceBench().connect()
    bench.ended(1)
    bench.ended(2)
    bench.opened(3)
    bench.says(3, welcome)
    bench.until(1_250)
    bench.opened(5)
    bench.says(5, pong)
    bench.ended(3, replaced)
    expect(bench.opened(4)).toEqual(['4< ping 0'])
    expect(bench.says(4, pong)).toEqual([])
    expect(bench.says(5, welcome)).toEqual(['drop 4: 1000', 'rung 1', 'limit 65536'])
  })
  it('that has no answer in two seconds is the end of the link', () => {
    const bench = new RaceBench().moving()
    bench.send()
    bench.ended(2, replaced)
    expect(bench.until(2_750)).toEqual([[2_750, 'drop 3: 4408', 'retry 250', 'reconnecting: replaced']])
  })
  it('that is lost on the way is the end of the link', () => {
    const bench = new RaceBench().moving()
    bench.ended(2, replaced)
    expect(bench.ended(3)).toEqual(['retry 250', 'reconnecting: replaced'])
  })
  it('that is sent away on the way is, too, and nobody comes before', () => {
    const bench = new RaceBench().moving()
    bench.ended(2, replaced)
    expect(bench.says(3, { t: 'retry', after: 9_000, spread: 0 })).toEqual([
      'drop 3: 1013',
      'retry 9000',
      'reconnecting: replaced',
    ])
  })
  it('that is lost before is not', () => {
    const bench = new RaceBench().moving()
    expect(bench.ended(3)).toEqual([])
    expect(bench.send()).toEqual(['2< send 1', 'm1 sent'])
    expect(bench.core.status).toBe(online)
  })
  it('is over with the app: goodbye is said where it serves', () => {
    const bench = new RaceBench().moving()
    expect(bench.feed(CLOSE)).toEqual([
      'last number 1',
      '2< bye',
      'drop 2: 1000',
      'drop 3: 1000',
      'ended 1000',
      'closed: bye',
    ])
    const alone = new RaceBench().moving()
    alone.ended(2, replaced)
    expect(alone.feed(CLOSE)).toEqual(['last number 1', 'drop 3: 1000', 'ended 1000', 'closed: bye'])
  })
})
