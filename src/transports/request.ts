import { base64url } from './base64.js'
import type { LeafClock, Target } from './transport.js'

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

export type Query = Partial<Record<'post' | 'close' | 'since' | 'hold' | 'link', number | string>>

export interface How {
  accept?: string
  /** Takes in the answer, within the time that the request has. */
  read?: (response: Response) => Promise<string>
}

/** What a request came to. */
export interface Answer {
  /** 0: no answer. 408: none in time. -1: one from where the token does not belong. */
  status: number
  text: string
  response?: Response
}

/** Letters a second that the slowest uplink carries: a body gets a second more for each. */
const SLOWEST = 2_048

const text = (response: Response): Promise<string> => response.text()

/** Asks one server, as one link or to become one. */
export class Requests {
  readonly clock: LeafClock
  /** Ends what brings the packets down. */
  stop: (() => void) | undefined
  /** What is shown: the token, later the ticket. */
  protected secret: string
  readonly #options: HttpOptions
  #url: string

  constructor({ url, token }: Target, clock: LeafClock, options: HttpOptions) {
    this.#url = url.replace(/^ws/, 'http')
    this.secret = token === undefined ? '' : `token.${base64url(token)}`
    this.clock = clock
    this.#options = options
  }

  /** The address for an `EventSource`, which can say nothing in a header. */
  at(query: Query): string {
    const url = new URL(this.#url)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    return url.href
  }

  /** One request; a POST where it has a body. It throws nothing, and takes no longer than it may. */
  async ask(query: Query, { accept = '*/*', read = text }: How = {}, body: string | null = null): Promise<Answer> {
    const { fetch = globalThis.fetch, credentials = 'same-origin', timeout = 8_000 } = this.#options
    const abort = new AbortController()
    let status = 0
    const large = Math.floor((body ?? '').length / SLOWEST) * 1_000
    const cancel = this.clock.timer(
      () => {
        status = 408
        abort.abort()
      },
      timeout + Number(query.hold ?? 0) + large,
    )
    if (!query.post) this.stop = () => abort.abort()
    try {
      const response = await fetch(this.#url, {
        method: body === null ? 'GET' : 'POST',
        body,
        // Not in the address: a browser would ask for leave (CORS) anew for each.
        headers: {
          accept,
          holdfast: new URLSearchParams({ v: '1', ...query } as Record<string, string>).toString(),
          ...(this.secret && { authorization: `Bearer holdfast.${this.secret}` }),
        },
        credentials,
        // A page that goes away takes its requests with it; of the last ones the platform takes 64 KiB over.
        keepalive: query.close !== undefined && (body ?? '').length < 20_000,
        signal: abort.signal,
      })
      if (response.redirected && !this.#moves(response.url)) return { status: -1, text: '' }
      // A refusal is not read, and unread it would keep its connection.
      return { status: response.status, text: response.ok ? await read(response) : (abort.abort(), ''), response }
    } catch {
      return { status, text: '' }
    } finally {
      cancel()
    }
  }

  /** To another address; false where it is another server’s: the token is for nobody else, and the link ends. */
  #moves(address: string): boolean {
    const known = new URL(address).origin === new URL(this.#url).origin
    this.#url = address
    return known
  }
}
