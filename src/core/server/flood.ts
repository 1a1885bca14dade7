import type { ClientFrame } from '../../wire/frame.js'
import { weightOf } from './held.js'
import type { Stage } from './peer.js'

/** Frames of one packet, and frames held while a hello is answered: more is no client, but a flood. */
const MAX_FRAMES = 4_096
/** Bytes, roughly, that a link may add to what waits for the answer to its hello: a client says 32 KiB before it is welcome. */
const MAX_HELD = 1_048_576
/** Questions of one link to the store and the hooks under way: more than subscribing to all that it may takes. */
const MAX_CALLS = 4_096

/** In words, what of this is too much. @param calls under way for this link. */
export function floodOf(stage: Stage, frames: readonly ClientFrame[], calls: number): string | undefined {
  const held = 'held' in stage ? stage.held : undefined
  if (frames.length + (held?.frames.length ?? 0) > MAX_FRAMES) return `over ${MAX_FRAMES} frames at once`
  if (calls > MAX_CALLS) return `over ${MAX_CALLS} questions to the store at once`
  // The packet with the hello, the transport has bounded.
  const isHeavy = held?.frames.length && held.bytes + weightOf(frames) > MAX_HELD
  return isHeavy ? 'too much before the answer to the hello' : undefined
}
