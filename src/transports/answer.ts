import type { Closing } from '../wire/close.js'
import type { Answer } from './request.js'

/** Something on the way failed (no answer, 408, 502, 504): whether the server heard, nobody knows. */
export const isCut = (status: number): boolean => [0, 408, 502, 504].includes(status)

/** The end of a link that an answer means. @param open the link had its ticket: a 401 is then not about the user. */
export function closingOf({ status, response }: Answer, open: boolean): Closing {
  const reason = status ? `the server answered ${status}` : 'no answer from the server'
  if (status < 0) return { code: 1006, reason: 'redirected to another origin' }
  if (status === 408) return { code: 4408, reason: 'no answer in time' }
  if (status === 429 || status === 503) return { code: 1013, reason, ...retryAfter(response) }
  if (open) return { code: 1006, reason: [401, 409, 410].includes(status) ? 'the link is gone' : reason }
  return { code: status === 401 || status === 403 ? 4_000 + status : 1006, reason }
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which is held against the server's own; in ms. */
function retryAfter(response: Response | undefined): { retryAfter?: number } {
  const of = (name: string): string => response?.headers.get(name) ?? '-'
  const after = of('retry-after')
  const ms = /\D/.test(after) ? Date.parse(after) - Date.parse(of('date')) : +after * 1_000
  return ms >= 0 ? { retryAfter: ms } : {}
}
