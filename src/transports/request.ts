import type { LeafClock } from './transport.js'

/** What the transports over HTTP have in common. Nothing of it is checked before the first request. */
export interface HttpOptions {
  /** What asks. Default: the platform's, looked up for each request. */
  fetch?: typeof fetch
  /** Whether cookies travel, as for `fetch`; to another origin only with `include`. Default: `same-origin`. */
  credentials?: RequestCredentials
  /**
   * ms until a request without an answer is given up, besides the time that the server may hold it and a second
   * for each 2 KiB sent. Of a link, one that was given up is said again twice; then the link ends with 4408. Default: 8,000.
   */
  timeout?: number
}

/** What a request says beside its body. */
export type Query = Partial<Record<'post' | 'close' | 'since' | 'hold', number>>

/** Takes in the answer, within the time that the request has. */
export type Read = (response: Response) => Promise<string>

/** What a request came to. */
export interface Answer {
  /** 0: no answer. 408: none in time. */
  status: number
  /** As it was asked for: 200 where something may come down with it, else 204. */
  ok?: boolean
  /** From another address than asked. */
  moved?: boolean
  headers?: Headers
  text: string
}

/** Who asks. */
export interface Asking {
  readonly clock: LeafClock
  readonly options: HttpOptions
  /** Redirects are remembered. */
  url: string
  /** What is shown: the token, later the ticket. */
  readonly secret: string
  /** Ends what brings the packets down. */
  stop?: () => void
  /** Ends the link. */
  lose(reason: string): void
}

/** Letters a second that the slowest uplink carries: a body gets a second more for each. */
const SLOWEST = 2_048

/** One request; a POST where it has a body. It throws nothing, and takes no longer than it may. */
export async function ask(link: Asking, query: Query, body: string | null = null, read?: Read): Promise<Answer> {
  const { fetch = globalThis.fetch, credentials = 'same-origin', timeout = 8_000 } = link.options
  const size = body?.length ?? 0
  const abort = new AbortController()
  let failed = 0
  const cancel = link.clock.timer(
    () => {
      failed = 408
      abort.abort()
    },
    timeout + (query.hold ?? 0) + Math.floor(size / SLOWEST) * 1_000,
  )
  if (!query.post) link.stop = () => abort.abort()
  try {
    const response = await fetch(link.url, {
      method: body === null ? 'GET' : 'POST',
      body,
      // Not in the address: a browser would ask for leave (CORS) anew for each.
      headers: {
        accept: read ? 'text/event-stream' : '*/*',
        holdfast: String(new URLSearchParams({ v: 1, ...query } as Record<string, unknown> as Record<string, string>)),
        ...(link.secret && { authorization: `Bearer ${link.secret}` }),
      },
      credentials,
      // A page that goes away takes its requests with it; of the last ones the platform takes 64 KiB over.
      keepalive: !!query.close && size < 20_000,
      signal: abort.signal,
    })
    const { status, url, redirected: moved, headers } = response
    // The token is for nobody else.
    if (moved && new URL(url).origin !== new URL(link.url).origin) link.lose('redirected to another origin')
    if (moved) link.url = url
    // Of a POST on the link a redirect may have made a GET: only what was answered where it was asked was taken.
    const ok = status === (query.post && query.hold === undefined ? 204 : 200) && !(query.post && moved)
    // A refusal is not read, and unread it would keep its connection.
    return {
      status,
      ok,
      moved,
      headers,
      text: ok ? await (read ? read(response) : response.text()) : (abort.abort(), ''),
    }
  } catch {
    return { status: failed, text: '' }
  } finally {
    cancel()
  }
}
