import { createClock, type Env } from '../shell/env.js'
import { count, fill, group, need, number, objectOrFalse } from '../shell/options.js'
import type { PageLike } from '../shell/page.js'
import { type Data, isBinary, type NativeSocket } from './data.js'

/** A value, or what makes it: asked again on each attempt. Where it throws or rejects, the attempt has failed. */
export type Provider<T> = T | (() => T | Promise<T>)

/** What tells two messages apart. */
export type Id = string | number

type Dialer = new (url: string | URL, protocols?: string | string[]) => NativeSocket

/** Off unless given. Any message that arrives is proof of life; only silence is asked about. */
export interface SocketHeartbeat {
  /** Silence before a ping, ms; at least 100. Default 15,000. */
  interval?: number | undefined
  /** From the first ping without any answer to the end of the link, ms. Default 5,000. */
  timeout?: number | undefined
  /** Pings after the first within `timeout`. Default 1. */
  retries?: number | undefined
  /** What to send, or what makes it. Default `ping`. */
  message?: Data | (() => Data) | undefined
  /** Tells a pong by its data. Without it every message is life, but the round trip is not measured. */
  isPong?: ((data: unknown) => boolean) | undefined
  /** Whether the app is spared the pongs. Default true. */
  hidePongs?: boolean | undefined
}

/** For a server that acknowledges: what it has not acknowledged is sent again, on time-out and on each new link. */
export interface SocketAck {
  /** The id of a message of ours; one without an id is sent once. */
  idOf: (data: Data) => Id | null | undefined
  /** The id that a message acknowledges; or true, and then `idOf` names it; or nothing. The app sees acks, too. */
  isAck: (data: unknown) => Id | boolean | null | undefined
  /** Until the first retransmission, ms; it doubles up to 30 s. Default: measured (RFC 6298). */
  timeout?: number | undefined
}

/** For a server that repeats itself: a message whose id was seen is dropped. */
export interface SocketDedupe {
  /** The id of a message of the server's; one without an id is always delivered. */
  idOf: (data: unknown) => Id | null | undefined
  /** Ids remembered at most. Default 10,000. */
  maxCount?: number | undefined
  /** For how long, ms. Default 600,000. */
  maxAge?: number | undefined
}

/** All optional. Durations in ms. Names are those of `reconnecting-websocket` and `partysocket` where the meaning is. */
export interface SocketOptions {
  /** The constructor to dial with. Default: the global one. */
  WebSocket?: Dialer | undefined
  /** An attempt that takes longer, its providers included, is given up. Default 10,000. */
  connectionTimeout?: number | undefined
  /** No retry comes sooner. Default 0. */
  minReconnectionDelay?: number | undefined
  /** Ceiling of the delay; the delay itself is random below it. Default 20,000. */
  maxReconnectionDelay?: number | undefined
  /** What the ceiling grows by with each failure, from 500 on. Default 2. */
  reconnectionDelayGrowFactor?: number | undefined
  /** A link that lived so long starts the count of failures anew. Default 5,000. */
  minUptime?: number | undefined
  /** Failures in a row before it closes for good; 0 never reconnects. Default Infinity. */
  maxRetries?: number | undefined
  /** While there is no link: messages that wait, for it or for an ack, at most; one more is not taken, and `send` says false. Default Infinity. */
  maxEnqueuedMessages?: number | undefined
  /** Starts closed: `reconnect()` opens. Default false. */
  startClosed?: boolean | undefined
  /** Close codes after which nothing is tried again. Default none. */
  nonRetryableCodes?: readonly number[] | undefined
  /** Asked when a link was closed; false ends it for good. */
  shouldReconnectOnClose?: ((event: CloseEvent) => boolean) | undefined
  /** How long the server wants to be left alone, where its close event says so. */
  retryAfter?: ((event: CloseEvent) => number | undefined) | undefined
  heartbeat?: SocketHeartbeat | undefined
  ack?: SocketAck | undefined
  dedupe?: SocketDedupe | undefined
  /** Says all that happens to `debugLogger`. Default false. */
  debug?: boolean | undefined
  /** Default `console.log`. */
  debugLogger?: ((...args: unknown[]) => void) | undefined
  /** Where page events come from; false listens to none. Default `globalThis`. */
  page?: PageLike | false | undefined
  /** Clock and dice, for tests. */
  env?: Pick<Env, 'now' | 'timer' | 'random'> | undefined
}

/** What has a default is there. */
type Filled<T> = { [K in keyof T]-?: NonNullable<T[K]> }

/** A group that is not given is away, with all that it has defaults for. */
export type Settled = Filled<Omit<SocketOptions, 'heartbeat' | 'ack' | 'dedupe' | 'page'>> & {
  heartbeat: Filled<SocketHeartbeat> | undefined
  ack: Filled<SocketAck> | undefined
  dedupe: Filled<SocketDedupe> | undefined
  page: SocketOptions['page']
}

/** A function that must be given. */
const required = [null, 'function'] as const

/** The given options with all defaults filled in. Throws `OptionError`. */
export const settle = (given: SocketOptions): Settled =>
  fill<Settled>(
    'options',
    {
      connectionTimeout: number(10_000),
      minReconnectionDelay: number(0),
      maxReconnectionDelay: number(20_000),
      reconnectionDelayGrowFactor: number(2),
      minUptime: number(5_000),
      maxRetries: number(Infinity),
      maxEnqueuedMessages: number(Infinity),
      WebSocket: [(globalThis as Partial<typeof globalThis>).WebSocket ?? null, 'function'],
      env: [createClock()],
      startClosed: [false],
      nonRetryableCodes: [[], 'list', Array.isArray],
      shouldReconnectOnClose: [() => true],
      retryAfter: [() => undefined],
      debug: [false],
      debugLogger: [globalThis.console.log],
      heartbeat: group<Filled<SocketHeartbeat>>('heartbeat', {
        interval: number(15_000, 100),
        timeout: number(5_000),
        retries: count(1),
        isPong: [() => false],
        hidePongs: [true],
        message: ['ping', 'data or function', (value) => /^[sf]/.test(typeof value) || isBinary(value)],
      }),
      ack: group<Filled<SocketAck>>('ack', { idOf: required, isAck: required, timeout: number(0) }),
      dedupe: group<Filled<SocketDedupe>>('dedupe', {
        idOf: required,
        maxCount: number(10_000),
        maxAge: number(600_000),
      }),
      page: objectOrFalse,
    },
    given,
  )

/** A URL that is no function is checked as the standard has it: throws `SyntaxError`. */
export function checkUrl(url: unknown): void {
  need(url !== undefined, 'url is missing')
  if (typeof url === 'function') return
  try {
    const { href } = new URL(url as string, (globalThis as Partial<typeof globalThis>).location?.href)
    if (/^(ws|http)s?:[^#]*$/.test(href)) return
  } catch {
    // It is said below.
  }
  throw new DOMException('bad URL', 'SyntaxError')
}

/** What a provider has to say. A throw becomes a rejection. */
export async function ask<T>(provider: Provider<T>): Promise<T> {
  return typeof provider === 'function' ? (provider as () => T | Promise<T>)() : provider
}
