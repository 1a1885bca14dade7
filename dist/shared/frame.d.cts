/** What an app may send: a JSON value, or bytes. */
type Body = unknown;
/** A body as stored and sent: JSON text, or bytes as they are. */
type Packed = string | Uint8Array;
/** Opens or resumes a session. Client → server, first on every link. */
interface Hello {
    t: 'hello';
    v: number;
    /** Random and public: it prefixes message ids. */
    client: string;
    /** Random and secret: binds the client id to its owner. */
    key: string;
    /** Every message up to this number is settled at the client; a server that forgot the client starts here. */
    acked: number;
    ticket?: string;
}
/** msg:R, a message for a channel. Client → server. */
interface Send<B = Body> {
    t: 'send';
    /** The client's own count: 1, 2, 3 … */
    seq: number;
    /** The last message before this one that the client has not given up; `seq - 1` when absent. */
    after?: number;
    ch: string;
    body: B;
}
/** Follows a channel from a position; said again, it moves the position. Client → server. */
interface Subscribe {
    t: 'sub';
    ch: string;
    /** `now`, `oldest`, `last` (the cursor the server kept), or the first offset wanted. */
    from: 'now' | 'oldest' | 'last' | number;
    /** The epoch that a numeric `from` belongs to. */
    epoch?: string;
    /** With an epoch: this device has everything from here to `from`, which counts as `received`. */
    since?: number;
    /** Names the subscription, each higher than the one before; told again in the answers, which may come late. */
    id?: number;
}
/** Stops following, by whatever link it was begun. Client → server. */
interface Unsubscribe {
    t: 'unsub';
    ch: string;
    /** That of the `sub`: it ends no later one, even if it arrives after it. With an id it is answered. */
    id?: number;
}
/** Asks for a page of the log. Client → server. */
interface History {
    t: 'history';
    id: number;
    ch: string;
    from: number;
    limit: number;
}
/** ack:R, cumulative: this device has the channel up to `offset`. Client → server. */
interface Received {
    t: 'received';
    ch: string;
    offset: number;
    /** That of the `sub`: what is said of an earlier subscription counts for no later one. */
    id?: number;
    /** Of which log: what is said of one counts for no later one. */
    epoch?: string;
}
/** Asks for receipts of this client's messages, numbered `from` and later, of those to come as well; said again, it starts anew. Client → server. */
interface Track {
    t: 'track';
    from: number;
}
/** Asks who is in a channel, and to be told of what changes; said again, it starts anew. Client → server. */
interface Watch {
    t: 'watch';
    ch: string;
}
/** Stops that. Client → server. */
interface Unwatch {
    t: 'unwatch';
    ch: string;
}
/** Somebody looks at this device, or nobody does. Client → server. */
interface Seen {
    t: 'seen';
    away: boolean;
}
/** Asks for a sign of life, and tells what the asker has. Both directions; `got` and `heads` are the server's. */
interface Ping {
    t: 'ping';
    id: number;
    /** The highest message of this client taken in order. */
    got?: number;
    /** Channels in which the server has pushed more than the client has acknowledged: the last offset pushed. */
    heads?: Record<string, number>;
    /** The number of the last `delivered` or `present` said on this link. */
    news?: number;
}
/** The answer, with what the answerer has. Both directions. */
interface Pong {
    t: 'pong';
    id: number;
    got?: number;
    heads?: Record<string, number>;
    news?: number;
}
/** The client leaves for good: nothing needs to be kept ready for it. Client → server. */
interface Bye {
    t: 'bye';
    /** One number more than were ever sent is settled: with as much in its `hello`, the client has come back since. */
    acked?: number;
}
/** The session is open. Server → client. */
interface Welcome {
    t: 'welcome';
    v: number;
    /** Signed by the server; shown in the next `hello`. */
    ticket: string;
    /** Whether the server still knew this client. */
    resumed: boolean;
    /** The highest message of this client taken in order. */
    got: number;
    /** The server drops a client silent for longer, in ms. */
    idle: number;
    /** The largest packet the server takes, in bytes. */
    max: number;
    /** How many messages may be unacknowledged at once. */
    window: number;
    /** The authenticated user's id, when there is one. */
    user?: string;
    /** The server knows `track`, `watch` and `seen`. */
    receipts?: boolean;
    /** When it was said, ms since 1970, by the clock that dates messages. */
    time?: number;
}
/** msg:A, cumulative: the server has everything up to `seq` for good. Server → client. */
interface Accepted {
    t: 'accepted';
    seq: number;
    /** True when the answer is for this one message only (servers with ids of their own, through a codec). */
    only?: boolean;
    /** The offsets that messages got: pairs of `seq` and offset, the same each time a message is answered. */
    placed?: [seq: number, offset: number][];
}
/** One message is not taken, for a reason; it did not enter the log. Server → client. */
interface Refused {
    t: 'refused';
    seq: number;
    code: string;
    reason: string;
}
/** Following from `next` on. `lost` says what the log no longer holds. Server → client. */
interface Subscribed {
    t: 'subscribed';
    ch: string;
    epoch: string;
    /** The offset that will come next. */
    next: number;
    /** Present when the wanted position cannot be had: offsets from … to (excluded) are gone, or of another epoch. */
    lost?: [from: number, to: number];
    /** That of the `sub`. */
    id?: number;
}
/** This client is no member of the channel any more; or it was said of a subscription that a later one has replaced. Server → client. */
interface Unsubscribed {
    t: 'unsubscribed';
    ch: string;
    /** That of the `unsub`. */
    id: number;
}
/** ack:A, cumulative: the server keeps for good that this device has the channel up to `offset`. Server → client. */
interface Noted {
    t: 'noted';
    ch: string;
    offset: number;
    /** That of the `sub`. */
    id?: number;
}
/** A device that has a message. */
interface Recipient {
    client: string;
    /** '' when anonymous. */
    user: string;
    /** When it was known to have it, ms since 1970. */
    time: number;
}
/** What has become of the messages `seq` … `to` that this client sent to one channel. */
interface Receipt {
    seq: number;
    to: number;
    /** Recipients that have them; a recipient is a person, or a device of nobody known. The sender is none. */
    count: number;
    /** Recipients that there are. */
    of: number;
    /** The one that came last to have them. */
    by?: Recipient;
    /** Deleted before anybody had them. */
    gone?: boolean;
}
/** ack:N, who has this client's messages. What is said last counts. Server → client. */
interface Delivered {
    t: 'delivered';
    /** Counts the `delivered` and `present` of this link: 1, 2, 3 … */
    n: number;
    ch: string;
    list: Receipt[];
}
/** `away`: linked, and nobody looks. */
type Presence = 'online' | 'away' | 'offline';
/** A device in a channel, and how it was seen last. */
interface Seat {
    client: string;
    /** '' when anonymous. */
    user: string;
    presence: Presence;
    /** When it was last seen, ms since 1970. */
    time: number;
}
/** Who is in a watched channel: `all` of it, or what has changed. Server → client. */
interface Present {
    t: 'present';
    /** As in `delivered`. */
    n: number;
    ch: string;
    all?: boolean;
    list: Seat[];
    /** Clients that are in it no more. */
    left?: string[];
}
/** A subscription, a history request or a watch is not allowed. Server → client. */
interface Denied {
    t: 'denied';
    ch: string;
    /** The history request meant; absent for a subscription and a watch. */
    id?: number;
    /** A watch is meant. */
    watch?: boolean;
    code: string;
    reason: string;
}
/** An entry of a channel's log. */
interface Entry<B = Body> {
    /** 1, 2, 3 … in the order of the server. */
    offset: number;
    /** `<client id>:<seq>` of the sender. */
    id: string;
    /** The sender's user id, or '' when anonymous. */
    from: string;
    /** When the server took it, ms since 1970. */
    time: number;
    body: B;
}
/** msg:N, the next entry of a followed channel. Server → client. */
interface Message<B = Body> extends Partial<Entry<B>> {
    t: 'message';
    ch: string;
    body: B;
}
/** The answer to `history`. Server → client. */
interface Page<B = Body> {
    t: 'page';
    id: number;
    ch: string;
    epoch: string;
    /** The first and the next offset of the log at this moment. */
    oldest: number;
    next: number;
    entries: Entry<B>[];
}
/** Come back after `after` ms plus a random share of `spread` ms; a close follows. Server → client. */
interface Retry {
    t: 'retry';
    after: number;
    spread: number;
}
/** The hello of this link is answered on it, within `after` ms. Server → client. */
interface Wait {
    t: 'wait';
    after: number;
}
/** The next packet is so large, and nothing else is heard while it comes. Server → client. */
interface Large {
    t: 'large';
    bytes: number;
}
/** What was wrong, before a close that says what to do. Server → client. */
interface Fault {
    t: 'error';
    code: string;
    reason: string;
}
type ClientFrame<B = Body> = Hello | Send<B> | Subscribe | Unsubscribe | History | Received | Track | Watch | Unwatch | Seen | Ping | Pong | Bye;
type ServerFrame<B = Body> = Welcome | Accepted | Refused | Subscribed | Unsubscribed | Denied | Message<B> | Page<B> | Noted | Delivered | Present | Ping | Pong | Retry | Wait | Large | Fault;
type Frame<B = Body> = ClientFrame<B> | ServerFrame<B>;

export type { ClientFrame as C, Delivered as D, Entry as E, Frame as F, Message as M, Noted as N, Page as P, Receipt as R, Seat as S, Track as T, Unsubscribed as U, Recipient as a, Presence as b, Present as c, Packed as d, Send as e, Subscribe as f, Subscribed as g, Denied as h, Pong as i, ServerFrame as j, Ping as k };
