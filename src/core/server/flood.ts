import type { Stage } from './peer.js'

/** Frames of one packet, and frames held while a hello is answered: more is no client, but a flood. */
const MAX_FRAMES = 4_096
/** Questions of one link to the store and the hooks under way: more than subscribing to all that it may takes. */
const MAX_CALLS = 4_096

/** In words, what of this is too much. @param calls under way for this link. */
export function floodOf(stage: Stage, frames: number, calls: number): string | undefined {
  const held = 'held' in stage ? stage.held.length : 0
  if (frames + held > MAX_FRAMES) return `over ${MAX_FRAMES} frames at once`
  return calls > MAX_CALLS ? `over ${MAX_CALLS} questions to the store at once` : undefined
}
