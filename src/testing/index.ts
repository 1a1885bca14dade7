export { type Peer, type Stand, type TransportCase, transportCases } from './conformance.js'
export type { Connection, LeafClock, Target, Transport, TransportEvents } from '../transports/transport.js'
export type { Packet } from '../wire/codec.js'
export type { Closing } from '../wire/close.js'
