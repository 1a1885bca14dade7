import type { ServerInput } from '../core/server/contract.js'
import { type Packet, serverCodec } from '../wire/codec.js'
import { FrameError } from '../wire/errors.js'

/** How a link was opened: a WebSocket, an event stream, a poll. */
export type Transport = 'websocket' | 'stream' | 'poll'

/** What a carrier tells; the core has no use for what stands beside its own fields, and those who count have. */
export type LinkInput = ServerInput & {
  transport?: Transport
  /** Of a packet. */
  bytes?: number
  /** Of a close. */
  code?: number
}

/** What counts as said: what was not understood, as one. */
export const framesIn = (input: LinkInput): number => ('frames' in input ? input.frames.length : 1)

/** What the core is told of a packet. @param bytes of it. @param max bytes it may have, where nobody else has looked. */
export function inputOf(link: number, packet: Packet, bytes: number, max = Infinity): LinkInput {
  try {
    if (bytes > max) throw new FrameError('too-big', `a packet of more than ${max} bytes`)
    return { on: 'frames', link, frames: serverCodec.decode(packet), bytes }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return { on: 'broken', link, error, bytes }
  }
}
