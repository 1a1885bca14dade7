// Every frame of the protocol, with all its fields and with as few as it can have. One that is missing does not compile.
import type { ClientFrame, Frame, Packed, ServerFrame } from '../../src/wire/frame.js'

type Examples<F extends { t: string }> = { [T in F['t']]: [Extract<F, { t: T }>, ...Extract<F, { t: T }>[]] }

const bytes = (...values: number[]) => new Uint8Array(values)
const entry = { id: 'alice:3', from: 'alice', time: 1_700_000_000_000 }

export const clientFrames: Examples<ClientFrame<Packed>> = {
  hello: [
    { t: 'hello', v: 1, client: 'c', key: 'k', acked: 7, ticket: 'signed' },
    { t: 'hello', v: 1, client: 'c', key: 'k', acked: 0 },
  ],
  send: [
    { t: 'send', seq: 9, after: 7, ch: 'room:42', body: '{"text":"hi \\u2028 \\"x\\" 😀","n":[1,null,{"a":{}}]}' },
    { t: 'send', seq: 1, ch: 'room:42', body: 'null' },
    { t: 'send', seq: 2, ch: 'room:42', body: bytes(0, 1, 2, 255) },
    { t: 'send', seq: 3, ch: 'room:42', body: bytes() },
  ],
  sub: [
    { t: 'sub', ch: '@alice', from: 12, epoch: 'e1', since: 1, id: 2 },
    { t: 'sub', ch: '@alice', from: 'now' },
    { t: 'sub', ch: '@alice', from: 'oldest' },
    { t: 'sub', ch: '@alice', from: 'last' },
  ],
  unsub: [
    { t: 'unsub', ch: 'x'.repeat(255), id: 1 },
    { t: 'unsub', ch: 'a' },
  ],
  history: [{ t: 'history', id: 1, ch: 'a', from: 0, limit: 100 }],
  received: [
    { t: 'received', ch: 'a', offset: Number.MAX_SAFE_INTEGER, id: 1, epoch: 'e' },
    { t: 'received', ch: 'a', offset: 1 },
  ],
  track: [{ t: 'track', from: 3 }],
  watch: [{ t: 'watch', ch: 'a' }],
  unwatch: [{ t: 'unwatch', ch: 'a' }],
  seen: [
    { t: 'seen', away: true },
    { t: 'seen', away: false },
  ],
  ping: [
    { t: 'ping', id: 1, got: 4, heads: { a: 1 }, news: 2 },
    { t: 'ping', id: 1 },
  ],
  pong: [
    { t: 'pong', id: 1, got: 4, heads: { a: 1, b: 2 }, news: 0 },
    { t: 'pong', id: 1 },
  ],
  bye: [{ t: 'bye', acked: 4 }, { t: 'bye' }],
}

export const serverFrames: Examples<ServerFrame<Packed>> = {
  welcome: [
    {
      t: 'welcome',
      v: 1,
      ticket: 't',
      resumed: true,
      got: 3,
      idle: 60_000,
      max: 65_536,
      window: 64,
      user: 'alice',
      receipts: true,
      time: 1_700_000_000_000,
    },
    { t: 'welcome', v: 1, ticket: 't', resumed: false, got: 0, idle: 60_000, max: 65_536, window: 64 },
  ],
  accepted: [
    {
      t: 'accepted',
      seq: 3,
      only: true,
      placed: [
        [2, 7],
        [3, 9],
      ],
    },
    { t: 'accepted', seq: 3 },
  ],
  refused: [{ t: 'refused', seq: 3, code: 'forbidden', reason: 'not here' }],
  subscribed: [
    { t: 'subscribed', ch: 'a', epoch: 'e', next: 5, lost: [1, 5], id: 2 },
    { t: 'subscribed', ch: 'a', epoch: 'e', next: 5 },
  ],
  unsubscribed: [{ t: 'unsubscribed', ch: 'a', id: 2 }],
  denied: [
    { t: 'denied', ch: 'a', id: 3, watch: true, code: 'forbidden', reason: '' },
    { t: 'denied', ch: 'a', code: 'forbidden', reason: '' },
  ],
  noted: [
    { t: 'noted', ch: 'a', offset: 3, id: 2 },
    { t: 'noted', ch: 'a', offset: 3 },
  ],
  delivered: [
    {
      t: 'delivered',
      n: 1,
      ch: 'a',
      list: [
        { seq: 1, to: 3, count: 1, of: 2, by: { client: 'c', user: '', time: 1 } },
        { seq: 4, to: 4, count: 0, of: 1, gone: true },
        { seq: 5, to: 5, count: 0, of: 1 },
      ],
    },
    { t: 'delivered', n: 2, ch: 'a', list: [] },
  ],
  present: [
    {
      t: 'present',
      n: 3,
      ch: 'a',
      all: true,
      list: [{ client: 'c', user: 'alice', presence: 'away', time: 5 }],
      left: ['d'],
    },
    { t: 'present', n: 4, ch: 'a', list: [] },
  ],
  message: [
    { t: 'message', ch: 'a', offset: 4, ...entry, body: '[1,2]' },
    { t: 'message', ch: 'a', offset: 5, ...entry, body: bytes(9, 8, 7) },
    { t: 'message', ch: 'a', body: '"bare"' },
  ],
  page: [
    {
      t: 'page',
      id: 1,
      ch: '"entries":0',
      epoch: '$&',
      oldest: 1,
      next: 9,
      entries: [
        { offset: 1, ...entry, body: '"$1"' },
        { offset: 2, ...entry, body: bytes(1, 2) },
        { offset: 3, ...entry, body: bytes() },
        { offset: 4, ...entry, body: '{"bin":3}' },
        { offset: 5, ...entry, body: bytes(3) },
      ],
    },
    { t: 'page', id: 1, ch: 'a', epoch: 'e', oldest: 1, next: 1, entries: [] },
  ],
  ping: [
    { t: 'ping', id: 0, got: 4, heads: { a: 1 }, news: 1 },
    { t: 'ping', id: 0 },
  ],
  pong: [
    { t: 'pong', id: 1, got: 4, heads: {}, news: 1 },
    { t: 'pong', id: 1 },
  ],
  retry: [{ t: 'retry', after: 0, spread: 5_000 }],
  wait: [{ t: 'wait', after: 25_000 }],
  large: [{ t: 'large', bytes: 60_000 }],
  error: [{ t: 'error', code: 'no-hello', reason: 'say hello first' }],
}

export const all = <F extends object>(examples: Record<string, F[]>): F[] => Object.values(examples).flat()

/** The frame as the other side should see it: bodies are values, and bytes are bytes. */
export function seen(frame: Frame<Packed>): object {
  const open = <B extends { body: Packed }>(holder: B) => ({
    ...holder,
    body: typeof holder.body === 'string' ? (JSON.parse(holder.body) as unknown) : holder.body,
  })
  if ('entries' in frame) return { ...frame, entries: frame.entries.map(open) }
  return 'body' in frame ? open(frame) : frame
}

/** Without the length that stands for bytes on the wire. */
export function clean<T>(value: T): T {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (!('t' in value)) return value
  const strip = (holder: object) => Object.fromEntries(Object.entries(holder).filter(([key]) => key !== 'bin'))
  const frame = strip(value) as { entries?: object[] }
  if (frame.entries) frame.entries = frame.entries.map(strip)
  return frame as T
}
