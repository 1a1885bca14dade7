/** Close codes, and what a client does after each (`docs/PROTOCOL.md`, close codes). */

export const Close = {
  normal: 1000,
  goingAway: 1001,
  abnormal: 1006,
  tooBig: 1009,
  restart: 1012,
  tryLater: 1013,
  badFrame: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  version: 4406,
  timeout: 4408,
  replaced: 4409,
  overloaded: 4429,
} as const

/** Why a link ended. */
export interface Closing {
  code: number
  reason: string
  /** The closing handshake was completed. */
  clean?: boolean
  /** The server asks to stay away this long, in ms. */
  retryAfter?: number
  /** What was sent was too large for something on the way; this many bytes may pass. */
  max?: number
  /** What went wrong on this side: a provider that failed, a frame that did not decode. */
  error?: Error
}

/** Why, in words, also where the other side gave none. */
export function inWords({ code, reason }: Closing): string {
  return reason || (code === Close.abnormal ? 'the connection was lost' : `closed with code ${code}`)
}

/** What to do next: `retry`, `renew` (once, with a new token), or `fatal`. */
export type Verdict = 'retry' | 'renew' | 'fatal'

/** What a close code asks of a client at level 1 and 2; every code not named here means `retry`. */
export function verdict(code: number): Verdict {
  switch (code) {
    case Close.unauthorized:
      return 'renew'
    case Close.forbidden:
    case Close.version:
    case Close.tooBig:
      return 'fatal'
    default:
      return 'retry'
  }
}
