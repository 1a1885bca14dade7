import type { Closing } from '../wire/close.js'
import type { BackoffOptions } from './backoff.js'
import type { HeartbeatOptions } from './heartbeat.js'
import type { Rtt } from './rtt.js'

/** All durations in ms. */
export interface LinkOptions {
  backoff: BackoffOptions
  heartbeat: HeartbeatOptions
  /** An attempt that takes longer is given up. Browsers wait 20 to 240 s. */
  connectTimeout: number
  /** A link that lived this long starts the count of failures anew. */
  stableAfter: number
  /** Failures in a row before giving up for good. */
  maxRetries: number
  /** How long `close` waits for the other side; 0 does not wait. */
  closeTimeout: number
  /** The other side opens with a `welcome`; without it a link is not yet up. */
  greets: boolean
  /** Closings after which nothing is tried again. */
  isFatal: (closing: Closing) => boolean
  random: () => number
  rtt: Rtt
  /** What an answer may take longer for what is large and on its way, ms. */
  extra?: () => number
}
