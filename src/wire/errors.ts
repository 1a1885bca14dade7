/** The errors a user can meet. `code` is stable; the message says what to do. */

export class HoldfastError extends Error {
  override readonly name: string = 'HoldfastError'
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** A packet from the other side that is not what the protocol says. Codes: `bad-frame`, `too-big`. */
export class FrameError extends HoldfastError {
  override readonly name = 'FrameError'
}

/** One message could not be sent, or its fate is not known. `code` is a {@link MessageErrorCode}. */
export class MessageError extends HoldfastError {
  override readonly name = 'MessageError'
}

/** An option with a value it does not take. Code: `bad-option`. */
export class OptionError extends HoldfastError {
  override readonly name = 'OptionError'
}

/** The connection could not be made, or ended for good. */
export class ConnectionError extends HoldfastError {
  override readonly name = 'ConnectionError'
}

/**
 * `expired`, `dropped`, `superseded`, `queue-full`, `too-big`, `not-encodable`, `closed`: certainly not taken by the server.
 * `refused`: the server said no. `in-doubt`: given up after it was sent, so the server may or may not have taken it.
 * Of a message that the server has taken: `undelivered`, deleted before anybody had it; `untold`, it is accepted, and
 * nobody will tell who has it.
 */
export type MessageErrorCode =
  | 'expired'
  | 'dropped'
  | 'superseded'
  | 'queue-full'
  | 'too-big'
  | 'not-encodable'
  | 'closed'
  | 'refused'
  | 'in-doubt'
  | 'undelivered'
  | 'untold'
