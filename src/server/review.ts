import type { Review, ReviewAsk } from '../core/server/contract.js'
import { pack, unpack } from '../wire/body.js'
import type { Packed } from '../wire/frame.js'
import type { Log } from './log.js'

/** A message that somebody wants to send. */
export interface MessageAsk {
  /** The id of the sending device. */
  client: string
  /** '' when anonymous. */
  user: string
  channel: string
  /** `<client>:<number>`; the same each time the message is asked about. */
  id: string
  /** A JSON value, or a `Uint8Array`: a copy, so that what is done to it changes nothing. */
  body: unknown
}

/**
 * Nothing: it is taken as it is. `{ body }`: it is taken with this body, a JSON value or binary. `{ refuse, code }`: it is
 * not taken, and the sender is told why; `code` is for programs, default `'rejected'`.
 */
export type MessageVerdict = undefined | { body: unknown } | { refuse: string; code?: string | undefined }

/**
 * Asked for each message before it is stored, after `authorize`. One that throws, or takes longer than `callTimeout`, has
 * not answered: the client says the message again. A message may be asked about more than once, several of one sender at
 * the same time, and is stored once at most.
 */
// A function without a return is one that takes the message: `void` is what such a function returns.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type OnMessage = (message: MessageAsk) => MessageVerdict | void | Promise<MessageVerdict | void>

/** The hook as the core asks for it: bodies are decoded for it, and what it says is encoded. */
export function reviewBy(hook: OnMessage | undefined, log: Log): (ask: ReviewAsk) => Promise<Review> {
  return async ({ client, user, ch, id, body }) => {
    if (!hook) return { is: 'taken', body }
    const said: unknown = await hook({ client, user, channel: ch, id, body: decoded(body) })
    if (said === undefined) return { is: 'taken', body }
    const { refuse, code = 'rejected' } = Object(said) as { refuse?: unknown; code?: unknown }
    if (typeof refuse === 'string' && typeof code === 'string') return { is: 'refused', code, reason: refuse }
    if (refuse === undefined && Object.hasOwn(Object(said) as object, 'body'))
      return encoded((said as { body: unknown }).body, client, log)
    // Taking it would let in what the hook perhaps meant to keep out.
    throw new TypeError('onMessage gives nothing, { body } or { refuse, code }')
  }
}

const decoded = (body: Packed): unknown => (typeof body === 'string' ? unpack(body) : body.slice())

function encoded(body: unknown, client: string, log: Log): Review {
  try {
    return { is: 'taken', body: pack(body) }
  } catch {
    // The error would tell of the body.
    log.warn({ client }, 'review-not-encodable')
    return { is: 'refused', code: 'not-encodable', reason: 'the changed body is neither JSON nor binary' }
  }
}
