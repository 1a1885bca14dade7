// A network between a leaf and a far end that loses, doubles and delays requests and answers, in the test's time.
import type { FakeEnv } from '../socket/fakes.js'
import { FarEnd, type FarLink, type Told } from './far-end.js'
import { FakeStream } from './fake-http.js'

/** The way of one request. */
export interface Way {
  /** ms to the far end. */
  up: number
  /** How often it comes there: not at all, once, or once more after `later` ms. */
  copies: 0 | 1 | 2
  later: number
  /** ms of the answer to the leaf. */
  down: number
  /** What the leaf gets instead of the answer, after `down` ms: nothing, a network error, or a status of something between. */
  lost: false | 'silence' | 'error' | 502 | 504
}

export const calm: Way = { up: 5, copies: 1, later: 0, down: 5, lost: false }

export class RoughHttp {
  readonly far: FarEnd
  /** The way of the next request. */
  ways: () => Way = () => calm
  readonly #env: FakeEnv

  constructor(env: FakeEnv) {
    this.#env = env
    this.far = new FarEnd(env.timer)
  }

  readonly fetch = ((url: string, init: RequestInit & { signal: AbortSignal }) =>
    new Promise<Response>((resolve, reject) => {
      const { timer } = this.#env
      const way = this.ways()
      const { headers, method = '', body } = init
      const ask = () =>
        this.far.answer({
          method,
          url,
          headers: headers as Record<string, string>,
          body: body === null ? '' : String(body),
        })
      init.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      if (way.lost && way.lost !== 'silence') {
        const { lost } = way
        const error = new TypeError('fetch failed')
        timer(() => (lost === 'error' ? reject(error) : resolve(new Response('', { status: lost }))), way.up + way.down)
      }
      if (way.copies === 2) timer(() => void ask().then((told) => told.stream?.close(1006, '')), way.up + way.later)
      if (way.copies === 0) return
      timer(() => {
        void ask().then((told) => {
          // A stream that does not come through is one whose client goes away.
          if (way.lost) timer(() => told.stream?.close(1006, ''), way.down)
          else
            timer(
              () => resolve(told.stream ? this.#stream(told.stream, told.text, init.signal) : responseOf(told)),
              way.down,
            )
        })
      }, way.up)
    })) as typeof fetch

  /** In pieces, one after the other. */
  #stream(link: FarLink, first: string, signal: AbortSignal): Response {
    const stream = new FakeStream(signal)
    signal.addEventListener('abort', () => void this.#env.timer(() => link.close(1006, ''), this.ways().up))
    let sent = 0
    let at = 0
    const write = (text: string) => {
      const all = Buffer.from(text)
      const { up, down } = this.ways()
      for (let from = 0; from < all.length; from += 1 + up) {
        at = Math.max(at, this.#env.now() + down)
        this.#env.timer(() => void stream.write(all.subarray(from, from + 1 + up)), at - this.#env.now())
      }
    }
    link.onNews = () => {
      for (const line of link.lines(sent)) {
        if (!line.startsWith('#')) sent++
        write(`id: ${String(sent)}\ndata: ${line}\n\n`)
      }
    }
    write(`event: control\ndata: ${first}\n\n`)
    link.onNews()
    return new Response(stream.body)
  }
}

const responseOf = ({ status, text }: Told): Response => new Response(text || null, { status })
