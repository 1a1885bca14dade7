import { IncomingMessage, Server } from 'node:http';
import { E as Entry, a as Packed } from './shared/frame.js';
import { Env } from './index.js';
import { H as HoldfastError } from './shared/errors.js';
export { F as FrameError, O as OptionError } from './shared/errors.js';

/**
 * Where logs, clients and cursors live. Several server nodes may share one store.
 * A call that rejects leaves it unknown whether it was done: the asker asks again, and repeating is harmless.
 */
interface Store {
    /** Claims a client id, or comes back to it. Decided in one step. */
    open(ask: OpenAsk): Promise<Opened>;
    /**
     * Takes messages of one client, in the order given. Each is decided, logged and counted in one step: it is taken when
     * `after <= seq of the client < its seq`, and the client's seq becomes its seq.
     */
    append(ask: AppendAsk): Promise<Appended>;
    /** Reads a log, with every append in it that was ever answered. A channel that nobody wrote to is an empty log: `oldest` and `next` are 1. */
    read(ask: ReadAsk): Promise<Slice>;
    /** Where a client was in a channel, when that is known. */
    cursor(ask: CursorAsk): Promise<Cursor | undefined>;
    /** Keeps a cursor. Within one epoch it never goes back. */
    keep(ask: KeepAsk): Promise<void>;
    /** The client left for good. */
    forget(ask: ForgetAsk): Promise<void>;
    /** Tells of what any node appends, this one included; may tell late. Returns the end of the telling. */
    watch(onChange: (change: Change) => void): () => void;
    /**
     * Passes a note to one node; it is lost where nobody listens. Optional, as is `listen`: without the two, every HTTP request
     * of a link must reach the node where the link was opened.
     */
    notify?(ask: NotifyAsk): Promise<void>;
    /** Hears what is passed to `node`. Returns the way to stop. */
    listen?(node: string, onNote: (note: string) => void): () => void;
    /** Frees what the store holds open; what it stores stays. */
    close(): Promise<void>;
}
interface OpenAsk {
    client: string;
    /** The secret that binds the client id; a durable store should keep only a hash. */
    key: string;
    /** '' when anonymous. */
    user: string;
    /** Everything up to this number is settled at the client: the client's seq is never lower. */
    acked: number;
}
/** `taken`: the client id is known with another key. */
type Opened = {
    is: 'open';
    seq: number;
    known: boolean;
} | {
    is: 'taken';
};
interface AppendAsk {
    client: string;
    records: readonly Draft[];
}
/** A message on its way into a log. */
interface Draft extends Omit<Entry<Packed>, 'offset'> {
    ch: string;
    seq: number;
    /** The message before it that has to be in. */
    after: number;
}
/** `unknown`: the store forgot the client, which must open again; nothing was taken. */
type Appended = {
    is: 'done';
    seq: number;
    fates: Fate[];
} | {
    is: 'unknown';
};
/** What became of each record, in their order. */
type Fate = {
    is: 'stored';
    epoch: string;
    offset: number;
} | {
    is: 'duplicate';
} | {
    is: 'gap';
};
interface ReadAsk {
    ch: string;
    /** The first offset wanted; what is older than the log begins at the log's oldest. */
    from: number;
    /** Entries at most; 0 asks for the log's bounds alone. */
    limit: number;
    /** Bodies together, bytes at most; one entry always fits. */
    bytes: number;
}
/** A part of a log, and the log's bounds at that moment. */
interface Slice {
    /** A new one whenever offsets start again, so that no two entries ever share epoch and offset. */
    epoch: string;
    /** The first offset kept; equals `next` when nothing is. */
    oldest: number;
    /** The offset that the next entry will have. */
    next: number;
    entries: readonly Entry<Packed>[];
}
/** A log has grown. */
interface Change {
    ch: string;
    epoch: string;
    /** The offset that the next entry will have. */
    next: number;
}
interface CursorAsk {
    client: string;
    ch: string;
}
/** The last entry that a client has received. */
interface Cursor {
    epoch: string;
    offset: number;
}
interface KeepAsk extends CursorAsk {
    cursor: Cursor;
}
interface ForgetAsk {
    client: string;
}
/** From one server node to another. */
interface NotifyAsk {
    node: string;
    note: string;
}

type Action = 'publish' | 'subscribe' | 'history';

/** Thrown by `authenticate` to say which: `unauthorized` (401: another token may do), `forbidden` (403: none will). */
declare class AuthError extends HoldfastError {
    readonly name = "AuthError";
    readonly status: 401 | 403;
    constructor(code: 'unauthorized' | 'forbidden', message?: string);
}
interface AuthenticateAsk {
    /** The HTTP request that asks for the link, an upgrade or a POST: cookies, headers, address. */
    request: IncomingMessage;
    /** What the client's `token` option gave. */
    token: string | undefined;
}
/** The user's id, '' for a welcome stranger, `null` for nobody (401); may throw {@link AuthError}. */
type Authenticate = (ask: AuthenticateAsk) => string | null | Promise<string | null>;

type Line = (fields: Record<string, unknown>, message: string) => void;
/** Structured logging as pino, bunyan and others do it: fields first, then the message. */
interface Log {
    debug: Line;
    info: Line;
    warn: Line;
    error: Line;
}

/**
 * May this user (`''`: a stranger) do this in this channel? One that throws, or takes longer than `callTimeout`, has
 * not answered.
 */
type Authorize = (ask: {
    user: string;
    action: Action;
    channel: string;
}) => boolean | Promise<boolean>;
/** All have defaults. Durations in ms, sizes in bytes. What one does not take is an `OptionError` that names it. */
interface Settings {
    /** Where messages are kept. Default: a `MemoryStore` of its own. */
    store: Store;
    /** Who asks. Default: everybody is welcome, nobody has a name. */
    authenticate: Authenticate | undefined;
    /** Asked once for each link, action and channel. Default: everything is allowed. */
    authorize: Authorize | undefined;
    /**
     * Signs session and link tickets (HMAC-SHA256); the same on every node. 16 bytes at least. Default: random, for one
     * process only.
     */
    secret: string | Uint8Array;
    /** How long a session ticket holds. Default 24 h. */
    ticketTtl: number;
    /**
     * Pages that may connect: origins (RFC 6454), or '*' for all; their cookies count over HTTP only where they are
     * listed. Default: those of the same host.
     */
    allowedOrigins: readonly string[] | '*' | undefined;
    /** Silence after which a link is dropped; at half of it, it is pinged. Default 45 s. */
    idle: number;
    /** From a link's opening to its first frame. Default 5 s. */
    helloTimeout: number;
    /** What `authenticate` may take. Default 10 s. */
    authenticateTimeout: number;
    /** What a store or `authorize` may take. Default 30 s. */
    callTimeout: number;
    /** The largest packet taken, 65,536 at least; a POST may have twice that and 64 KiB. Default 1 MiB. */
    maxPacket: number;
    /** Bytes waiting for one client; beyond, its link is cut. Default 16 MiB. */
    maxBuffered: number;
    /**
     * Silence on an event stream (HTML, server-sent events) after which a comment is sent, so that nothing on the way
     * takes it for dead. 100 ms at least. Default 15 s.
     */
    keepAlive: number;
    /**
     * How long a poll is held at most, whatever it asks for; less than what proxies wait (RFC 6202, 5.5). 0: every poll
     * is a short one. Default 25 s.
     */
    pollHold: number;
    /**
     * A link that is reached by requests, and has had none for so long, is gone; and a stream of which nothing was taken.
     * More than a client stays away between two polls, 100 ms at least. Default 30 s.
     */
    pollGrace: number;
    /**
     * How long a link ticket holds, the credential of such requests; it is renewed at half of it. 1 s at least. Default 1
     * h.
     */
    linkTtl: number;
    /** Messages of one client unacknowledged at once. Default 256. */
    window: number;
    /** Messages pushed to one subscription and not received. Default 256. */
    pushWindow: number;
    /** Subscriptions of one link. Default 1,000. */
    maxSubscriptions: number;
    /** Links at once; others are told when to come back. Default 100,000. */
    maxLinks: number;
    /** WebSocket compression (RFC 7692); costs memory for each link. Over HTTP nothing is compressed. Default false. */
    perMessageDeflate: boolean;
    /** Structured logger (pino's shape). Default: none. */
    log: Log;
    /** Clock, timers, chance and names. Default: the platform's. */
    env: Env;
}
type ServerSettings = {
    [Name in keyof Settings]?: Settings[Name] | undefined;
};

interface AttachOptions {
    /** The path of upgrades and requests, exactly. Default '/'. */
    path?: string;
}

interface CloseOptions {
    /** Clients stay away so long, ms. Default 1,000. */
    after?: number;
    /** The last client is sent away so much later than the first, and their return is spread as widely, ms. Default 4,000. */
    spread?: number;
}
/** A running server: what `createServer` gives. */
interface HoldfastServer {
    /** Takes upgrades and requests on a path of an HTTP server. Returns the server itself. Throws `OptionError`. */
    attach(httpServer: Server, options?: AttachOptions): HoldfastServer;
    /**
     * Tells all clients to come back later, closes their links over `spread` ms, and resolves when the last one is gone
     * and everything taken is stored. The HTTP server stays as it is, a store passed in stays open.
     */
    close(options?: CloseOptions): Promise<void>;
    /** Links open now. */
    readonly links: number;
}
/** Creates a server that speaks `docs/PROTOCOL.md`. Throws `OptionError`, naming the option and what it takes. */
declare function createServer(options?: ServerSettings): HoldfastServer;

/** What is kept, at most. Durations in ms, sizes in bytes, roughly. */
interface TablesOptions {
    /** Entries of one channel. Default 10,000. */
    maxEntries: number;
    /** Entries of one channel, together. Default 16 MiB. */
    maxBytes: number;
    /** Age of an entry. Default 24 h. */
    maxAge: number;
    /** Channels; beyond, the one longest without a new entry is forgotten. Default 10,000. */
    maxChannels: number;
    /** All entries together; beyond, channels are forgotten likewise. Default 256 MiB. */
    totalBytes: number;
    /** A client that did nothing for so long is forgotten. Default 24 h. */
    clientTtl: number;
    /** Clients; beyond, the one longest idle is forgotten. Default 100,000. */
    maxClients: number;
    /** Cursors of one client; beyond, the one longest unchanged is forgotten. Default 1,000. */
    maxCursors: number;
}

/** Limits; each has a default. */
interface MemoryStoreOptions extends Partial<TablesOptions> {
    /** ms since 1970. Default: the clock. */
    now?: () => number;
    /** A name that no other store has. Default: random. */
    id?: () => string;
}
/**
 * A store in this process's memory: any number of server instances may share it, and it outlives each of them.
 * What it holds ends with the process; the next one has another epoch, which is how clients learn of the loss.
 */
declare class MemoryStore implements Store {
    #private;
    /** Throws `OptionError`. */
    constructor(options?: MemoryStoreOptions);
    open(ask: OpenAsk): Promise<Opened>;
    append(ask: AppendAsk): Promise<Appended>;
    read(ask: ReadAsk): Promise<Slice>;
    cursor(ask: CursorAsk): Promise<Cursor | undefined>;
    keep(ask: KeepAsk): Promise<void>;
    forget(ask: ForgetAsk): Promise<void>;
    watch(onChange: (change: Change) => void): () => void;
    /** As a bus between processes would: never before it has returned. */
    notify(ask: NotifyAsk): Promise<void>;
    listen(node: string, onNote: (note: string) => void): () => void;
    close(): Promise<void>;
}

export { AuthError, Entry, HoldfastError, MemoryStore, Packed, createServer };
export type { AppendAsk, Appended, AttachOptions, Authenticate, AuthenticateAsk, Authorize, Change, CloseOptions, Cursor, CursorAsk, Draft, Fate, ForgetAsk, HoldfastServer, KeepAsk, Log, MemoryStoreOptions, NotifyAsk, OpenAsk, Opened, ReadAsk, ServerSettings, Settings, Slice, Store };
