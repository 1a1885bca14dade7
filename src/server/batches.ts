import type { Env } from '../shell/env.js'
import type { Packed, ServerFrame } from '../wire/frame.js'

/** Packets to clients, bytes: small enough that a heartbeat need not wait long behind one. */
export const PACKET = 2 ** 18

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
