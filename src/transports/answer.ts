import type { Closing } from '../wire/close.js'

/** Something on the way failed (no answer, 408, 502, 504): whether the server heard, nobody knows. */
export const isCut = (status: number): boolean => [0, 408, 502, 504].includes(status)

/**
 * The end of a link, or of a dial, that an HTTP status means; 0: no answer.
 * @param open the link had its ticket: a 401 is then not about the user.
 */
export function closingOf(status: number, headers?: Headers, open?: boolean): Closing {
  const reason = status ? `the server answered ${status}` : 'no answer from the server'
  if (status === 408) return { code: 4408, reason: 'no answer in time' }
  const away = status === 429 || status === 503
  if (open && !away) return { code: 1006, reason: [401, 409, 410].includes(status) ? 'the link is gone' : reason }
  if (status === 401 || status === 403) return { code: 4000 + status, reason }
  return { code: away ? 1013 : 1006, reason, ...retryAfter(headers) }
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which is held against the server's own; in ms. */
function retryAfter(headers: Headers | undefined): false | { retryAfter: number } {
  const after = String(headers?.get('retry-after'))
  const ms = /\D/.test(after) ? Date.parse(after) - Date.parse(String(headers?.get('date'))) : +after * 1_000
  return ms >= 0 && { retryAfter: ms }
}
