import type { ClientFrame } from '../../wire/frame.js'

/** What a frame costs besides its texts, and what each value in its body does, bytes. */
const FRAME = 64
const VALUE = 16

/** Frames that wait for the answer to the hello before them, and their weight. */
export class Held {
  readonly frames: ClientFrame[] = []
  /** Bytes, roughly. */
  bytes = 0

  add(frames: readonly ClientFrame[]): void {
    this.frames.push(...frames)
    this.bytes += weightOf(frames)
  }
}

/** Bytes, roughly. */
export function weightOf(frames: readonly ClientFrame[]): number {
  let bytes = frames.length * FRAME
  for (const frame of frames) for (const value of Object.values(frame)) bytes += weigh(value)
  return bytes
}

/** A body may be nested deeper than the stack. */
function weigh(field: unknown): number {
  let bytes = 0
  const left = [field]
  while (left.length) {
    const value = left.pop()
    if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length
    else if (typeof value === 'object' && value) for (const one of Object.values(value) as unknown[]) left.push(one)
    bytes += VALUE
  }
  return bytes
}
