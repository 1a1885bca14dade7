import type { ClientOptions } from '../core/client.js'
import type { Env } from '../shell/env.js'
import type { NetworkSource } from './hear.js'
import type { PageLike } from '../shell/page.js'
import type { Transport } from '../transports/transport.js'
import type { Codec } from '../wire/codec.js'
import { OptionError } from '../wire/errors.js'

/** A value, or what makes it; asked on every dial. */
export type Provider<Value> = Value | (() => Value | Promise<Value>)

/** All durations in ms. */
export interface CreateClientOptions {
  /** `http(s):` or `ws(s):`, or relative to the page. */
  url: Provider<string>
  /** Shown to the server on every dial; never put in a URL. */
  token?: Provider<string>
  /** For a server with a protocol of its own: `customCodec({ encode, decode })`. Default: the Holdfast protocol. */
  codec?: Codec
  /** Default: the platform's WebSocket. */
  transport?: Transport
  /** `false` turns it off: then only acks tell whether the link lives. */
  heartbeat?:
    | false
    | {
        /** Silence before a ping. Default 15,000. */
        interval?: number
        /** From the first ping without answer to the end of the link. Default 5,000. */
        timeout?: number
        /** Pings after the first within `timeout`. Default 1. */
        retries?: number
      }
  reconnect?: {
    /** Ceiling of the first random delay. Default 500. */
    base?: number
    /** Ceiling of every delay. Default 20,000. */
    cap?: number
    /** Growth of the ceiling with each failure. Default 2. */
    factor?: number
    /** Never sooner than this. Default 0. */
    floor?: number
    /** Failures in a row before giving up. Default Infinity. */
    maxRetries?: number
    /** A link this old starts the count anew. Default 5,000. */
    stableAfter?: number
    /** An attempt that takes longer is given up. Default 8,000. */
    connectTimeout?: number
  }
  outbox?: {
    /** Default 100,000. */
    maxMessages?: number
    /** Bytes. Default 64 MiB. */
    maxBytes?: number
    /** When full. Default `reject`. */
    onFull?: 'reject' | 'drop-oldest'
    /** Unacknowledged messages at once. Default 256. */
    window?: number
    /** Unacknowledged bytes at once. Default 256 KiB. */
    windowBytes?: number
    /** Time to live of a message that names none. Default Infinity. */
    ttl?: number
  }
  /** Says when the network or the page changes, a `NetworkDetector` with a probe for one. Default: the page's own events. */
  network?: NetworkSource
  /** Where `online`, `visibilitychange` and the rest are heard. Default `globalThis`; `false` hears nothing. */
  page?: PageLike | false
  /** Clock, timer, dice, names. Default: the platform's. */
  env?: Partial<Env>
}

type Groups = {
  [Name in 'heartbeat' | 'reconnect' | 'outbox']: Required<Exclude<NonNullable<CreateClientOptions[Name]>, false>>
}

const defaults: Groups = {
  heartbeat: { interval: 15_000, timeout: 5_000, retries: 1 },
  reconnect: {
    base: 500,
    cap: 20_000,
    factor: 2,
    floor: 0,
    maxRetries: Infinity,
    stableAfter: 5_000,
    connectTimeout: 8_000,
  },
  outbox: {
    maxMessages: 100_000,
    maxBytes: 2 ** 26,
    onFull: 'reject',
    window: 256,
    windowBytes: 2 ** 18,
    ttl: Infinity,
  },
}

function bad(name: string, takes: string, got: unknown): OptionError {
  return new OptionError(
    'bad-option',
    `${name} takes ${takes}, not ${typeof got === 'string' ? `'${got.slice(0, 40)}'` : String(got)}`,
  )
}

/** What is given, over the defaults. Throws `OptionError` for a name or a value that is not known. */
function merge<Name extends keyof Groups>(name: Name, given: object | undefined): Groups[Name] {
  const merged: Record<string, unknown> = { ...defaults[name] }
  for (const [key, value] of Object.entries(given ?? {}) as [string, unknown][]) {
    if (value === undefined) continue
    const path = `${name}.${key}`
    if (!Object.hasOwn(merged, key))
      throw new OptionError('bad-option', `${path} is no option; there are ${Object.keys(merged).join(', ')}`)
    if (key === 'onFull') {
      if (value !== 'reject' && value !== 'drop-oldest') throw bad(path, `'reject' or 'drop-oldest'`, value)
    } else if (typeof value !== 'number' || !(value >= 0)) throw bad(path, 'a number that is not negative', value)
    merged[key] = value
  }
  return merged as Groups[Name]
}

const isText = (value: unknown): boolean => typeof value === 'string' || typeof value === 'function'

/** Everything the core is to know, checked. Throws `OptionError`. */
export function settle(options: CreateClientOptions & { codec: Codec }, env: Env): ClientOptions & { ttl: number } {
  if (!isText(options.url) || options.url === '') throw bad('url', 'a URL or a function that gives one', options.url)
  if (options.token !== undefined && !isText(options.token))
    throw bad('token', 'a string or a function that gives one', typeof options.token)
  const { codec } = options
  if (typeof codec !== 'object' || !('greets' in codec)) throw bad('codec', 'what customCodec() makes', codec)
  const reconnect = merge('reconnect', options.reconnect)
  const outbox = merge('outbox', options.outbox)
  const heartbeat = merge('heartbeat', options.heartbeat === false ? { interval: Infinity } : options.heartbeat)
  if (!options.transport && !('WebSocket' in globalThis))
    throw bad('transport', 'webSocket({ WebSocket }) where the platform has none', undefined)
  return {
    link: {
      ...reconnect,
      backoff: reconnect,
      heartbeat,
      greets: codec.greets,
      random: env.random,
    },
    outbox,
    ttl: outbox.ttl,
    id: env.id(),
    key: env.id(),
  }
}
