import type { ClientInput, ClientOutput } from '../../../src/core/client.js'
import type { LinkInput, LinkState } from '../../../src/core/link.js'
import type { CallName, ServerInput, ServerOutput } from '../../../src/core/server/contract.js'
import type { Status } from '../../../src/core/status.js'
import type { Tick } from '../../../src/core/port.js'
import { Close } from '../../../src/wire/close.js'
import type { MessageErrorCode } from '../../../src/wire/errors.js'
import type { ClientFrame, ServerFrame } from '../../../src/wire/frame.js'
import { dialogues } from './dialogues.js'

/** How far the ladder is, as far as it shows. */
export type Rungs = 'idle' | 'racing' | 'greeting' | 'serving' | 'moving' | 'crossing'
export type RungsEvent =
  'start' | 'opened' | 'useful' | 'waits' | 'won' | 'cut' | 'away' | 'closed' | 'tick' | 'renew' | 'stop'
/** A link at the server. */
export type Stage = 'new' | 'greeting' | 'open' | 'over'

/** What can be reached, by rows that have columns of their own. */
interface Table {
  name: string
  about: string
  rows: Readonly<Record<string, readonly string[]>>
}

/** All members of a union: one that is missing does not compile, and neither does one too many. */
const all = <T extends string>(names: Readonly<Record<T, 1>>): T[] => Object.keys(names) as T[]
const square = (rows: readonly string[], columns: readonly string[]): Record<string, readonly string[]> =>
  Object.fromEntries(rows.map((row) => [row, columns]))

const links = all<LinkState['is']>({
  ...{ idle: 1, dialing: 1, greeting: 1, up: 1, waiting: 1, paused: 1, closing: 1, closed: 1 },
})
const linkEvents = all<LinkInput['on']>({
  ...{ connect: 1, opened: 1, welcomed: 1, heard: 1, waits: 1, ended: 1, tick: 1, wake: 1, online: 1, offline: 1 },
  ...{ suspend: 1, reconnect: 1, close: 1 },
})
const statuses = all<Status>({ connecting: 1, online: 1, reconnecting: 1, offline: 1, closed: 1 })
const clientEvents = all<(ClientInput<unknown> | Tick)['on']>({
  ...{ connect: 1, opened: 1, frames: 1, broken: 1, ended: 1, tick: 1, wake: 1, online: 1, offline: 1, suspend: 1 },
  ...{ reconnect: 1, close: 1, send: 1, restore: 1, subscribe: 1, unsubscribe: 1, watch: 1, unwatch: 1, look: 1 },
  ...{ history: 1 },
})
const clientEffects = all<ClientOutput<unknown>['do']>({
  ...{ open: 1, drop: 1, rung: 1, retry: 1, ended: 1, write: 1, limit: 1, status: 1, sent: 1, settled: 1, deliver: 1 },
  ...{ gap: 1, page: 1, fault: 1, receipt: 1, placed: 1, present: 1, unseen: 1, number: 1 },
})
const rungs = all<Rungs>({ idle: 1, racing: 1, greeting: 1, serving: 1, moving: 1, crossing: 1 })
const rungsEvents = all<RungsEvent>({
  ...{ start: 1, opened: 1, useful: 1, waits: 1, won: 1, cut: 1, away: 1, closed: 1, tick: 1, renew: 1, stop: 1 },
})
const clientFrames = all<ClientFrame['t']>({
  ...{ hello: 1, send: 1, sub: 1, unsub: 1, history: 1, received: 1, track: 1, watch: 1, unwatch: 1, seen: 1, ping: 1 },
  ...{ pong: 1, bye: 1 },
})
const serverFrames = all<ServerFrame['t']>({
  ...{ welcome: 1, accepted: 1, refused: 1, subscribed: 1, unsubscribed: 1, denied: 1, noted: 1, delivered: 1 },
  ...{ present: 1, message: 1, page: 1, ping: 1, pong: 1, retry: 1, wait: 1, large: 1, error: 1 },
})
const stages = all<Stage>({ new: 1, greeting: 1, open: 1, over: 1 })
const serverEvents = all<ServerInput['on']>({
  ...{ tick: 1, opened: 1, frames: 1, broken: 1, closed: 1, done: 1, failed: 1, changed: 1, drain: 1 },
})
const serverEffects = all<ServerOutput['do']>({ write: 1, close: 1, call: 1, follow: 1, log: 1, drained: 1 })
const calls = all<CallName>({
  ...{ authorize: 1, review: 1, open: 1, append: 1, read: 1, sent: 1, cursor: 1, keep: 1, leave: 1, forget: 1 },
  ...{ members: 1, seen: 1 },
})
const outcomes = all<MessageErrorCode | 'accepted'>({
  ...{ accepted: 1, expired: 1, dropped: 1, superseded: 1, 'queue-full': 1, 'too-big': 1, 'not-encodable': 1 },
  ...{ closed: 1, refused: 1, 'in-doubt': 1, undelivered: 1, untold: 1 },
})
const closes = Object.values(Close).map(String)

export const tables: readonly Table[] = [
  { name: 'link', about: "The client's link: its state × what happens to it", rows: square(links, linkEvents) },
  { name: 'client', about: 'The client: its status × what it is told', rows: square(statuses, clientEvents) },
  { name: 'ladder', about: 'The ladder of transports: where it is × what happens', rows: square(rungs, rungsEvents) },
  {
    name: 'stage',
    about: 'A link at the server: how far it is × what comes',
    rows: square(stages, [...clientFrames, 'broken', 'closed']),
  },
  {
    name: 'machines',
    about: 'What the machines are told and say',
    rows: { 'the client does': clientEffects, 'the server is told': serverEvents, 'the server does': serverEffects },
  },
  {
    name: 'calls',
    about: 'Calls to the store, and how they are answered',
    rows: square(calls, ['done', 'failed', 'given up']),
  },
  {
    name: 'frames',
    about: 'Frames, by direction',
    rows: {
      'the client says': clientFrames,
      'the server hears': clientFrames,
      'the server says': serverFrames,
      'the client hears': serverFrames,
    },
  },
  {
    name: 'codes',
    about: 'Codes: of frames that the client hears, of what becomes of messages, and of closes',
    rows: {
      error: ['bad-frame', 'no-hello', 'bad-hello', 'taken', 'left', 'version', 'flood', 'bad-offset', 'too-big'],
      refused: ['forbidden', 'not-encodable', 'too-big', 'inbox-full', 'rejected'],
      denied: ['forbidden', 'too-many', 'unavailable'],
      settled: outcomes,
      'the server closes': closes,
      'the client hears': closes,
      'the client drops': closes,
    },
  },
  { name: 'dialogues', about: 'Dialogues of the protocol', rows: { played: dialogues.map(({ name }) => name) } },
]
