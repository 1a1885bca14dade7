import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Env } from '../../shell/env.js'
import type { Taken } from './desk.js'
import { toControl } from './lines.js'
import type { Pass } from './pass.js'

/** How long what is left of a body too large is still read, and thrown away, so that the answer is heard; ms. */
const HEARING = 1_000

/** Ends a request with a status. */
export function end(response: ServerResponse, status: number, headers: Record<string, string> = {}, text = ''): void {
  if (response.headersSent || response.destroyed) return
  const type = text ? { 'content-type': 'text/plain; charset=utf-8' } : undefined
  response.writeHead(status, { ...type, ...headers }).end(text && `${text}\n`)
}

/** When somebody who has all the links that he may have asks again, s: by then some have ended, or none will. */
const CROWDED = 10

/** What each refusal carries besides. @param retryAfter seconds. */
export function extraHeaders(status: number, retryAfter = 1): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' }
  if (status === 405) return { allow: 'GET, HEAD, POST, DELETE, OPTIONS' }
  // What is left of its body is not read.
  if (status === 408) return { connection: 'close' }
  if (status === 429) return { 'retry-after': String(CROWDED) }
  return status === 503 ? { 'retry-after': String(retryAfter) } : {}
}

/**
 * Nothing of the body is kept, and the connection ends. Cutting it at once would tell a client that still sends
 * of a reset, and nothing of a 413.
 */
export function endTooLarge(request: IncomingMessage, response: ServerResponse, env: Pick<Env, 'timer'>): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(413, { 'content-length': '0', connection: 'close' }).flushHeaders()
  const over = (): void => {
    cancel()
    response.end()
  }
  const cancel = env.timer(over, HEARING)
  request.once('close', over).once('end', over).resume()
}

/** Ends a request with what a reader got. */
export function endWith(response: ServerResponse, taken: Taken, pass: Pass): void {
  const status = statusOf(taken)
  if (taken.is !== 'lines') {
    end(response, status)
    return
  }
  if (response.headersSent || response.destroyed) return
  const ticket = pass.renewal()
  const lines = [
    ...(ticket === undefined ? [] : [toControl({ ticket })]),
    ...taken.lines,
    ...(taken.closed ? [toControl(taken.closed)] : []),
  ]
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(lines.join('\n'))
}

/** A reader sent away by a newer one ends empty. */
export function statusOf({ is }: Taken): 200 | 409 | 410 {
  if (is === 'gone') return 410
  return is === 'wrong' ? 409 : 200
}
