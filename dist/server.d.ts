import { IncomingMessage, Server } from 'node:http';
import { E as Entry } from './shared/frame.js';
export { d as Packed } from './shared/frame.js';
import { S as Store, O as OpenAsk, a as Opened, A as AppendAsk, b as Appended, R as ReadAsk, c as Slice, d as SentAsk, P as Place, C as CursorAsk, e as Cursor, K as KeepAsk, F as ForgetAsk, M as MembersAsk, f as Roster, g as SeenAsk, h as Change, N as NotifyAsk } from './shared/store.js';
export { B as Bounds, D as Device, i as Draft, j as Fate, k as Member } from './shared/store.js';
import { Env } from './index.js';
import { H as HoldfastError } from './shared/errors.js';
export { F as FrameError, M as MessageError, O as OptionError } from './shared/errors.js';
import { RedisOptions } from 'ioredis';

type Action = 'publish' | 'subscribe' | 'history' | 'presence';

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

/** A message that somebody wants to send. */
interface MessageAsk {
    /** The id of the sending device. */
    client: string;
    /** '' when anonymous. */
    user: string;
    channel: string;
    /** `<client>:<number>`; the same each time the message is asked about. */
    id: string;
    /** A JSON value, or a `Uint8Array`: a copy, so that what is done to it changes nothing. */
    body: unknown;
}
/**
 * Nothing: it is taken as it is. `{ body }`: it is taken with this body, a JSON value or binary. `{ refuse, code }`: it is
 * not taken, and the sender is told why; `code` is for programs, default `'rejected'`.
 */
type MessageVerdict = undefined | {
    body: unknown;
} | {
    refuse: string;
    code?: string | undefined;
};
/**
 * Asked for each message before it is stored, after `authorize`. One that throws, or takes longer than `callTimeout`, has
 * not answered: the client says the message again. A message may be asked about more than once, several of one sender at
 * the same time, and is stored once at most.
 */
type OnMessage = (message: MessageAsk) => MessageVerdict | void | Promise<MessageVerdict | void>;

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
    /** Takes, changes or refuses each message before it is stored. Default: all are taken as they are. */
    onMessage: OnMessage | undefined;
    /**
     * Signs session and link tickets (HMAC-SHA256); the same on every node. 16 bytes at least. Default: random, for one
     * process only.
     */
    secret: string | Uint8Array;
    /** How long a session ticket holds. Default 24 h. */
    ticketTtl: number;
    /**
     * Pages that may connect: origins (RFC 6454), or '*' for all; cookies count, and reach `authenticate`, only of those
     * that are listed or of the same host. Default: those of the same host.
     */
    allowedOrigins: readonly string[] | '*' | undefined;
    /** Silence after which a link is dropped; at half of it, it is pinged. Default 45 s. */
    idle: number;
    /** From a link's opening to its first frame. Default 5 s. */
    helloTimeout: number;
    /** What `authenticate` may take. Default 10 s. */
    authenticateTimeout: number;
    /** What the body of a POST may take, and besides a second for each 2 KiB that came. Default 10 s. */
    bodyTimeout: number;
    /** What a store, `authorize` or `onMessage` may take. Default 30 s. */
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
    /**
     * Frames of one link a second, and a second's worth at once. Beyond, the server does not listen to it for a while; a
     * POST that does not wait for that is 429. Default 50,000.
     */
    maxFrameRate: number;
    /** Bytes of its packets, likewise. Default 64 MiB. */
    maxByteRate: number;
    /** Links of one user at once, at this node; more are 429. Strangers are not counted. Default 100. */
    maxLinksPerUser: number;
    /**
     * Links of one address at once, and requests that may become one, at this node; more are 429, before `authenticate` is
     * asked. An address is an IPv4 address or an IPv6 /64. Default Infinity: behind a proxy all have its address, until
     * `trustProxy` says otherwise.
     */
    maxLinksPerAddress: number;
    /**
     * Proxies before the server that append to `X-Forwarded-For`: of its entries the last so many are believed. Default 0:
     * none, and the header is not looked at.
     */
    trustProxy: number;
    /**
     * Links welcomed a second, up to a second's worth at once; others wait for it on their links, up to 25 s, or are told when
     * to come back, each at a time of its own.
     * Set it to what the machine and the store can welcome. Default 2,000.
     */
    maxAccepts: number;
    /** A device that is cut, and has not left, is offline after this. Default 10 s. */
    presenceGrace: number;
    /**
     * How often a node says when it last heard of the devices linked to it; of a node that died, all are offline after this
     * and `idle`. 100 ms at least. Default 15 s.
     */
    presenceEvery: number;
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

/** Where a message of the server is in its channel's log. */
interface Published {
    /** As those of other messages: `<client>:<number>`. */
    id: string;
    epoch: string;
    offset: number;
}
interface PublishOptions {
    /** Whose message it is: a user's id. Default '', nobody's. */
    from?: string;
}

interface ReadOptions {
    /** The first offset wanted; what is older than the log begins at its oldest. Default: the oldest. */
    from?: number;
    /** Entries at most; 0 asks for the bounds alone. Default 100, most 1,000. There are fewer where the bodies pass 8 MiB. */
    limit?: number;
}
/** A part of a channel's log. */
interface ServerPage {
    /** Of one epoch; offsets of another are others. */
    epoch: string;
    /** The first offset that the log holds, and the one that its next entry will have. */
    oldest: number;
    next: number;
    /** Bodies are JSON values, or `Uint8Array`. */
    entries: Entry[];
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
    /**
     * Sends a message of the server's own to a channel: neither `authorize` nor `onMessage` is asked. Resolves when it is in the log.
     * A store that fails is asked again for `callTimeout`; then it rejects with a `MessageError`: `expired` (it is not stored) or
     * `in-doubt` (it may be). Other codes: `not-encodable`, `too-big`, `queue-full`, `refused` (a full inbox), `closed`.
     * Messages to a channel stand in the order of the calls. Rejects with `OptionError` for what it does not take.
     */
    publish(channel: string, body: unknown, options?: PublishOptions): Promise<Published>;
    /** Reads a channel's log. Rejects with `HoldfastError`: `unavailable` when the store fails; `OptionError`. */
    read(channel: string, options?: ReadOptions): Promise<ServerPage>;
    /** What this server has done and does, as text that Prometheus reads (format 0.0.4). No label names a channel or a user. */
    metrics(): Promise<string>;
    /** Links open now. */
    readonly links: number;
}

/** Creates a server that speaks `docs/PROTOCOL.md`. Throws `OptionError`, naming the option and what it takes. */
declare function createServer(options?: ServerSettings): HoldfastServer;

/** What is kept of each channel and client, at most. Durations in ms, sizes in bytes, roughly. */
interface StoreLimits {
    /** Entries of one channel; beyond, the oldest go. Default 10,000. */
    maxEntries: number;
    /** Entries of one channel, together; beyond, the oldest go. Default 16 MiB. */
    maxBytes: number;
    /** Age of an entry. Default 24 h. */
    maxAge: number;
    /**
     * Entries of one inbox, a channel whose name begins with `@`; beyond, new ones are refused. `maxEntries`, `maxBytes`
     * and `maxAge` do not count for it. Default 1,000.
     */
    inboxEntries: number;
    /** Entries of one inbox, together; beyond, new ones are refused. Default 4 MiB. */
    inboxBytes: number;
    /** Age of an entry in an inbox. Default 7 days. */
    inboxAge: number;
    /** A client that did nothing for so long is forgotten, with all its places in channels. Default 7 days. */
    clientTtl: number;
    /** Clients; beyond, the one longest idle is forgotten. Default 100,000. */
    maxClients: number;
    /** Channels that one client is a member of; beyond, it leaves the one where it is longest unchanged. Default 1,000. */
    maxCursors: number;
}

/** Limits; each has a default. */
interface FileStoreOptions extends Partial<StoreLimits> {
    /** Size of the file, bytes, in whole pages of 4 KiB; beyond, nothing more is stored. Default: the disk's. */
    maxFile?: number;
    /** ms since 1970. Default: the clock. */
    now?: () => number;
}
/**
 * A store in one file on this machine's disk (SQLite): what is accepted is there after a crash of the process or the
 * machine. For one node: any number of server instances of this process may share it, and no other process may open the
 * file meanwhile. Of the keys of clients it holds hashes only.
 *
 * Where the disk is full or fails, calls reject, and senders say it again; it goes on by itself when there is room. The
 * file never shrinks: room in it that is free is used again. It keeps the name and the count of every channel for good.
 */
declare class FileStore implements Store {
    #private;
    private constructor();
    /**
     * Opens the file, or makes it, with two more beside it while it is open: `-wal` and sometimes `-journal`; its folder
     * has to be there. Needs the package `libsql`. Throws `OptionError`; `HoldfastError` `store-locked` where another
     * process has the file open, and `store-failed` where it cannot be opened or is not one of Holdfast.
     */
    static open(path: string, options?: FileStoreOptions): Promise<FileStore>;
    open(ask: OpenAsk): Promise<Opened>;
    append(ask: AppendAsk): Promise<Appended>;
    read(ask: ReadAsk): Promise<Slice>;
    sent(ask: SentAsk): Promise<readonly Place[]>;
    cursor(ask: CursorAsk): Promise<Cursor | undefined>;
    keep(ask: KeepAsk): Promise<void>;
    leave(ask: CursorAsk): Promise<void>;
    forget(ask: ForgetAsk): Promise<void>;
    members(ask: MembersAsk): Promise<Roster>;
    seen(ask: SeenAsk): Promise<void>;
    watch(onChange: (change: Change) => void): () => void;
    /** As a bus between processes would: never before it has returned. */
    notify(ask: NotifyAsk): Promise<void>;
    listen(node: string, onNote: (note: string) => void): () => void;
    /** Carries out what was asked, and lets go of the file. */
    close(): Promise<void>;
}

/**
 * Opens the store that a setting names, with the defaults of its kind: `memory`, `file:PATH` (a path or a `file:///`
 * URL), `redis://…` or `rediss://…`. Throws `OptionError` for what is none of these, and what that store throws.
 */
declare function openStore(url: string): Promise<Store>;

/** What all logs together may be. */
interface LogsLimits extends StoreLimits {
    /**
     * Channels; beyond, the one longest without a new entry is forgotten, an inbox as well: memory ends somewhere. Default
     * 10,000.
     */
    maxChannels: number;
    /** All entries together; beyond, channels are forgotten likewise. Default 256 MiB. */
    totalBytes: number;
}

/** What is kept in memory, at most. */
type TablesOptions = LogsLimits;

/** Limits; each has a default. */
interface MemoryStoreOptions extends Partial<TablesOptions> {
    /** ms since 1970. Default: the clock. */
    now?: () => number;
    /** A name that no other store has. Default: random. */
    id?: () => string;
}
/**
 * A store in this process's memory: any number of server instances may share it, and it outlives each of them.
 * What it holds ends with the process; the next one has another epoch, which is how clients learn of the loss. Past
 * `maxChannels` and `totalBytes` inboxes are forgotten like other channels, whether they were fetched or not.
 */
declare class MemoryStore implements Store {
    #private;
    /** Throws `OptionError`. */
    constructor(options?: MemoryStoreOptions);
    open(ask: OpenAsk): Promise<Opened>;
    append(ask: AppendAsk): Promise<Appended>;
    read(ask: ReadAsk): Promise<Slice>;
    sent(ask: SentAsk): Promise<readonly Place[]>;
    cursor(ask: CursorAsk): Promise<Cursor | undefined>;
    keep(ask: KeepAsk): Promise<void>;
    leave(ask: CursorAsk): Promise<void>;
    forget(ask: ForgetAsk): Promise<void>;
    members(ask: MembersAsk): Promise<Roster>;
    seen(ask: SeenAsk): Promise<void>;
    watch(onChange: (change: Change) => void): () => void;
    /** As a bus between processes would: never before it has returned. */
    notify(ask: NotifyAsk): Promise<void>;
    listen(node: string, onNote: (note: string) => void): () => void;
    close(): Promise<void>;
}

/** Redis itself says how many clients there are room for. */
type RedisLimits = Omit<StoreLimits, 'maxClients'>;
interface RedisSettings extends RedisLimits {
    /** What all keys and all pub/sub channels begin with; another prefix is another store. Default 'holdfast:'. */
    prefix: string;
    /** A call that Redis does not answer for so long has failed, and a connection silent for so long is cut, ms. Default 5,000. */
    timeout: number;
    /** What `ioredis` takes beside the URL: `tls`, `sentinels`, `name` … Default: none. */
    connection: RedisOptions | undefined;
    /** ms since 1970. Default: the clock. */
    now: () => number;
}
/** Limits and the connection; each has a default. */
type RedisStoreOptions = {
    [Name in keyof RedisSettings]?: RedisSettings[Name] | undefined;
};

/**
 * A store in Redis 7 or newer, for any number of nodes; not in a Redis Cluster. What it answers is as safe as Redis
 * keeps it (`appendonly`, `appendfsync`). A Redis that may have lost some of it has another epoch.
 */
declare class RedisStore implements Store {
    #private;
    /**
     * Resolves when Redis is reached; rejects when it cannot be, or will not do (`store-unreachable`). From then on it is
     * reached again by itself, and what is asked meanwhile rejects.
     * @param url `redis://` or `rediss://`, as `ioredis` takes it
     */
    static open(url: string, options?: RedisStoreOptions): Promise<RedisStore>;
    private constructor();
    open({ client, key, user, acked }: OpenAsk): Promise<Opened>;
    append({ client, records }: AppendAsk): Promise<Appended>;
    read({ ch, from, limit, bytes }: ReadAsk): Promise<Slice>;
    sent({ client, from }: SentAsk): Promise<readonly Place[]>;
    cursor({ client, ch }: CursorAsk): Promise<Cursor | undefined>;
    keep({ client, ch, cursor }: KeepAsk): Promise<void>;
    leave({ client, ch }: CursorAsk): Promise<void>;
    forget({ client, below }: ForgetAsk): Promise<void>;
    members({ ch }: MembersAsk): Promise<Roster>;
    seen({ devices }: SeenAsk): Promise<void>;
    watch(onChange: (change: Change) => void): () => void;
    follow(ch: string, wanted: boolean): void;
    notify({ node, note }: NotifyAsk): Promise<void>;
    listen(node: string, onNote: (note: string) => void): () => void;
    close(): Promise<void>;
}

export { AppendAsk, Appended, AuthError, Change, Cursor, CursorAsk, Entry, FileStore, ForgetAsk, HoldfastError, KeepAsk, MembersAsk, MemoryStore, NotifyAsk, OpenAsk, Opened, Place, ReadAsk, RedisStore, Roster, SeenAsk, SentAsk, Slice, Store, createServer, openStore };
export type { AttachOptions, Authenticate, AuthenticateAsk, Authorize, CloseOptions, FileStoreOptions, HoldfastServer, Log, MemoryStoreOptions, MessageAsk, MessageVerdict, OnMessage, PublishOptions, Published, ReadOptions, RedisStoreOptions, ServerPage, ServerSettings, Settings };
