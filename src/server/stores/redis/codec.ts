import { createHash } from 'node:crypto'
import type { Bounds, Change, Cursor, Draft, Fate, Member, Place } from '../../../core/store.js'
import type { Entry, Packed, Presence } from '../../../wire/frame.js'

/** What Redis answers to a script. */
export type Reply = Buffer | number | null | Reply[]

/** Half a character, which UTF-8 cannot say, and what stands for one. */
const unsayable = /[\0\ud800-\udfff]/gu

/** A name as Redis has it: no two names are the same there. */
export const nameOf = (text: string): string =>
  text.replace(unsayable, (half) => `\0${half.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The name that {@link nameOf} took. */
export const textOf = (name: string): string =>
  name.replace(/\0([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))

/** The secret itself is not stored. */
export const hashOf = (key: string): string => createHash('sha256').update(nameOf(key)).digest('base64url')

export function listOf(reply: Reply | undefined): Reply[] {
  if (!Array.isArray(reply)) throw new TypeError('Redis answers with something else than a list')
  return reply
}

export function stringOf(reply: Reply | undefined): string {
  if (!Buffer.isBuffer(reply)) throw new TypeError('Redis answers with something else than text')
  return reply.toString()
}

const plain = (reply: Reply | undefined): string => textOf(stringOf(reply))
const numberOf = (reply: Reply | undefined): number => Number(stringOf(reply))

export const boundsOf = (reply: Reply[]): Bounds => ({
  epoch: plain(reply[0]),
  oldest: numberOf(reply[1]),
  next: numberOf(reply[2]),
})

export const draftOf = ({ ch, seq, after, id, from, time, body }: Draft): (string | Buffer)[] => {
  const names = [nameOf(ch), String(seq), String(after), nameOf(id), nameOf(from), String(time)]
  if (typeof body === 'string') return [...names, 's', body]
  return [...names, 'b', Buffer.from(body.buffer, body.byteOffset, body.byteLength)]
}

export function entryOf(reply: Reply): Entry<Packed> {
  const [id, fields] = listOf(reply)
  const [, message, , from, , time, kind, body] = listOf(fields)
  return {
    offset: parseInt(stringOf(id), 10),
    id: plain(message),
    from: plain(from),
    time: numberOf(time),
    body: stringOf(kind) === 's' ? stringOf(body) : bytesOf(body),
  }
}

function bytesOf(reply: Reply | undefined): Uint8Array {
  if (!Buffer.isBuffer(reply)) throw new TypeError('Redis answers with something else than bytes')
  return new Uint8Array(reply)
}

export function placeOf(reply: Reply): Place {
  const [id, fields] = listOf(reply)
  const [, ch, , epoch, , offset] = listOf(fields)
  return { seq: parseInt(stringOf(id), 10), ch: plain(ch), epoch: plain(epoch), offset: numberOf(offset) }
}

/** What became of one message. */
export function fateOf(reply: Reply, { seq, ch }: Pick<Draft, 'seq' | 'ch'>): Fate {
  const [is, first, second, third] = listOf(reply)
  switch (stringOf(is)) {
    case 'stored':
      return { is: 'stored', place: { seq, ch, epoch: plain(first), offset: numberOf(second) } }
    case 'duplicate':
      if (first === undefined) return { is: 'duplicate' }
      return { is: 'duplicate', place: { seq, ch: plain(first), epoch: plain(second), offset: numberOf(third) } }
    case 'gap':
      return { is: 'gap' }
    default:
      return { is: 'full', reason: stringOf(first) }
  }
}

/** As scripts say a member: names and numbers, all of them text. */
export function memberFrom(said: readonly string[]): Member {
  const [client = '', user = '', presence, seenAt, epoch = '', since, offset, time] = said
  return {
    client: textOf(client),
    user: textOf(user),
    presence: presence as Presence,
    seenAt: Number(seenAt),
    cursor: { epoch: textOf(epoch), since: Number(since), offset: Number(offset), time: Number(time) },
  }
}

export function cursorOf(reply: Reply): Cursor {
  const [epoch, since, offset, time] = listOf(reply)
  return { epoch: plain(epoch), since: numberOf(since), offset: numberOf(offset), time: numberOf(time) }
}

/** What a script told of a channel. */
export function changeOf(ch: string, news: string): Change {
  const [is, first, second] = JSON.parse(news) as [string, unknown, unknown]
  if (is === 'grown') return { is, ch, epoch: textOf(String(first)), next: Number(second) }
  if (is === 'member') return { is, ch, member: memberFrom(first as string[]) }
  if (is === 'left') return { is, ch, client: textOf(String(first)) }
  return { is: 'unsure', ch }
}
