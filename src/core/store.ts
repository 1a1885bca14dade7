import type { Entry, Packed } from '../wire/frame.js'

/**
 * Where logs, clients and cursors live. Several server nodes may share one store.
 * A call that rejects leaves it unknown whether it was done: the asker asks again, and repeating is harmless.
 */
export interface Store {
  /** Claims a client id, or comes back to it. Decided in one step. */
  open(ask: OpenAsk): Promise<Opened>
  /**
   * Takes messages of one client, in the order given. Each is decided, logged and counted in one step: it is taken when
   * `after <= seq of the client < its seq`, and the client's seq becomes its seq.
   */
  append(ask: AppendAsk): Promise<Appended>
  /** Reads a log, with every append in it that was ever answered. A channel that nobody wrote to is an empty log: `oldest` and `next` are 1. */
  read(ask: ReadAsk): Promise<Slice>
  /** Where a client was in a channel, when that is known. */
  cursor(ask: CursorAsk): Promise<Cursor | undefined>
  /** Keeps a cursor. Within one epoch it never goes back. */
  keep(ask: KeepAsk): Promise<void>
  /** The client left for good. */
  forget(ask: ForgetAsk): Promise<void>
  /** Tells of what any node appends, this one included; may tell late. Returns the end of the telling. */
  watch(onChange: (change: Change) => void): () => void
  /**
   * Passes a note to one node; it is lost where nobody listens. Optional, as is `listen`: without the two, every HTTP request
   * of a link must reach the node where the link was opened.
   */
  notify?(ask: NotifyAsk): Promise<void>
  /** Hears what is passed to `node`. Returns the way to stop. */
  listen?(node: string, onNote: (note: string) => void): () => void
  /** Frees what the store holds open; what it stores stays. */
  close(): Promise<void>
}

export interface OpenAsk {
  client: string
  /** The secret that binds the client id; a durable store should keep only a hash. */
  key: string
  /** '' when anonymous. */
  user: string
  /** Everything up to this number is settled at the client: the client's seq is never lower. */
  acked: number
}

/** `taken`: the client id is known with another key. */
export type Opened = { is: 'open'; seq: number; known: boolean } | { is: 'taken' }

export interface AppendAsk {
  client: string
  records: readonly Draft[]
}

/** A message on its way into a log. */
export interface Draft extends Omit<Entry<Packed>, 'offset'> {
  ch: string
  seq: number
  /** The message before it that has to be in. */
  after: number
}

/** `unknown`: the store forgot the client, which must open again; nothing was taken. */
export type Appended = { is: 'done'; seq: number; fates: Fate[] } | { is: 'unknown' }

/** What became of each record, in their order. */
export type Fate = { is: 'stored'; epoch: string; offset: number } | { is: 'duplicate' } | { is: 'gap' }

export interface ReadAsk {
  ch: string
  /** The first offset wanted; what is older than the log begins at the log's oldest. */
  from: number
  /** Entries at most; 0 asks for the log's bounds alone. */
  limit: number
  /** Bodies together, bytes at most; one entry always fits. */
  bytes: number
}

/** A part of a log, and the log's bounds at that moment. */
export interface Slice {
  /** A new one whenever offsets start again, so that no two entries ever share epoch and offset. */
  epoch: string
  /** The first offset kept; equals `next` when nothing is. */
  oldest: number
  /** The offset that the next entry will have. */
  next: number
  entries: readonly Entry<Packed>[]
}

/** A log has grown. */
export interface Change {
  ch: string
  epoch: string
  /** The offset that the next entry will have. */
  next: number
}

export interface CursorAsk {
  client: string
  ch: string
}

/** The last entry that a client has received. */
export interface Cursor {
  epoch: string
  offset: number
}

export interface KeepAsk extends CursorAsk {
  cursor: Cursor
}

export interface ForgetAsk {
  client: string
}

/** From one server node to another. */
export interface NotifyAsk {
  node: string
  note: string
}
