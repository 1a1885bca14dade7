import type { ClientOptions } from '../core/client.js'
import type { Env } from '../shell/env.js'
import type { NetworkSource } from './hear.js'
import type { MemoryLike } from './memory.js'
import { count, fill, group, isObjectOrFalse, number, objectOrFalse, type Rule, type Rules } from '../shell/options.js'
import type { PageLike } from '../shell/page.js'
import type { Transport } from '../transports/transport.js'
import type { Codec } from '../wire/codec.js'
import { isObject } from '../wire/shape.js'
import type { Session } from './session.js'
import { type Provider, resolve } from './target.js'

/**
 * All durations in ms, all sizes in bytes. Each is checked at once; what it does not take is an `OptionError` that
 * names it.
 */
export interface CreateClientOptions {
  /** `http(s):` or `ws(s):`, or relative to the page; a function is asked on each dial, and may give a promise. */
  url: Provider<string | URL>
  /** Shown to the server on every dial; never put in a URL. A function is asked each time. Default: none. */
  token?: Provider<string>
  /** For a server with a protocol of its own: `customCodec({ encode, decode })`. Default: the Holdfast protocol. */
  codec?: Codec
  /**
   * The best first; the next ones are for where it does not get through. Default: all four, without WebSocket where the
   * platform has none; for a `codec` of yours WebSocket alone. One at least.
   */
  transports?: readonly Transport[]
  /**
   * From the start of one transport to the start of the next, ms (RFC 8305). At least 1. Default 500, or five round
   * trips where `memory` knows them, from 100 to 2,000.
   */
  stagger?: number
  /**
   * Remembers the transport that worked, and the round trip, for a day: it starts first on the next page. Default
   * `localStorage`, where there is one; `false`: nothing. What it throws is ignored.
   */
  memory?: MemoryLike | false
  /** `false` turns it off: then only acks tell whether the link lives. */
  heartbeat?:
    | false
    | {
        /** Silence before a ping. Default 15,000, at least 100. */
        interval?: number
        /** From the first ping without answer to the end of the link. Default 5,000. */
        timeout?: number
        /** Pings after the first within `timeout`. A whole number, default 1. */
        retries?: number
      }
  reconnect?: {
    /** Ceiling of the first random delay. Default 500. */
    base?: number
    /** Ceiling of every delay. Default 20,000. */
    cap?: number
    /** Growth of the ceiling with each failure. Default 2, at least 1. */
    factor?: number
    /** Never sooner than this. Default 0. */
    floor?: number
    /** Failures in a row before giving up. Default Infinity. */
    maxRetries?: number
    /** A link this old starts the count anew. Default 5,000. */
    stableAfter?: number
    /** An attempt that takes longer is given up. Default 8,000, at least 1. */
    connectTimeout?: number
  }
  outbox?: {
    /** Messages waiting or unacknowledged. Default 100,000. */
    maxMessages?: number
    /** Their bodies together, bytes. Default 64 MiB. */
    maxBytes?: number
    /**
     * When full: `reject` fails the new message (`queue-full`), `drop-oldest` the oldest that was never sent
     * (`dropped`). Default `reject`.
     */
    onFull?: 'reject' | 'drop-oldest'
    /** Unacknowledged messages at once; the server may ask for fewer. Default 256, at least 1. */
    window?: number
    /** Unacknowledged bytes at once; one message always fits. Default 256 KiB, at least 1. */
    windowBytes?: number
    /** Time to live of a message that names none. Default Infinity. */
    ttl?: number
  }
  /**
   * Makes what is sent, and where this client reads, survive a reload of the page: `tabSession()`. Default: none; what
   * is not accepted is lost with the page.
   */
  session?: Session | false
  /**
   * Says when the network or the page changes, a `NetworkDetector` with a probe for one. Default: the page's own
   * events.
   */
  network?: NetworkSource
  /** Where `online`, `visibilitychange` and the rest are heard. Default `globalThis`; `false` hears nothing. */
  page?: PageLike | false
  /** Clock, timer, dice, names. Default: the platform's. */
  env?: Partial<Env>
}

/** What the constructor of {@link Client} takes: the same, with the transports named. */
export type ReadyOptions = CreateClientOptions & Required<Pick<CreateClientOptions, 'transports'>>

type Groups = {
  [Name in 'heartbeat' | 'reconnect' | 'outbox']: Required<Exclude<NonNullable<CreateClientOptions[Name]>, false>>
}
type Settled = Omit<CreateClientOptions, keyof Groups> & Groups

const beats: Rules<Groups['heartbeat']> = { interval: number(15_000, 100), timeout: number(5_000), retries: count(1) }
const reconnect: Rules<Groups['reconnect']> = {
  base: number(500),
  cap: number(20_000),
  factor: number(2, 1),
  floor: number(0),
  maxRetries: number(Infinity),
  stableAfter: number(5_000),
  connectTimeout: number(8_000, 1),
}
const outbox: Rules<Groups['outbox']> = {
  maxMessages: number(100_000),
  maxBytes: number(2 ** 26),
  onFull: ['reject', "'reject' or 'drop-oldest'", (value) => value === 'reject' || value === 'drop-oldest'],
  window: number(256, 1),
  windowBytes: number(2 ** 18, 1),
  ttl: number(Infinity),
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const has = (method: string): Rule<never> => [
  undefined,
  `object with ${method}()`,
  (value) => isFunction((Object(value) as Record<string, unknown>)[method]),
]

function isUrl(url: unknown): unknown {
  try {
    return isFunction(url) || (url && (typeof url === 'string' || url instanceof URL) && resolve(url))
  } catch {
    return false
  }
}

const rules: Rules<Settled> = {
  url: [null, 'http(s) or ws(s) URL, or function', isUrl],
  token: [undefined, 'string or function', (value) => /^[sf]/.test(typeof value)],
  codec: [undefined, 'what customCodec() makes', (value) => 'greets' in Object(value)],
  transports: [
    null,
    'list of transports; webSocket({ WebSocket }) where there is none',
    (value) => Array.isArray(value) && value.length && value.every(has('open')[2] ?? Boolean),
  ],
  stagger: [undefined, 'number from 1', (value) => typeof value === 'number' && value >= 1],
  memory: [undefined, 'object with getItem(), or false', (value) => value === false || has('getItem')[2]?.(value)],
  heartbeat: [
    {},
    'object or false',
    (value) => isObjectOrFalse(value) && fill('heartbeat', beats, value || { interval: Infinity }),
  ],
  reconnect: group('reconnect', reconnect, {}),
  outbox: group('outbox', outbox, {}),
  session: [undefined, 'what tabSession() makes, or false', (value) => value === false || has('open')[2]?.(value)],
  network: has('on'),
  page: objectOrFalse,
  env: [undefined, 'object of functions', (value) => isObject(value) && Object.values(value).every(isFunction)],
}

/** Throws `OptionError` for a name or a value that is not known. */
export function check(options: CreateClientOptions): Settled {
  return fill('options', rules, options)
}

/** Everything the core is to know. */
export function settle(
  { heartbeat, reconnect, outbox }: Settled,
  { greets }: Codec,
  env: Env,
): ClientOptions & { ttl: number } {
  return {
    link: {
      ...reconnect,
      backoff: reconnect,
      heartbeat,
      greets,
      random: env.random,
    },
    outbox,
    ttl: outbox.ttl,
    id: env.id(),
    key: env.id(),
  }
}
