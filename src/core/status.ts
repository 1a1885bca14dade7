import type { LinkState } from './link.js'

/** The truth about the connection, in the app's words. */
export type Status = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'

/** On the way to a link, the first or another. */
type Pending = 'idle' | 'dialing' | 'greeting' | 'waiting'

/** Of the states that mean the same whatever was before: a new one must be named here or above. */
const words: { readonly [Is in Exclude<LinkState['is'], Pending>]: Status } = {
  up: 'online',
  paused: 'offline',
  closing: 'closed',
  closed: 'closed',
}

/** @param known whether the server has ever welcomed this client. */
export function statusOf({ is }: LinkState, known: boolean): Status {
  return (words as Partial<Record<LinkState['is'], Status>>)[is] ?? (known ? 'reconnecting' : 'connecting')
}
