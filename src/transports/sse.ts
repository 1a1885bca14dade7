import { closingOf } from './answer.js'
import { http, type HttpLink } from './http.js'
import type { HttpOptions } from './request.js'
import { seated } from './seats.js'
import type { Transport } from './transport.js'

/** The part of the standard's class that is used (HTML, server-sent events). */
export interface EventSourceLike {
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

/** Options of {@link sse}. */
export interface SseOptions extends HttpOptions {
  /**
   * Used only where the platform's answers cannot be read in pieces. It shows the link's ticket in the URL. Default:
   * the platform's.
   */
  EventSource?: new (url: string, init: { withCredentials: boolean }) => EventSourceLike
}

/** What the shell takes of a packet; a longer line is none. */
const MAX_LINE = 2 ** 24

/**
 * The transport `sse`: packets come down as server-sent events (HTML) of one long answer, and go up by POST, one at a
 * time. The answer is read by `fetch`, so the token and the ticket stay in headers. A stream that ends is the end of
 * the link: 1006.
 */
export const sse = (options: SseOptions = {}): Transport =>
  http(
    'sse',
    options,
    seated(async (link) => {
      await ('body' in Response.prototype ? stream(link) : listen(link, options))
      link.lose('the stream ended')
    }),
  )

async function stream(link: HttpLink): Promise<void> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  const decoder = new TextDecoder()
  let rest = ''
  /** Takes what came next; false where nothing more will. Of an event only its data matter: they say what they are. */
  const next = async (): Promise<boolean> => {
    const { done, value } = (await reader?.read()) ?? { done: true }
    const lines = decoder.decode(value, { stream: true }).split('\n')
    lines[0] = rest + (lines[0] ?? '')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data:')) link.take(line.slice(5).replace(/^ |\r$/g, ''))
    return !done && rest.length <= MAX_LINE
  }
  // A proxy that keeps the stream to itself is found out by the ticket that does not come.
  await link.speak({}, async ({ body }) => {
    reader = body?.getReader()
    while (!link.ticket && (await next()));
    return ''
  })
  while (await next());
}

/** By an `EventSource`, which cannot POST, nor show its ticket in a header. */
async function listen(
  link: HttpLink,
  { EventSource = globalThis.EventSource, credentials, timeout = 8_000 }: SseOptions,
): Promise<void> {
  await link.speak({ hold: 0 })
  if (!link.isLive()) return
  const url = new URL(link.url)
  url.searchParams.set('link', link.ticket ?? '')
  url.searchParams.set('since', String(link.got))
  const source = new EventSource(url.href, { withCredentials: credentials === 'include' })
  const hear = ({ data }: { data: string }) => link.take(data)
  const cancel = (source.onopen = link.clock.timer(() => link.end(closingOf(408)), timeout))
  source.onmessage = hear
  source.addEventListener('control', hear)
  await new Promise<void>((done) => {
    link.stop = () => {
      cancel()
      source.close()
      done()
    }
    // It would begin again by itself, but with the stream the link has gone.
    source.onerror = link.stop
  })
}
