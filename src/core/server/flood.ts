import type { ClientFrame } from '../../wire/frame.js'

/** Frames of one packet, and frames held while a hello is answered: more is no client, but a flood. */
const MAX_FRAMES = 4_096
/** Bytes, roughly, that a link may add to what waits for the answer to its hello: a client says 32 KiB before it is welcome. */
const MAX_HELD = 1_048_576
/** What a frame costs besides its strings, bytes. */
const FRAME = 64

type Frames = readonly ClientFrame[]

function weightOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  return typeof value === 'object' && value ? JSON.stringify(value).length : 0
}

const weigh = (frames: Frames): number =>
  frames.reduce(
    (sum, frame) => Object.values(frame).reduce<number>((all, value) => all + weightOf(value), sum + FRAME),
    0,
  )

/** What is held was weighed when it came: nothing is weighed twice. */
const weighed = new WeakMap<Frames, { count: number; bytes: number }>()

function weighHeld(held: Frames): number {
  const { count, bytes } = weighed.get(held) ?? { count: 0, bytes: 0 }
  const all = bytes + weigh(held.slice(count))
  weighed.set(held, { count: held.length, bytes: all })
  return all
}

/** What is too much of these frames, behind those held already; the packet with the hello, the transport has bounded. */
export function floodOf(held: Frames, frames: Frames): string | undefined {
  if (frames.length + held.length > MAX_FRAMES) return `over ${MAX_FRAMES} frames at once`
  const fits = !held.length || weighHeld(held) + weigh(frames) <= MAX_HELD
  return fits ? undefined : 'too much before the answer to the hello'
}
