import type { ClientFrame, ServerFrame } from './frame.js'

/**
 * What the fields of each frame may hold, one letter a field, `?` when it may be absent:
 * `n` whole number 0 … 2^53-1 · `s` string up to 4,096 · `c` channel name, 1 … 255 · `b` boolean · `j` body ·
 * `o` record of numbers · `f` a position to follow from · `r` pair of numbers · `e` list of log entries · `p` list of
 * pairs of numbers · `d` list of receipts · `w` a device and a time · `m` list of devices · `a` presence · `i` list of names
 */
type Kind = 'n' | 's' | 'c' | 'b' | 'j' | 'o' | 'f' | 'r' | 'e' | 'p' | 'd' | 'w' | 'm' | 'a' | 'i'
type Letter = Kind | `${Kind}?`
type Fields = Readonly<Record<string, Letter>>

/** A table for a union of frames: it does not compile when a frame or one of its fields is missing. */
export type Shapes<F extends { t: string } = { t: string }> = {
  readonly [T in F['t']]: { readonly [K in Exclude<keyof Extract<F, { t: T }>, 't'>]-?: Letter }
}

const entry: Fields = { offset: 'n', id: 's', from: 's', time: 'n', body: 'j' }
const recipient: Fields = { client: 'c', user: 's', time: 'n' }
const receipt: Fields = { seq: 'n', to: 'n', count: 'n', of: 'n', by: 'w?', gone: 'b?' }
const seat: Fields = { ...recipient, presence: 'a' }

export const clientShapes: Shapes<ClientFrame> = {
  hello: { v: 'n', client: 'c', key: 'c', acked: 'n', ticket: 's?' },
  send: { seq: 'n', after: 'n?', ch: 'c', body: 'j' },
  sub: { ch: 'c', from: 'f', epoch: 's?', since: 'n?', id: 'n?' },
  unsub: { ch: 'c', id: 'n?' },
  history: { id: 'n', ch: 'c', from: 'n', limit: 'n' },
  received: { ch: 'c', offset: 'n', id: 'n?', epoch: 's?' },
  track: { from: 'n' },
  watch: { ch: 'c' },
  unwatch: { ch: 'c' },
  seen: { away: 'b' },
  ping: { id: 'n', got: 'n?', heads: 'o?', news: 'n?' },
  pong: { id: 'n', got: 'n?', heads: 'o?', news: 'n?' },
  bye: { acked: 'n?' },
}

export const serverShapes: Shapes<ServerFrame> = {
  welcome: {
    v: 'n',
    ticket: 's',
    resumed: 'b',
    got: 'n',
    idle: 'n',
    max: 'n',
    window: 'n',
    user: 's?',
    receipts: 'b?',
    time: 'n?',
  },
  accepted: { seq: 'n', only: 'b?', placed: 'p?' },
  refused: { seq: 'n', code: 's', reason: 's' },
  subscribed: { ch: 'c', epoch: 's', next: 'n', lost: 'r?', id: 'n?' },
  unsubscribed: { ch: 'c', id: 'n' },
  denied: { ch: 'c', id: 'n?', watch: 'b?', code: 's', reason: 's' },
  noted: { ch: 'c', offset: 'n', id: 'n?' },
  delivered: { n: 'n', ch: 'c', list: 'd' },
  present: { n: 'n', ch: 'c', all: 'b?', list: 'm', left: 'i?' },
  message: { ch: 'c', offset: 'n?', id: 's?', from: 's?', time: 'n?', body: 'j' },
  page: { id: 'n', ch: 'c', epoch: 's', oldest: 'n', next: 'n', entries: 'e' },
  ping: { id: 'n', got: 'n?', heads: 'o?', news: 'n?' },
  pong: { id: 'n', got: 'n?', heads: 'o?', news: 'n?' },
  retry: { after: 'n', spread: 'n' },
  wait: { after: 'n' },
  large: { bytes: 'n' },
  error: { code: 's', reason: 's' },
}

/** A whole number, 0 … 2^53-1. */
export const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown, max: number): boolean => typeof value === 'string' && value.length <= max
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isNumber)
const isPresence = (value: unknown): boolean => value === 'online' || value === 'away' || value === 'offline'
const has = (value: unknown, fields: Fields): boolean => isObject(value) && wrongField(value, fields) === undefined
const isList = (value: unknown, check: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(check)

const checks: Record<Kind, (value: unknown) => boolean> = {
  n: isNumber,
  s: (value) => isText(value, 4096),
  c: (value) => isText(value, 255) && value !== '',
  b: (value) => typeof value === 'boolean',
  j: (value) => value !== undefined,
  o: (value) => isObject(value) && Object.values(value).every(isNumber),
  f: (value) => value === 'now' || value === 'oldest' || value === 'last' || isNumber(value),
  r: isPair,
  e: (value) => isList(value, (one) => has(one, entry)),
  p: (value) => isList(value, isPair),
  d: (value) => isList(value, (one) => has(one, receipt)),
  w: (value) => has(value, recipient),
  m: (value) => isList(value, (one) => has(one, seat)),
  a: isPresence,
  i: (value) => isList(value, checks.c),
}

function wrongField(frame: Record<string, unknown>, fields: Fields): string | undefined {
  return Object.keys(fields).find((name) => {
    const letter = fields[name] ?? ''
    return !(letter[1] && frame[name] === undefined) && !checks[letter[0] as Kind](frame[name])
  })
}

/** Says what is wrong with a decoded frame, or nothing. Unknown fields are left alone: a later version may add some. */
export function flaw(frame: unknown, shapes: Shapes): string | undefined {
  if (!isObject(frame) || typeof frame['t'] !== 'string') return 'a frame is an object with a string t'
  const type = frame['t']
  if (!Object.hasOwn(shapes, type)) return `unknown frame type ${type.slice(0, 32)}`
  const wrong = wrongField(frame, (shapes as Record<string, Fields>)[type] ?? {})
  return wrong && `${type}.${wrong} is missing or of the wrong type`
}
