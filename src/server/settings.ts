import { randomBytes } from 'node:crypto'
import { type Action, serverDefaults } from '../core/server/contract.js'
import type { Store } from '../core/store.js'
import { createEnv, type Env } from '../shell/env.js'
import type { Authenticate } from './auth.js'
import { type Log, silent } from './log.js'
import {
  checkOptions,
  hasMethods,
  isBoolean,
  isFunction,
  isLimit,
  isTime,
  isWhole,
  orAbsent,
  withDefaults,
} from './options.js'
import type { Check } from './options.js'
import type { OnMessage } from './review.js'
import { MemoryStore } from './stores/memory.js'

/**
 * May this user (`''`: a stranger) do this in this channel? One that throws, or takes longer than `callTimeout`, has
 * not answered.
 */
export type Authorize = (ask: { user: string; action: Action; channel: string }) => boolean | Promise<boolean>

/** All have defaults. Durations in ms, sizes in bytes. What one does not take is an `OptionError` that names it. */
export interface Settings {
  /** Where messages are kept. Default: a `MemoryStore` of its own. */
  store: Store
  /** Who asks. Default: everybody is welcome, nobody has a name. */
  authenticate: Authenticate | undefined
  /** Asked once for each link, action and channel. Default: everything is allowed. */
  authorize: Authorize | undefined
  /** Takes, changes or refuses each message before it is stored. Default: all are taken as they are. */
  onMessage: OnMessage | undefined
  /**
   * Signs session and link tickets (HMAC-SHA256); the same on every node. 16 bytes at least. Default: random, for one
   * process only.
   */
  secret: string | Uint8Array
  /** How long a session ticket holds. Default 24 h. */
  ticketTtl: number
  /**
   * Pages that may connect: origins (RFC 6454), or '*' for all; cookies count, and reach `authenticate`, only of those
   * that are listed or of the same host. Default: those of the same host.
   */
  allowedOrigins: readonly string[] | '*' | undefined
  /** Silence after which a link is dropped; at half of it, it is pinged. Default 45 s. */
  idle: number
  /** From a link's opening to its first frame. Default 5 s. */
  helloTimeout: number
  /** What `authenticate` may take. Default 10 s. */
  authenticateTimeout: number
  /** What the body of a POST may take, and besides a second for each 2 KiB that came. Default 10 s. */
  bodyTimeout: number
  /** What a store, `authorize` or `onMessage` may take. Default 30 s. */
  callTimeout: number
  /** The largest packet taken, 65,536 at least; a POST may have twice that and 64 KiB. Default 1 MiB. */
  maxPacket: number
  /** Bytes waiting for one client; beyond, its link is cut. Default 16 MiB. */
  maxBuffered: number
  /**
   * Silence on an event stream (HTML, server-sent events) after which a comment is sent, so that nothing on the way
   * takes it for dead. 100 ms at least. Default 15 s.
   */
  keepAlive: number
  /**
   * How long a poll is held at most, whatever it asks for; less than what proxies wait (RFC 6202, 5.5). 0: every poll
   * is a short one. Default 25 s.
   */
  pollHold: number
  /**
   * A link that is reached by requests, and has had none for so long, is gone; and a stream of which nothing was taken.
   * More than a client stays away between two polls, 100 ms at least. Default 30 s.
   */
  pollGrace: number
  /**
   * How long a link ticket holds, the credential of such requests; it is renewed at half of it. 1 s at least. Default 1
   * h.
   */
  linkTtl: number
  /** Messages of one client unacknowledged at once. Default 256. */
  window: number
  /** Messages pushed to one subscription and not received. Default 256. */
  pushWindow: number
  /** Subscriptions of one link. Default 1,000. */
  maxSubscriptions: number
  /** Links at once; others are told when to come back. Default 100,000. */
  maxLinks: number
  /**
   * Frames of one link a second, and a second's worth at once. Beyond, the server does not listen to it for a while; a
   * POST that does not wait for that is 429. Default 50,000.
   */
  maxFrameRate: number
  /** Bytes of its packets, likewise. Default 64 MiB. */
  maxByteRate: number
  /** Links of one user at once, at this node; more are 429. Strangers are not counted. Default 100. */
  maxLinksPerUser: number
  /**
   * Links of one address at once, and requests that may become one, at this node; more are 429, before `authenticate` is
   * asked. An address is an IPv4 address or an IPv6 /64. Default Infinity: behind a proxy all have its address, until
   * `trustProxy` says otherwise.
   */
  maxLinksPerAddress: number
  /**
   * Proxies before the server that append to `X-Forwarded-For`: of its entries the last so many are believed. Default 0:
   * none, and the header is not looked at.
   */
  trustProxy: number
  /**
   * Links welcomed a second, up to a second's worth at once; others wait for it on their links, up to 25 s, or are told when
   * to come back, each at a time of its own.
   * Set it to what the machine and the store can welcome. Default 2,000.
   */
  maxAccepts: number
  /** A device that is cut, and has not left, is offline after this. Default 10 s. */
  presenceGrace: number
  /**
   * How often a node says when it last heard of the devices linked to it; of a node that died, all are offline after this
   * and `idle`. 100 ms at least. Default 15 s.
   */
  presenceEvery: number
  /** WebSocket compression (RFC 7692); costs memory for each link. Over HTTP nothing is compressed. Default false. */
  perMessageDeflate: boolean
  /** Structured logger (pino's shape). Default: none. */
  log: Log
  /** Clock, timers, chance and names. Default: the platform's. */
  env: Env
}

export type ServerSettings = { [Name in keyof Settings]?: Settings[Name] | undefined }

const isSecret: Check = [
  'a string or bytes, 16 at least',
  (value) => (typeof value === 'string' || value instanceof Uint8Array) && value.length >= 16,
]

const isOrigins: Check = [
  "'*' or a list of origins such as 'https://example.com', without a path",
  (value) => value === '*' || (Array.isArray(value) && value.every(isOrigin)),
]

const isOrigin = (value: unknown): boolean =>
  typeof value === 'string' && (value === '*' || value === 'null' || /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/.test(value))

const storeMethods = [
  'open',
  'append',
  'read',
  'sent',
  'cursor',
  'keep',
  'leave',
  'forget',
  'members',
  'seen',
  'watch',
  'close',
]

/** Fills in the defaults. Throws `OptionError`, naming the option and what it takes. */
export function settle(given: ServerSettings): Settings {
  checkOptions<Settings>(given as Partial<Settings>, {
    store: hasMethods('a store', ...storeMethods),
    authenticate: orAbsent(isFunction),
    authorize: orAbsent(isFunction),
    onMessage: orAbsent(isFunction),
    secret: isSecret,
    ticketTtl: isTime(1),
    allowedOrigins: orAbsent(isOrigins),
    idle: isTime(100),
    helloTimeout: isTime(1),
    authenticateTimeout: isTime(1),
    bodyTimeout: isTime(1),
    callTimeout: isTime(1),
    maxPacket: isWhole(65_536, 2 ** 30),
    maxBuffered: isLimit(1024),
    keepAlive: isTime(100),
    pollHold: isTime(0),
    pollGrace: isTime(100),
    linkTtl: isTime(1_000),
    window: isWhole(1),
    pushWindow: isWhole(1),
    maxSubscriptions: isWhole(1),
    maxLinks: isLimit(1),
    maxFrameRate: isLimit(1),
    maxByteRate: isLimit(1_024),
    maxLinksPerUser: isLimit(1),
    maxLinksPerAddress: isLimit(1),
    trustProxy: isWhole(0, 16),
    maxAccepts: isLimit(1),
    presenceGrace: isTime(0),
    presenceEvery: isTime(100),
    perMessageDeflate: isBoolean,
    log: hasMethods('a logger with debug, info, warn and error', 'debug', 'info', 'warn', 'error'),
    env: hasMethods('now, timer, random, id and defer', 'now', 'timer', 'random', 'id', 'defer'),
  })
  return withDefaults<Settings>(defaults(given), given as Partial<Settings>)
}

function defaults({ store }: ServerSettings): Settings {
  const { idle, helloTimeout, callTimeout, maxPacket, window, pushWindow } = serverDefaults
  const { maxSubscriptions, maxLinks, maxAccepts, presenceGrace, presenceEvery } = serverDefaults
  return {
    ...{ idle, helloTimeout, callTimeout, maxPacket, window, pushWindow, maxSubscriptions, maxLinks, maxAccepts },
    ...{ presenceGrace, presenceEvery },
    store: store ?? new MemoryStore(),
    authenticate: undefined,
    authorize: undefined,
    onMessage: undefined,
    secret: randomBytes(32),
    ticketTtl: 86_400_000,
    allowedOrigins: undefined,
    authenticateTimeout: 10_000,
    bodyTimeout: 10_000,
    maxBuffered: 2 ** 24,
    keepAlive: 15_000,
    pollHold: 25_000,
    pollGrace: 30_000,
    linkTtl: 3_600_000,
    maxFrameRate: 50_000,
    maxByteRate: 2 ** 26,
    maxLinksPerUser: 100,
    maxLinksPerAddress: Infinity,
    trustProxy: 0,
    perMessageDeflate: false,
    log: silent,
    // What all clients had said by this turn of the loop is answered in it, a packet a link: the busier, the fewer packets.
    env: { ...createEnv(), defer: (callback) => void setImmediate(callback) },
  }
}
