import type { LinkState } from './link.js'

/** The truth about the connection, in the app's words. */
export type Status = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'

/** Of the states that mean the same whatever was before. */
const words: { [Is in LinkState['is']]?: Status } = {
  up: 'online',
  paused: 'offline',
  closing: 'closed',
  closed: 'closed',
}

/** @param known whether the server has ever welcomed this client. */
export function statusOf({ is }: LinkState, known: boolean): Status {
  return words[is] ?? (known ? 'reconnecting' : 'connecting')
}
