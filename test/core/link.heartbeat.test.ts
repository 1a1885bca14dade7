import { describe, expect, it } from 'vitest'
import type { LinkInput } from '../../src/core/link.js'
import { Rtt } from '../../src/core/rtt.js'
import { LinkBench, words } from '../support/link.js'

const told = (bench: LinkBench, end: number) => bench.until(end).map(([at, ...outputs]) => [at, ...words(outputs)])

describe('the heartbeat of a link', () => {
  it('pings after 15 s of silence, once more, and has the link dead by 20 s', () => {
    const bench = new LinkBench().up()
    expect(bench.sleepUntil(14_999)).toEqual([])
    expect(told(bench, 20_000)).toEqual([
      [15_000, 'ping'],
      [17_500, 'ping'],
      [20_000, 'drop 4408', 'retry 0', 'open 2'],
    ])
  })
  it('counts silence from the last word, whatever it was', () => {
    const bench = new LinkBench().up()
    for (let at = 1_000; at <= 60_000; at += 1_000) bench.hear(at)
    expect(bench.link.deadline).toBe(75_000)
  })
  it('is calmed by an answer', () => {
    const bench = new LinkBench().up()
    bench.until(15_000)
    bench.hear(15_040, true)
    expect(told(bench, 30_040)).toEqual([[30_040, 'ping']])
  })
  it('stays below the idle limit of the server', () => {
    expect(new LinkBench().up(20_000).link.deadline).toBe(10_000)
    expect(new LinkBench().up(60_000).link.deadline).toBe(15_000)
    const off = { interval: Infinity, timeout: 5_000, retries: 1 }
    expect(new LinkBench({ heartbeat: off }).up(20_000).link.deadline).toBe(10_000)
  })
  it('does not storm a server with a silly limit', () => {
    expect(new LinkBench().up(0).link.deadline).toBe(100)
  })
  it('can be off', () => {
    const bench = new LinkBench({ greets: false, heartbeat: { interval: Infinity, timeout: 5_000, retries: 1 } }).up()
    expect(bench.link.deadline).toBe(Infinity)
    expect(bench.sleepUntil(1e12)).toEqual([])
    expect(bench.feed({ on: 'wake' })).toEqual([])
  })
  it('is less patient where round trips are quick', () => {
    const rtt = new Rtt()
    for (let n = 0; n < 20; n++) rtt.sample(20)
    const bench = new LinkBench({ rtt }).up()
    expect(told(bench, 18_000)).toEqual([
      [15_000, 'ping'],
      [16_200, 'ping'],
      [17_400, 'drop 4408', 'retry 0', 'open 2'],
    ])
  })
  it('has all the patience there is where no round trip is known', () => {
    const bench = new LinkBench({ heartbeat: { interval: 15_000, timeout: 60_000, retries: 0 } }).up()
    bench.until(15_000)
    expect(bench.link.deadline).toBe(75_000)
  })
  it('is never more patient than the timeout, and never less than a second', () => {
    const slow = new Rtt()
    slow.sample(9_000)
    const bench = new LinkBench({ rtt: slow, heartbeat: { interval: 15_000, timeout: 600, retries: 1 } }).up()
    expect(told(bench, 15_600)).toHaveLength(3)
    const quick = new Rtt()
    quick.sample(1)
    const other = new LinkBench({ rtt: quick, heartbeat: { interval: 15_000, timeout: 60_000, retries: 0 } }).up()
    expect(told(other, 17_000)).toEqual([
      [15_000, 'ping'],
      [16_200, 'drop 4408', 'retry 0', 'open 2'],
    ])
  })
})

describe('a link that may not have survived', () => {
  it.each<LinkInput>([{ on: 'wake' }, { on: 'online' }])('is asked after $on, and dead 2 s later', (input) => {
    const bench = new LinkBench().up().hear(10_000)
    expect(words(bench.feed(input))).toEqual(['ping'])
    expect(told(bench, 12_000)).toEqual([[12_000, 'drop 4408', 'retry 0', 'open 2']])
  })
  it('lives on when it answers', () => {
    const bench = new LinkBench().up().hear(10_000)
    bench.feed({ on: 'wake' })
    bench.hear(11_999)
    expect(bench.link.deadline).toBe(26_999)
  })
  it('is asked once, however many wake-ups there are, and they buy it no time', () => {
    const bench = new LinkBench().up().hear(10_000)
    bench.feed({ on: 'wake' })
    for (const at of [10_000, 10_001, 10_900, 11_999]) expect(bench.feed({ on: 'wake' }, at)).toEqual([])
    expect(bench.link.deadline).toBe(12_000)
  })
  it('is judged 2 s after a wake-up even if the heartbeat had another question left', () => {
    const bench = new LinkBench().up()
    bench.until(15_600)
    expect(words(bench.feed({ on: 'wake' }))).toEqual(['ping'])
    expect(told(bench, 17_600)).toEqual([[17_600, 'drop 4408', 'retry 0', 'open 2']])
  })
  it('is judged no later for a wake-up when the last question is open', () => {
    const bench = new LinkBench().up()
    bench.until(18_100)
    expect(bench.feed({ on: 'wake' })).toEqual([])
    expect(bench.link.deadline).toBe(20_000)
    const sooner = new LinkBench().up()
    sooner.until(17_600)
    expect(words(sooner.feed({ on: 'wake' }))).toEqual(['ping'])
    expect(sooner.link.deadline).toBe(19_600)
  })
  it('is asked by its owner, too: for an overdue acknowledgement', () => {
    const bench = new LinkBench().up()
    expect(words(bench.link.probe(100))).toEqual(['ping'])
    expect(bench.link.deadline).toBe(2_100)
    const idle = new LinkBench()
    expect(idle.link.probe(100)).toEqual([])
    expect(idle.link.state).toEqual({ is: 'idle' })
  })
  it('has as long for its answer as round trips take, and what is large besides', () => {
    const rtt = new Rtt()
    rtt.sample(3_000)
    const slow = new LinkBench({ rtt }).up()
    slow.link.probe(100)
    // 3 s, and four times half of that, would be longer than the heartbeat's own timeout.
    expect(slow.link.deadline).toBe(5_100)
    const quicker = new Rtt()
    quicker.sample(1_000)
    const less = new LinkBench({ rtt: quicker }).up()
    less.link.probe(100)
    expect(less.link.deadline).toBe(3_100)
    const laden = new LinkBench({ extra: () => 4_000 }).up()
    laden.link.probe(100)
    expect(laden.link.deadline).toBe(6_100)
    const beating = new LinkBench({ extra: () => 4_000 }).up()
    expect(words(beating.feed({ on: 'tick' }, 15_000))).toEqual(['ping'])
    expect(beating.link.deadline).toBe(21_500)
  })
  it('is not asked where there is no heartbeat to ask with', () => {
    const deaf = new LinkBench({ greets: false, heartbeat: { interval: Infinity, timeout: 5_000, retries: 1 } }).up()
    expect(words(deaf.link.probe(300))).toEqual([])
    const up = new LinkBench().up()
    expect([deaf, up, new LinkBench()].map(({ link }) => !!link.askable)).toEqual([false, true, false])
  })
  it('is asked once more when the answer was due during a sleep, and then judged', () => {
    const bench = new LinkBench().up()
    bench.until(15_000)
    expect(words(bench.sleepUntil(3_600_000))).toEqual(['ping'])
    expect(told(bench, 3_602_500)).toEqual([[3_602_500, 'drop 4408', 'retry 0', 'open 2']])
  })
  it('is pinged, not judged, when the whole silence was a sleep', () => {
    const bench = new LinkBench().up()
    expect(words(bench.sleepUntil(3_600_000))).toEqual(['ping'])
    expect(bench.is).toBe('up')
  })
  it('is excused for a late timer once only', () => {
    const bench = new LinkBench().up().hear(10_000)
    bench.feed({ on: 'wake' })
    expect(words(bench.sleepUntil(70_000))).toEqual(['ping'])
    expect(words(bench.sleepUntil(130_000))).toEqual(['drop 4408', 'retry 0', 'open 2'])
  })
})

describe('the round trip of a ping', () => {
  it('is measured', () => {
    const bench = new LinkBench().up()
    bench.until(15_000)
    bench.hear(15_080, true)
    expect(bench.options.rtt.srtt).toBe(80)
  })
  it('is not measured by a word that answers nothing', () => {
    const bench = new LinkBench().up()
    bench.until(15_000)
    bench.hear(15_080)
    bench.hear(15_090, true)
    expect(bench.options.rtt.srtt).toBeUndefined()
  })
  it.each<[string, (bench: LinkBench) => unknown]>([
    ['a retry', (bench) => bench.until(17_500)],
    ['a wake-up', (bench) => bench.feed({ on: 'wake' }, 15_100)],
    ['a sleep', (bench) => bench.sleepUntil(60_000)],
  ])('is not measured once the ping was repeated (Karn): after %s', (_why, repeat) => {
    const bench = new LinkBench().up()
    bench.until(15_000)
    repeat(bench)
    bench.hear(bench.now + 50, true)
    expect(bench.options.rtt.srtt).toBeUndefined()
  })
})
