import type { Place } from '../store.js'
import type { Answer, Effects } from './effects.js'

export type Placed = [seq: number, offset: number]

/** Places kept for messages that are said again while their answer is on its way; of older ones the store knows. */
const KEPT = 64
/** Numbers waiting for an answer: what is beyond comes again. No client has more of them unacknowledged. */
const MOST = 1_024

export { MOST }

export interface RepeatsListener {
  /** What to tell the client; a place that nobody knows any more is left out. */
  answer(placed: Placed[]): void
  /** The store knows of one that this node does not. */
  found(place: Place): void
}

/** Messages that were taken before and are said again: each is answered with the place that it got. */
export class Repeats {
  #recent: Placed[] = []
  #waiting = new Set<number>()
  #asked: ReadonlySet<number> | undefined
  readonly #client: string
  readonly #effects: Effects
  readonly #on: RepeatsListener

  constructor(client: string, effects: Effects, on: RepeatsListener) {
    this.#client = client
    this.#effects = effects
    this.#on = on
  }

  /** A message got its place. */
  keep(placed: readonly Placed[]): void {
    this.#recent = [...this.#recent, ...placed].slice(-KEPT)
  }

  note(seq: number): void {
    if (this.#waiting.size < MOST) this.#waiting.add(seq)
  }

  /** Answers at once what this node knows, else when the store has answered: one question at a time. */
  flush(): void {
    if (!this.#waiting.size || this.#asked) return
    const asked = this.#waiting
    this.#waiting = new Set()
    const known = new Map(this.#recent)
    const unknown = [...asked].filter((seq) => !known.has(seq))
    if (unknown.length) this.#ask(asked, unknown)
    else this.#tell(asked, known)
  }

  /** The link that said them is gone. */
  clear(): void {
    this.#waiting.clear()
    this.#asked = undefined
  }

  #ask(asked: ReadonlySet<number>, unknown: number[]): void {
    this.#asked = asked
    const from = unknown.reduce((least, seq) => Math.min(least, seq))
    this.#effects.call('sent', { client: this.#client, from }, (answer: Answer<readonly Place[]>) => {
      if (this.#asked !== asked) return
      this.#asked = undefined
      if (answer.is === 'known') {
        for (const place of answer.result) this.#on.found(place)
        this.#tell(asked, new Map([...this.#recent, ...answer.result.map(({ seq, offset }): Placed => [seq, offset])]))
      }
      this.flush()
      // Asked again at the client's next word: what it knows to be taken it does not say again.
      if (answer.is === 'failed') for (const seq of asked) this.note(seq)
    })
  }

  #tell(asked: ReadonlySet<number>, known: ReadonlyMap<number, number>): void {
    this.#effects.log('debug', 'repeated', { client: this.#client, count: asked.size })
    const placed: Placed[] = []
    for (const seq of [...asked].sort((a, b) => a - b)) {
      const offset = known.get(seq)
      if (offset !== undefined) placed.push([seq, offset])
    }
    this.#on.answer(placed)
  }
}
