import { createClock } from '../shell/env.js'
import type { Connection, Transport } from '../transports/transport.js'
import type { Closing } from '../wire/close.js'
import type { Packet } from '../wire/codec.js'

/** What a transport says of a link: a packet, the end, or 'opened', that it takes packets. */
export type News = Packet | Closing

/** ms. A transport that says nothing for so long is not slow. */
const PATIENCE = 10_000

/** Text that differs where two values do; bytes and text never look alike. */
export const show = (value: unknown): string =>
  JSON.stringify([value], (_, part: unknown) => (part instanceof Uint8Array ? { bytes: part.join() } : part))

/** Throws, with both in the message, where the two are not the same. */
export function same(got: unknown, expected: unknown): void {
  const [real, wanted] = [show(got), show(expected)]
  if (real !== wanted) throw new Error(`expected ${wanted.slice(0, 500)}, got ${real.slice(0, 500)}`)
}

/** Gives up on what does not come. */
export function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = createClock().timer(() => reject(new Error(`waited in vain; ${what().slice(0, 500)}`)), PATIENCE)
    promise.then(resolve, reject).finally(cancel)
  })
}

/** One link as this side sees it: all that was said of it, and the wait for it. */
export class Watched {
  /** All that was said, in order. */
  readonly news: News[] = []
  readonly connection: Connection
  #check = (): void => undefined

  /**
   * Dials.
   * @param onOpened called at the very moment when packets are taken.
   */
  constructor(
    transport: Transport,
    url: string,
    protocols: readonly string[],
    token?: string,
    onOpened?: (connection: Connection) => void,
  ) {
    const tell = (news: News): void => {
      this.news.push(news)
      if (news === 'opened') onOpened?.(this.connection)
      this.#check()
    }
    const target = { url, protocols, ...(token !== undefined && { token }) }
    this.connection = transport.open(
      target,
      { opened: () => tell('opened'), received: tell, closed: tell },
      createClock(),
    )
  }

  /** Waits until enough was said; throws after ten seconds. */
  until(enough: (news: readonly News[]) => boolean): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#check = () => {
        if (enough(this.news)) resolve()
      }
      this.#check()
    })
    return within(done, () => `the transport said ${show(this.news)}`)
  }

  /** Waits for so many news. */
  count(many: number): Promise<void> {
    return this.until(({ length }) => length >= many)
  }

  /** Waits for the end of the link. */
  ended(): Promise<void> {
    return this.until((news) => news.some(isClosing))
  }
}

const isClosing = (news: News): news is Closing => typeof news === 'object' && 'code' in news
