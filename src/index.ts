export { Channel, type ChannelEvents, type From, type IncomingMessage, type SendOptions } from './client/channel.js'
export { Client } from './client/client.js'
export { createClient } from './client/create.js'
export type { ClientEvents, ClientStats } from './client/events.js'
export type { NetworkSource } from './client/hear.js'
export type { JournalEntry } from './client/journal.js'
export { type Delivery, type MessageState, OutgoingMessage } from './client/message.js'
export { Presence, type PresenceEvents, type PresentUser } from './client/presence.js'
export type { MemoryLike } from './client/memory.js'
export type { CreateClientOptions, ReadyOptions } from './client/options.js'
export { type Session, storedSession, tabSession } from './client/session.js'
export type { Provider } from './client/target.js'
export type { Gap } from './core/inbox.js'
export type { Status } from './core/status.js'
export { type ListenOptions } from './shell/emitter.js'
export { createEnv, type Env } from './shell/env.js'
export type { PageLike } from './shell/page.js'
export { type NetworkEvents, NetworkDetector, type NetworkOptions, type NetworkStatus } from './network.js'
export { Close, type Closing } from './wire/close.js'
export type { Codec, Packet } from './wire/codec.js'
export { type CustomCodec, customCodec } from './wire/custom.js'
export {
  ConnectionError,
  FrameError,
  HoldfastError,
  MessageError,
  type MessageErrorCode,
  OptionError,
} from './wire/errors.js'
export type { ClientFrame, Frame, Message, Packed, Page, Recipient, Seat, ServerFrame } from './wire/frame.js'
export type { Connection, LeafClock, Target, Transport, TransportEvents } from './transports/transport.js'
export { webSocket, type WebSocketLike, type WebSocketOptions } from './transports/websocket.js'
export { longPoll, type LongPollOptions, shortPoll, type ShortPollOptions } from './transports/poll.js'
export type { HttpOptions } from './transports/request.js'
export { type EventSourceLike, sse, type SseOptions } from './transports/sse.js'
