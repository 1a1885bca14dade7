import { describe, expect, it } from 'vitest'
import { away, LadderBench, refused } from '../support/ladder.js'
import { cut } from '../support/link.js'
import { type Cell, type Event, events, type Situation, situations, type Table, table } from './ladder.table.js'

const keys = <K extends string>(record: Record<K, unknown>) => Object.keys(record) as K[]
const timeout = { code: 4408, reason: 'silent' }
const expired = { code: 4401, reason: 'the token is old' }

describe.each(keys(table))('%s', (situation: Situation) => {
  const cells = keys(table[situation]).flatMap((event: Event) => {
    const cell = table[situation][event]
    return cell === 'never' ? [] : ([[event, cell.it, event, cell]] as const)
  })
  it.each(cells)('%s → %s', (_event, _sentence, event, { serves, does }) => {
    const { link, make } = situations[situation]
    const bench = make()
    expect(events[event](bench, link)).toEqual(does)
    expect(bench.serves).toBe(serves)
  })
})

describe('the table', () => {
  it('has no holes: a missing situation, event or output does not compile', () => {
    const noPong: Omit<Table['rival'], 'pong'> = table.rival
    const noLeft: Omit<Table, 'left'> = table
    const noDoes: Omit<Cell, 'does'> = table.rival.pong as Cell
    // Each of these must be an error of the compiler; `npm run types` complains of one that is not.
    const holes: Table[] = [
      // @ts-expect-error a cell is missing
      { ...table, rival: noPong },
      // @ts-expect-error a situation is missing
      noLeft,
      // @ts-expect-error a cell does not say what comes out
      { ...table, rival: { ...table.rival, pong: noDoes } },
    ]
    expect(holes).toHaveLength(3)
  })
})

describe('a race', () => {
  it('starts each transport a while after the one before, all where the first goes', () => {
    const bench = new LadderBench({ rungs: 4, stagger: 300 })
    expect(bench.start()).toEqual(['open 1 on 0, anew'])
    expect(bench.until(10_000)).toEqual([
      [300, 'open 2 on 1'],
      [600, 'open 3 on 2'],
      [900, 'open 4 on 3'],
    ])
  })
  it('begins with the one that worked the last time, then goes by rank', () => {
    const bench = new LadderBench({ rungs: 4, first: 2 })
    expect(bench.start()).toEqual(['open 1 on 2, anew'])
    expect(bench.until(10_000).flatMap(([, ...said]) => said)).toEqual(['open 2 on 0', 'open 3 on 1', 'open 4 on 3'])
  })
  it('with one transport has nothing to wait for', () => {
    const bench = new LadderBench({ rungs: 1, stagger: Infinity })
    bench.start()
    expect(bench.ladder.deadline).toBe(Infinity)
    expect(bench.ended(1)).toEqual(['over'])
  })
  it('counts the while from the last start: one that failed has not used up the time of the next', () => {
    const bench = new LadderBench()
    bench.start()
    expect(bench.ended(1, cut, 400)).toEqual(['open 2 on 1'])
    expect(bench.until(2_000)).toEqual([[900, 'open 3 on 2']])
  })
  it('says hello once: who opens later is asked for a sign of life', () => {
    const bench = new LadderBench()
    bench.start()
    bench.until(1_000)
    expect([bench.opened(2), bench.opened(3), bench.opened(1)]).toEqual([['hello'], ['ask'], ['ask']])
    expect(bench.serves).toBe('2')
  })
  it('goes to the first that gave a sign of life, and to no later one', () => {
    const bench = new LadderBench()
    bench.start()
    bench.until(1_000)
    for (const link of [1, 2, 3]) bench.opened(link)
    expect(bench.pong(2)).toEqual(['drop 1 1000', 'hello'])
    expect(bench.pong(3)).toEqual([])
    expect(bench.serves).toBe('2')
  })
  it('goes to another that is open when the one that said hello fails', () => {
    const bench = new LadderBench()
    bench.start()
    bench.until(1_000)
    bench.opened(1)
    bench.opened(3)
    expect(bench.ended(1)).toEqual(['hello'])
    expect(bench.serves).toBe('3')
    // One that only asked changes nothing.
    bench.opened(2)
    expect(bench.ended(2)).toEqual([])
    expect(bench.serves).toBe('3')
  })
  it('is over when all have failed', () => {
    const bench = new LadderBench()
    bench.start()
    expect([bench.ended(1), bench.ended(2), bench.ended(3)]).toEqual([['open 2 on 1'], ['open 3 on 2'], ['over']])
  })
  it('gives one that hangs two seconds when all others have failed', () => {
    const bench = new LadderBench()
    bench.start()
    bench.ended(1)
    bench.until(500)
    bench.ended(3, cut, 600)
    expect(bench.until(10_000)).toEqual([[2_600, 'over']])
  })
  it.each([0, 1, 2, 9])('gives it two seconds more with each failure: it may be slow (%d)', (failures) => {
    const bench = new LadderBench()
    bench.start(failures)
    bench.until(1_000)
    bench.ended(2)
    bench.ended(3)
    expect(bench.ladder.deadline).toBe(3_000 + 2_000 * failures)
    bench.stop()
  })
  it('gives one that has said hello all the time that the link gives it', () => {
    const bench = new LadderBench()
    bench.start()
    bench.until(1_000)
    bench.opened(2)
    bench.ended(1, cut, 1_100)
    bench.ended(3, cut, 1_200)
    expect(bench.until(100_000)).toEqual([])
    expect(bench.ladder.deadline).toBe(Infinity)
  })
  it('leaves nothing behind for the next', () => {
    const bench = new LadderBench()
    bench.start()
    bench.ended(1)
    bench.ended(2)
    bench.stop()
    expect(bench.ladder.deadline).toBe(Infinity)
    expect(bench.start()).toEqual(['open 4 on 0, anew'])
    expect(bench.ladder.blame).toBeUndefined()
    expect(bench.ladder.deadline).toBe(500)
  })
  it('a link that is over is no news', () => {
    const bench = new LadderBench()
    bench.start()
    expect(bench.ladder.has(1)).toBe(true)
    bench.ended(1)
    expect(bench.ladder.has(1)).toBe(false)
    expect(bench.ended(1)).toEqual([])
  })
})

describe('caution', () => {
  it.each([
    ['the first dial of all', 0, false, 'open 2 on 1'],
    ['the first after a link was lost', 0, true, 'over'],
    ['after one failure', 1, true, 'open 2 on 1'],
    ['after two', 2, true, 'over'],
  ])('%s: what fails outright → %s', (_when, failures, known, next) => {
    const bench = new LadderBench()
    bench.start(failures, known)
    expect(bench.ended(1)).toEqual([next])
  })
  it('is not for one that hangs: the next is tried beside it, and goes on alone', () => {
    const bench = new LadderBench()
    bench.start(0, true)
    expect(bench.until(500)).toEqual([[500, 'open 2 on 1']])
    expect(bench.ended(2)).toEqual(['open 3 on 2'])
    expect(bench.ended(1)).toEqual([])
    expect(bench.ended(3)).toEqual(['over'])
  })
  it('does not forget what worked', () => {
    const bench = new LadderBench({ first: 1 })
    bench.start(0, true)
    expect(bench.ended(1)).toEqual(['over'])
    bench.stop()
    expect(bench.start(1, true)).toEqual(['open 2 on 1, anew'])
  })
})

describe('what worked and fails', () => {
  it('outright is forgotten: the next race begins with the best', () => {
    const bench = new LadderBench({ first: 2 })
    bench.start()
    expect(bench.ended(1)).toEqual(['rung undefined: cut', 'open 2 on 0'])
    bench.stop()
    expect(bench.start()).toEqual(['open 3 on 0, anew'])
  })
  it('without an answer in time is forgotten as well', () => {
    const bench = new LadderBench({ first: 2 })
    bench.start()
    bench.opened(1)
    expect(bench.stop(timeout)).toEqual(['rung undefined: silent', 'drop 1 4408'])
    expect(bench.start()).toEqual(['open 2 on 0, anew'])
  })
  it('is told only once, and not where nothing was known', () => {
    const bench = new LadderBench({ first: 2 })
    bench.start()
    bench.ended(1)
    bench.ended(2)
    expect(bench.stop(timeout)).toEqual(['drop 3 4408'])
  })
  it('is not the others', () => {
    const bench = new LadderBench({ first: 2 })
    bench.start()
    bench.until(500)
    expect(bench.ended(2)).toEqual(['open 3 on 1'])
  })
  it.each([away, { ...cut, retryAfter: 5_000 }, expired])('is not what a server answers ($code)', (closing) => {
    const bench = new LadderBench({ first: 2 })
    bench.start()
    expect(bench.ended(1, closing)).toEqual(['over'])
    expect(bench.stop(closing)).toEqual([])
    expect(bench.start()).toEqual(['open 2 on 2, anew'])
  })
})

describe('what a server answers', () => {
  it.each([
    ['for good', refused],
    ['for the token', expired],
    ['for a while', away],
  ])('ends the race, %s', (_how, closing) => {
    const bench = new LadderBench()
    bench.start()
    bench.until(1_000)
    expect(bench.ended(2, closing)).toEqual(['over'])
    expect(bench.ladder.blame).toBe(closing)
    expect(bench.stop(closing)).toEqual([`drop 1 ${String(closing.code)}`, `drop 3 ${String(closing.code)}`])
  })
  it('is what matters most of all that was said; without, the first', () => {
    const bench = new LadderBench()
    bench.start()
    bench.ended(1, { code: 1006, reason: 'the first' })
    bench.ended(2, { code: 1006, reason: 'the second' })
    expect(bench.ladder.blame?.reason).toBe('the first')
    bench.ended(3, refused)
    expect(bench.ladder.blame).toBe(refused)
  })
  it('where it sends us away, says that this transport carries: the next race begins with it', () => {
    const bench = new LadderBench()
    bench.start()
    bench.until(500)
    bench.ended(2, away)
    bench.stop(away)
    expect(bench.start()).toEqual(['open 3 on 1, anew'])
  })
  it('where it sends us away, ends the rest of this transport', () => {
    const bench = new LadderBench().up(1)
    for (const link of [3, 4]) {
      bench.again(timeout)
      bench.opened(link)
      bench.won(link)
    }
    // It rests now, and comes last.
    expect(bench.again(timeout)).toEqual(['open 5 on 0, anew'])
    expect(bench.ladder.rests(1, bench.now)).toBe(true)
    bench.until(bench.now + 1_000)
    bench.ended(7, away)
    bench.stop(away)
    expect(bench.start()).toEqual(['open 8 on 1, anew'])
  })
  it('is no fault of the one that waits for its welcome', () => {
    const bench = new LadderBench()
    const full = { ...cut, retryAfter: 1_000 }
    // Transport 0 waits for its welcome, on link 1 and then on link 5; transport 2 is told, and is the first in the second.
    for (const [waits, told] of [
      [1, 3],
      [5, 4],
    ] as const) {
      bench.start()
      bench.until(bench.now + 1_000)
      expect(bench.opened(waits)).toEqual(['hello'])
      expect(bench.ended(told, full)).toEqual(['over'])
      bench.stop(full)
    }
    expect(bench.ladder.rests(0, bench.now)).toBe(false)
  })
})

describe('who serves', () => {
  it('is told, and why it is not a better one', () => {
    const bench = new LadderBench()
    bench.start()
    bench.ended(1, { code: 1006, reason: '' })
    bench.opened(2)
    expect(bench.won(2)).toEqual(['rung 1: the connection was lost'])
    const alone = new LadderBench()
    alone.start()
    alone.opened(1)
    expect(alone.won(1)).toEqual(['rung 0'])
  })
  it('is tried first the next time', () => {
    const bench = new LadderBench().up(1)
    expect(bench.again()).toEqual(['open 3 on 1, anew'])
  })
  it('ends the race: nobody else is started', () => {
    const bench = new LadderBench()
    bench.start()
    bench.opened(1)
    bench.won(1)
    expect(bench.until(100_000)).toEqual([])
    expect(bench.ladder.deadline).toBe(Infinity)
  })
})
