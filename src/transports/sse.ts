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
    seated((link) => ('body' in Response.prototype ? stream(link) : listen(link, options))),
  )

async function stream(link: HttpLink): Promise<void> {
  const decoder = new TextDecoder()
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
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
  await link.dial(
    {},
    {
      accept: 'text/event-stream',
      // A proxy that keeps the stream to itself is found out by the ticket that does not come.
      async read({ body }) {
        reader = body?.getReader()
        while (!link.ticket && (await next()));
        return ''
      },
    },
  )
  link.speak()
  while (await next());
  link.end({ code: 1006, reason: 'the stream ended' })
}

/** By an `EventSource`, which cannot POST, nor show its ticket in a header. */
async function listen(
  link: HttpLink,
  { EventSource = globalThis.EventSource, credentials, timeout = 8_000 }: SseOptions,
): Promise<void> {
  await link.dial({ hold: 0 })
  link.speak()
  if (!link.live) return
  const source = new EventSource(link.at({ link: link.ticket ?? '', since: link.got }), {
    withCredentials: credentials === 'include',
  })
  const hear = ({ data }: { data: string }) => link.take(data)
  const end = () => link.end({ code: 1006, reason: 'the stream ended' })
  const over = new Promise<void>((done) => {
    link.stop = () => {
      source.close()
      done()
    }
  })
  source.onopen = link.clock.timer(() => link.end(closingOf({ status: 408, text: '' }, true)), timeout)
  source.onmessage = hear
  // It would begin again by itself, but with the stream the link has gone.
  source.onerror = end
  source.addEventListener('control', hear)
  await over
}
