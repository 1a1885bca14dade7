import { P as Packet, T as Transport } from './shared/transport.cjs';
export { b as Closing, c as Connection, L as LeafClock, d as Target, e as TransportEvents } from './shared/transport.cjs';
import './shared/frame.cjs';

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

export { Packet, Transport, transportCases };
export type { Peer, Stand, TransportCase };
