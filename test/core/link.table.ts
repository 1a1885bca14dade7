// Every state of the link × everything that can happen to it. A cell that is missing does not compile.
import type { LinkInput, LinkOutput, LinkState } from '../../src/core/link.js'
import { CLOSE, cut, LinkBench } from '../support/link.js'

export type Event = LinkInput['on']
export type State = LinkState['is']

export interface Cell {
  /** What happens, in words. */
  it: string
  to: State
  does: LinkOutput[]
}

export type Table = Record<State, Record<Event, Cell>>

/** How to get into each state, and when to look: at link 1, stable if it is up. */
export const situations: Record<State, () => LinkBench> = {
  idle: () => new LinkBench(),
  dialing: () => new LinkBench().connect(),
  greeting: () => {
    const bench = new LinkBench().connect()
    bench.feed({ on: 'opened', link: 1 })
    return bench
  },
  up: () => new LinkBench().up().hear(6_000),
  waiting: () => {
    const bench = new LinkBench().connect()
    bench.end()
    return bench
  },
  paused: () => {
    const bench = situations.waiting()
    bench.feed({ on: 'offline' })
    return bench
  },
  closing: () => {
    const bench = new LinkBench().up()
    bench.feed(CLOSE)
    return bench
  },
  closed: () => {
    const bench = situations.closing()
    bench.end({ code: 1000, reason: 'bye' })
    return bench
  },
}

/** What happens; news is of link 1, and a tick comes at the deadline, or after an hour where there is none. */
export const events: Record<Event, LinkInput> = {
  connect: { on: 'connect' },
  opened: { on: 'opened', link: 1 },
  welcomed: { on: 'welcomed', link: 1, idle: 60_000 },
  heard: { on: 'heard', link: 1, pong: false },
  waits: { on: 'waits', link: 1, after: 20_000 },
  ended: { on: 'ended', link: 1, closing: cut },
  tick: { on: 'tick' },
  wake: { on: 'wake' },
  online: { on: 'online' },
  offline: { on: 'offline' },
  suspend: { on: 'suspend' },
  reconnect: { on: 'reconnect', code: 4000, reason: 'again' },
  close: CLOSE,
}

const open = (link: number): LinkOutput => ({ do: 'open', link })
const ping: LinkOutput = { do: 'ping', link: 1 }
const drop = (code: number, reason: string): LinkOutput => ({ do: 'drop', link: 1, closing: { code, reason } })
const retry = (closing: { code: number; reason: string }, attempt: number, delay: number): LinkOutput => ({
  do: 'retry',
  attempt,
  delay,
  closing,
})
const hangup: LinkOutput = { do: 'hangup', link: 1, code: 1000, reason: 'bye' }
const ended = (code: number, reason: string, clean?: boolean): LinkOutput => ({
  do: 'ended',
  closing: clean === undefined ? { code, reason } : { code, reason, clean },
})

const silent = { code: 4408, reason: 'no answer within the connect timeout' }
const putAway = [1001, 'the page is put away'] as const

const cell = (it: string, to: State, ...does: LinkOutput[]): Cell => ({ it, to, does })
const dials = cell('dials at once', 'dialing', open(1))
const redials = cell('dials at once', 'dialing', open(2))
const replaces = cell('drops the link and dials at once', 'dialing', drop(4000, 'again'), open(2))
const asksAlive = cell('asks the link whether it lives', 'up', ping)
const givesUpAttempt = cell('gives the attempt up', 'waiting', drop(silent.code, silent.reason), retry(silent, 1, 250))
const losesAttempt = cell('counts a failure and waits', 'waiting', retry(cut, 1, 250))
const rests = cell('drops the link and rests', 'paused', drop(...putAway))
const hangsUp = cell('hangs up and listens for the end', 'closing', hangup)
const endsAtOnce = cell('ends at once, having no link', 'closed', ended(1000, 'bye', true))
const stays = (is: State, why = 'does nothing') => cell(why, is)
const stale = (is: State) => stays(is, 'ignores news of an old link')

export const table: Table = {
  idle: {
    connect: dials,
    opened: stale('idle'),
    welcomed: stale('idle'),
    heard: stale('idle'),
    waits: stale('idle'),
    ended: stale('idle'),
    tick: stays('idle'),
    wake: stays('idle'),
    online: stays('idle'),
    offline: stays('idle'),
    suspend: stays('idle'),
    reconnect: dials,
    close: endsAtOnce,
  },
  dialing: {
    connect: stays('dialing', 'is dialling already'),
    opened: stays('greeting', 'waits to be greeted'),
    welcomed: stays('dialing', 'does not believe a welcome before the opening'),
    heard: stays('dialing'),
    waits: stays('dialing', 'has said no hello that could wait'),
    ended: losesAttempt,
    tick: givesUpAttempt,
    wake: stays('dialing', 'lets the attempt run'),
    online: stays('dialing', 'lets the attempt run'),
    offline: stays('dialing', 'lets the attempt run: offline may be a lie'),
    suspend: rests,
    reconnect: replaces,
    close: hangsUp,
  },
  greeting: {
    connect: stays('greeting', 'is dialling already'),
    opened: stays('greeting', 'is open already'),
    welcomed: stays('up', 'is up'),
    heard: stays('greeting', 'waits on: a word is no welcome'),
    waits: stays('greeting', 'waits longer'),
    ended: losesAttempt,
    tick: givesUpAttempt,
    wake: stays('greeting', 'lets the attempt run'),
    online: stays('greeting', 'lets the attempt run'),
    offline: stays('greeting', 'lets the attempt run: offline may be a lie'),
    suspend: rests,
    reconnect: replaces,
    close: hangsUp,
  },
  up: {
    connect: stays('up', 'is connected already'),
    opened: stays('up'),
    welcomed: stays('up', 'is welcomed once'),
    heard: stays('up', 'notes the sign of life'),
    waits: stays('up', 'was welcomed already'),
    ended: cell('dials at once after a stable link', 'dialing', retry(cut, 0, 0), open(2)),
    tick: cell('pings after the silence', 'up', ping),
    wake: asksAlive,
    online: asksAlive,
    offline: asksAlive,
    suspend: rests,
    reconnect: replaces,
    close: hangsUp,
  },
  waiting: {
    connect: stays('waiting', 'keeps the appointed time'),
    opened: stale('waiting'),
    welcomed: stale('waiting'),
    heard: stale('waiting'),
    waits: stale('waiting'),
    ended: stale('waiting'),
    tick: cell('dials at the appointed time', 'dialing', open(2)),
    wake: redials,
    online: redials,
    offline: stays('paused', 'rests until there is a network'),
    suspend: stays('paused', 'rests'),
    reconnect: redials,
    close: endsAtOnce,
  },
  paused: {
    connect: stays('paused', 'rests on'),
    opened: stale('paused'),
    welcomed: stale('paused'),
    heard: stale('paused'),
    waits: stale('paused'),
    ended: stale('paused'),
    tick: cell('looks for itself whether there is a network', 'dialing', open(2)),
    wake: redials,
    online: redials,
    offline: stays('paused', 'rests on'),
    suspend: stays('paused', 'rests on'),
    reconnect: redials,
    close: endsAtOnce,
  },
  closing: {
    connect: stays('closing', 'first sees the end'),
    opened: stays('closing'),
    welcomed: stays('closing'),
    heard: stays('closing'),
    waits: stays('closing'),
    ended: cell('is closed as the other side says', 'closed', ended(1006, 'cut')),
    tick: cell('waits no longer', 'closed', drop(1000, 'bye'), ended(1006, 'bye', false)),
    wake: stays('closing'),
    online: stays('closing'),
    offline: stays('closing'),
    suspend: stays('closing'),
    reconnect: replaces,
    close: stays('closing', 'is closing already'),
  },
  closed: {
    connect: redials,
    opened: stale('closed'),
    welcomed: stale('closed'),
    heard: stale('closed'),
    waits: stale('closed'),
    ended: stale('closed'),
    tick: stays('closed'),
    wake: stays('closed', 'stays closed'),
    online: stays('closed', 'stays closed'),
    offline: stays('closed', 'stays closed'),
    suspend: stays('closed', 'stays closed'),
    reconnect: redials,
    close: stays('closed', 'is closed already'),
  },
}
