import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Admission, isOriginAllowed } from './auth.js'

interface Reception {
  allowedOrigins: readonly string[] | '*' | undefined
  /** Seconds until a server that goes down may be back; absent while it serves. */
  retryAfter: () => number | undefined
  admit: (request: IncomingMessage) => Promise<Admission>
}

/**
 * Answers a request that is no upgrade. A browser's WebSocket does not say why it was refused, so the client asks again
 * this way: 401, 403 and 503 mean what they say, 426 that an upgrade would have been taken.
 */
export async function answerPlain(request: IncomingMessage, response: ServerResponse, to: Reception): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  response.setHeader('vary', 'origin')
  if (!isOriginAllowed(request, to.allowedOrigins)) {
    end(response, 403, 'origin not allowed')
    return
  }
  if (request.headers.origin) response.setHeader('access-control-allow-origin', request.headers.origin)
  response.setHeader('access-control-allow-headers', 'authorization')
  response.setHeader('access-control-expose-headers', 'retry-after')
  if (request.method === 'OPTIONS') end(response, 204, '')
  else if (request.method !== 'GET' && request.method !== 'HEAD') end(response, 405, 'GET only', { allow: 'GET' })
  else await answerGet(request, response, to)
}

async function answerGet(request: IncomingMessage, response: ServerResponse, to: Reception): Promise<void> {
  const after = to.retryAfter()
  if (after !== undefined) {
    end(response, 503, 'going down', { 'retry-after': String(after) })
    return
  }
  const admission = await to.admit(request)
  if (admission.is === 'user') end(response, 426, 'this is a WebSocket', { upgrade: 'websocket' })
  else end(response, admission.status, 'refused', extraHeaders(admission.status))
}

/** What each refusal carries besides. */
export function extraHeaders(status: number, retryAfter = 1): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' }
  return status === 503 ? { 'retry-after': String(retryAfter) } : {}
}

function end(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text && `${text}\n`)
}
