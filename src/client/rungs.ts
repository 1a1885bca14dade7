import type { LadderOptions } from '../core/ladder.js'
import type { Transport } from '../transports/transport.js'
import { Memory, type MemoryLike } from './memory.js'
import type { ReadyOptions } from './options.js'
import { resolve } from './target.js'

/** From the start of one transport to the start of the next, ms; and in round trips, where they are known (RFC 8305). */
const STAGGER = 500
const ROUND_TRIPS = 5
const LEAST_STAGGER = 100
const MOST_STAGGER = 2_000

/** The transports there are, which of them serves, and what the next page shall know of it. */
export class Rungs {
  readonly all: readonly Transport[]
  readonly ladder: LadderOptions
  /** The name of the one that serves, or did last. */
  serving: string | undefined
  readonly #memory: Memory

  constructor({ url, transports, memory, stagger }: ReadyOptions) {
    const origin = typeof url === 'function' ? '' : new URL(resolve(url)).origin
    this.all = transports
    this.#memory = new Memory(
      () => (memory ?? (globalThis as { localStorage?: MemoryLike }).localStorage) || undefined,
      `holdfast:${origin}`,
    )
    const { transport, rtt } = this.#memory.recall()
    const usual = rtt === undefined ? STAGGER : Math.min(MOST_STAGGER, Math.max(LEAST_STAGGER, ROUND_TRIPS * rtt))
    this.ladder = {
      rungs: transports.length,
      first: Math.max(
        0,
        transports.findIndex(({ name }) => name === transport),
      ),
      stagger: stagger ?? usual,
    }
  }

  /** This one serves from now on; undefined: the one remembered has failed. */
  serve(rung: number | undefined): void {
    this.serving = rung === undefined ? undefined : this.all[rung]?.name
    if (rung === undefined) this.#memory.keep(undefined)
  }

  /** For the next page. */
  keep(rtt: number | undefined): void {
    if (this.serving !== undefined) this.#memory.keep({ transport: this.serving, rtt })
  }
}
