import type { IncomingMessage } from 'node:http'

/** What a request on the path wants. `refused`: it cannot be understood, or lacks its ticket. */
export type Ask =
  | { is: 'preflight' }
  | { is: 'plain' }
  | { is: 'open'; streams: boolean; hold: number }
  | { is: 'post'; ticket: string; n: number; take: { since: number; hold: number } | undefined; close?: number }
  | { is: 'poll'; ticket: string; since: number; hold: number }
  | { is: 'stream'; ticket: string; since: number }
  | { is: 'delete'; ticket: string; code: number }
  | { is: 'refused'; status: 400 | 401 | 405 }

const TICKET = /^bearer +holdfast\.link\.(\S+)$/i
const NORMAL = 1000

/** Reads method, headers and query; what the `holdfast` header says stands for the query. Never throws. */
export function understand(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Ask {
  const { method, url = '', headers } = request
  const query = new Query(headers['holdfast'] ?? url.split('?').slice(1).join('?'))
  const streams = /\btext\/event-stream\b/i.test(headers.accept ?? '')
  const shown = TICKET.exec(headers.authorization ?? '')?.[1]
  switch (method) {
    case 'OPTIONS':
      return { is: 'preflight' }
    case 'HEAD':
      return { is: 'plain' }
    case 'GET':
      // An EventSource can set no header.
      return query.judge(get(query, streams, shown ?? (streams ? query.text('link') : undefined), headers))
    case 'POST':
      return query.judge(post(query, streams, shown))
    case 'DELETE':
      if (shown === undefined) return { is: 'refused', status: 401 }
      return query.judge({ is: 'delete', ticket: shown, code: query.code('code') ?? NORMAL })
    default:
      return { is: 'refused', status: 405 }
  }
}

function get(query: Query, streams: boolean, ticket: string | undefined, headers: IncomingMessage['headers']): Ask {
  if (ticket === undefined) return streams || query.has('since') ? { is: 'refused', status: 401 } : { is: 'plain' }
  const since = query.number('since') ?? 0
  if (!streams) return { is: 'poll', ticket, since, hold: query.number('hold') ?? 0 }
  // Where it stands, the address is that of the first dial: what was heard since says more.
  const last = headers['last-event-id']
  return { is: 'stream', ticket, since: last ? query.whole(String(last)) : since }
}

function post(query: Query, streams: boolean, ticket: string | undefined): Ask {
  const hold = query.number('hold') ?? 0
  const n = query.number('post')
  // A number, or a close, is said of a link that there is: it must not open another by having lost its ticket on the way.
  if (ticket === undefined)
    return n === undefined && !query.has('close') ? { is: 'open', streams, hold } : { is: 'refused', status: 401 }
  if (!n) return { is: 'refused', status: 400 }
  const since = query.number('since')
  const close = query.code('close')
  const take = since === undefined ? undefined : { since, hold }
  return { is: 'post', ticket, n, take, ...(close !== undefined && { close }) }
}

/** The numbers of a query; one that is none makes the request a bad one. */
class Query {
  readonly #params: URLSearchParams
  #isBad = false

  constructor(text: string | string[]) {
    this.#params = new URLSearchParams(String(text))
  }

  /** The request, if all that was read of it is well. */
  judge(ask: Ask): Ask {
    return this.#isBad ? { is: 'refused', status: 400 } : ask
  }

  has(name: string): boolean {
    return this.#params.has(name)
  }

  text(name: string): string | undefined {
    return this.#params.get(name) ?? undefined
  }

  number(name: string): number | undefined {
    const [value, ...more] = this.#params.getAll(name)
    if (more.length) this.#isBad = true
    return value === undefined ? undefined : this.whole(value)
  }

  /** A close code. */
  code(name: string): number | undefined {
    const code = this.number(name)
    if (code !== undefined && (code < 1000 || code > 4999)) this.#isBad = true
    return code
  }

  whole(text: string): number {
    if (!/^\d{1,15}$/.test(text)) this.#isBad = true
    return Number(text)
  }
}
