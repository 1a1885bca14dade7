import type { LinkState } from './link.js'
import { assertNever } from './port.js'

/** The truth about the connection, in the app's words. */
export type Status = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'

/** @param known whether the server has ever welcomed this client. */
export function statusOf(state: LinkState, known: boolean): Status {
  switch (state.is) {
    case 'up':
      return 'online'
    case 'paused':
      return 'offline'
    case 'closing':
    case 'closed':
      return 'closed'
    case 'idle':
    case 'dialing':
    case 'greeting':
    case 'waiting':
      return known ? 'reconnecting' : 'connecting'
    default:
      return assertNever(state)
  }
}
