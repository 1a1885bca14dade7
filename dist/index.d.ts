import { P as Page, M as Message, C as ClientFrame, S as ServerFrame } from './shared/frame.js';
export { F as Frame, a as Packed } from './shared/frame.js';
import { M as MessageError } from './shared/errors.js';
export { C as ConnectionError, F as FrameError, H as HoldfastError, a as MessageErrorCode, O as OptionError } from './shared/errors.js';
import { E as Env } from './shared/env.js';
export { c as createEnv } from './shared/env.js';
import { P as PageLike } from './shared/page.js';
import { C as Codec, T as Transport, P as Packet } from './shared/transport.js';
export { a as Close, b as Closing, c as Connection, L as LeafClock, d as Target, e as TransportEvents } from './shared/transport.js';

/** Options of every `on`. */
interface ListenOptions {
    /** Stops listening when it aborts. */
    signal?: AbortSignal;
}

/** Offsets that this device will not get: the server no longer has them. */
interface Gap {
    from: number;
    to: number;
    /** The log began anew (another epoch): how much of the old one was missed is not known, perhaps nothing. */
    reset?: true;
}

/** The truth about the connection, in the app's words. */
type Status = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed';

type MessageState = 'queued' | 'sent' | 'accepted' | 'failed';
interface MessageEvents {
    state: {
        state: MessageState;
        error?: MessageError;
    };
}
/** A message on its way. It ends as `accepted` or as `failed`: once, and never both. */
declare class OutgoingMessage {
    #private;
    readonly channel: string;
    /** Why it failed. */
    error: MessageError | undefined;
    constructor(client: string, channel: string);
    /** `<client id>:<seq>`, the same that its receivers see; undefined while a `Blob` before it is still being read. */
    get id(): string | undefined;
    /** `queued` here, `sent` to the server at least once, `accepted` by it for good; or `failed`, and `error` says why. */
    get state(): MessageState;
    /** Resolves when the server has the message for good. Rejects with a {@link MessageError}. */
    get accepted(): Promise<this>;
    /** Listens to `state`; returns the way to stop. */
    on<Type extends keyof MessageEvents>(type: Type, listener: (event: MessageEvents[Type]) => void, options?: ListenOptions): () => void;
    /** @internal The client's word on it. */
    number(seq: number): void;
    /** @internal The client's word on it. */
    become(state: MessageState, error?: MessageError): void;
}

/** Where a reader begins: with what comes `now`, with the `oldest` entry kept, or at an offset. */
type From = 'now' | 'oldest' | number;
interface SendOptions {
    /** Given up after this long, ms. Default: the client's `outbox.ttl`. */
    ttl?: number;
    /** The last value wins: it takes the place of a message of the same key that was never sent. */
    key?: string;
}
interface IncomingMessage<Body> {
    body: Body;
    /** `<client id>:<seq>` of the sender. */
    id: string;
    /** The sender's user id; '' when anonymous. */
    from: string;
    /** Its place in the channel's log: 1, 2, 3 …; 0 with a server that has no offsets. */
    offset: number;
    /** When the server took it, ms since 1970; 0 with a server that does not say. */
    time: number;
    /** Sent by this client. */
    own: boolean;
}
interface ChannelEvents<Body> {
    message: IncomingMessage<Body>;
    /**
     * Offsets `from` … `to` (excluded) will not come: the server no longer has them. With `reset` the log began anew,
     * and how much of the old one was missed is not known.
     */
    gap: Gap;
    /** The server does not let this client read the channel. */
    error: Error;
}
/** What a channel asks of its client. */
interface ChannelHost {
    readonly id: string;
    readonly status: Status;
    on(type: 'status', listener: () => void): () => void;
    send(channel: string, body: unknown, options: SendOptions): OutgoingMessage;
    follow(channel: string, from: From | undefined): void;
    history(channel: string, from: number, limit: number): Promise<Page>;
}
/** A log on the server, and this client's place in it. */
declare class Channel<Body = unknown> {
    #private;
    readonly name: string;
    constructor(host: ChannelHost, name: string);
    /**
     * Sends a JSON value, or binary. Never throws for being offline: the message waits in the outbox. What cannot be
     * encoded makes this message fail, and no other.
     */
    send(body: Body, options?: SendOptions): OutgoingMessage;
    /** Listens. The first to listen to `message` starts the reading; returns the way to stop listening. */
    on<Type extends keyof ChannelEvents<Body>>(type: Type, listener: (event: ChannelEvents<Body>[Type]) => void, options?: ListenOptions & {
        from?: From;
    }): () => void;
    /** Stops reading. Messages to send still leave. */
    leave(): void;
    /**
     * A page of the log, at most 1,000 entries.
     * @param options `from`: the first offset wanted, default 1. `limit`: entries at most, default 100.
     * @throws OptionError for numbers that are none.
     * @throws ConnectionError where the server does not allow it, or the client is closed.
     */
    history({ from, limit }?: {
        from?: number | undefined;
        limit?: number | undefined;
    }): Promise<{
        entries: IncomingMessage<Body>[];
        oldest: number;
        next: number;
        epoch: string;
    }>;
    /** The messages from now on, in order, until the client is closed. */
    [Symbol.asyncIterator](): AsyncGenerator<IncomingMessage<Body>, void>;
    /** @internal The client's word. */
    deliver(message: Message): void;
    /** @internal The client's word. */
    tell<Type extends 'gap' | 'error'>(type: Type, event: ChannelEvents<Body>[Type]): void;
}

/** What happened, in words, with its time in ms since 1970. */
interface JournalEntry {
    time: number;
    what: string;
}

interface ClientEvents {
    /** The truth about the connection, and why. */
    status: {
        status: Status;
        reason: string;
    };
    /** A dial follows in `delay` ms; Infinity while there is no network. `attempt` counts the failures in a row. */
    retry: {
        attempt: number;
        delay: number;
        reason: string;
    };
    /** Another transport serves from now on, and why it is not one above it, where that is known. */
    transport: {
        transport: string;
        reason: string;
    };
    /** Something was wrong that no promise tells: a provider that failed, a frame that did not decode. */
    error: Error;
}
interface ClientStats {
    /** Smoothed round trip, ms; undefined before the first. */
    rtt: number | undefined;
    /** How long an answer may take before it is overdue, ms. */
    rto: number;
    /** Messages waiting or unacknowledged, of which `inFlight` on the link now, and `bytes` of their bodies. */
    queued: number;
    inFlight: number;
    bytes: number;
    retransmits: number;
    /** Messages that came again and were dropped. */
    duplicates: number;
    gaps: number;
    /** Dials after the first. */
    reconnects: number;
    /** From the last loss to service again, ms; undefined before the first. */
    recovery: number | undefined;
}

/** What a client wants to know of the network; a `NetworkDetector` is one. */
interface NetworkSource {
    readonly status: 'online' | 'offline' | 'unknown';
    on(type: 'change', listener: (event: {
        status: 'online' | 'offline' | 'unknown';
    }) => void): () => void;
    on(type: 'wake' | 'suspend', listener: () => void): () => void;
}

/** Where the transport that worked is kept: `localStorage`, or anything like it. */
type MemoryLike = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A value, or what makes it; asked on every dial. */
type Provider<Value> = Value | (() => Value | Promise<Value>);

/**
 * All durations in ms, all sizes in bytes. Each is checked at once; what it does not take is an `OptionError` that
 * names it.
 */
interface CreateClientOptions {
    /** `http(s):` or `ws(s):`, or relative to the page; a function is asked on each dial, and may give a promise. */
    url: Provider<string | URL>;
    /** Shown to the server on every dial; never put in a URL. A function is asked each time. Default: none. */
    token?: Provider<string>;
    /** For a server with a protocol of its own: `customCodec({ encode, decode })`. Default: the Holdfast protocol. */
    codec?: Codec;
    /**
     * The best first; the next ones are for where it does not get through. Default: all four, without WebSocket where the
     * platform has none; for a `codec` of yours WebSocket alone. One at least.
     */
    transports?: readonly Transport[];
    /**
     * From the start of one transport to the start of the next, ms (RFC 8305). At least 1. Default 500, or five round
     * trips where `memory` knows them, from 100 to 2,000.
     */
    stagger?: number;
    /**
     * Remembers the transport that worked, and the round trip, for a day: it starts first on the next page. Default
     * `localStorage`, where there is one; `false`: nothing. What it throws is ignored.
     */
    memory?: MemoryLike | false;
    /** `false` turns it off: then only acks tell whether the link lives. */
    heartbeat?: false | {
        /** Silence before a ping. Default 15,000, at least 100. */
        interval?: number;
        /** From the first ping without answer to the end of the link. Default 5,000. */
        timeout?: number;
        /** Pings after the first within `timeout`. A whole number, default 1. */
        retries?: number;
    };
    reconnect?: {
        /** Ceiling of the first random delay. Default 500. */
        base?: number;
        /** Ceiling of every delay. Default 20,000. */
        cap?: number;
        /** Growth of the ceiling with each failure. Default 2, at least 1. */
        factor?: number;
        /** Never sooner than this. Default 0. */
        floor?: number;
        /** Failures in a row before giving up. Default Infinity. */
        maxRetries?: number;
        /** A link this old starts the count anew. Default 5,000. */
        stableAfter?: number;
        /** An attempt that takes longer is given up. Default 8,000, at least 1. */
        connectTimeout?: number;
    };
    outbox?: {
        /** Messages waiting or unacknowledged. Default 100,000. */
        maxMessages?: number;
        /** Their bodies together, bytes. Default 64 MiB. */
        maxBytes?: number;
        /**
         * When full: `reject` fails the new message (`queue-full`), `drop-oldest` the oldest that was never sent
         * (`dropped`). Default `reject`.
         */
        onFull?: 'reject' | 'drop-oldest';
        /** Unacknowledged messages at once; the server may ask for fewer. Default 256, at least 1. */
        window?: number;
        /** Unacknowledged bytes at once; one message always fits. Default 256 KiB, at least 1. */
        windowBytes?: number;
        /** Time to live of a message that names none. Default Infinity. */
        ttl?: number;
    };
    /**
     * Says when the network or the page changes, a `NetworkDetector` with a probe for one. Default: the page's own
     * events.
     */
    network?: NetworkSource;
    /** Where `online`, `visibilitychange` and the rest are heard. Default `globalThis`; `false` hears nothing. */
    page?: PageLike | false;
    /** Clock, timer, dice, names. Default: the platform's. */
    env?: Partial<Env>;
}
/** What the constructor of {@link Client} takes: the same, with the transports named. */
type ReadyOptions = CreateClientOptions & Required<Pick<CreateClientOptions, 'transports'>>;

/**
 * A connection that heals itself, and channels over it. {@link createClient} makes one that has all transports; made
 * by its constructor it has those that it is given, and a bundle has no others.
 */
declare class Client implements ChannelHost {
    #private;
    /** Random, public: the first half of every message id. */
    readonly id: string;
    constructor(options: ReadyOptions);
    /** `connecting`, `online`, `reconnecting`, `offline` or `closed`. */
    get status(): Status;
    /** The name of the transport that serves: `websocket`, `sse`, `long-poll` or `short-poll`; undefined while none does. */
    get transport(): string | undefined;
    /** Listens; returns the way to stop. */
    on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void, options?: ListenOptions): () => void;
    /** The channel of this name, always the same object. */
    channel<Body = unknown>(name: string): Channel<Body>;
    stats(): ClientStats;
    /** What happened to the connection lately, oldest first. The last disconnect is among it, in words. */
    explain(): JournalEntry[];
    /** Dials anew at once, whatever the link says of itself. Also after the end. */
    reconnect(): void;
    /** Ends it: every message not accepted fails, no timer, socket or listener is left. */
    close(): void;
    /** @internal For channels. */
    send(ch: string, body: unknown, { ttl, key }: SendOptions): OutgoingMessage;
    /** @internal For channels. */
    follow(ch: string, from: From | undefined): void;
    /** @internal For channels. */
    history(ch: string, from: number, limit: number): Promise<Page>;
}

/**
 * Connects, and stays connected until `close()`: over WebSocket, or where that does not get through over server-sent
 * events, long polls or short polls. Returns at once; how it goes is told by the events `status`, `retry`, `transport`
 * and `error`, and a provider that fails is among them. For a bundle with some transports only there is {@link Client}.
 * @throws OptionError (`bad-option`) for an option that it does not know, or with a value it does not take.
 */
declare function createClient(options: CreateClientOptions): Client;

/** `unknown` until something was learnt. */
type NetworkStatus = 'online' | 'offline' | 'unknown';
interface NetworkEvents {
    /** The status is another. */
    change: {
        status: NetworkStatus;
        cause: string;
    };
    /** Connections may not have survived: the page came back, the network changed, or the machine slept. */
    wake: {
        cause: string;
    };
    /** The page is put away, and may come back. */
    suspend: {
        cause: string;
    };
}
/** All durations in ms. */
interface NetworkOptions {
    /**
     * A URL to ask when in doubt; any answer at all means online. It should be cheap, and not on the server whose
     * failure is to be told from the network's.
     */
    probeUrl?: string | undefined;
    /** Without an answer by then it is offline. Default 5,000. */
    probeTimeout?: number | undefined;
    /** Between two looks at the clock, by which sleep is noticed; 0 turns it off. Default 5,000. */
    sleepCheck?: number | undefined;
    /** Where page events come from. Default `globalThis`. */
    page?: PageLike | undefined;
    /** What probes. Default: the global `fetch`. */
    fetch?: typeof fetch | undefined;
    /** Clock, for tests. */
    env?: Pick<Env, 'now' | 'timer'> | undefined;
}
/**
 * Watches whether there is a network.
 *
 * With a `probeUrl`, what the browser says is only a reason to probe. Without one, `navigator.onLine === false` means
 * `offline`, and `online` means no more than "not known to be offline".
 */
declare class NetworkDetector {
    #private;
    /** @throws OptionError for an option that there is not, or with a value that it does not take. */
    constructor(options?: NetworkOptions);
    /** What is known now. */
    get status(): NetworkStatus;
    /** Listens, until `signal` aborts or the returned function is called. */
    on<K extends keyof NetworkEvents>(type: K, listener: (event: NetworkEvents[K]) => void, options?: ListenOptions): () => void;
    /** Looks now, by the probe where there is one. Never rejects; after `close` it says what was last known. */
    check(): Promise<NetworkStatus>;
    /** Stops watching and probing. */
    close(): void;
}

/** Maps Holdfast's frames to the messages of a server that speaks a protocol of its own (level 1). */
interface CustomCodec {
    /** The packet that says this frame, or undefined where the server has no word for it. */
    encode: (frame: ClientFrame) => Packet | undefined;
    /** What the server's packet means: a frame, several, or undefined for nothing. What it throws ends the link. */
    decode: (packet: Packet) => ServerFrame | ServerFrame[] | undefined;
    /** The server's first word is a `welcome` (made by `decode`). Default false: the link is up when it is open. */
    greets?: boolean;
    /** Subprotocols to offer. Default none. */
    protocols?: string[];
}
/** Makes the `codec` option of `createClient`. What the user's functions make is checked as if it came from the network. */
declare function customCodec({ encode, decode, greets, protocols }: CustomCodec): Codec;

/** The part of the standard's class that is used; Node's `ws` has it as well. */
interface WebSocketLike {
    binaryType: string;
    readonly bufferedAmount: number;
    onopen: ((event: never) => void) | null;
    onmessage: ((event: never) => void) | null;
    onerror: ((event: never) => void) | null;
    onclose: ((event: never) => void) | null;
    send(data: string | Uint8Array<ArrayBuffer>): void;
    close(code?: number, reason?: string): void;
}
interface WebSocketOptions {
    /** The class to dial with; in Node 20, which has none, that of `ws`. Default: the platform's. */
    WebSocket?: new (url: string, protocols: string[]) => WebSocketLike;
    /** Asks why a dial with a token was refused, which a WebSocket does not tell. Default: the platform's. */
    fetch?: typeof fetch;
}
/**
 * The transport `websocket`: one WebSocket a link (RFC 6455), one message a packet. The token travels as a subprotocol,
 * for browsers let a page set no header. A dial with a token that failed is asked after by a plain GET: 401 is close
 * code 4401, 403 is 4403, `Retry-After` (seconds) is kept; anything else is 1006.
 */
declare function webSocket({ WebSocket, fetch, }?: WebSocketOptions): Transport;

/** What the transports over HTTP have in common. Nothing of it is checked before the first request. */
interface HttpOptions {
    /** What asks. Default: the platform's, looked up for each request. */
    fetch?: typeof fetch;
    /** Whether cookies travel, as for `fetch`; to another origin only with `include`. Default: `same-origin`. */
    credentials?: RequestCredentials;
    /**
     * ms until a request without an answer is given up, besides the time that the server may hold it and a second
     * for each 2 KiB sent. Of a link, one that was given up is said again twice; then the link ends with 4408. Default: 8,000.
     */
    timeout?: number;
}

/** Options of {@link longPoll}. */
interface LongPollOptions extends HttpOptions {
    /**
     * ms that the server may keep a poll waiting; it may have a limit of its own. Halved, down to 1,000, by each poll
     * that is cut. Default: 25,000.
     */
    hold?: number;
}
/** Options of {@link shortPoll}. */
interface ShortPollOptions extends HttpOptions {
    /**
     * ms between polls when nothing happens; after traffic the first comes after 250, the next after twice that, and so
     * on. Default: 2,000.
     */
    interval?: number;
}
/**
 * The transport `long-poll`: packets come down by one GET at a time that the server answers when it has something (RFC
 * 6202), and go up by POST beside it. A poll that is cut is asked again; two in a row within 500 ms end the link.
 */
declare const longPoll: ({ hold: longest, ...options }?: LongPollOptions) => Transport;
/**
 * The transport `short-poll`: one request at a time, none of them long (250 ms at most at the server). Packets go up at
 * once, and come down with the answer, or by asking: up to `interval` late.
 */
declare const shortPoll: ({ interval, ...options }?: ShortPollOptions) => Transport;

/** The part of the standard's class that is used (HTML, server-sent events). */
interface EventSourceLike {
    onopen: ((event: never) => void) | null;
    onmessage: ((event: never) => void) | null;
    onerror: ((event: never) => void) | null;
    addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
    close(): void;
}
/** Options of {@link sse}. */
interface SseOptions extends HttpOptions {
    /**
     * Used only where the platform's answers cannot be read in pieces. It shows the link's ticket in the URL. Default:
     * the platform's.
     */
    EventSource?: new (url: string, init: {
        withCredentials: boolean;
    }) => EventSourceLike;
}
/**
 * The transport `sse`: packets come down as server-sent events (HTML) of one long answer, and go up by POST, one at a
 * time. The answer is read by `fetch`, so the token and the ticket stay in headers. A stream that ends is the end of
 * the link: 1006.
 */
declare const sse: (options?: SseOptions) => Transport;

export { Channel, Client, ClientFrame, Codec, Env, Message, MessageError, NetworkDetector, OutgoingMessage, Packet, Page, PageLike, ServerFrame, Transport, createClient, customCodec, longPoll, shortPoll, sse, webSocket };
export type { ChannelEvents, ClientEvents, ClientStats, CreateClientOptions, CustomCodec, EventSourceLike, From, Gap, HttpOptions, IncomingMessage, JournalEntry, ListenOptions, LongPollOptions, MemoryLike, MessageState, NetworkEvents, NetworkOptions, NetworkSource, NetworkStatus, Provider, ReadyOptions, SendOptions, ShortPollOptions, SseOptions, Status, WebSocketLike, WebSocketOptions };
