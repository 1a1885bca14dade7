import type { IncomingMessage } from 'node:http'
import { HoldfastError } from '../wire/errors.js'

/** Thrown by `authenticate` to say which: `unauthorized` (401: another token may do), `forbidden` (403: none will). */
export class AuthError extends HoldfastError {
  override readonly name = 'AuthError'
  readonly status: 401 | 403

  constructor(code: 'unauthorized' | 'forbidden', message: string = code) {
    super(code, message)
    this.status = code === 'forbidden' ? 403 : 401
  }
}

export interface AuthenticateAsk {
  /** The HTTP request that asks for the link, an upgrade or a POST: cookies, headers, address. */
  request: IncomingMessage
  /** What the client's `token` option gave. */
  token: string | undefined
}

/** The user's id, '' for a welcome stranger, `null` for nobody (401); may throw {@link AuthError}. */
export type Authenticate = (ask: AuthenticateAsk) => string | null | Promise<string | null>

/** Who asks, or the status that turns them away. */
export type Admission = { is: 'user'; user: string } | { is: 'refused'; status: 401 | 403 | 503; error?: unknown }

const TOKEN = 'holdfast.token.'

/**
 * A token never stands in a URL: it comes as a bearer, or beside the subprotocol's name, where browsers can put it.
 * With our prefix it is encoded, for headers take few letters.
 */
export function tokenOf({ headers }: IncomingMessage): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const token = bearer ?? offered.find((one) => one.startsWith(TOKEN))
  return token?.startsWith(TOKEN) ? Buffer.from(token.slice(TOKEN.length), 'base64url').toString() : token
}

/** Asks `authenticate`; a hook that fails in any other way is the server's trouble, not the client's: 503. */
export async function admit(authenticate: Authenticate | undefined, request: IncomingMessage): Promise<Admission> {
  if (!authenticate) return { is: 'user', user: '' }
  try {
    const user = await authenticate({ request, token: tokenOf(request) })
    return typeof user === 'string' ? { is: 'user', user } : { is: 'refused', status: 401 }
  } catch (error) {
    const { status } = Object(error) as { status?: unknown }
    if (status === 401 || status === 403) return { is: 'refused', status }
    return { is: 'refused', status: 503, error }
  }
}
