import type { IncomingMessage } from 'node:http'

/** Origins, or '*'; absent: the same host only. */
export type Allowed = readonly string[] | '*' | undefined

/** What a page may: nothing, connect, or connect with the cookies of its user. */
export type Welcome = 'no' | 'yes' | 'with cookies'

/** Browsers name the page's origin; whoever names none is no page, unless the browser says that it is. */
export function welcome({ headers }: Pick<IncomingMessage, 'headers'>, allowed: Allowed): Welcome {
  const { origin, host } = headers
  if (origin === undefined) return isForeign(headers) && !isForAll(allowed) ? 'no' : 'with cookies'
  const isSameHost = origin.replace(/^https?:\/\//i, '').toLowerCase() === host?.toLowerCase()
  const isNamed = allowed === undefined ? isSameHost : allowed !== '*' && allowed.includes(origin)
  if (isNamed || (isSameHost && isForAll(allowed))) return 'with cookies'
  // Whatever page anybody opens may connect, but not as whoever opened it: that only a token can say.
  return isForAll(allowed) ? 'yes' : 'no'
}

const isForAll = (allowed: Allowed): boolean => allowed === '*' || !!allowed?.includes('*')

/** A request without an origin that a page of another site makes (Fetch Metadata): an image, a link, a form of old. */
const isForeign = ({ 'sec-fetch-site': site }: IncomingMessage['headers']): boolean =>
  site === 'cross-site' || site === 'same-site'
