import { Link, type LinkInput, type LinkOutput } from '../core/link.js'
import type { Machine } from '../core/port.js'
import type { Rtt } from '../core/rtt.js'
import type { Closing } from '../wire/close.js'
import type { Settled } from './options.js'
import type { Queue } from './queue.js'

export type SocketOutput = LinkOutput | { do: 'flush'; fresh: boolean }

/** Before the first failure makes it grow, the ceiling of the delay, ms. */
const BASE = 500
/** How long `close` waits for the server, ms. */
const CLOSE_TIMEOUT = 3_000

export function createLink(options: Settled, rtt: Rtt, isFatal: (closing: Closing) => boolean): Link {
  return new Link({
    backoff: {
      base: BASE,
      cap: options.maxReconnectionDelay,
      factor: options.reconnectionDelayGrowFactor,
      floor: options.minReconnectionDelay,
    },
    heartbeat: options.heartbeat ?? { interval: Infinity, timeout: 0, retries: 0 },
    connectTimeout: options.connectionTimeout,
    stableAfter: options.minUptime,
    maxRetries: options.maxRetries,
    closeTimeout: CLOSE_TIMEOUT,
    greets: false,
    isFatal: (closing) => !options.maxRetries || options.nonRetryableCodes.includes(closing.code) || isFatal(closing),
    random: () => options.env.random(),
    rtt,
  })
}

/**
 * The link and its queue as one: an ack that is overdue is also a reason to ask the link whether it lives.
 * @param decided is told of each input and its outputs, before they are performed.
 */
export function withQueue(
  link: Link,
  queue: Queue,
  decided: (input: LinkInput, outputs: SocketOutput[]) => void,
): Machine<LinkInput, SocketOutput> {
  return {
    get deadline() {
      return Math.min(link.deadline, queue.due)
    },
    handle(input, now) {
      const idle = link.state.is === 'idle'
      const outputs: SocketOutput[] = link.handle(input, now)
      // What never began has no end to tell of.
      if (idle && input.on === 'close') outputs.length = 0
      if (input.on === 'opened' && link.state.is === 'up') outputs.push({ do: 'flush', fresh: true })
      else if (now >= queue.due) outputs.push({ do: 'flush', fresh: false }, ...link.probe(now))
      decided(input, outputs)
      return outputs
    },
  }
}
