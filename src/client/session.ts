import type { Packed } from '../wire/frame.js'
import { isNumber, isObject } from '../wire/shape.js'
import { Keeper, type SavedMessage, type SavedSession } from './keeper.js'
import type { MemoryLike } from './memory.js'

/** The option `session` of a client: what {@link tabSession} or {@link storedSession} makes. */
export interface Session {
  /** @internal For one client. */
  open(): Keeper
}

/** Text of all messages kept, UTF-16 units; a storage takes about five million. What comes after is lost with the page. */
const MAX_TEXT = 2 ** 20

type Folded = Omit<SavedMessage, 'body' | 'expiresAt'> & { body: string | [string]; expiresAt: number | null }

/** Binary is one base64 string in a list; a JSON body is its text. */
function fold(body: Packed): string | [string] {
  return typeof body === 'string' ? body : [btoa(Array.from(body, (byte) => String.fromCharCode(byte)).join(''))]
}

const unfold = (body: string | [string]): Packed =>
  typeof body === 'string' ? body : Uint8Array.from(atob(body[0]), (letter) => letter.charCodeAt(0))

function toText({ items, ...saved }: SavedSession): string {
  const texts: string[] = []
  let room = MAX_TEXT
  for (const { body, ...item } of items) {
    const text = JSON.stringify({ ...item, body: fold(body) })
    room -= text.length
    if (room < 0) break
    texts.push(text)
  }
  return `${JSON.stringify({ v: 1, ...saved }).slice(0, -1)},"items":[${texts.join()}]}`
}

/** Undefined for what is not of our making. */
function fromText(text: string): SavedSession | undefined {
  const saved = JSON.parse(text) as Omit<SavedSession, 'items'> & { v: number; items: Folded[] }
  const { v, id, key, seq, acked, items, tracked, places } = saved
  if (v !== 1 || !id || !key || !isNumber(seq) || !isNumber(acked) || !isObject(places)) return undefined
  if (!Array.isArray(items) || !Array.isArray(tracked)) return undefined
  // JSON has no word for never.
  const list = items.map((item) => ({
    ...item,
    body: unfold(item.body),
    expiresAt: item.expiresAt ?? Infinity,
  }))
  return { ...saved, items: list }
}

/**
 * A session that outlives the page, in a storage of yours under a key of yours. The next client that is given the same
 * goes on with it: the same id, the messages not yet accepted (1 MiB of text; the oldest are kept), those not yet
 * delivered, and the places in the channels (`from: 'last'`). It is written when the page is hidden or put away, and
 * taken out when a client has it: two never share it. What the storage throws is an `error` event, once.
 * One key is for one client at a time, and for one user: a client id belongs to the user that it came with.
 */
export function storedSession(storage: MemoryLike | (() => MemoryLike), key: string): Session {
  const reach = (): MemoryLike => (typeof storage === 'function' ? storage() : storage)
  return {
    open: () =>
      new Keeper({
        load() {
          const text = reach().getItem(key)
          reach().removeItem(key)
          return text === null ? undefined : fromText(text)
        },
        save(saved) {
          if (saved) reach().setItem(key, toText(saved))
          else reach().removeItem(key)
        },
      }),
  }
}

/**
 * A session that outlives a reload of its tab, in `sessionStorage`. See {@link storedSession}.
 * @param name one for each client of a page, and better for each user. Default `holdfast`.
 */
export function tabSession(name = 'holdfast'): Session {
  // In some pages the mere look at it throws.
  return storedSession(() => sessionStorage, `${name}:session`)
}
