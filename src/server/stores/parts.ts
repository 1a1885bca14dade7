import type { Bounds, Cursor, Device, Draft, Member, OpenAsk, Place, ReadAsk, Slice } from '../../core/store.js'

// What the rules of a store (books.ts) need somebody to keep: in memory, or in a database.

/** All that is known of a client, but what it sent and where it is a member. */
export interface Client {
  readonly name: string
  readonly key: string
  readonly user: string
  seq: number
  /** What a node said of it last. */
  device: Device | undefined
}

/** The clients, and where their messages went. A client that was changed is to be saved. */
export interface ClientBook<C extends Client> {
  find(name: string): C | undefined
  add(ask: OpenAsk): C
  /** It has done something, and may have changed. */
  save(client: C): void
  delete(name: string): void
  /** It has left for good: that, and its seq, is remembered for a while, of the last `maxClients` at least. */
  part(name: string, seq: number): void
  /** The seq of one that has left. */
  leftAt(name: string): number | undefined
  /** Those to forget, for they are idle or too many: `name`, where it is one, and as many others as is convenient. */
  due(name?: string): string[]
  place(client: C, place: Place): void
  placeOf(client: C, seq: number): Place | undefined
  placesFrom(name: string, seq: number): Place[]
}

/** Who is a member where. */
export interface SeatBook<C extends Client> {
  get(client: string, ch: string): Cursor | undefined
  /** Returns the channels that had to give way. */
  put(client: C, ch: string, cursor: Cursor): string[]
  /** Whether it was a member. */
  delete(client: string, ch: string): boolean
  /** The channels of a client. */
  of(client: string): string[]
  /** The cursors of a channel. */
  cursors(ch: string): Iterable<Cursor>
  /** The members of a channel. */
  in(ch: string): Iterable<[client: C, cursor: Cursor]>
}

/** The logs. */
export interface LogBook {
  /** Where the message is now, or why its inbox does not take it. */
  add(draft: Draft): Place | string
  read(ask: ReadAsk): Slice
  bounds(ch: string): Bounds
  /** Lets everything up to an offset go. */
  trim(ch: string, offset: number): void
  /** What former members of an inbox had, in one; forgotten with its log. */
  past(ch: string): Member | undefined
  remember(ch: string, past: Member): void
}
