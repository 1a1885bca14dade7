import { R as Receipt, T as Track, D as Delivered, a as Recipient, P as Page, M as Message, S as Seat, b as Presence$1, c as Present, d as Packed, e as Send, f as Subscribe, C as ClientFrame, U as Unsubscribed, N as Noted, g as Subscribed, h as Denied, i as Pong, j as ServerFrame, k as Ping } from './shared/frame.js';
export { F as Frame } from './shared/frame.js';
import { M as MessageError, C as ConnectionError, a as MessageErrorCode } from './shared/errors.js';
export { F as FrameError, H as HoldfastError, O as OptionError } from './shared/errors.js';
import { E as Env } from './shared/env.js';
export { c as createEnv } from './shared/env.js';
import { P as PageSignal, a as PageLike } from './shared/page.js';
import { C as Closing, a as Codec, T as Transport, P as Packet } from './shared/transport.js';
export { b as Close, c as Connection, L as LeafClock, d as Target, e as TransportEvents } from './shared/transport.js';

/** Options of every `on`. */
interface ListenOptions {
    /** Stops listening when it aborts. */
    signal?: AbortSignal;
}

/** How far a reader has come. */
interface Place {
    epoch: string;
    /** The offset wanted next. */
    next: number;
    /** The first offset of what came before it without a hole. */
    since?: number | undefined;
}
/** Offsets that this device will not get: the server no longer has them. */
interface Gap {
    from: number;
    to: number;
    /** The log began anew (another epoch): how much of the old one was missed is not known, perhaps nothing. */
    reset?: true;
}

/** When to ask an idle link whether it lives. All in ms. */
interface HeartbeatOptions {
    /** Silence before a ping; `Infinity` turns the heartbeat off. */
    interval: number;
    /** From the first ping without an answer to the end of the link. */
    timeout: number;
    /** Pings after the first, evenly spaced within `timeout`. */
    retries: number;
}
/** The question that a link has yet to answer. Replaced, never changed. */
interface Asked {
    /** When it was sent; absent once repeated, for then an answer measures nothing (Karn). */
    readonly at?: number | undefined;
    /** How often it is asked again. */
    readonly left: number;
    /** It was asked because the clock had jumped: that excuse counts once. */
    readonly excused?: true;
}

/** How reconnect attempts are spaced. */
interface BackoffOptions {
    /** Ceiling of the first random delay, ms. */
    base: number;
    /** Ceiling of every delay, ms. Applied before the jitter, so that a herd stays spread. */
    cap: number;
    /** What the ceiling grows by with each failure. */
    factor: number;
    /** Never sooner than this, ms. */
    floor: number;
}

/** Round-trip time and the retransmission timeout drawn from it (RFC 6298; bounds 0.3 s and 10 s). All in ms. */
declare class Rtt {
    #private;
    /** Smoothed; undefined before the first sample. */
    srtt: number | undefined;
    /** Never feed it the answer to something sent twice: which one was answered? (Karn) */
    sample(ms: number): void;
    /** How long an answer may take before something is wrong. */
    get rto(): number;
}

/** All durations in ms. */
interface LinkOptions {
    backoff: BackoffOptions;
    heartbeat: HeartbeatOptions;
    /** An attempt that takes longer is given up. Browsers wait 20 to 240 s. */
    connectTimeout: number;
    /** A link that lived this long starts the count of failures anew. */
    stableAfter: number;
    /** Failures in a row before giving up for good. */
    maxRetries: number;
    /** How long `close` waits for the other side; 0 does not wait. */
    closeTimeout: number;
    /** The other side opens with a `welcome`; without it a link is not yet up. */
    greets: boolean;
    /** Closings after which nothing is tried again. */
    isFatal: (closing: Closing) => boolean;
    random: () => number;
    rtt: Rtt;
    /** What an answer may take longer for what is large and on its way, ms. */
    extra?: () => number;
}

/** The one shape of every decider: data in, data out, and when it wants to be woken. It touches nothing. */
interface Machine<Input, Output> {
    /** `now` in ms, never going back. */
    handle(input: Input, now: number): Output[];
    /** When to hand it a `tick` at the latest; `Infinity` for never. Asked for again after each input. */
    readonly deadline: number;
}
/** The runner's own input, common to all machines. */
interface Tick {
    on: 'tick';
}

/** Links are numbered: what is said of an old one is ignored, so nothing reconnects twice. */
type LinkState = {
    is: 'idle';
} | {
    is: 'dialing';
    link: number;
    failures: number;
    until: number;
} | {
    is: 'greeting';
    link: number;
    failures: number;
    until: number;
} | {
    is: 'up';
    link: number;
    failures: number;
    since: number;
    /** Silence before a ping, ms. */
    interval: number;
    /** The ping or the verdict. Moves with traffic; no timer moves with it. */
    until: number;
    asked?: Asked | undefined;
}
/** `hold`: the time that the server named, which no wake-up shortens; 0 without. */
 | {
    is: 'waiting';
    failures: number;
    until: number;
    hold: number;
}
/** No network, or the page is put away: dialling rests. */
 | {
    is: 'paused';
    failures: number;
    until: number;
    hold: number;
} | {
    is: 'closing';
    link: number;
    until: number;
    closing: Closing;
} | {
    is: 'closed';
    closing: Closing;
};
type LinkInput = Tick | {
    on: 'connect';
} | {
    on: 'opened';
    link: number;
}
/** `idle`: the server's own limit of silence, ms. */
 | {
    on: 'welcomed';
    link: number;
    idle: number;
} | {
    on: 'heard';
    link: number;
    pong: boolean;
}
/** The other side lives, and its welcome comes within `after` ms. */
 | {
    on: 'waits';
    link: number;
    after: number;
} | {
    on: 'ended';
    link: number;
    closing: Closing;
}
/** Something happened that a link may not have survived: ask it. */
 | {
    on: 'wake';
} | {
    on: 'online';
} | {
    on: 'offline';
}
/** The page is put away and may come back. */
 | {
    on: 'suspend';
} | {
    on: 'reconnect';
    code: number;
    reason: string;
} | {
    on: 'close';
    code: number;
    reason: string;
};
type LinkOutput = {
    do: 'open';
    link: number;
} | {
    do: 'ping';
    link: number;
}
/** Ask for a close and listen for its end. */
 | {
    do: 'hangup';
    link: number;
    code: number;
    reason: string;
}
/** Close and stop listening at once. */
 | {
    do: 'drop';
    link: number;
    closing: Closing;
}
/** A dial follows in `delay` ms; Infinity while there is no network. */
 | {
    do: 'retry';
    attempt: number;
    delay: number;
    closing: Closing;
} | {
    do: 'ended';
    closing: Closing;
};
type Up = LinkState & {
    is: 'up';
};
/** One connection to one server, kept alive and made again: the decisions of dialling, heartbeat and reconnect. */
declare class Link implements Machine<LinkInput, LinkOutput> {
    #private;
    state: LinkState;
    /** So far. The newest one's number. */
    dials: number;
    constructor(options: LinkOptions);
    get deadline(): number;
    handle(input: LinkInput, now: number): LinkOutput[];
    /** Something is overdue: asks the link whether it lives; silence for as long as an answer may take ends it. */
    probe(now: number): LinkOutput[];
    /** What an answer may take, ms. */
    get patience(): number;
    /** The state of a link that can be asked whether it lives: without a heartbeat there is no way. */
    get askable(): Up | undefined;
}

/** The truth about the connection, in the app's words. */
type Status = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed';

/** A word that gets no answer. It is said at once, and again beside the next ping: the pong proves that it came. */
declare class Word {
    #private;
    /** There is nothing to say on this link yet. */
    get isSilent(): boolean;
    /** It is to be said, or said anew. */
    renew(): void;
    silence(): void;
    /** Whether it is to leave now, or with this ping. */
    leaves(ping?: number): boolean;
    pong(id: number): void;
}

/** Who has a message. */
type Reach = Pick<Receipt, 'count' | 'of' | 'by' | 'gone'>;
type ReceiptOutput<Tag> = 
/** Without a receipt: none will come any more. */
{
    do: 'receipt';
    tag: Tag;
    receipt?: Reach;
} | {
    do: 'placed';
    tag: Tag;
    offset: number;
};
/** The messages that the server has, and not yet everybody they are for. */
declare class Receipts<Tag> {
    #private;
    readonly word: Word;
    constructor(emit: (output: ReceiptOutput<Tag>) => void);
    get size(): number;
    get tracked(): {
        seq: number;
        ch: string;
        tag: Tag;
    }[];
    /** The server has it: who else? One question on a link is enough for all that come after. */
    add(seq: number, ch: string, tag: Tag): void;
    /** @param acked all later ones may be taken any time. */
    question(acked: number): Track;
    placed(seq: number, offset: number): void;
    /** What is said last counts; what was said before is no news. */
    delivered({ ch, list }: Delivered): void;
    /** Nothing will be told any more. */
    close(): void;
}

/** In this order, but for `failed`, which may come from any but `delivered`; each may be left out. */
type MessageState = 'queued' | 'sent' | 'accepted' | 'stored' | 'delivered' | 'failed';
/** Who has a message, as far as the server has told. */
interface Delivery {
    /** Recipients that have it. A recipient is a person, or a device of nobody known; the sender is none. */
    count: number;
    /** Recipients that there are. */
    of: number;
    /** The one that came last to have it. */
    by?: Recipient;
}
interface MessageEvents {
    state: {
        state: MessageState;
        error?: MessageError;
    };
    /** Somebody more has it, or is to have it. */
    receipt: Delivery;
}
/** A message on its way. The server takes it or does not: `accepted` is settled once; then it is known who has it. */
declare class OutgoingMessage {
    #private;
    readonly channel: string;
    /** Why it failed. */
    error: MessageError | undefined;
    /** Its place in the channel's log: 1, 2, 3 …; undefined until the server has told it. */
    offset: number | undefined;
    /** Who has it; undefined until the server has told. */
    receipt: Delivery | undefined;
    constructor(client: string, channel: string);
    /** `<client id>:<seq>`, the same that its receivers see; undefined while a `Blob` before it is still being read. */
    get id(): string | undefined;
    /**
     * `queued` here, `sent` to the server at least once, `accepted` by it for good, `stored` for recipients of whom none
     * is there, `delivered` to one of them at least (`receipt` says how many); or `failed`, and `error` says why.
     */
    get state(): MessageState;
    /** Resolves when the server has the message for good. Rejects with a {@link MessageError}. */
    get accepted(): Promise<this>;
    /**
     * Resolves when the first recipient has it. Rejects with a {@link MessageError}: the message failed; it was deleted
     * before anybody had it (`undelivered`); or it is accepted and will not be told of (`untold`), since the client is
     * closed, a thousand newer messages are waited for, or the server tells nothing.
     */
    get delivered(): Promise<Delivery>;
    /** Listens to `state` or `receipt`; returns the way to stop. */
    on<Type extends keyof MessageEvents>(type: Type, listener: (event: MessageEvents[Type]) => void, options?: ListenOptions): () => void;
    /** @internal The client's word on it. */
    number(seq: number): void;
    /** @internal The client's word on it. No state goes back. */
    become(state: MessageState, error?: MessageError): void;
    /** @internal The client's word on it; without a receipt none will come. */
    reach(receipt?: Reach): void;
}

/**
 * Where a reader begins: with what comes `now`, with the `oldest` entry kept, where this device was `last` (the oldest
 * entry for a device that is new here), or at an offset.
 */
type From = 'now' | 'oldest' | 'last' | number;
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

/** A person in a channel; or a device of nobody known, which stands for itself. */
interface PresentUser {
    /** '' when anonymous. */
    user: string;
    /** The best of its devices: `online`, `away` (linked, and nobody looks) or `offline`. */
    presence: Presence$1;
    /** When it was last seen, ms since 1970. */
    time: number;
    devices: Seat[];
}
interface PresenceEvents {
    /** The list is another: devices that came or changed, and clients that are members no more. */
    change: {
        list: Seat[];
        changed: Seat[];
        left: string[];
    };
    /** The server does not let this client see it. */
    error: ConnectionError;
}
/** Who is in a channel, kept up to date until `stop()`. While the client is not online it shows what was known last. */
declare class Presence {
    #private;
    readonly channel: string;
    constructor(channel: string, end: () => void);
    /** The devices in it, this one as well, each with how it was seen last. Empty until the server has answered. */
    get list(): Seat[];
    /** The same by person: the best presence and the latest time of each one's devices. */
    get users(): PresentUser[];
    /** Listens; returns the way to stop listening. */
    on<Type extends keyof PresenceEvents>(type: Type, listener: (event: PresenceEvents[Type]) => void, options?: ListenOptions): () => void;
    /** Ends it: the list stays as it is. */
    stop(): void;
    /** @internal The client's word. */
    tell({ all, list, left }: Present): void;
    /** @internal The client's word. */
    fail(error: ConnectionError): void;
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

/** The transports by their rank, the best first, and how they are tried. */
interface LadderOptions {
    /** How many there are. */
    rungs: number;
    /** The one that worked the last time; 0 when nothing is known. */
    first: number;
    /** From the start of one rung to the start of the next (RFC 8305), ms. */
    stagger: number;
}
type LadderOutput = 
/** `fresh`: the first of a race; the others go to the same address with the same token. */
{
    do: 'open';
    link: number;
    rung: number;
    fresh: boolean;
}
/** Close and stop listening at once. */
 | {
    do: 'drop';
    link: number;
    closing: Closing;
}
/** This one serves from now on, and may be tried first the next time; undefined: the one that did has failed. */
 | {
    do: 'rung';
    rung: number | undefined;
    reason: string;
};
/** What follows for the session: say hello on that link; or nothing is left, and the attempt (or the link) is over. */
type Turn = 'hello' | 'over' | undefined;
/**
 * Which transport next. An attempt is a race: the next rung starts a while after the one before, or at once when that
 * fails outright. The first that opens says hello; the others only ask for a sign of life, and the first of them to get
 * it takes over from one that is not welcomed yet. On a lower rung, the higher ones are tried in the background.
 */
declare class Ladder {
    #private;
    /** The link that carries the session, or is to. */
    front: number | undefined;
    /** Has said hello, while the front still serves. */
    mover: number | undefined;
    /** Why the attempt, or the link, is over: what matters most of all that was said. */
    blame: Closing | undefined;
    /** The rung that serves, or did. */
    best: number;
    constructor(options: LadderOptions, random: () => number, emit: (output: LadderOutput) => void);
    get deadline(): number;
    has(link: number): boolean;
    /** Whether this rung is left alone for a while. */
    rests(rung: number, now: number): boolean;
    /** An attempt begins. @param failures in a row so far. @param known whether a link was ever welcomed. */
    start(failures: number, known: boolean, now: number): void;
    /** Packets can be sent. Says whether it is the first, which says hello; the others are to be asked for a sign of life. */
    opened(link: number): boolean;
    /** A link that is not the front has given its sign of life. */
    useful(link: number, now: number): Turn;
    /** One that has said hello is to wait for its welcome: it carries both ways, and its turn would be lost on another. */
    waits(link: number, after: number, now: number): void;
    /** The front, or the mover in its place, is welcomed: the race is over. */
    won(link: number, now: number): void;
    /** A link has ended. */
    ended(link: number, closing: Closing, now: number): Turn;
    tick(now: number): Turn;
    /** The network may be another: what did not work may work now. */
    renew(now: number): void;
    /** The attempt, or the link, is over. */
    stop(closing: Closing, now: number): void;
    /** Ends a link from this side. */
    drop(link: number, closing: Closing): void;
}

/** How much the line carries, either way: what is large takes more than its round trip. */
declare class Throughput {
    #private;
    /** What so many bytes may take, ms. */
    time(bytes: number): number;
    /** What may take no longer, bytes; 32 a ms at most. */
    within(ms: number): number;
    /** So many got there in so long. */
    took(bytes: number, ms: number): void;
    /** So many got no answer in their time: the line may be narrower than believed, or than it was. */
    doubt(bytes: number): void;
}

interface OutboxOptions {
    /** Messages waiting or unacknowledged, at most. */
    maxMessages: number;
    /** Their bodies together, bytes at most. */
    maxBytes: number;
    /** What gives way when it is full: the new message, or the oldest that was never sent. */
    onFull: 'reject' | 'drop-oldest';
    /** Unacknowledged at once, messages at most; the server may ask for fewer. */
    window: number;
    /** Unacknowledged at once, bytes at most; one message always fits. */
    windowBytes: number;
}
/** What the app hands in. `Tag` is its own handle, given back when something happens to the message. */
interface Draft<Tag> {
    /** The message's number. Each is higher than the one before; those never sent may leave holes. */
    seq: number;
    ch: string;
    body: Packed;
    /** Size of `body`, bytes. */
    bytes: number;
    /** Replaces a message of the same channel and key that was never sent. */
    key?: string | undefined;
    /** Given up at this time; Infinity for never. */
    expiresAt: number;
    tag: Tag;
}
/** A message as it is kept for the next page. */
interface KeptItem<Tag> extends Draft<Tag> {
    /** Its place in the slots: channel and key in one. */
    key: string | undefined;
    /** How often it was written, here or by another page; once written it is in doubt until the server says what it has. */
    tries: number;
}
/** A number that may not be used: the server has taken it from another page with this name. The message has this one now. */
interface Numbered<Tag> {
    do: 'number';
    /** None where it is only the last number taken. */
    tag?: Tag;
    seq: number;
}
/** What became of a message. Said once, and last. */
interface Settled<Tag> {
    do: 'settled';
    tag: Tag;
    error?: MessageError;
    /** Which it was, when the server has taken it. */
    seq?: number;
    ch?: string;
    /** Who has it will be told. */
    tracked?: boolean;
}
/** The ack-wait queue: a ledger of all that the server has not acknowledged, in the order sent. */
declare class Outbox<Tag> {
    #private;
    /** Cumulative: every message up to this one was acknowledged. */
    acked: number;
    /** Waiting and unacknowledged bodies together, bytes. */
    bytes: number;
    retransmits: number;
    /** The first so many are in flight on the current link. */
    inFlight: number;
    readonly throughput: Throughput;
    constructor(options: OutboxOptions, rtt: Rtt);
    get size(): number;
    /** Unsettled, in their order. */
    get items(): readonly KeptItem<Tag>[];
    /** When to look for expired messages next. */
    get expiresAt(): number;
    /** In flight, bytes. */
    get load(): number;
    /** When the oldest in flight has been without an answer for too long; of use while there is a link. */
    get overdueAt(): number;
    /** Takes a message, or settles it (and those that gave way) at once. */
    push(draft: Draft<Tag>): Settled<Tag>[];
    /**
     * What the window lets out now. `sent` holds the tags of those that leave for the first time.
     * @param limit bytes at most, also for a message alone.
     */
    pump(now: number, limit?: number): {
        frames: Send<Packed>[];
        sent: Tag[];
    };
    /** The link is gone: what was in flight is not. */
    interrupt(): void;
    /**
     * What another page left behind that had this client's name. It may have written any of it since, and of the own
     * messages those up to `bound`: these keep their numbers, and all others get numbers after `seq`.
     */
    restore(items: readonly KeptItem<Tag>[], acked: number, seq: number, bound: number): Numbered<Tag>[];
    /** Numbers up to `taken` are used: those that were never written, and were not another page's, get later ones. */
    renumber(taken: number): Numbered<Tag>[];
    /** The server's terms, known from its welcome. Messages over `maxBody` bytes are settled. */
    agree(window: number, maxBody: number): Settled<Tag>[];
    /** Everything up to `seq` is accepted. What was never sent cannot be. */
    ack(seq: number, now: number): Settled<Tag>[];
    /** One message is settled out of turn: accepted, or refused with a reason. */
    settle(seq: number, error?: {
        code: MessageErrorCode;
        reason: string;
    }): Settled<Tag>[];
    /** Settles what has expired: surely not taken if it was never sent, in doubt otherwise. */
    expire(now: number): Settled<Tag>[];
    /**
     * The oldest in flight leaves again when it is overdue, alone: the rest follows when the server has moved. What is large
     * may be on its way still: the first time its link is only to be asked. Undefined where nothing is overdue.
     */
    retransmit(now: number): Send<Packed>[] | undefined;
    /**
     * Leaves for good. Should it come back all the same, it says that one number more is settled than were ever sent: by that
     * it is told from what was on its way before it left.
     */
    leave(): Numbered<Tag>;
    /** Settles everything: nothing will be sent any more. There may be very many, so those of one fate share their error. */
    close(reason: string): Settled<Tag>[];
}

type ReaderOutput = {
    do: 'deliver';
    ch: string;
    message: Message;
} | {
    do: 'gap';
    ch: string;
    gap: Gap;
} | {
    do: 'page';
    id: number;
    page: Page | ConnectionError;
}
/** A channel, or with none the connection, has something wrong with it. */
 | {
    do: 'fault';
    ch?: string;
    error: Error;
};
/** The downlink's ledgers: a cursor per channel, the questions not yet answered, the acknowledgements not yet told. */
declare class Reader {
    #private;
    gaps: number;
    constructor(emit: (output: ReaderOutput) => void);
    /** When a question is to be asked again; of use while there is a link. */
    get askAt(): number;
    /** When the acknowledgements are to leave, even alone. */
    get ackAt(): number;
    get duplicates(): number;
    subscribe(ch: string, from: Subscribe['from']): void;
    unsubscribe(ch: string): void;
    /** Where each channel is to go on, on the next page. */
    get places(): Record<string, Place>;
    restore(places: Record<string, Place>): void;
    history(id: number, ch: string, from: number, limit: number): void;
    /** The link is gone, and every question with it. */
    interrupt(): void;
    /** There is a link: follow every channel from where it was left, and ask again what was not answered. */
    resume(): void;
    /** The questions that are due; one without an answer is due again after `patience` ms. */
    questions(now: number, patience: number): ClientFrame<Packed>[];
    /**
     * The cumulative acknowledgements not yet told. They travel with whatever leaves next; one that is not noted within
     * `patience` ms is told again.
     */
    received(now: number, patience: number): ClientFrame<Packed>[];
    /** What is followed no longer: said once where `patience` is Infinity, for no answer comes, else until it is answered. */
    partings(now: number, patience: number): ClientFrame<Packed>[];
    unsubscribed({ id }: Unsubscribed): void;
    /** The server keeps for good what it was told. */
    noted({ ch, offset, id }: Noted): void;
    message(frame: Message, now: number): void;
    subscribed(frame: Subscribed, now: number): void;
    denied({ ch, id, code, reason }: Denied): void;
    /** The answer to a history request, once. */
    answer(id: number, page: Page | ConnectionError): void;
    /** A heartbeat repairs: what the server has pushed, and not heard of, is asked for, or said again to be here. */
    heads(heads: Pong['heads'], now: number): void;
    /** No answer will come any more. */
    close(): void;
}

type WatcherOutput = {
    do: 'present';
    ch: string;
    present: Present;
} | {
    do: 'unseen';
    ch: string;
    error: ConnectionError;
};

type LedgersOutput<Tag> = Numbered<Tag> | ReaderOutput | ReceiptOutput<Tag> | WatcherOutput | Settled<Tag>;
type LedgersInput<Tag> = {
    on: 'send';
    draft: Draft<Tag>;
}
/** What another page left behind: its last number is `seq`. Own messages up to `bound` may be among it. */
 | {
    on: 'restore';
    kept: Kept<Tag>;
    seq: number;
    bound: number;
} | {
    on: 'subscribe';
    ch: string;
    from: Subscribe['from'];
} | {
    on: 'unsubscribe';
    ch: string;
} | {
    on: 'watch';
    ch: string;
} | {
    on: 'unwatch';
    ch: string;
}
/** Nobody looks at this page, or somebody does again. */
 | {
    on: 'look';
    away: boolean;
} | {
    on: 'history';
    id: number;
    ch: string;
    from: number;
    limit: number;
};
interface LedgersOptions {
    outbox: OutboxOptions;
    /** A server that does not greet may not answer questions at all. */
    greets: boolean;
}
/** What another page needs in order to go on, under the same name. */
interface Kept<Tag> {
    /** Unsettled, in their order. */
    items: readonly KeptItem<Tag>[];
    acked: number;
    /** Accepted, and not yet with everybody. */
    tracked: readonly {
        seq: number;
        ch: string;
        tag: Tag;
    }[];
    places: Record<string, Place>;
}
interface Terms {
    got: number;
    window: number;
    /** The largest body, bytes. */
    body: number;
    /** It tells who has what and who is there. */
    receipts: boolean;
}
type Said<T extends ServerFrame['t']> = ServerFrame & {
    t: T;
};
/** What is heard of messages and channels. */
type About = 'accepted' | 'refused' | 'subscribed' | 'unsubscribed' | 'denied' | 'message' | 'page' | 'noted' | 'delivered' | 'present';
type Frames = ClientFrame<Packed>[];
/** All that outlives a link: what goes up, what comes down, who has what and who is there. */
declare class Ledgers<Tag> {
    #private;
    readonly rtt: Rtt;
    readonly outbox: Outbox<Tag>;
    readonly reader: Reader;
    readonly receipts: Receipts<Tag>;
    readonly heard: {
        [T in About]: (frame: Said<T>, now: number) => void;
    };
    constructor({ outbox, greets }: LedgersOptions, emit: (output: LedgersOutput<Tag>) => void);
    /** When something is to be said, on a link that is up. */
    get dueAt(): number;
    get kept(): Kept<Tag>;
    get isAway(): boolean;
    get isShared(): boolean;
    /** The app's wishes. */
    take(input: LedgersInput<Tag>): void;
    /** A heartbeat: what the server has, and what it has said, is held against what is known here. */
    compare({ got, heads, news }: Ping | Pong, now: number): void;
    pong({ id }: Pong): void;
    /** The link is gone. */
    interrupt(): void;
    /** There is another. */
    resume(): void;
    /** The server's terms: what it has taken, how much it takes, and whether it tells. */
    agree({ got, window, body, receipts: tells }: Terms, now: number): void;
    expire(now: number): void;
    /** Answers with what is settled. */
    leave(): number;
    close(reason: string): void;
    /** What is asked, in the first flight as well. */
    questions(now: number): Frames;
    /** What is not for a first flight, most of it only for a server that tells; with a ping, what may not have come. */
    news(now: number, ping?: number): Frames;
    received(now: number): Frames;
}

/** What a client tells its route, and the route hands on to the one link it stands for. */
type RouteInput = Exclude<LinkInput, {
    link: number;
}>;
type RouteOutput = Exclude<LinkOutput, {
    do: 'ping' | 'hangup' | 'open' | 'drop';
}> | LadderOutput;
/** What the session does when the route turns. */
interface Session$1 {
    emit(output: RouteOutput): void;
    /** Say who we are: on the link that is to serve, or (`moving`) on another that takes over from it. */
    greet(link: number, moving: boolean): void;
    /** Ask this link for a sign of life. */
    ask(link: number): void;
    /** The heartbeat asks. */
    beat(): void;
    /** What was on its way is lost. */
    lost(closing: Closing): void;
}
/**
 * Where the session runs: the life of one link after the other, and for each the transports that are tried for it. To
 * the link an attempt is one dial, whatever runs in it; outside, every connection has a number of its own.
 */
declare class Route {
    #private;
    readonly link: Link;
    readonly ladder: Ladder;
    /** A link was welcomed once: one that is lost is a reconnect. */
    known: boolean;
    constructor(link: LinkOptions, ladder: LadderOptions | undefined, session: Session$1);
    /** The link to write to. */
    get front(): number | undefined;
    get deadline(): number;
    /** What is not about one connection. */
    handle(input: RouteInput, now: number): void;
    opened(link: number, now: number): void;
    ended(link: number, closing: Closing, now: number): void;
    /** A link that does not serve yet has shown that it carries both ways. */
    useful(link: number, now: number): void;
    /** The other side takes us on this link; `idle` is its own limit of silence, ms. */
    welcomed(link: number, idle: number, now: number): void;
    /** The other side will take us on this link, which has said hello: within `after` ms. */
    waits(link: number, after: number, now: number): void;
    heard(pong: boolean, now: number): void;
    /** Does the link live? */
    probe(now: number): void;
}

interface ClientOptions {
    link: Omit<LinkOptions, 'isFatal' | 'rtt' | 'closeTimeout'>;
    /** Absent where there is one transport. */
    ladder?: LadderOptions;
    outbox: OutboxOptions;
    /** The public name of this client, and the secret that proves it. */
    id: string;
    key: string;
    /** Another page may come to have this name. */
    shared?: boolean;
}
type ClientInput<Tag> = Exclude<LinkInput, {
    on: 'welcomed' | 'heard' | 'waits';
}> | {
    on: 'frames';
    link: number;
    frames: ServerFrame[];
}
/** The other side sent what is no frame. */
 | {
    on: 'broken';
    link: number;
    error: Error;
} | LedgersInput<Tag>;
type ClientOutput<Tag> = RouteOutput | LedgersOutput<Tag> | {
    do: 'write';
    link: number;
    frames: ClientFrame<Packed>[];
}
/** The server's limit of a packet, bytes. */
 | {
    do: 'limit';
    link: number;
    max: number;
} | {
    do: 'status';
    status: Status;
    reason: string;
} | {
    do: 'sent';
    tag: Tag;
};

/** The client's decisions: what to say to the server and to the app, and when. */
declare class Client$1<Tag> implements Machine<ClientInput<Tag>, ClientOutput<Tag>> {
    #private;
    readonly ledgers: Ledgers<Tag>;
    readonly route: Route;
    constructor(options: ClientOptions);
    get outbox(): Outbox<Tag>;
    get link(): Link;
    get status(): Status;
    get deadline(): number;
    handle(input: ClientInput<Tag>, now: number): ClientOutput<Tag>[];
}

/** What a client wants to know of the network; a `NetworkDetector` is one. */
interface NetworkSource {
    readonly status: 'online' | 'offline' | 'unknown';
    on(type: 'change', listener: (event: {
        status: 'online' | 'offline' | 'unknown';
    }) => void): () => void;
    on(type: 'wake' | 'suspend', listener: () => void): () => void;
}
/** What is heard: of the network, and of whether somebody looks at the page. */
type Heard = {
    on: PageSignal;
} | {
    on: 'look';
    away: boolean;
};

/** Where the transport that worked is kept: `localStorage`, or anything like it. */
type MemoryLike = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface WriterOptions {
    /** The client's id. */
    id: string;
    codec: Codec;
    /** Time to live of a message that names none, ms. */
    ttl: number;
    now: () => number;
    push: (draft: Draft<OutgoingMessage>) => void;
}
/** Makes messages of what the app sends, and numbers them in that order. */
declare class Writer {
    #private;
    /** The last number given. */
    seq: number;
    constructor(options: WriterOptions);
    send(ch: string, body: unknown, { ttl, key }: SendOptions): OutgoingMessage;
}

/** What outlives a page. */
interface SavedSession {
    id: string;
    key: string;
    /** Of the page that saved it. */
    page: string;
    /** The last number given. */
    seq: number;
    acked: number;
    items: SavedMessage[];
    tracked: {
        seq: number;
        ch: string;
    }[];
    places: Kept<never>['places'];
}
/** A message not settled yet. */
interface SavedMessage {
    seq: number;
    ch: string;
    body: Packed;
    key?: string | undefined;
    /** ms since 1970; Infinity for never. */
    expiresAt: number;
    tries: number;
}
/** Where it lies between two pages. What is loaded is there no more: a page that is duplicated has it only once. */
interface SessionStore {
    load(): SavedSession | undefined;
    save(saved: SavedSession | undefined): void;
}
/** The client that it keeps. */
interface KeeperHost {
    id: string;
    key: string;
    /** A name that this page alone has. */
    page: string;
    core: Client$1<OutgoingMessage>;
    writer: Writer;
    feed: (input: ClientInput<OutgoingMessage> & {
        on: 'restore' | 'wake';
    }) => void;
    now: () => number;
    timer: (callback: () => void, ms: number) => () => void;
    report: (error: Error) => void;
}
/** Lays the session down while the page may end without a word, and takes it up again when it goes on. */
declare class Keeper {
    #private;
    constructor(store: SessionStore);
    /** The name that the page before had, if any. */
    get name(): {
        id: string;
        key: string;
    } | undefined;
    begin(host: KeeperHost): void;
    /** What is heard of the page. Comes before the client hears it. False: it will hear it later. */
    hear(heard: Heard): boolean;
    /** Something happened that the page after this one has to know, should this one end now. */
    touch(): void;
    /** The client is closed: nothing is kept. */
    end(): void;
}

/** The option `session` of a client: what {@link tabSession} or {@link storedSession} makes. */
interface Session {
    /** @internal For one client. */
    open(): Keeper;
}
/**
 * A session that outlives the page, in a storage of yours under a key of yours. The next client that is given the same
 * goes on with it: the same id, the messages not yet accepted (1 MiB of text; the oldest are kept), those not yet
 * delivered, and the places in the channels (`from: 'last'`). It is written when the page is hidden or put away, and
 * taken out when a client has it: two never share it. What the storage throws is an `error` event, once.
 * One key is for one client at a time, and for one user: a client id belongs to the user that it came with.
 */
declare function storedSession(storage: MemoryLike | (() => MemoryLike), key: string): Session;
/**
 * A session that outlives a reload of its tab, in `sessionStorage`. See {@link storedSession}.
 * @param name one for each client of a page, and better for each user. Default `holdfast`.
 */
declare function tabSession(name?: string): Session;

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
     * Makes what is sent, and where this client reads, survive a reload of the page: `tabSession()`. Default: none; what
     * is not accepted is lost with the page.
     */
    session?: Session | false;
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
    /**
     * Who is in a channel, kept up to date: begins to watch, and goes on until `stop()`. The same object until then. The
     * server has to tell who is there (`welcome.receipts`), and to allow it (`error`).
     */
    presence(name: string): Presence;
    /** The messages not yet accepted, and those not yet with everybody; also what the page before this one has left. */
    get messages(): OutgoingMessage[];
    stats(): ClientStats;
    /** What happened to the connection lately, oldest first. The last disconnect is among it, in words. */
    explain(): JournalEntry[];
    /** Dials anew at once, whatever the link says of itself. Also after the end. */
    reconnect(): void;
    /** Ends it: every message not accepted fails, no timer, socket or listener is left. */
    close(): void;
    /** @internal For channels. */
    send(ch: string, body: unknown, options: SendOptions): OutgoingMessage;
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
 * code 4401, 403 is 4403, 429 and 503 are 1013, anything else is 1006; `Retry-After` is kept, but not of 401 and 403.
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

export { Channel, Client, ClientFrame, Closing, Codec, ConnectionError, Env, Message, MessageError, MessageErrorCode, NetworkDetector, OutgoingMessage, Packed, Packet, Page, PageLike, Presence, Recipient, Seat, ServerFrame, Transport, createClient, customCodec, longPoll, shortPoll, sse, storedSession, tabSession, webSocket };
export type { ChannelEvents, ClientEvents, ClientStats, CreateClientOptions, CustomCodec, Delivery, EventSourceLike, From, Gap, HttpOptions, IncomingMessage, JournalEntry, ListenOptions, LongPollOptions, MemoryLike, MessageState, NetworkEvents, NetworkOptions, NetworkSource, NetworkStatus, PresenceEvents, PresentUser, Provider, ReadyOptions, SendOptions, Session, ShortPollOptions, SseOptions, Status, WebSocketLike, WebSocketOptions };
