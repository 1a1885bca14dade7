/** What requests ask of one link, wherever it lives. */
export interface Desk {
  post(ask: PostAsk): Promise<PostStatus>
  take(ask: TakeAsk): Promise<Taken>
  leave(ask: LeaveAsk): Promise<LeaveStatus>
}

export interface PostAsk {
  link: number
  /** The how manieth POST of this link: 1, 2, 3 … */
  n: number
  /** Packets, one a line. */
  text: string
  /** Afterwards the client closes the link with this code. */
  close?: number | undefined
}

/** `204` taken, now or before; `400` a line is none; `409` not the next number; `410` no such link; `429` it says more than it may. */
export type PostStatus = 204 | 400 | 409 | 410 | 429

export interface TakeAsk {
  link: number
  /** Names the poll or the stream. */
  reader: string
  /** It has asked before, and goes on only if nobody took its place. */
  again: boolean
  /** The client has everything up to this number. */
  since: number
  /** How long to wait for something, ms. */
  hold: number
}

export interface LeaveAsk {
  link: number
  /** Close code of the client. */
  code: number
  /** Only when this one still reads. */
  reader?: string | undefined
}

export type LeaveStatus = 204 | 410

/** Why the server closed a link. */
export interface Closed {
  code: number
  reason: string
}

export type Taken =
  /** Packets as lines, the first one's number, and whether the link ends after them. None: the hold is over. */
  | { is: 'lines'; first: number; lines: string[]; closed?: Closed }
  /** Somebody else reads now. */
  | { is: 'superseded' }
  /** `since` is no number that this reader can have. */
  | { is: 'wrong' }
  | { is: 'gone' }
