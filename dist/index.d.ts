import { M as MessageError, P as Page, a as Message, F as Frame, b as Packed, C as ClientFrame, S as ServerFrame } from './shared/errors.js';
export { c as ConnectionError, d as FrameError, H as HoldfastError, e as MessageErrorCode, O as OptionError } from './shared/errors.js';
import { E as Env } from './shared/env.js';
export { c as createEnv } from './shared/env.js';
import { P as PageLike } from './shared/page.js';

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
    /** What went wrong on this side: a provider that failed, a frame that did not decode. */
    error?: Error;
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
 * What every transport is: a leaf that moves packets and keeps no time. It neither retries nor decides.
 * After `close` it says nothing more; it says `closed` at most once, and nothing after it.
 */
interface Transport {
    readonly name: string;
    open(target: Target, on: TransportEvents): Connection;
}
interface Target {
    /** `http:`, `https:`, `ws:` or `wss:`. */
    url: string;
    /** The user's token, when there is one; never put in a URL. */
    token?: string;
    /** What to speak: names of the subprotocol, best first. */
    protocols: readonly string[];
}
interface TransportEvents {
    opened(): void;
    received(packet: Packet): void;
    closed(closing: Closing): void;
}
interface Connection {
    /** Only after `opened`. */
    send(packet: Packet): void;
    /** Ends it without waiting and without a word. */
    close(code: number, reason: string): void;
    /** Bytes handed over and not yet on their way. */
    readonly buffered: number;
}

/** A value, or what makes it; asked on every dial. */
type Provider<Value> = Value | (() => Value | Promise<Value>);

/** All durations in ms. */
interface CreateClientOptions {
    /** `http(s):` or `ws(s):`, or relative to the page. */
    url: Provider<string | URL>;
    /** Shown to the server on every dial; never put in a URL. */
    token?: Provider<string>;
    /** For a server with a protocol of its own: `customCodec({ encode, decode })`. Default: the Holdfast protocol. */
    codec?: Codec;
    /** Default: the platform's WebSocket. */
    transport?: Transport;
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
        /** Default 100,000. */
        maxMessages?: number;
        /** Bytes. Default 64 MiB. */
        maxBytes?: number;
        /** When full. Default `reject`. */
        onFull?: 'reject' | 'drop-oldest';
        /** Unacknowledged messages at once. Default 256, at least 1. */
        window?: number;
        /** Unacknowledged bytes at once. Default 256 KiB, at least 1. */
        windowBytes?: number;
        /** Time to live of a message that names none. Default Infinity. */
        ttl?: number;
    };
    /** Says when the network or the page changes, a `NetworkDetector` with a probe for one. Default: the page's own events. */
    network?: NetworkSource;
    /** Where `online`, `visibilitychange` and the rest are heard. Default `globalThis`; `false` hears nothing. */
    page?: PageLike | false;
    /** Clock, timer, dice, names. Default: the platform's. */
    env?: Partial<Env>;
}

/** A connection that heals itself, and channels over it. Made by {@link createClient}. */
declare class Client implements ChannelHost {
    #private;
    /** Random, public: the first half of every message id. */
    readonly id: string;
    constructor(options: CreateClientOptions);
    /** `connecting`, `online`, `reconnecting`, `offline` or `closed`. */
    get status(): Status;
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
 * Connects, and stays connected until `close()`.
 * @throws OptionError for an option with a value it does not take.
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
    /** Default: the platform's. */
    WebSocket?: new (url: string, protocols: string[]) => WebSocketLike;
    /** Asks why a dial with a token was refused, which a WebSocket does not tell. Default: the platform's. */
    fetch?: typeof fetch;
}
/** One WebSocket a link (RFC 6455). The token travels as a subprotocol, for browsers let a page set no header. */
declare function webSocket({ WebSocket, fetch, }?: WebSocketOptions): Transport;

export { Channel, Client, ClientFrame, Close, Env, Frame, Message, MessageError, NetworkDetector, OutgoingMessage, Packed, Page, PageLike, ServerFrame, createClient, customCodec, webSocket };
export type { ChannelEvents, ClientEvents, ClientStats, Closing, Codec, Connection, CreateClientOptions, CustomCodec, From, Gap, IncomingMessage, JournalEntry, ListenOptions, MessageState, NetworkEvents, NetworkOptions, NetworkSource, NetworkStatus, Packet, Provider, SendOptions, Status, Target, Transport, TransportEvents, WebSocketLike, WebSocketOptions };
