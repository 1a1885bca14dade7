import type { ClientFrame, Packed, ServerFrame } from '../wire/frame.js'
import type { LadderOptions } from './ladder.js'
import type { LinkInput, LinkOptions } from './link.js'
import type { LedgersInput, LedgersOutput } from './ledgers.js'
import type { OutboxOptions } from './outbox.js'
import type { RouteOutput } from './route.js'
import type { Status } from './status.js'

export interface ClientOptions {
  link: Omit<LinkOptions, 'isFatal' | 'rtt' | 'closeTimeout'>
  /** Absent where there is one transport. */
  ladder?: LadderOptions
  outbox: OutboxOptions
  /** The public name of this client, and the secret that proves it. */
  id: string
  key: string
  /** Another page may come to have this name. */
  shared?: boolean
}

export type ClientInput<Tag> =
  | Exclude<LinkInput, { on: 'welcomed' | 'heard' }>
  | { on: 'frames'; link: number; frames: ServerFrame[] }
  /** The other side sent what is no frame. */
  | { on: 'broken'; link: number; error: Error }
  | LedgersInput<Tag>

export type ClientOutput<Tag> =
  | RouteOutput
  | LedgersOutput<Tag>
  | { do: 'write'; link: number; frames: ClientFrame<Packed>[] }
  /** The server's limit of a packet, bytes. */
  | { do: 'limit'; link: number; max: number }
  | { do: 'status'; status: Status; reason: string }
  | { do: 'sent'; tag: Tag }
