import { describe, expect, it } from 'vitest'
import { away, LadderBench, refused } from '../support/ladder.js'
import { cut } from '../support/link.js'

const timeout = { code: 4408, reason: 'silent' }
const replaced = { code: 4409, reason: 'replaced' }

/** On transport 2 of three (link 3, since 100 ms), with the first climb (link 4, on 0) under way since 850 ms. */
function climbing(rungs = 3): LadderBench {
  const bench = new LadderBench({ rungs }).up(rungs - 1)
  bench.until(850)
  return bench
}

/** The climber has said hello. */
function moving(): LadderBench {
  const bench = climbing()
  bench.opened(4)
  bench.pong(4)
  return bench
}

/** When each climb of the next `time` begins, where each is refused at once. */
function climbs(bench: LadderBench, time: number): number[] {
  const times: number[] = []
  const end = bench.now + time
  let link = bench.ladder.front ?? 0
  while (bench.ladder.deadline <= end) {
    bench.tick(bench.ladder.deadline)
    times.push(bench.now)
    bench.ended(++link)
  }
  return times
}

/** From a lower transport (1 of two): rung 0 is tried, and dies young so often. */
function dyingYoung(times: number, closing = cut, lived = 1_000): LadderBench {
  const bench = new LadderBench({ rungs: 2 })
  bench.start()
  for (let link = 1; link <= times; link++) {
    bench.opened(link)
    bench.won(link)
    bench.again(closing, lived)
  }
  return bench
}

describe('a climb', () => {
  it('comes a second after the welcome, then after twice as long, and so on, up to five minutes', () => {
    const bench = new LadderBench({ rungs: 2 }).up(1)
    bench.random = 0.999999999
    bench.until(bench.ladder.deadline - 1)
    // The first was planned with the dice at one half.
    const [first, ...times] = climbs(bench, 3_000_000)
    expect(first).toBe(850)
    const waits = times.map((time, at) => Math.round(time - (times[at - 1] ?? 850)))
    expect(waits.slice(0, 10)).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
    ])
  })
  it.each([
    [0, 500],
    [0.5, 750],
    [0.999, 999.5],
  ])('is spread over the second half of that time (chance %d)', (random, wait) => {
    const bench = new LadderBench({ rungs: 2 })
    bench.random = random
    bench.up(1)
    expect(bench.ladder.deadline).toBe(100 + wait)
  })
  it('tries all that are better, best first, each a while after the one before, and none below', () => {
    const bench = new LadderBench({ rungs: 4 }).up(2)
    expect(bench.until(5_000)).toEqual([
      [850, 'open 4 on 0, anew'],
      [1_350, 'open 5 on 1'],
    ])
  })
  it('takes eight seconds at most: those that hang are dropped, the link is not', () => {
    const bench = climbing()
    expect(bench.until(8_850)).toEqual([
      [1_350, 'open 5 on 1'],
      [8_850, 'drop 4 1000', 'drop 5 1000'],
    ])
    expect(bench.serves).toBe('3')
    expect(bench.ladder.deadline).toBe(8_850 + 1_500)
  })
  it('is over as soon as all have failed', () => {
    const bench = climbing()
    bench.ended(4, cut, 900)
    bench.ended(5, cut, 1_000)
    expect(bench.ladder.deadline).toBe(2_500)
  })
  it('waits for the one that is left', () => {
    const bench = climbing(4)
    bench.until(1_850)
    bench.ended(5)
    bench.ended(6)
    bench.opened(7)
    expect(bench.ladder.deadline).toBe(8_850)
    expect(bench.pong(7)).toEqual(['hello'])
  })
  it('goes to the first that gives a sign of life, and to no second one meanwhile', () => {
    const bench = climbing()
    bench.until(1_350)
    bench.opened(4)
    bench.opened(5)
    expect(bench.pong(5)).toEqual(['hello'])
    expect(bench.pong(4)).toEqual([])
    expect(bench.serves).toBe('3>5')
  })
  it('does not say hello on its own: it only opened', () => {
    const bench = climbing()
    expect(bench.opened(4)).toEqual(['ask'])
    expect(bench.serves).toBe('3')
  })
  it('begins the waits anew where it led somewhere', () => {
    const bench = new LadderBench().up(2)
    bench.until(850)
    bench.ended(4)
    bench.opened(5)
    bench.pong(5)
    expect(bench.won(5)).toEqual(['drop 3 1000', 'rung 1: a better transport works again'])
    expect(bench.ladder.deadline).toBe(850 + 750)
    expect(bench.until(1_600)).toEqual([[1_600, 'open 6 on 0, anew']])
  })
  it('is given up with the link', () => {
    const bench = climbing()
    expect(bench.ended(3)).toEqual(['over'])
    expect(bench.stop()).toEqual(['drop 4 1006'])
    expect(bench.ladder.deadline).toBe(Infinity)
  })
})

describe('a climber that is sent away', () => {
  it('ends the climb, and the next comes no sooner than the server said', () => {
    const bench = climbing()
    bench.ended(4, { ...away, retryAfter: 60_000 }, 900)
    expect(bench.until(100_000)[0]).toEqual([60_900, 'open 5 on 0, anew'])
  })
  it('takes with it those that have not started, and leaves those that have', () => {
    const bench = climbing(4)
    bench.until(1_350)
    bench.ended(5, away, 1_400)
    expect(bench.until(8_000)).toEqual([])
    expect(bench.pong(6)).toEqual(['hello'])
  })
  it('counts after an end of the link, too, for as long as is left', () => {
    const bench = climbing()
    bench.ended(4, away, 1_000)
    bench.ended(3, cut, 2_000)
    expect(bench.ladder.blame).toEqual({ ...cut, retryAfter: 4_000 })
    const later = climbing()
    later.ended(4, away, 1_000)
    later.ended(3, cut, 6_000)
    expect(later.ladder.blame).toEqual(cut)
  })
  it('counts where the link ended before, and it was to take over', () => {
    const bench = moving()
    bench.ended(3, replaced, 1_000)
    expect(bench.ended(4, away, 1_500)).toEqual(['over'])
    expect(bench.ladder.blame).toEqual({ ...replaced, retryAfter: 5_000 })
  })
  it('is no fault of the link', () => {
    const bench = climbing()
    bench.ended(4, refused)
    bench.ended(5, refused)
    expect(bench.serves).toBe('3')
    expect(bench.ladder.blame).toBeUndefined()
  })
})

describe('a move', () => {
  it('starts nobody else: the session is on its way', () => {
    expect(moving().until(8_000)).toEqual([])
  })
  it('may take two seconds from the hello, where the climb is nearly over', () => {
    const bench = climbing()
    bench.opened(4)
    bench.until(8_500)
    bench.pong(4)
    expect(bench.until(20_000)[0]).toEqual([10_500, 'drop 4 1000', 'drop 5 1000'])
  })
  it('may take two seconds from the end of the front', () => {
    const bench = moving()
    expect(bench.ended(3, replaced, 2_000)).toEqual([])
    expect(bench.until(20_000)).toEqual([[4_000, 'drop 4 4408', 'over']])
  })
  it('gets no second more by it', () => {
    const bench = moving()
    bench.ended(3, replaced, 8_000)
    expect(bench.ladder.deadline).toBe(8_850)
  })
  it('that fails while the front serves goes on with those that are left', () => {
    const bench = climbing()
    bench.until(1_350)
    bench.opened(4)
    bench.opened(5)
    bench.pong(4)
    expect(bench.ended(4)).toEqual([])
    expect(bench.serves).toBe('3')
    expect(bench.pong(5)).toEqual(['hello'])
  })
  it('that fails once the front is gone ends the link, for the reason that the front had', () => {
    const bench = moving()
    bench.ended(3, replaced)
    expect(bench.ended(4)).toEqual(['over'])
    expect(bench.ladder.blame).toBe(replaced)
  })
  it('waits for its own answer where another of the climb ends', () => {
    const bench = climbing()
    bench.until(1_350)
    bench.opened(4)
    bench.pong(4)
    expect(bench.ended(5)).toEqual([])
    expect(bench.serves).toBe('3>4')
    bench.ended(3, replaced)
    expect(bench.won(4)).toEqual(['rung 0: a better transport works again'])
  })
  it('drops the front when the welcome is there', () => {
    const bench = moving()
    expect(bench.won(4)).toEqual(['drop 3 1000', 'rung 0: a better transport works again'])
    expect(bench.serves).toBe('4')
  })
})

describe('a transport whose links die young', () => {
  it('twice in a row rests: it comes last in the next race', () => {
    expect(dyingYoung(1).ladder.rests(0, 2_000)).toBe(false)
    const bench = dyingYoung(2)
    expect(bench.ladder.rests(0, bench.now)).toBe(true)
    expect(bench.until(3_000)).toEqual([[2_500, 'open 4 on 0']])
  })
  it('does so at any time of day', () => {
    const bench = new LadderBench({ rungs: 2 })
    bench.now = 1_000_000
    bench.start()
    for (const link of [1, 2]) {
      bench.opened(link)
      bench.won(link)
      bench.again()
    }
    expect(bench.ladder.rests(0, bench.now)).toBe(true)
  })
  it('is tried all the same, for it may be all that there is', () => {
    const bench = dyingYoung(2)
    expect(bench.ended(3)).toEqual(['open 4 on 0'])
    bench.opened(4)
    expect(bench.won(4)).toEqual(['rung 0: cut'])
  })
  it('does not where the link lived for ten seconds', () => {
    const bench = dyingYoung(3, cut, 10_000)
    expect(bench.ladder.rests(0, bench.now)).toBe(false)
  })
  it.each([1000, 1001, 1012, 4409, 4400])('does not where somebody ended it (%d)', (code) => {
    const bench = dyingYoung(3, { code, reason: '' })
    expect(bench.ladder.rests(0, bench.now)).toBe(false)
  })
  it('is left alone by the climbs until it has rested, and is tried then at once', () => {
    const bench = dyingYoung(2)
    bench.opened(3)
    bench.won(3, 2_100)
    // It rests for a minute from its last end, at 2,000.
    const said = bench.until(70_000)
    expect(said[0]).toEqual([62_000, 'open 4 on 0, anew'])
  })
  it('rests until the network is another', () => {
    const bench = dyingYoung(2)
    bench.opened(3)
    bench.won(3, 2_100)
    bench.until(30_000)
    bench.renew()
    expect(bench.ladder.rests(0, bench.now)).toBe(false)
    expect(bench.until(31_000)).toEqual([[31_000, 'open 4 on 0, anew']])
  })
  it('of a heartbeat without an answer as well', () => {
    const bench = dyingYoung(0)
    for (const link of [1, 2]) {
      bench.opened(link)
      bench.won(link)
      bench.stop(timeout, bench.now + 1_000)
      bench.start()
    }
    expect(bench.ladder.rests(0, bench.now)).toBe(true)
  })
})

describe('a transport that falls silent', () => {
  const silences = (rung: number, lived: number): LadderBench => {
    const bench = new LadderBench({ rungs: 2, first: rung })
    bench.start()
    for (const link of [1, 2]) {
      bench.opened(link)
      bench.won(link)
      bench.stop(timeout, bench.now + lived)
      bench.start()
    }
    return bench
  }
  it('at any age rests after the second time: its requests may starve', () => {
    const bench = silences(1, 100_000)
    expect(bench.ladder.rests(1, bench.now)).toBe(true)
  })
  it('is as well as any where it is the best: one socket does not starve', () => {
    const bench = silences(0, 100_000)
    expect(bench.ladder.rests(0, bench.now)).toBe(false)
  })
})

describe('another network', () => {
  it('brings the next climb within a second, and begins the waits anew', () => {
    const bench = new LadderBench({ rungs: 2 }).up(1)
    const { length } = climbs(bench, 100_000)
    const { now } = bench
    bench.renew()
    expect(bench.ladder.deadline).toBe(now + 1_000)
    bench.tick(now + 1_000)
    bench.ended(2 + length + 1)
    expect(bench.ladder.deadline).toBe(now + 1_000 + 750)
  })
  it('brings it no later than it was planned', () => {
    const bench = new LadderBench({ rungs: 2 }).up(1)
    bench.renew(400)
    expect(bench.ladder.deadline).toBe(850)
  })
  it('brings it no sooner than a server has said', () => {
    const bench = climbing()
    bench.ended(4, { ...away, retryAfter: 60_000 }, 900)
    bench.renew(1_000)
    expect(bench.ladder.deadline).toBe(60_900)
  })
  it('changes nothing on the best transport, nor while a climb is under way', () => {
    const top = new LadderBench().up(0)
    top.renew()
    expect(top.ladder.deadline).toBe(Infinity)
    const bench = climbing()
    bench.until(1_350)
    bench.renew()
    expect(bench.ladder.deadline).toBe(8_850)
  })
})
