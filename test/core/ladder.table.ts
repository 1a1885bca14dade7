// Every situation of the ladder × everything that can happen to it. A cell that is missing does not compile.
import { away, LadderBench, refused } from '../support/ladder.js'

export type Situation =
  'idle' | 'trying' | 'all' | 'hello' | 'rival' | 'top' | 'lower' | 'climbing' | 'moving' | 'left' | 'crossing'
export type Event = 'opened' | 'pong' | 'waits' | 'won' | 'cut' | 'refused' | 'away' | 'tick' | 'renew' | 'stop'

export interface Cell {
  /** What happens, in words. */
  it: string
  /** Who serves then, and who is to take over: `1`, `1>2`, `>2`. */
  serves: string
  does: string[]
}

/** `never`: the route does not say so (a pong of the front, a welcome or a wait by a link that said no hello). */
export type Table = Record<Situation, Record<Event, Cell | 'never'>>

/** Of three transports, how to get into each situation, and the link that the news is of. */
export const situations: Record<Situation, { link: number; make: () => LadderBench }> = {
  idle: { link: 1, make: () => new LadderBench() },
  trying: { link: 1, make: started },
  all: { link: 1, make: () => at(started(), 1_000) },
  hello: { link: 1, make: greeting },
  rival: {
    link: 2,
    make() {
      const bench = greeting()
      bench.opened(2)
      return bench
    },
  },
  top: { link: 1, make: () => new LadderBench().up(0) },
  lower: { link: 3, make: () => new LadderBench().up(2) },
  climbing: { link: 4, make: () => at(new LadderBench().up(2), 850) },
  moving: { link: 4, make: moving },
  left: { link: 3, make: moving },
  crossing: {
    link: 4,
    make() {
      const bench = moving()
      bench.ended(3, { code: 4409, reason: 'replaced' })
      return bench
    },
  },
}

/** A tick comes at the deadline, or after an hour where there is none. */
export const events: Record<Event, (bench: LadderBench, link: number) => string[]> = {
  opened: (bench, link) => bench.opened(link),
  pong: (bench, link) => bench.pong(link),
  waits: (bench, link) => bench.waits(link, 20_000),
  won: (bench, link) => bench.won(link),
  cut: (bench, link) => bench.ended(link),
  refused: (bench, link) => bench.ended(link, refused),
  away: (bench, link) => bench.ended(link, away),
  tick: (bench) => bench.tick(bench.ladder.deadline < Infinity ? bench.ladder.deadline : bench.now + 3_600_000),
  renew: (bench) => bench.renew(),
  stop: (bench) => bench.stop(),
}

function started(): LadderBench {
  const bench = new LadderBench()
  bench.start()
  return bench
}

function at(bench: LadderBench, time: number): LadderBench {
  bench.until(time)
  return bench
}

function greeting(): LadderBench {
  const bench = at(started(), 500)
  bench.opened(1)
  return bench
}

function moving(): LadderBench {
  const bench = at(new LadderBench().up(2), 850)
  bench.opened(4)
  bench.pong(4)
  return bench
}

const cell = (it: string, serves: string, ...does: string[]): Cell => ({ it, serves, does })
const stays = (serves: string, why = 'does nothing') => cell(why, serves)
const ends = (why: string, serves = '') => cell(`ends the attempt: ${why}`, serves, 'over')
const loses = (why = 'the link is lost') => cell(why, '', 'over')
const asks = (serves: string) => cell('is asked for a sign of life', serves, 'ask')
const closes = (...links: number[]) => cell('closes all', '', ...links.map((link) => `drop ${String(link)} 1006`))
const better = 'rung 0: a better transport works again'

export const table: Table = {
  idle: {
    opened: 'never',
    pong: 'never',
    waits: 'never',
    won: 'never',
    cut: stays('', 'knows no such link'),
    refused: stays('', 'knows no such link'),
    away: stays('', 'knows no such link'),
    tick: stays(''),
    renew: stays(''),
    stop: stays(''),
  },
  trying: {
    opened: cell('the first that opens says hello', '1', 'hello'),
    pong: cell('a sign of life is as good', '1', 'hello'),
    waits: 'never',
    won: 'never',
    cut: cell('the next is tried at once', '', 'open 2 on 1'),
    refused: ends('who we are is wrong on all transports'),
    away: ends('the server has no room'),
    tick: cell('the next is tried after a while', '', 'open 2 on 1'),
    renew: stays(''),
    stop: closes(1),
  },
  all: {
    opened: cell('the first that opens says hello', '1', 'hello'),
    pong: cell('a sign of life is as good', '1', 'hello'),
    waits: 'never',
    won: 'never',
    cut: stays('', 'the others get a while'),
    refused: ends('who we are is wrong on all transports'),
    away: ends('the server has no room'),
    tick: stays('', 'the connect timeout is not its own'),
    renew: stays(''),
    stop: closes(1, 2, 3),
  },
  hello: {
    opened: 'never',
    pong: 'never',
    waits: cell('its turn is kept, and the others go', '1', 'drop 2 1000'),
    won: cell('serves, and the others go', '1', 'drop 2 1000', 'rung 0'),
    cut: cell('the next is tried at once', '', 'open 3 on 2'),
    refused: ends('who we are is wrong on all transports'),
    away: ends('the server has no room'),
    tick: cell('the next is tried: nobody was welcomed yet', '1', 'open 3 on 2'),
    renew: stays('1'),
    stop: closes(1, 2),
  },
  rival: {
    opened: 'never',
    pong: cell('takes over from one that nothing was heard of', '2', 'drop 1 1000', 'hello'),
    waits: 'never',
    won: 'never',
    cut: cell('the next is tried at once', '1', 'open 3 on 2'),
    refused: ends('who we are is wrong on all transports', '1'),
    away: ends('the server has no room', '1'),
    tick: cell('the next is tried: nobody was welcomed yet', '1', 'open 3 on 2'),
    renew: stays('1'),
    stop: closes(1, 2),
  },
  top: {
    opened: 'never',
    pong: 'never',
    waits: 'never',
    won: 'never',
    cut: loses(),
    refused: loses(),
    away: loses(),
    tick: stays('1', 'there is nothing to climb to'),
    renew: stays('1'),
    stop: closes(1),
  },
  lower: {
    opened: 'never',
    pong: 'never',
    waits: 'never',
    won: 'never',
    cut: loses(),
    refused: loses(),
    away: loses(),
    tick: cell('climbs, and asks anew where to', '3', 'open 4 on 0, anew'),
    renew: stays('3'),
    stop: closes(3),
  },
  climbing: {
    opened: asks('3'),
    pong: cell('says hello, and the front serves on', '3>4', 'hello'),
    waits: 'never',
    won: 'never',
    cut: cell('the next is tried at once', '3', 'open 5 on 1'),
    refused: cell('it is no more than one transport: the next is tried', '3', 'open 5 on 1'),
    away: stays('3', 'the climb is over, and the link is not'),
    tick: cell('the next is tried after a while', '3', 'open 5 on 1'),
    renew: stays('3'),
    stop: closes(3, 4),
  },
  moving: {
    opened: 'never',
    pong: stays('3>4', 'has said hello'),
    waits: stays('3>4', 'the front serves on'),
    won: cell('serves, and the front goes', '4', 'drop 3 1000', better),
    cut: cell('the next is tried at once', '3', 'open 5 on 1'),
    refused: cell('it is no more than one transport: the next is tried', '3', 'open 5 on 1'),
    away: stays('3', 'the climb is over, and the link is not'),
    tick: cell('the climb takes too long', '3', 'drop 4 1000'),
    renew: stays('3>4'),
    stop: closes(3, 4),
  },
  left: {
    opened: 'never',
    pong: 'never',
    waits: 'never',
    won: 'never',
    cut: stays('>4', 'the session is on its way'),
    refused: stays('>4', 'the session is on its way'),
    away: stays('>4', 'the session is on its way'),
    tick: cell('the climb takes too long', '3', 'drop 4 1000'),
    renew: stays('3>4'),
    stop: closes(3, 4),
  },
  crossing: {
    opened: 'never',
    pong: stays('>4', 'has said hello'),
    waits: stays('>4', 'nobody serves: it gets no longer'),
    won: cell('serves', '4', better),
    cut: loses('it never arrived, and nobody is left'),
    refused: loses('it never arrived, and nobody is left'),
    away: loses('it never arrived, and nobody is left'),
    tick: cell('the welcome takes too long', '', 'drop 4 4408', 'over'),
    renew: stays('>4'),
    stop: closes(4),
  },
}
