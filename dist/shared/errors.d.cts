/** The errors a user can meet. `code` is stable; the message says what to do. */
declare class HoldfastError extends Error {
    readonly name: string;
    readonly code: string;
    constructor(code: string, message: string, options?: {
        cause?: unknown;
    });
}
/** A packet from the other side that is not what the protocol says. Codes: `bad-frame`, `too-big`. */
declare class FrameError extends HoldfastError {
    readonly name = "FrameError";
}
/** One message could not be sent, or its fate is not known. `code` is a {@link MessageErrorCode}. */
declare class MessageError extends HoldfastError {
    readonly name = "MessageError";
}
/** An option with a value it does not take. Code: `bad-option`. */
declare class OptionError extends HoldfastError {
    readonly name = "OptionError";
}
/** The connection could not be made, or ended for good. */
declare class ConnectionError extends HoldfastError {
    readonly name = "ConnectionError";
}
/**
 * `expired`, `dropped`, `superseded`, `queue-full`, `too-big`, `not-encodable`, `closed`: certainly not taken by the server.
 * `refused`: the server said no. `in-doubt`: given up after it was sent, so the server may or may not have taken it.
 * Of a message that the server has taken: `undelivered`, deleted before anybody had it; `untold`, it is accepted, and
 * nobody will tell who has it.
 */
type MessageErrorCode = 'expired' | 'dropped' | 'superseded' | 'queue-full' | 'too-big' | 'not-encodable' | 'closed' | 'refused' | 'in-doubt' | 'undelivered' | 'untold';

export { ConnectionError as C, FrameError as F, HoldfastError as H, MessageError as M, OptionError as O };
export type { MessageErrorCode as a };
