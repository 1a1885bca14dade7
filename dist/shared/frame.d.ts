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
    /** Names the subscription, each higher than the one before; told again in the answers, which may come late. */
    id?: number;
}
/** Stops following. Client → server. */
interface Unsubscribe {
    t: 'unsub';
    ch: string;
    /** That of the `sub`: it ends no later one, even if it arrives after it. */
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
}
/** Asks for a sign of life, and tells what the asker has. Both directions; `got` and `heads` are the server's. */
interface Ping {
    t: 'ping';
    id: number;
    /** The highest message of this client taken in order. */
    got?: number;
    /** Channels in which the server has pushed more than the client has acknowledged: the last offset pushed. */
    heads?: Record<string, number>;
}
/** The answer, with what the answerer has. Both directions. */
interface Pong {
    t: 'pong';
    id: number;
    got?: number;
    heads?: Record<string, number>;
}
/** The client leaves for good: nothing needs to be kept ready for it. Client → server. */
interface Bye {
    t: 'bye';
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
}
/** msg:A, cumulative: the server has everything up to `seq` for good. Server → client. */
interface Accepted {
    t: 'accepted';
    seq: number;
    /** True when the answer is for this one message only (servers with ids of their own, through a codec). */
    only?: boolean;
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
/** A subscription or a history request is not allowed. Server → client. */
interface Denied {
    t: 'denied';
    ch: string;
    /** The history request meant; absent for a subscription. */
    id?: number;
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
/** What was wrong, before a close that says what to do. Server → client. */
interface Fault {
    t: 'error';
    code: string;
    reason: string;
}
type ClientFrame<B = Body> = Hello | Send<B> | Subscribe | Unsubscribe | History | Received | Ping | Pong | Bye;
type ServerFrame<B = Body> = Welcome | Accepted | Refused | Subscribed | Denied | Message<B> | Page<B> | Ping | Pong | Retry | Fault;
type Frame<B = Body> = ClientFrame<B> | ServerFrame<B>;

export type { ClientFrame as C, Entry as E, Frame as F, Message as M, Page as P, ServerFrame as S, Packed as a };
