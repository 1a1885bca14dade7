// What the processes say to each other.
import type { RungName } from '../browser/support/chat.js'
import type { Usage } from './usage.js'

/** How much is done, and over what. */
export interface Work {
  rung: RungName
  reconnects: number
  messages: number
}

/** Which part of the work is done, in %: 0 is after what is made once. */
export type Share = 0 | 10 | 50 | 100

/** From the clients: cut my link; measure, for so much is done. */
export type Word =
  { say: 'cut' } | { say: 'done'; what: 'reconnects' | 'messages'; share: Share; usage: Usage } | { say: 'end' }
