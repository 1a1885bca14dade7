import { Env } from './index.cjs';
import { PageLike } from './index.cjs';

/** What a socket sends. */
type Data = string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob;
/** What is needed of the sockets that are dialled with; the platform's are such, and those of `ws`. */
interface NativeSocket {
    readonly url: string;
    readonly protocol: string;
    readonly extensions: string;
    readonly readyState: number;
    readonly bufferedAmount: number;
    binaryType: string;
    send(data: Data): void;
    close(code?: number, reason?: string): void;
    addEventListener(type: string, listener: Hear): void;
}
/** A method's parameters are compared both ways: each class has event types of its own. */
type Hear = {
    hear(event: {
        readonly type: string;
    }): void;
}['hear'];

/** A retry is coming. */
interface RetryEvent extends Event {
    /** Failures in a row until now; 0 after a stable link. */
    readonly attempt: number;
    /** ms until the next dial; Infinity while there is no network. */
    readonly delay: number;
}
/** `error` and `message` are there when it is known what went wrong: a provider or a callback that threw, a time-out. */
interface SocketErrorEvent extends Event {
    readonly error?: unknown;
    readonly message?: string;
}
interface SocketEventMap {
    open: Event;
    message: MessageEvent;
    /** Once for each link and each attempt that ended; it was the last when `readyState` is CLOSED. */
    close: CloseEvent;
    error: SocketErrorEvent;
    retry: RetryEvent;
}
type Listener<E> = ((event: E) => unknown) | {
    handleEvent(event: E): unknown;
} | null;
/** `EventTarget`, its events named. */
type SocketTarget = new () => {
    addEventListener<K extends keyof SocketEventMap>(type: K, listener: Listener<SocketEventMap[K]>, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: Listener<Event>, options?: boolean | AddEventListenerOptions): void;
    removeEventListener<K extends keyof SocketEventMap>(type: K, listener: Listener<SocketEventMap[K]>, options?: boolean | EventListenerOptions): void;
    removeEventListener(type: string, listener: Listener<Event>, options?: boolean | EventListenerOptions): void;
    dispatchEvent(event: Event): boolean;
};

/** A value, or what makes it: asked again on each attempt. Where it throws or rejects, the attempt has failed. */
type Provider<T> = T | (() => T | Promise<T>);
/** What tells two messages apart. */
type Id = string | number;
type Dialer = new (url: string | URL, protocols?: string | string[]) => NativeSocket;
/** Off unless given. Any message that arrives is proof of life; only silence is asked about. */
interface SocketHeartbeat {
    /** Silence before a ping, ms; at least 100. Default 15,000. */
    interval?: number | undefined;
    /** From the first ping without any answer to the end of the link, ms. Default 5,000. */
    timeout?: number | undefined;
    /** Pings after the first within `timeout`. Default 1. */
    retries?: number | undefined;
    /** What to send, or what makes it. Default `ping`. */
    message?: Data | (() => Data) | undefined;
    /** Tells a pong by its data. Without it every message is life, but the round trip is not measured. */
    isPong?: ((data: unknown) => boolean) | undefined;
    /** Whether the app is spared the pongs. Default true. */
    hidePongs?: boolean | undefined;
}
/** For a server that acknowledges: what it has not acknowledged is sent again, on time-out and on each new link. */
interface SocketAck {
    /** The id of a message of ours; one without an id is sent once. */
    idOf: (data: Data) => Id | null | undefined;
    /** The id that a message acknowledges; or true, and then `idOf` names it; or nothing. The app sees acks, too. */
    isAck: (data: unknown) => Id | boolean | null | undefined;
    /** Until the first retransmission, ms; it doubles up to 30 s. Default: measured (RFC 6298). */
    timeout?: number | undefined;
}
/** For a server that repeats itself: a message whose id was seen is dropped. */
interface SocketDedupe {
    /** The id of a message of the server's; one without an id is always delivered. */
    idOf: (data: unknown) => Id | null | undefined;
    /** Ids remembered at most. Default 10,000. */
    maxCount?: number | undefined;
    /** For how long, ms. Default 600,000. */
    maxAge?: number | undefined;
}
/** All optional. Durations in ms. Names are those of `reconnecting-websocket` and `partysocket` where the meaning is. */
interface SocketOptions {
    /** The constructor to dial with. Default: the global one. */
    WebSocket?: Dialer | undefined;
    /** An attempt that takes longer, its providers included, is given up. Default 10,000. */
    connectionTimeout?: number | undefined;
    /** No retry comes sooner. Default 0. */
    minReconnectionDelay?: number | undefined;
    /** Ceiling of the delay; the delay itself is random below it. Default 20,000. */
    maxReconnectionDelay?: number | undefined;
    /** What the ceiling grows by with each failure, from 500 on. Default 2. */
    reconnectionDelayGrowFactor?: number | undefined;
    /** A link that lived so long starts the count of failures anew. Default 5,000. */
    minUptime?: number | undefined;
    /** Failures in a row before it closes for good; 0 never reconnects. Default Infinity. */
    maxRetries?: number | undefined;
    /** While there is no link: messages that wait, for it or for an ack, at most; one more is not taken, and `send` says false. Default Infinity. */
    maxEnqueuedMessages?: number | undefined;
    /** Starts closed: `reconnect()` opens. Default false. */
    startClosed?: boolean | undefined;
    /** Close codes after which nothing is tried again. Default none. */
    nonRetryableCodes?: readonly number[] | undefined;
    /** Asked when a link was closed; false ends it for good. */
    shouldReconnectOnClose?: ((event: CloseEvent) => boolean) | undefined;
    /** How long the server wants to be left alone, where its close event says so. */
    retryAfter?: ((event: CloseEvent) => number | undefined) | undefined;
    heartbeat?: SocketHeartbeat | undefined;
    ack?: SocketAck | undefined;
    dedupe?: SocketDedupe | undefined;
    /** Says all that happens to `debugLogger`. Default false. */
    debug?: boolean | undefined;
    /** Default `console.log`. */
    debugLogger?: ((...args: unknown[]) => void) | undefined;
    /** Where page events come from; false listens to none. Default `globalThis`. */
    page?: PageLike | false | undefined;
    /** Clock and dice, for tests. */
    env?: Pick<Env, 'now' | 'timer' | 'random'> | undefined;
}

type Handler<K extends keyof SocketEventMap> = ((event: SocketEventMap[K]) => unknown) | null;
declare const ResilientWebSocket_base: SocketTarget;
/**
 * The standard `WebSocket`, for any server, that heals itself: it reconnects, and what is sent meanwhile waits.
 *
 * It differs where it must: `readyState` is CONNECTING while a retry is coming, `send` waits instead of throwing, `close`
 * events come once for each link and each attempt, and `url`, `protocol` and `extensions` are the newest attempt's.
 */
declare class ResilientWebSocket extends ResilientWebSocket_base {
    #private;
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    onopen: Handler<'open'>;
    onmessage: Handler<'message'>;
    onerror: Handler<'error'>;
    onclose: Handler<'close'>;
    /**
     * @param url a function is asked on each attempt.
     * @param protocols likewise.
     * @throws OptionError for an option that there is not, or with a value that it does not take; DOMException
     * `SyntaxError` for a URL that no WebSocket has.
     */
    constructor(url: Provider<string | URL>, protocols?: Provider<string | string[] | null | undefined>, options?: SocketOptions);
    get readyState(): 0 | 1 | 2 | 3;
    get url(): string;
    get protocol(): string;
    get extensions(): string;
    /** Kept across reconnects; what is neither `blob` nor `arraybuffer` is ignored. */
    get binaryType(): BinaryType;
    set binaryType(value: BinaryType);
    /** Bytes not yet on their way: those that wait for a link included, and those sent after `close`. */
    get bufferedAmount(): number;
    /** Failures in a row. */
    get retryCount(): number;
    /**
     * Sends, or keeps until there is a link. After `close` the message is dropped in silence, as the standard has it.
     * @returns whether it went out at once.
     */
    send(given: Data): boolean;
    /** Takes back what waits for a link or an acknowledgement, in the order sent. */
    drainQueuedMessages(): Data[];
    /**
     * Closes for good, unless `reconnect` is called. What still waits is kept for that.
     * @throws DOMException `InvalidAccessError` for a code that is neither 1000 nor 3000 to 4999, `SyntaxError` for a
     * reason of over 123 bytes.
     */
    close(code?: number, reason?: string): void;
    /** Leaves the link, if there is one, and dials at once; opens what is closed. Throws as `close` does. */
    reconnect(code?: number, reason?: string): void;
}

export { ResilientWebSocket };
export type { Data, Id, NativeSocket, Provider, RetryEvent, SocketAck, SocketDedupe, SocketErrorEvent, SocketEventMap, SocketHeartbeat, SocketOptions };
