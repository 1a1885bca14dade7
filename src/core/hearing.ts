import { Close, type Closing } from '../wire/close.js'
import type { ServerFrame } from '../wire/frame.js'
import { Doubt } from './doubt.js'
import { unasked } from './kinds.js'
import type { Throughput } from './throughput.js'

/** What is under way to the server. */
interface Upwards {
  /** Bytes. */
  readonly load: number
  readonly throughput: Throughput
}

/** What is heard, and how long it may take: whether silence, or hearing all but answers, means anything. */
export class Hearing {
  readonly doubt = new Doubt()
  readonly #up: Upwards
  /** Of the packet that was announced and is to come next, bytes; and since when. */
  #coming = 0
  #since = 0

  constructor(up: Upwards) {
    this.#up = up
  }

  /** What an answer may take longer for what is large and on its way, ms. */
  get extra(): number {
    return this.#up.throughput.time(this.#load)
  }

  /** So many bytes come next. */
  announced(bytes: number, now: number): void {
    this.#coming = bytes
    this.#since = now
  }

  /** How long after the question these were said, ms, at least, and no answer came before; else less than 0. */
  hears(frames: readonly ServerFrame[], now: number): number {
    this.#up.throughput.took(this.#coming, now - this.#since)
    this.#coming = 0
    if (frames.every(({ t }) => unasked.has(t))) return this.doubt.hear(frames, now)
    this.doubt.end()
    return -Infinity
  }

  /** The link is over. */
  lost(code: number): void {
    if (code === Close.timeout) this.#up.throughput.doubt(this.#load)
    this.#coming = 0
    this.doubt.end()
  }

  get #load(): number {
    return this.#up.load + this.#coming
  }
}

/** Others are heard, and no answer. */
export const DEAF: Closing = { code: Close.timeout, reason: 'nothing that was said is answered' }
