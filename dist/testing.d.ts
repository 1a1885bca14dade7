import { P as Packet, T as Transport } from './shared/transport.js';
export { C as Closing, c as Connection, L as LeafClock, d as Target, e as TransportEvents } from './shared/transport.js';
import { S as Store } from './shared/store.js';
export { A as AppendAsk, b as Appended, B as Bounds, h as Change, e as Cursor, C as CursorAsk, D as Device, i as Draft, j as Fate, F as ForgetAsk, K as KeepAsk, k as Member, M as MembersAsk, N as NotifyAsk, O as OpenAsk, a as Opened, P as Place, R as ReadAsk, f as Roster, g as SeenAsk, d as SentAsk, c as Slice } from './shared/store.js';
export { E as Entry, d as Packed } from './shared/frame.js';

/** One link as the other side sees it. */
interface Peer {
    /** What came, in order. */
    readonly got: Packet[];
    send(packet: Packet): void;
    /** Ends the link from there, with a code and a reason that the transport has to tell. */
    close(code: number, reason: string): void;
    /** The connection breaks: no goodbye. */
    cut(): void;
    /** Resolves when the link is gone, with the code that the other side said. */
    readonly gone: Promise<{
        code: number;
        reason: string;
    }>;
}
/** A transport, and a server on which it can be tried. */
interface Stand {
    /** What is tried. */
    transport: Transport;
    /** Where the server is: what `Target.url` may be. */
    url: string;
    /** Names of the subprotocol that the server takes. */
    protocols: readonly string[];
    /** The next one who comes in; asked before the transport dials. */
    peer(): Promise<Peer>;
    /** An address where nobody answers. */
    nowhere: string;
    /** Ends everything that the stand has started. */
    close(): Promise<void>;
}
/** One rule of the contract, tried. */
interface TransportCase {
    name: string;
    /** Throws where the transport does not keep to it. Opens a stand of its own, and closes it. */
    run(): Promise<void>;
}
/**
 * Every rule of the contract of transports as a case that throws: for any test runner, or none.
 *
 *     for (const { name, run } of transportCases(openStand)) it(name, run)
 *
 * Time is real: a case waits for what has to come, and throws after ten seconds.
 *
 * @param open makes a new stand; called once a case.
 */
declare function transportCases(open: () => Promise<Stand>): TransportCase[];

/** Limits that a case needs to have set; a stand without such an option leaves it. Durations in ms, sizes in bytes. */
interface StoreLimitsWanted {
    /** Entries of one channel. */
    maxEntries?: number;
    /** Age of an entry. */
    maxAge?: number;
    /** Entries of one inbox. */
    inboxEntries?: number;
    /** Bodies of one inbox; what a store adds for each entry is up to it, 1,000 at most. */
    inboxBytes?: number;
    /** Age of an entry of an inbox. */
    inboxAge?: number;
    /** A client that did nothing for so long is forgotten. */
    clientTtl?: number;
}
/**
 * What a stand has, beside a store. `nodes`: `another()`. `reopen`: `reopen()`. `clock`: `clock`. `notes`: its stores
 * have `notify` and `listen`. `limits`: each limit that is wanted is set.
 */
type StoreFeature = 'nodes' | 'reopen' | 'clock' | 'notes' | 'limits';
/** A store, and what is around it. */
interface StoreStand {
    /** What is tried. Others may use the same data: a case uses names that nobody else has. */
    store: Store;
    /** One more store over the same data, as another node has it. The stand closes it. */
    another?(): Promise<Store>;
    /** Closes all stores of the stand, and opens one over the same data, as after a restart. */
    reopen?(): Promise<Store>;
    /** The time of the store, in the hand of the case. */
    clock?: {
        /** ms since 1970. */
        now(): number;
        /** Lets time pass, ms, all at once. */
        pass(ms: number): Promise<void> | void;
    };
    /** Ends everything that the stand has started, and deletes what it stored. */
    close(): Promise<void>;
}

/** One rule of the contract, tried. */
interface StoreCase {
    name: string;
    /** What the stand does not have, where this case needs it: it cannot be run. */
    lacks: readonly StoreFeature[];
    /** Throws where the store does not keep to it. Opens a stand of its own, and closes it. */
    run(): Promise<void>;
}
/**
 * Every rule of the contract of stores as a case that throws: for any test runner, or none.
 *
 *     for (const { name, lacks, run } of storeCases(openStand, features)) (lacks.length ? it.skip : it)(name, run)
 *
 * Waits are real: a case waits for what has to come, and throws after ten seconds.
 *
 * @param open makes a new stand with these limits, and its defaults for the others; called once a case.
 * @param features says of each what the stand has, so that what is left out is left out in plain sight.
 */
declare function storeCases(open: (limits: StoreLimitsWanted) => Promise<StoreStand>, features: Readonly<Record<StoreFeature, boolean>>): StoreCase[];

export { Packet, Store, Transport, storeCases, transportCases };
export type { Peer, Stand, StoreCase, StoreFeature, StoreLimitsWanted, StoreStand, TransportCase };
