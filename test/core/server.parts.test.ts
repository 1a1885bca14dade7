// Small parts of the server, each alone.
import { describe, expect, it } from 'vitest'
import { Effects } from '../../src/core/server/effects.js'
import { Farewells } from '../../src/core/server/farewells.js'
import { floodOf } from '../../src/core/server/flood.js'
import { Follows } from '../../src/core/server/follows.js'
import { Held, weightOf } from '../../src/core/server/held.js'
import { Pace, type Paced } from '../../src/core/server/pace.js'
import { inspect, roundTime } from '../../src/core/server/patrol.js'
import { Peer, type Stage } from '../../src/core/server/peer.js'
import { locate } from '../../src/core/server/position.js'
import { Repeats } from '../../src/core/server/repeats.js'
import type { Feed } from '../../src/core/server/feed.js'
import { Topic } from '../../src/core/server/topic.js'
import { Topics } from '../../src/core/server/topics.js'
import type { ClientFrame } from '../../src/wire/frame.js'
import { hello } from './server.world.js'

const pong: ClientFrame = { t: 'pong', id: 1 }
/** What was called, by name and number. */
const calls = (effects: Effects) =>
  effects.take().flatMap((one) => (one.do === 'call' ? [`${one.request.call} ${one.op}`] : []))
const logs = (effects: Effects): Record<string, unknown>[] =>
  effects.take().flatMap((one) => (one.do === 'log' ? [{ event: one.event, ...one.fields }] : []))

describe('what a node follows', () => {
  it('is told when it begins and when the last use ends', () => {
    const effects = new Effects()
    const follows = new Follows(effects)
    const told = (what: 'begin' | 'end', ch = 'a') => {
      follows[what](ch)
      return effects.take()
    }
    const [on, off] = [true, false].map((wanted) => ({ do: 'follow', ch: 'a', wanted }))
    expect(told('begin')).toEqual([on])
    expect([told('begin'), told('end'), told('end', 'b')]).toEqual([[], [], []])
    expect(told('end')).toEqual([off])
    expect(told('end')).toEqual([])
    expect(told('begin')).toEqual([on])
  })
})

describe('calls', () => {
  it('are counted for the link that caused them, by itself or by what it had asked before', () => {
    const effects = new Effects()
    effects.begin(0, 7)
    for (const ch of ['a', 'b']) effects.call('leave', { client: 'x', ch }, () => undefined)
    effects.call('leave', { client: 'x', ch: 'c' }, () => {
      effects.call('leave', { client: 'x', ch: 'd' }, () => undefined)
    })
    expect([effects.under(7), effects.under(8), effects.pending]).toEqual([3, 0, 3])
    effects.begin(1, 0)
    effects.done(1, undefined)
    expect(effects.under(7)).toBe(2)
    effects.done(3, undefined)
    expect(effects.under(7)).toBe(2)
    for (const op of [2, 4]) effects.done(op, undefined)
    expect([effects.under(7), effects.pending]).toEqual([0, 0])
  })
  it('are failed when they are as old as that, and not before; one that nobody waits for is nothing', () => {
    const effects = new Effects()
    const failed: string[] = []
    for (const now of [10, 11]) {
      effects.begin(now, 0)
      effects.call('leave', { client: 'x', ch: 'a' }, ({ is }) => failed.push(`${is} ${now}`))
    }
    effects.expire(10)
    expect(failed).toEqual(['failed 10'])
    effects.take()
    effects.failed(99, new Error('late'))
    expect(effects.take()).toEqual([])
  })
  it('that fail are logged once for each that is out: the store, and each hook', () => {
    const effects = new Effects()
    effects.call('leave', { client: 'x', ch: 'a' }, () => undefined)
    effects.call('authorize', { user: '', action: 'publish', ch: 'a' }, () => undefined)
    effects.call('review', { client: 'x', user: '', ch: 'a', id: 'x:1', body: '1' }, () => undefined)
    effects.take()
    for (const op of [1, 2, 3]) effects.failed(op, 'out')
    expect(logs(effects).map(({ what }) => what)).toEqual(['store', 'authorize', 'review'])
  })
})

describe('a pace', () => {
  const paced = () => {
    const effects = new Effects()
    effects.begin(0, 0)
    const told: Paced[] = []
    const pace = new Pace<Paced>(effects, 250, (one) => told.push(one) > 0)
    return { pace, told, one: { freeAt: 0 }, other: { freeAt: 100 } }
  }
  it('tells each when it may', () => {
    const { pace, told, one, other } = paced()
    for (const each of [one, other]) pace.plan(each)
    pace.tick(0)
    expect([told, pace.deadline, one.freeAt]).toEqual([[one], 100, 250])
    pace.tick(100)
    expect([told, pace.deadline]).toEqual([[one, other], Infinity])
  })
  it('tells nothing to one that is dropped, and wakes for the others only', () => {
    const { pace, told, one, other } = paced()
    for (const each of [one, other]) pace.plan(each)
    pace.drop(one)
    expect(pace.deadline).toBe(0)
    pace.tick(0)
    expect([told, pace.deadline]).toEqual([[], 100])
    pace.drop(other)
    expect(pace.deadline).toBe(Infinity)
  })
})

describe('a round', () => {
  const limits = { idle: 8_000, helloTimeout: 5_000 }
  const peer = (stage: Stage, heardAt = 1_000) => ({ stage, heardAt }) as Peer
  it.each<[number, Stage, string]>([
    [5_999, { is: 'new', since: 1_000 }, 'well'],
    [6_000, { is: 'new', since: 1_000 }, 'mute'],
    [99_999, { is: 'waiting', hello: hello(), held: new Held() }, 'well'],
    [4_999, { is: 'open', hello: hello(), got: 0 }, 'well'],
    [5_000, { is: 'open', hello: hello(), got: 0 }, 'quiet'],
    [8_999, { is: 'open', hello: hello(), got: 0 }, 'quiet'],
    [9_000, { is: 'open', hello: hello(), got: 0 }, 'dead'],
  ])('at %d finds %j %s', (now, stage, finding) => {
    expect(inspect(peer(stage), limits, now)).toBe(finding)
  })
  it('comes four times in the time of silence, or as often as a hello is waited for', () => {
    expect([roundTime(limits), roundTime({ ...limits, helloTimeout: 500 })]).toEqual([2_000, 500])
  })
})

describe('a link that is gone', () => {
  it('is told nothing, and ends once', () => {
    const effects = new Effects()
    let gone = 0
    const peer = new Peer(3, '', effects, false, () => gone++)
    peer.warn('odd', '')
    peer.fault(4400, 'bad', '')
    expect(logs(effects)).toEqual([
      { event: 'refused', link: 3, code: 'odd' },
      { event: 'fault', link: 3, code: 'bad', closeCode: 4400 },
    ])
    peer.warn('odd', '')
    peer.fault(4400, 'bad', '')
    peer.close(1000, '')
    peer.leave()
    expect([effects.take(), gone]).toEqual([[], 1])
  })
})

describe('a position', () => {
  const log = { epoch: 'e', oldest: 1, next: 9 }
  it('says since when nothing is missing only where the epoch is named as well', () => {
    expect(locate({ from: 5, epoch: 'e', since: 2 }, log)).toStrictEqual({ epoch: 'e', next: 5, since: 2 })
    expect(locate({ from: 5, since: 2 }, log)).toStrictEqual({ epoch: 'e', next: 5 })
    expect(locate({ from: 5, epoch: 'e' }, log)).toStrictEqual({ epoch: 'e', next: 5 })
  })
})

describe('a flood', () => {
  const waiting = (bytes: number): Stage => {
    const held = new Held()
    held.add([pong])
    held.bytes = bytes
    return { is: 'waiting', hello: hello(), held }
  }
  const open: Stage = { is: 'open', hello: hello(), got: 0 }
  const many = (count: number) => Array.from({ length: count }, () => pong)
  it.each<[string, Stage, number, number, boolean]>([
    ['4,096 frames', open, 4_096, 0, false],
    ['one more', open, 4_097, 0, true],
    ['4,096 questions under way', open, 1, 4_096, false],
    ['one more', open, 1, 4_097, true],
    ['1 MiB that waits', waiting(2 ** 20 - 100), 1, 0, false],
    ['a byte more', waiting(2 ** 20 - 99), 1, 0, true],
  ])('%s: %j %d %d %s', (_, stage, frames, under, flood) => {
    expect(floodOf(stage, many(frames), under) !== undefined).toBe(flood)
  })
  it('is weighed to the bottom of a body', () => {
    expect(weightOf([pong])).toBe(64 + 16 + 4 + 16)
    const nested: ClientFrame = { t: 'send', seq: 1, ch: 'a', body: { a: [1, 'xyz', null] } }
    expect(weightOf([nested])).toBe(64 + (16 + 4) + 16 + (16 + 1) + 5 * 16 + 3)
  })
})

describe('farewells that the store did not take', () => {
  const failing = (count: number) => {
    const effects = new Effects()
    const farewells = new Farewells(effects)
    for (let n = 1; n <= count; n++) {
      farewells.say(`client ${n}`, 1)
      effects.failed(n, 'out')
    }
    effects.take()
    return { effects, farewells }
  }
  it('are said again a second later, not before', () => {
    const { effects, farewells } = failing(1)
    expect(farewells.deadline).toBe(1_000)
    farewells.tick(999)
    expect(calls(effects)).toEqual([])
    farewells.tick(1_000)
    expect(calls(effects)).toEqual(['forget 2'])
  })
  it('are 10,000 at most', () => {
    expect(failing(10_001).farewells.size).toBe(10_000)
  })
})

describe('messages said again', () => {
  it('are answered in their order, 1,024 of them at most', () => {
    const effects = new Effects()
    const answers: number[][] = []
    const repeats = new Repeats('ann', effects, {
      answer: (placed) => answers.push(placed.map(([seq]) => seq)),
      found: () => undefined,
    })
    repeats.keep([1, 2, 3].map((seq) => [seq, seq]))
    for (const seq of [3, 1, 2]) repeats.note(seq)
    repeats.flush()
    expect(answers).toEqual([[1, 2, 3]])
    for (let seq = 1; seq <= 1_025; seq++) repeats.note(seq)
    repeats.flush()
    effects.done(1, [])
    expect(logs(effects)).toEqual([
      { event: 'repeated', client: 'ann', count: 3 },
      { event: 'repeated', client: 'ann', count: 1_024 },
    ])
  })
})

describe('a topic', () => {
  const feed = (epoch: string, next = 1) => ({ epoch, next }) as Feed
  it('takes nothing for beyond its end before it knows of one, nor of another epoch', () => {
    const topic = new Topic()
    expect(topic.isBeyond(feed(''), 5)).toBe(false)
    topic.note('e', 3)
    expect([2, 3].map((offset) => topic.isBeyond(feed('e'), offset))).toEqual([false, true])
    expect(topic.isBeyond(feed('before'), 9)).toBe(false)
  })
  it('waits for nothing where nothing is under way, however often that is said', () => {
    const topic = new Topic()
    expect([topic.waited(), topic.waited()]).toEqual([true, true])
    topic.patience = 2
    expect([topic.waited(), topic.waited()]).toEqual([false, true])
  })
  it('is written to until the last batch is over', () => {
    const topics = new Topics(new Follows(new Effects()))
    const topic = topics.of('a')
    for (let n = 0; n < 2; n++) topics.expect('a')
    expect([topics.writing('a'), topics.size]).toEqual([2, 2])
    topic.patience = 2
    expect([topics.settle('a'), topics.writing('a')]).toEqual([undefined, 1])
    expect([topics.settle('a'), topics.writing('a')]).toEqual([topic, 0])
  })
})
