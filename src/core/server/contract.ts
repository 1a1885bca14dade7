import type { FrameError } from '../../wire/errors.js'
import type { ClientFrame, Packed, ServerFrame } from '../../wire/frame.js'
import type { Tick } from '../port.js'
import type { Change, Store } from '../store.js'

/** Limits and the world outside. Durations in ms, sizes in bytes. */
export interface ServerOptions {
  /** A link silent for longer is dropped; at half of it, it is pinged. */
  idle: number
  /** From the opening of a link to its `hello`. */
  helloTimeout: number
  /** The largest packet taken; told in `welcome`, kept by the transport. */
  maxPacket: number
  /** Messages of one client that may be unacknowledged. Twice as many are held while the store works. */
  window: number
  /** Bodies of one client held while the store works; one always fits. */
  queueBytes: number
  /** Messages pushed to one subscription and not yet received by it. */
  pushWindow: number
  /** Their bodies together. */
  pushBytes: number
  /** Subscriptions of one link. */
  maxSubscriptions: number
  /** Links at once; those beyond are sent away, each with a time of its own to come back. */
  maxLinks: number
  /** Links welcomed a second, or after a quiet second twice as many; those beyond wait up to 25 s, or are sent away likewise. */
  maxAccepts: number
  /** A store or hook that takes longer has failed. */
  callTimeout: number
  /** Whether `authorize` is asked at all; when not, everything is allowed. */
  guarded: boolean
  /** Whether `review` is asked at all; when not, every message is taken as it is. */
  reviewed: boolean
  /** How often at most a sender is told of its receipts in one channel, and a watcher of who is there. */
  newsEvery: number
  /** A device that is not linked any more, and has not left, is offline after this. */
  presenceGrace: number
  /** How often a node says when it last heard of the devices linked to it. One not heard of for so long and `idle` is offline. */
  presenceEvery: number
  sign: (grant: TicketGrant) => string
  /** What a ticket says, when it is genuine and not expired. */
  verify: (ticket: string) => TicketGrant | undefined
  /** ms since 1970, for the time of entries. */
  wall: () => number
}

/** What holds unless said otherwise. */
export const serverDefaults = {
  idle: 45_000,
  helloTimeout: 5_000,
  maxPacket: 2 ** 20,
  window: 256,
  queueBytes: 2 ** 23,
  pushWindow: 256,
  pushBytes: 2 ** 20,
  maxSubscriptions: 1_000,
  maxLinks: 100_000,
  maxAccepts: 2_000,
  callTimeout: 30_000,
  guarded: false,
  reviewed: false,
  newsEvery: 250,
  presenceGrace: 10_000,
  presenceEvery: 15_000,
} as const satisfies Partial<ServerOptions>

/** What a ticket proves. */
export interface TicketGrant {
  client: string
  /** '' when anonymous. */
  user: string
}

/** Links are numbered by the shell, upwards: of two links of one client the higher number is the later. */
export type ServerInput =
  | Tick
  | { on: 'opened'; link: number; user?: string | undefined }
  /** What one packet held. */
  | { on: 'frames'; link: number; frames: readonly ClientFrame[] }
  /** A packet that was not understood. */
  | { on: 'broken'; link: number; error: FrameError }
  | { on: 'closed'; link: number }
  /** The answer to a `call`. */
  | { on: 'done'; op: number; result: CallResult }
  | { on: 'failed'; op: number; error: unknown }
  /** The store tells of a channel, whatever node has changed it. */
  | { on: 'changed'; change: Change }
  /** Send everybody away, the last `spread` ms from now, to come back `after` + a share of `spread` ms later. */
  | { on: 'drain'; after: number; spread: number }

export type ServerOutput =
  | { do: 'write'; link: number; frames: readonly ServerFrame<Packed>[] }
  /** After it, no more is said of this link, and nothing of it is listened to. */
  | { do: 'close'; link: number; code: number; reason: string }
  | { do: 'call'; op: number; request: CallRequest }
  /** What changes in this channel is to be told, or no longer. */
  | { do: 'follow'; ch: string; wanted: boolean }
  | { do: 'log'; level: LogLevel; event: string; fields: LogFields }
  /** After `drain`: no link is left and no call is under way. */
  | { do: 'drained' }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Record<string, string | number | boolean | Error>

export type Action = 'publish' | 'subscribe' | 'history' | 'presence'

export interface AuthorizeAsk {
  /** '' when anonymous. */
  user: string
  action: Action
  ch: string
}

/** All that the server asks of the world, and answers to it. */
export interface Asked extends Pick<
  Store,
  'open' | 'append' | 'read' | 'sent' | 'cursor' | 'keep' | 'leave' | 'forget' | 'members' | 'seen'
> {
  authorize: (ask: AuthorizeAsk) => Promise<boolean>
  /** A hook of the server's owner for each message before it is stored. Asked only where there is one. */
  review: (ask: ReviewAsk) => Promise<Review>
}

/** A message that somebody wants to send. */
export interface ReviewAsk {
  client: string
  user: string
  ch: string
  id: string
  body: Packed
}

/** What becomes of it: it is taken, with this body, or refused with a reason that its sender is told. */
export type Review = { is: 'taken'; body: Packed } | { is: 'refused'; code: string; reason: string }

export type CallName = keyof Asked
export type AskOf<Name extends CallName> = Parameters<Asked[Name]>[0]
export type ResultOf<Name extends CallName> = Awaited<ReturnType<Asked[Name]>>

export type CallRequest = { [Name in CallName]: { call: Name; ask: AskOf<Name> } }[CallName]
export type CallResult = ResultOf<CallName>
