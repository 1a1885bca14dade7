import type { Env } from '../shell/env.js'
import { type Packet, serverCodec } from '../wire/codec.js'
import type { Packed, ServerFrame } from '../wire/frame.js'

/** Packets to clients, bytes: small enough that a heartbeat need not wait long behind one, on a slow line. */
export const PACKET = 2 ** 14

/** Bodies of frames that are made into packets at once, bytes. */
const PORTION = 2 ** 20

/** Frames in groups, so that a link may be found to have enough before all is encoded for it. */
export function* portions(frames: readonly ServerFrame<Packed>[]): Generator<ServerFrame<Packed>[]> {
  let group: ServerFrame<Packed>[] = []
  let bytes = 0
  for (const frame of frames) {
    group.push(frame)
    bytes += bytesOf(frame)
    if (bytes < PORTION) continue
    yield group
    group = []
    bytes = 0
  }
  yield group
}

/** What these are on the wire. What is larger than a packet is announced: it takes its time. */
export function* packetsOf(frames: readonly ServerFrame<Packed>[]): Generator<Packet> {
  for (const packet of serverCodec.encode(frames, PACKET)) {
    if (packet.length > PACKET) yield* serverCodec.encode([{ t: 'large', bytes: packet.length }])
    yield packet
  }
}

function bytesOf(frame: ServerFrame<Packed>): number {
  if (frame.t === 'message') return frame.body.length
  return frame.t === 'page' ? frame.entries.reduce((sum, { body }) => sum + body.length, 0) : 0
}

/** What is written to a link in the task now running: it leaves together. */
export class Batches<Link> {
  readonly #env: Pick<Env, 'defer'>
  readonly #leave: (link: Link, frames: ServerFrame<Packed>[]) => void
  readonly #frames = new Map<Link, ServerFrame<Packed>[]>()

  constructor(env: Pick<Env, 'defer'>, leave: (link: Link, frames: ServerFrame<Packed>[]) => void) {
    this.#env = env
    this.#leave = leave
  }

  add(link: Link, frames: readonly ServerFrame<Packed>[]): void {
    if (!this.#frames.size) this.#env.defer(() => this.#flushAll())
    const waiting = this.#frames.get(link)
    if (waiting) waiting.push(...frames)
    else this.#frames.set(link, [...frames])
  }

  /** Lets what waits for this link go now. */
  flush(link: Link): void {
    const frames = this.take(link)
    if (frames.length) this.#leave(link, frames)
  }

  /** Hands out what waits for this link: it does not leave by itself. */
  take(link: Link): ServerFrame<Packed>[] {
    const frames = this.#frames.get(link) ?? []
    this.#frames.delete(link)
    return frames
  }

  #flushAll(): void {
    for (const link of [...this.#frames.keys()]) this.flush(link)
  }
}
