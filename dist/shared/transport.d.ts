import { F as Frame, d as Packed, C as ClientFrame, j as ServerFrame } from './frame.js';

/** Close codes, and what a client does after each (`docs/PROTOCOL.md`, close codes). */
declare const Close: {
    readonly normal: 1000;
    readonly goingAway: 1001;
    readonly abnormal: 1006;
    readonly tooBig: 1009;
    readonly restart: 1012;
    readonly tryLater: 1013;
    readonly badFrame: 4400;
    readonly unauthorized: 4401;
    readonly forbidden: 4403;
    readonly version: 4406;
    readonly timeout: 4408;
    readonly replaced: 4409;
    readonly overloaded: 4429;
};
/** Why a link ended. */
interface Closing {
    code: number;
    reason: string;
    /** The closing handshake was completed. */
    clean?: boolean;
    /** The server asks to stay away this long, in ms. */
    retryAfter?: number;
    /** What was sent was too large for something on the way; this many bytes may pass. */
    max?: number;
    /** What went wrong on this side: a provider that failed, a frame that did not decode. */
    error?: Error;
}

/** What a transport moves in one piece: text, or bytes. */
type Packet = string | Uint8Array;
/** Frames to packets and back: the one place where the wire format is known. */
interface Codec<Out extends Frame<Packed> = ClientFrame<Packed>, In extends Frame = ServerFrame> {
    /** The other side's first word is a `welcome`. */
    readonly greets: boolean;
    /** Subprotocols to offer, best first. */
    readonly protocols: readonly string[];
    /** Throws `MessageError` for a frame that it cannot say, so that its message fails alone. */
    check?(frame: Out): void;
    /** As few packets as `max` bytes each allow; a frame is never split. */
    encode(frames: readonly Out[], max?: number): Packet[];
    /** Throws `FrameError`. */
    decode(packet: Packet): In[];
}

/**
 * What every transport is: a leaf that moves packets. It has no clock of its own, and decides nothing.
 * After `close` it says nothing more; it says `closed` at most once, and nothing after it.
 */
interface Transport {
    /** Told to the app, and remembered where it worked: `websocket`, `sse`, `long-poll`, `short-poll`, or another. */
    readonly name: string;
    /**
     * Dials, and returns at once; what comes of it is told by `on`, never before this has returned.
     * What it throws is a dial that failed.
     */
    open(target: Target, on: TransportEvents, clock: LeafClock): Connection;
}
/** Lent by the shell, for requests that take too long. Nothing else here has a time. */
interface LeafClock {
    /** ms, never going back. */
    now: () => number;
    /** Calls back once after `ms`; returns the cancel. */
    timer: (callback: () => void, ms: number) => () => void;
}
/** Where to, asked anew for each attempt: all transports of one race go to the same. */
interface Target {
    /** `http:`, `https:`, `ws:` or `wss:`. */
    url: string;
    /** The user's token, when there is one; never put in a URL. */
    token?: string;
    /** What to speak: names of the WebSocket subprotocol (RFC 6455, 1.9), best first. Over HTTP they are not said. */
    protocols: readonly string[];
}
/**
 * What a transport says of one connection: `opened` once, then packets, then `closed` once; `closed` alone for a dial
 * that failed.
 */
interface TransportEvents {
    /** Packets are taken from now on. Whether anybody hears them, only an answer tells. */
    opened(): void;
    /** Text as a string, bytes as a `Uint8Array`; in order, as far as the way keeps it. */
    received(packet: Packet): void;
    /**
     * The connection is over, by the other side or by what is between; not after a `close` of this side. With the other
     * side's code it is `clean`; a break or a dial that failed is 1006; a refusal by HTTP status 401 is 4401, 403 is
     * 4403.
     */
    closed(closing: Closing): void;
}
/** One connection, in the hand of the shell. */
interface Connection {
    /** Only after `opened`. After the end it does nothing. Throws nothing. */
    send(packet: Packet): void;
    /**
     * Ends it without waiting and without a word; may be called again, and before `opened`. What was sent before still
     * leaves.
     * @param code told to the other side: as it is from 3000 on, else as 1000, for a page may say no other.
     * @param reason for people; may be cut.
     */
    close(code: number, reason: string): void;
    /** Bytes (over HTTP: characters) handed over and not yet on their way. */
    readonly buffered: number;
}

export { Close as b };
export type { Closing as C, LeafClock as L, Packet as P, Transport as T, Codec as a, Connection as c, Target as d, TransportEvents as e };
