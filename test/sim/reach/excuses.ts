/** Why a cell is not reached. A row or column `*` is all of them; the first that fits counts. */
export interface Excuse {
  table: string
  row: string
  columns: readonly string[]
  /** `impossible`: where it is reached all the same, there is a mistake, here or there. `unused`: no world does so. */
  is: 'impossible' | 'unused'
  why: string
}

const never = (table: string, rows: string, columns: string, why: string): Excuse[] =>
  rows.split(', ').map((row) => ({ table, row, columns: columns.split(' '), is: 'impossible', why }))
const unused = (table: string, row: string, columns: string, why: string): Excuse => ({
  ...{ table, row, columns: columns.split(' '), is: 'unused', why },
})

const GARBLED = 'the network of these worlds loses, doubles and delays, and garbles nothing'
const ONCE = 'an app of these worlds says it once when it begins, and again after it has closed'
const BORN = 'a page hands over what it kept before it connects'
const AT_ONCE = 'an app of these worlds connects at once'
const HOOKS = "no world's owner has a hook"
const NO_LINK = 'the client passes on news only of links that it has'
const NO_CLOSE_WAIT =
  'a client waits for no end of a link that it closes; the drop-in socket does (test/core/link.test.ts)'
const REAL = 'the clients of these worlds are real ones, and do not do what it answers'

const ofLink: Excuse[] = [
  ...never('link', 'closing', '*', NO_CLOSE_WAIT),
  ...never('link', 'idle, waiting, paused, closed', 'opened welcomed heard waits ended', NO_LINK),
  ...never('link', 'dialing', 'welcomed heard waits', 'no link has said hello: what comes is news for the ladder'),
  ...never('link', 'up', 'opened waits', 'while one serves, news of another is news for the ladder'),
  ...never('link', 'closed', 'tick', 'a closed client waits for nothing (invariant 19)'),
  ...['dialing', 'greeting', 'up', 'waiting', 'paused'].map((row) => unused('link', row, 'connect', ONCE)),
  unused('link', 'idle', 'tick wake online offline suspend reconnect close', AT_ONCE),
  unused('link', 'closed', 'reconnect', 'an app that has closed says connect'),
]

const ofClient: Excuse[] = [
  unused('client', '*', 'broken', GARBLED),
  ...never('client', 'closed', 'tick', 'a closed client waits for nothing (invariant 19)'),
  ...['online', 'reconnecting', 'offline', 'closed'].map((row) => unused('client', row, 'restore', BORN)),
  ...['online', 'reconnecting', 'offline'].map((row) => unused('client', row, 'connect', ONCE)),
  unused('client', 'closed', 'reconnect', 'an app that has closed says connect'),
]

const ofLadder: Excuse[] = [
  ...never('ladder', 'idle', 'opened useful waits won cut away closed', NO_LINK),
  ...never('ladder', 'idle', 'stop', 'the link ends only what it has begun'),
  ...never('ladder', 'racing, greeting, serving, moving, crossing', 'start', 'what is under way is stopped first'),
  ...never('ladder', 'racing', 'useful waits won', 'nobody is open yet, or one of those that are says hello at once'),
  ...never('ladder', 'serving', 'waits won', 'a climber that has said hello is the mover'),
]

const ofStage: Excuse[] = [
  unused('stage', '*', 'broken', GARBLED),
  unused('stage', 'new', 'send sub unsub history received track watch unwatch seen pong', REAL),
  unused(
    'stage',
    'greeting',
    'unsub received track watch unwatch seen pong',
    'before its welcome, a client says no more than its first flight',
  ),
]

const ofMachines: Excuse[] = [
  unused('machines', 'the server is told', 'broken', GARBLED),
  unused('calls', 'review', '*', HOOKS),
]

const ofCodes: Excuse[] = [
  unused('codes', 'error', 'bad-frame', GARBLED),
  unused('codes', 'error', 'bad-hello version flood', REAL),
  unused('codes', 'error', 'too-big', 'a packet is never larger than the server takes (invariant 14)'),
  unused('codes', 'error', 'taken', 'nobody uses the name of another: names are random, and keys secret'),
  unused('codes', 'error', 'left', 'who has said goodbye comes back under another name'),
  unused('codes', 'error', 'bad-offset', 'a reader acknowledges what it was given, and names the epoch of it'),
  unused('codes', 'refused', 'not-encodable too-big rejected', HOOKS),
  unused('codes', 'refused', 'inbox-full', 'nobody is away for so many messages'),
  unused('codes', 'denied', 'too-many', 'three channels are far from any limit'),
  unused('codes', 'settled', 'not-encodable', 'it is said by the client around the machine (src/client)'),
  ...never('codes', 'settled', 'undelivered untold', 'said of receipts, by the client around the machine (src/client)'),
  ...never('codes', 'the server closes', '1001', 'only a page that is put away says it'),
  ...never('codes', 'the server closes', '1006', 'nobody says it: it stands for an end without a close'),
  unused('codes', 'the client hears', '1001', 'no process between the two ends goes away with a word'),
  ...['the server closes', 'the client hears', 'the client drops'].flatMap((row) => [
    unused('codes', row, '1009', 'a packet is never larger than the server takes (invariant 14)'),
    unused('codes', row, '4400', GARBLED),
    unused('codes', row, '4401', 'links are taken without tokens'),
    unused('codes', row, '4403 4406 4429', REAL),
  ]),
  unused('codes', 'the client drops', '1012', 'what is to be said with it comes as `retry` first, which ends the link'),
]

export const excuses: readonly Excuse[] = [
  ...[...ofLink, ...ofClient, ...ofLadder, ...ofStage],
  ...[...ofMachines, ...ofCodes],
]
