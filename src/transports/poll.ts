import { closingOf, isCut } from './answer.js'
import { http } from './http.js'
import { ask, type HttpOptions } from './request.js'
import { seated } from './seats.js'
import type { Transport } from './transport.js'

/** Options of {@link longPoll}. */
export interface LongPollOptions extends HttpOptions {
  /**
   * ms that the server may keep a poll waiting; it may have a limit of its own. Halved, down to 1,000, by each poll
   * that is cut. Default: 25,000.
   */
  hold?: number
}

/** Options of {@link shortPoll}. */
export interface ShortPollOptions extends HttpOptions {
  /**
   * ms between polls when nothing happens; after traffic the first comes after 250, the next after twice that, and so
   * on. Default: 2,000.
   */
  interval?: number
}

/** ms. A poll that ends sooner has not been cut for its length. */
const QUICK = 500
/** ms that the server waits for something to say while this side waits to speak. */
const PAUSE = 250
/** ms between requests that come to nothing at once. */
const AGAIN = 100
/** ms. No hold becomes shorter by being cut. */
const MIN_HOLD = 1_000

/**
 * The transport `long-poll`: packets come down by one GET at a time that the server answers when it has something (RFC
 * 6202), and go up by POST beside it. A poll that is cut is asked again; two in a row within 500 ms end the link.
 */
export const longPoll = ({ hold: longest = 25_000, ...options }: LongPollOptions = {}): Transport =>
  http(
    'long-poll',
    options,
    seated(async (link) => {
      let hold = Math.ceil(longest)
      /** So did the poll before, at once. */
      let failed = false
      await link.speak({ hold: PAUSE })
      while (link.isLive()) {
        const start = link.clock.now()
        const { status, ok, headers, text } = await ask(link, { since: link.got, hold })
        const isQuick = link.clock.now() - start <= QUICK
        if (ok) link.take(text)
        else if (!isCut(status) || (isQuick && failed)) link.end(closingOf(status, headers, true))
        else if (!isQuick) hold = Math.min(hold, Math.max(Math.ceil(hold / 2), MIN_HOLD))
        failed = !ok && isQuick
        if (isQuick && !text && link.isLive()) await link.wait(AGAIN)
      }
    }),
  )

/**
 * The transport `short-poll`: one request at a time, none of them long (250 ms at most at the server). Packets go up at
 * once, and come down with the answer, or by asking: up to `interval` late.
 */
export const shortPoll = ({ interval = 2_000, ...options }: ShortPollOptions = {}): Transport =>
  http('short-poll', options, async (link) => {
    let pause = PAUSE
    await link.post({ hold: PAUSE })
    while (link.isLive()) {
      const since = link.got
      const says = link.buffered
      await link.post({ since, hold: says ? PAUSE : 0 })
      pause = Math.min(interval, says || link.got > since ? PAUSE : pause * 2)
      // A pause, but not once there is something to say.
      if (link.isLive() && !link.buffered) await link.rest(pause)
    }
    await link.speak()
  })
