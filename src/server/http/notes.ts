import type { LeaveAsk, PostAsk, TakeAsk } from './desk.js'

/** What one node asks another of a link there. */
export type Call = { call: 'post'; ask: PostAsk } | { call: 'take'; ask: TakeAsk } | { call: 'leave'; ask: LeaveAsk }

/** Between nodes, as JSON text: a call, and the answer to it. */
export type Note = ({ is: 'call'; id: number; from: string } & Call) | { is: 'answer'; id: number; value: unknown }

/** The longest hold that a timer takes, ms. */
const LONGEST = 2 ** 31 - 1

/** A note that was read; `undefined` for what is none. A bus is a network, too: nothing in it is believed. */
export function toNote(text: string): Note | undefined {
  const { is, id, from, call, ask, value } = objectOf(parsed(text))
  if (!isWhole(id)) return undefined
  if (is === 'answer') return { is, id, value }
  const made = is === 'call' && typeof from === 'string' ? toCall(call, objectOf(ask)) : undefined
  return made && { is: 'call', id, from: String(from), ...made }
}

function toCall(call: unknown, ask: Fields): Call | undefined {
  const { link } = ask
  if (!isWhole(link)) return undefined
  if (call === 'post') {
    const { n, text, close } = ask
    return isWhole(n) && typeof text === 'string' && isWholeOrAbsent(close)
      ? { call, ask: { link, n, text, close } }
      : undefined
  }
  if (call === 'take') {
    const { reader, again, since, hold } = ask
    const isAsk = typeof reader === 'string' && typeof again === 'boolean' && isWhole(since) && isWhole(hold)
    return isAsk && hold <= LONGEST ? { call, ask: { link, reader, again, since, hold } } : undefined
  }
  const { code, reader } = ask
  return call === 'leave' && isWhole(code) && (reader === undefined || typeof reader === 'string')
    ? { call, ask: { link, code, reader } }
    : undefined
}

export type Fields = Partial<Record<string, unknown>>

/** The fields of an object; none of anything else. */
export function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

export const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isWholeOrAbsent = (value: unknown): value is number | undefined => value === undefined || isWhole(value)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
