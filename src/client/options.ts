import type { ClientOptions } from '../core/client.js'
import type { Env } from '../shell/env.js'
import type { NetworkSource } from './hear.js'
import type { MemoryLike } from './memory.js'
import type { PageLike } from '../shell/page.js'
import type { Transport } from '../transports/transport.js'
import type { Codec } from '../wire/codec.js'
import { OptionError } from '../wire/errors.js'
import { type Provider, resolve } from './target.js'

/** All durations in ms. */
export interface CreateClientOptions {
  /** `http(s):` or `ws(s):`, or relative to the page. */
  url: Provider<string | URL>
  /** Shown to the server on every dial; never put in a URL. */
  token?: Provider<string>
  /** For a server with a protocol of its own: `customCodec({ encode, decode })`. Default: the Holdfast protocol. */
  codec?: Codec
  /** The best first; the next ones are for where it does not get through. Default: all four, for a `codec` of yours WebSocket alone. */
  transports?: readonly Transport[]
  /** From the start of one transport to the start of the next, ms. Default 500, or five round trips where they are known. */
  stagger?: number
  /** Remembers the transport that worked, for a day. Default `localStorage`; `false`: nothing. */
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
    /** Default 100,000. */
    maxMessages?: number
    /** Bytes. Default 64 MiB. */
    maxBytes?: number
    /** When full. Default `reject`. */
    onFull?: 'reject' | 'drop-oldest'
    /** Unacknowledged messages at once. Default 256, at least 1. */
    window?: number
    /** Unacknowledged bytes at once. Default 256 KiB, at least 1. */
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

/** With the transports named. */
export type ReadyOptions = CreateClientOptions & Required<Pick<CreateClientOptions, 'transports'>>

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

/** Of the numbers; 0 for those not here. */
const least: Readonly<Record<string, number>> = {
  interval: 100,
  factor: 1,
  connectTimeout: 1,
  window: 1,
  windowBytes: 1,
}

function bad(name: string, takes: string, got: unknown): OptionError {
  const shown =
    typeof got === 'string' ? `'${got.slice(0, 40)}'` : Object(got) === got ? `[${typeof got}]` : String(got)
  return new OptionError('bad-option', `${name} takes ${takes}, not ${shown}`)
}

function checkName(path: string, name: string, known: object): void {
  if (!Object.hasOwn(known, name))
    throw new OptionError('bad-option', `${path} is no option; there are ${Object.keys(known).join(', ')}`)
}

/** What is given, over the defaults. Throws `OptionError` for a name or a value that is not known. */
function merge<Name extends keyof Groups>(name: Name, given: object | undefined): Groups[Name] {
  const merged: Record<string, unknown> = { ...defaults[name] }
  for (const [key, value] of Object.entries<unknown>({ ...given })) {
    if (value === undefined) continue
    const path = `${name}.${key}`
    checkName(path, key, merged)
    const from = least[key] ?? 0
    if (key === 'onFull') {
      if (value !== 'reject' && value !== 'drop-oldest') throw bad(path, `'reject' or 'drop-oldest'`, value)
    } else if (typeof value !== 'number' || !(value >= from) || (key === 'retries' && value % 1 !== 0))
      throw bad(path, `a ${key === 'retries' ? 'whole ' : ''}number from ${from}`, value)
    merged[key] = value
  }
  return merged as Groups[Name]
}

type Kind = readonly [takes: string, test: (value: unknown) => unknown]

const isFunction = (value: unknown): value is () => unknown => typeof value === 'function'
const isText = (value: unknown): boolean => typeof value === 'string' || isFunction(value)
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const has = (method: string): Kind => [
  `an object with ${method}()`,
  (value) => isObject(value) && isFunction((value as Record<string, unknown>)[method]),
]
const group: Kind = ['an object', isObject]
const groupOrFalse: Kind = ['an object or false', (value) => value === false || isObject(value)]

function isUrl(value: unknown): unknown {
  try {
    return isFunction(value) || (value && (isText(value) || value instanceof URL) && resolve(value as string))
  } catch {
    return false
  }
}

const kinds: Readonly<Record<keyof CreateClientOptions, Kind>> = {
  url: ['an http(s) or ws(s) URL, or a function', isUrl],
  token: ['a string or a function', isText],
  codec: ['what customCodec() makes', (value) => isObject(value) && 'greets' in value],
  transports: [
    'a list of transports (webSocket({ WebSocket }) where the platform has none)',
    (value) => Array.isArray(value) && value.length && value.every(has('open')[1]),
  ],
  stagger: ['a number from 1', (value) => typeof value === 'number' && value >= 1],
  memory: ['an object with getItem() and setItem(), or false', (value) => value === false || has('getItem')[1](value)],
  heartbeat: groupOrFalse,
  reconnect: group,
  outbox: group,
  network: has('on'),
  page: groupOrFalse,
  env: ['an object of functions', (value) => isObject(value) && Object.values(value).every(isFunction)],
}

/** Names and kinds of all options; `settle` looks into the groups. Throws `OptionError`. */
export function check(options: Partial<CreateClientOptions>): void {
  if (!isObject(options)) throw bad('createClient', 'an object', options)
  for (const [name, value] of Object.entries<unknown>({ url: undefined, transports: undefined, ...options })) {
    checkName(name, name, kinds)
    const [takes, test] = kinds[name as keyof CreateClientOptions]
    // A token is a secret, whatever it is.
    if ((value !== undefined || name === 'url' || name === 'transports') && !test(value))
      throw bad(name, takes, name === 'token' ? typeof value : value)
  }
}

/** Everything the core is to know, from options checked. Throws `OptionError` for what is wrong in a group. */
export function settle(options: CreateClientOptions & { codec: Codec }, env: Env): ClientOptions & { ttl: number } {
  const reconnect = merge('reconnect', options.reconnect)
  const outbox = merge('outbox', options.outbox)
  const heartbeat = merge('heartbeat', options.heartbeat === false ? { interval: Infinity } : options.heartbeat)
  return {
    link: {
      ...reconnect,
      backoff: reconnect,
      heartbeat,
      greets: options.codec.greets,
      random: env.random,
    },
    outbox,
    ttl: outbox.ttl,
    id: env.id(),
    key: env.id(),
  }
}
