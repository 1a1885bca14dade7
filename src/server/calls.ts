import type { Asked, CallRequest, CallResult } from '../core/server/contract.js'
import { assertNever } from '../core/port.js'
import { reviewBy } from './review.js'
import type { Settings } from './settings.js'

/** Carries out what the core asks of the world. Rejects when that fails, in whatever way it fails. */
export async function perform(request: CallRequest, asked: Asked): Promise<CallResult> {
  switch (request.call) {
    case 'open':
      return asked.open(request.ask)
    case 'append':
      return asked.append(request.ask)
    case 'read':
      return asked.read(request.ask)
    case 'sent':
      return asked.sent(request.ask)
    case 'cursor':
      return asked.cursor(request.ask)
    case 'keep':
      return asked.keep(request.ask)
    case 'leave':
      return asked.leave(request.ask)
    case 'forget':
      return asked.forget(request.ask)
    case 'members':
      return asked.members(request.ask)
    case 'seen':
      return asked.seen(request.ask)
    case 'review':
      return asked.review(request.ask)
    case 'authorize':
      return asked.authorize(request.ask)
    default:
      return assertNever(request)
  }
}

/** Where the core's questions go. */
export function askedOf({ store, authorize, onMessage, log }: Settings): Asked {
  return {
    open: (ask) => store.open(ask),
    append: (ask) => store.append(ask),
    read: (ask) => store.read(ask),
    cursor: (ask) => store.cursor(ask),
    keep: (ask) => store.keep(ask),
    leave: (ask) => store.leave(ask),
    forget: (ask) => store.forget(ask),
    sent: (ask) => store.sent(ask),
    members: (ask) => store.members(ask),
    seen: (ask) => store.seen(ask),
    review: reviewBy(onMessage, log),
    authorize: async ({ user, action, ch }) =>
      authorize === undefined || (await authorize({ user, action, channel: ch })),
  }
}
