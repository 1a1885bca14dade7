export { Channel, type ChannelEvents, type From, type IncomingMessage, type SendOptions } from './client/channel.js'
export { Client, createClient } from './client/client.js'
export type { ClientEvents, ClientStats } from './client/events.js'
export type { JournalEntry } from './client/journal.js'
export { type MessageState, OutgoingMessage } from './client/message.js'
export type { CreateClientOptions, Provider } from './client/options.js'
export type { Status } from './core/status.js'
export { createEnv, type Env } from './shell/env.js'
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
export type { ClientFrame, ServerFrame } from './wire/frame.js'
export type { Connection, Target, Transport, TransportEvents } from './transports/transport.js'
export { webSocket, type WebSocketLike, type WebSocketOptions } from './transports/websocket.js'
