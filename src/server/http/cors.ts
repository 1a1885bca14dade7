import type { IncomingMessage, ServerResponse } from 'node:http'

/** What every answer carries; `origin` is one that is allowed. */
export function setCommon(response: ServerResponse): void {
  response.setHeader('cache-control', 'no-store')
  response.setHeader('vary', 'Origin')
}

/** Lets a page that is allowed read the answer; its cookies count only where the page itself was named. */
export function setCors(
  { headers }: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[] | '*' | undefined,
): void {
  const { origin } = headers
  if (origin === undefined) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', 'retry-after')
  if (Array.isArray(allowed) && allowed.includes(origin)) response.setHeader('access-control-allow-credentials', 'true')
}

/** What a page may ask for; browsers keep the answer for two hours. */
export const preflight = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'authorization, content-type, holdfast, last-event-id',
  'access-control-max-age': '7200',
}
