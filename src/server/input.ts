import type { ServerInput } from '../core/server/contract.js'
import { type Packet, serverCodec } from '../wire/codec.js'
import { FrameError } from '../wire/errors.js'

/** What the core is told of a packet. @param max bytes it may have, where nobody else has looked. */
export function inputOf(link: number, packet: Packet, max?: number): ServerInput {
  try {
    if (max !== undefined && Buffer.byteLength(packet) > max)
      throw new FrameError('too-big', `a packet of more than ${max} bytes`)
    return { on: 'frames', link, frames: serverCodec.decode(packet) }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return { on: 'broken', link, error }
  }
}
