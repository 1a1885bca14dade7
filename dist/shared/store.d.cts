import { E as Entry, d as Packed, b as Presence } from './frame.cjs';

/**
 * Where logs, clients and members live. Several server nodes may share one store.
 * A call that rejects leaves it unknown whether it was done: the asker asks again, and repeating is harmless. Calls of
 * one node about one client take effect in the order in which they were made.
 */
interface Store {
    /** Claims a client id, or comes back to it. Decided in one step. */
    open(ask: OpenAsk): Promise<Opened>;
    /**
     * Takes messages of one client, in the order given. Each is decided, logged and counted in one step: it is taken when
     * `after <= seq of the client < its seq` and its log has room, and the client's seq becomes its seq.
     */
    append(ask: AppendAsk): Promise<Appended>;
    /** Reads a log, with every append in it that was ever answered. A channel that nobody wrote to is an empty log: `oldest` and `next` are 1. */
    read(ask: ReadAsk): Promise<Slice>;
    /** Where the messages of a client went, from a number on, in their order; the last 1,000 at least are known, also when their entries are not. */
    sent(ask: SentAsk): Promise<readonly Place[]>;
    /** Where a client was in a channel, when that is known. */
    cursor(ask: CursorAsk): Promise<Cursor | undefined>;
    /**
     * Makes a client a member of a channel, or moves it: runs that meet are joined, else the one that reaches further
     * stays. What every member of a person's inbox has is deleted from it, in the same step.
     */
    keep(ask: KeepAsk): Promise<void>;
    /** The client is no member of the channel any more. */
    leave(ask: CursorAsk): Promise<void>;
    /** The client left for good: it is a member of nothing. Nobody whom the store does not know leaves. */
    forget(ask: ForgetAsk): Promise<void>;
    /** Who is a member of a channel. */
    members(ask: MembersAsk): Promise<Roster>;
    /**
     * How a node saw devices: said when that changes, and from time to time. What is older than what is known changes
     * nothing, so that the node which a device has left does not speak over the one to which it went.
     */
    seen(ask: SeenAsk): Promise<void>;
    /** Tells of what changes, by whatever node, this one included: late, perhaps, but what concerns one channel in its order. Returns the end of the telling. */
    watch(onChange: (change: Change) => void): () => void;
    /**
     * From now on, or no longer, this node wants to hear of a channel. Optional: a store without it tells of all of them.
     * When it begins to listen (and when it may have missed something), the store tells so: `unsure`.
     */
    follow?(ch: string, wanted: boolean): void;
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
    /** '' when anonymous. It binds the client id as the key does. */
    user: string;
    /** Everything up to this number is settled at the client: the client's seq is never lower. */
    acked: number;
}
/**
 * `taken`: the client id is known with another key, or as another user's. `left`: the client was told to be forgotten, ten
 * minutes ago at most, and `acked` is not above the seq that it had: this was on its way before it left, and what comes
 * with it may be stored already.
 */
type Opened = {
    is: 'open';
    seq: number;
    known: boolean;
} | {
    is: 'taken';
} | {
    is: 'left';
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
/**
 * What became of each record, in their order. A `duplicate` has the place that it got the first time, while that is
 * known. `full`: a person's inbox holds all that it may; the client's seq stays, and what follows is a `gap`.
 */
type Fate = {
    is: 'stored';
    place: Place;
} | {
    is: 'duplicate';
    place?: Place;
} | {
    is: 'gap';
} | {
    is: 'full';
    reason: string;
};
/** Where a message is in the logs. */
interface Place {
    seq: number;
    ch: string;
    epoch: string;
    offset: number;
}
interface SentAsk {
    client: string;
    /** The first number wanted. */
    from: number;
}
interface ReadAsk {
    ch: string;
    /** The first offset wanted; what is older than the log begins at the log's oldest. */
    from: number;
    /** Entries at most; 0 asks for the log's bounds alone. */
    limit: number;
    /** Bodies together, bytes at most; one entry always fits. */
    bytes: number;
}
/** The ends of a log at one moment. */
interface Bounds {
    /** A new one whenever offsets start again, so that no two entries ever share epoch and offset. */
    epoch: string;
    /** The first offset kept; equals `next` when nothing is. */
    oldest: number;
    /** The offset that the next entry will have. */
    next: number;
}
/** A part of a log, and the log's bounds at that moment. */
interface Slice extends Bounds {
    entries: readonly Entry<Packed>[];
}
/** Something of a channel has changed. */
type Change = 
/** The log has grown. */
{
    is: 'grown';
    ch: string;
    epoch: string;
    next: number;
}
/** A member has come, has received more, or is seen differently. */
 | {
    is: 'member';
    ch: string;
    member: Member;
} | {
    is: 'left';
    ch: string;
    client: string;
}
/** Something may have changed that was not told. */
 | {
    is: 'unsure';
    ch: string;
};
interface CursorAsk {
    client: string;
    ch: string;
}
/** What a client has received of a log: `since` … `offset`, without a hole. Nothing yet where `offset` is `since - 1`. */
interface Cursor {
    epoch: string;
    since: number;
    offset: number;
    /** When it came to `offset`, ms since 1970. */
    time: number;
}
interface KeepAsk extends CursorAsk {
    cursor: Cursor;
}
interface ForgetAsk {
    client: string;
    /** Only while its seq is below: a client that has come back since says that so much is settled. */
    below: number;
}
interface MembersAsk {
    ch: string;
}
/** Who follows a channel, and what the log held at that moment. */
interface Roster extends Bounds {
    members: readonly Member[];
    /**
     * Of a person's inbox: what those had received who are no members any more, joined as `keep` does. It holds back
     * nothing, and says of what was deleted that it had arrived.
     */
    past?: Member;
}
/** A device, and how it was seen last. */
interface Device {
    client: string;
    /** '' when anonymous. */
    user: string;
    presence: Presence;
    /** ms since 1970. */
    seenAt: number;
}
/** A device in a channel. */
interface Member extends Device {
    cursor: Cursor;
}
interface SeenAsk {
    devices: readonly Device[];
}
/** From one server node to another. */
interface NotifyAsk {
    node: string;
    note: string;
}

export type { AppendAsk as A, Bounds as B, CursorAsk as C, Device as D, ForgetAsk as F, KeepAsk as K, MembersAsk as M, NotifyAsk as N, OpenAsk as O, Place as P, ReadAsk as R, Store as S, Opened as a, Appended as b, Slice as c, SentAsk as d, Cursor as e, Roster as f, SeenAsk as g, Change as h, Draft as i, Fate as j, Member as k };
