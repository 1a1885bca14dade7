import { unpack } from './body.js'
import type { Codec, Packet } from './codec.js'
import { FrameError, MessageError, OptionError } from './errors.js'
import type { ClientFrame, Packed, ServerFrame } from './frame.js'
import { flaw, serverShapes } from './shape.js'

/** Maps Holdfast's frames to the messages of a server that speaks a protocol of its own (level 1). */
export interface CustomCodec {
  /** The packet that says this frame, or undefined where the server has no word for it. */
  encode: (frame: ClientFrame) => Packet | undefined
  /** What the server's packet means: a frame, several, or undefined for nothing. What it throws ends the link. */
  decode: (packet: Packet) => ServerFrame | ServerFrame[] | undefined
  /** The server's first word is a `welcome` (made by `decode`). Default false: the link is up when it is open. */
  greets?: boolean
  /** Subprotocols to offer. Default none. */
  protocols?: string[]
}

const withValue = (frame: ClientFrame<Packed>): ClientFrame =>
  frame.t === 'send' ? { ...frame, body: unpack(frame.body) } : frame

/** Makes the `codec` option of `createClient`. What the user's functions make is checked as if it came from the network. */
export function customCodec({ encode, decode, greets = false, protocols = [] }: CustomCodec): Codec {
  if (typeof encode !== 'function' || typeof decode !== 'function')
    throw new OptionError('bad-option', 'customCodec takes encode and decode, both functions')
  return {
    greets,
    protocols,
    check(frame) {
      try {
        encode(withValue(frame))
      } catch (cause) {
        throw cause instanceof MessageError ? cause : new MessageError('not-encodable', String(cause), { cause })
      }
    },
    encode: (frames) => frames.flatMap((frame) => encode(withValue(frame)) ?? []),
    decode(packet) {
      try {
        const frames = [decode(packet) ?? []].flat()
        const wrong = frames.map((frame) => flaw(frame, serverShapes)).find(Boolean)
        if (wrong) throw new TypeError(wrong)
        return frames
      } catch (cause) {
        throw new FrameError('bad-frame', `the codec could not decode a packet: ${String(cause)}`, { cause })
      }
    },
  }
}
