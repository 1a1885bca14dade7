import type { Closing } from '../wire/close.js'
import type { LeafClock } from './transport.js'

/** What the transports over HTTP have in common. */
export interface HttpOptions {
  /** Default: the platform's. */
  fetch?: typeof fetch
  /** Whether cookies travel. Default: `same-origin`. */
  credentials?: RequestCredentials
  /** ms until a request without an answer is given up, besides the time that the server may hold it. Default: 8,000. */
  timeout?: number
}

export interface Ask extends RequestInit {
  /** ms that the server may take besides. */
  hold?: number
  /** Takes in the answer, within the time that the request has. */
  read?: (response: Response) => Promise<string>
}

/** What a request came to. */
export interface Answer {
  /** 0: no answer. 408: none in time. -1: one from where the token does not belong. */
  status: number
  text: string
  /** Where it came from, when that is not where it was asked. */
  from?: string
  /** ms; NaN where none was named. */
  retryAfter?: number
}

/** One request. It throws nothing, and takes no longer than it may. */
export async function request(
  url: string,
  { hold = 0, read = (response) => response.text(), ...init }: Ask,
  { fetch = globalThis.fetch, credentials = 'same-origin', timeout = 8_000 }: HttpOptions,
  clock: LeafClock,
  abort: AbortController,
): Promise<Answer> {
  let status = 0
  const cancel = clock.timer(() => {
    status = 408
    abort.abort()
  }, timeout + hold)
  try {
    const response = await fetch(url, { credentials, cache: 'no-store', signal: abort.signal, ...init })
    const { headers, ok, redirected, url: from } = response
    const foreign = redirected && new URL(from).origin !== new URL(url).origin
    // A refusal is not read, and unread it would keep its connection.
    const text = ok && !foreign ? await read(response) : (abort.abort(), '')
    const after = headers.get('retry-after') ?? '-'
    return {
      status: foreign ? -1 : response.status,
      text,
      // A date is one of the server's clock.
      retryAfter: /\D/.test(after) ? Date.parse(after) - Date.parse(headers.get('date') ?? '') : +after * 1_000,
      ...(redirected && { from }),
    }
  } catch {
    return { status, text: '' }
  } finally {
    cancel()
  }
}

/** Something on the way failed: whether the server heard, nobody knows. */
export const isCut = ({ status }: Answer): boolean => [0, 408, 502, 504].includes(status)

/** The end that an answer means; `open`: of a link that had its ticket. */
export function closingOf({ status, retryAfter = NaN }: Answer, open: boolean): Closing {
  if (!status) return { code: 1006, reason: 'no answer from the server' }
  if (status < 0) return { code: 1006, reason: 'redirected to another origin' }
  if (status === 408) return { code: 4408, reason: 'no answer in time' }
  const reason = `the server answered ${status}`
  if (status === 429 || status === 503) return { code: 1013, reason, ...(retryAfter >= 0 && { retryAfter }) }
  if (open) return { code: 1006, reason: [401, 409, 410].includes(status) ? 'the link is gone' : reason }
  return { code: status === 401 || status === 403 ? 4_000 + status : 1006, reason }
}
