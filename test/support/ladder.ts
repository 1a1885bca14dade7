// A ladder with its clock in the test's hand, and what it decides in words.
import { Ladder, type LadderOptions, type LadderOutput, type Turn } from '../../src/core/ladder.js'
import type { Closing } from '../../src/wire/close.js'
import { cut } from './link.js'

export const refused: Closing = { code: 4403, reason: 'not you', clean: true }
/** By an HTTP status, which may be a box's. */
export const barred: Closing = { code: 4403, reason: 'the server answered 403' }
export const away: Closing = { code: 1013, reason: 'full', retryAfter: 5_000 }

export class LadderBench {
  readonly ladder: Ladder
  now = 0
  /** What the dice show. */
  random = 0.5
  #said: string[] = []

  constructor({ rungs = 3, first = 0, stagger = 500 }: Partial<LadderOptions> = {}) {
    this.ladder = new Ladder(
      { rungs, first, stagger },
      () => this.random,
      (output) => this.#said.push(word(output)),
    )
  }

  /** The front, and who is to take over from it: `1`, `1>2`, `>2` or nothing. */
  get serves(): string {
    const { front, mover } = this.ladder
    return `${front === undefined ? '' : String(front)}${mover === undefined ? '' : `>${String(mover)}`}`
  }

  start(failures = 0, known = false, at = this.now): string[] {
    return this.#do(at, () => void this.ladder.start(failures, known, at))
  }

  opened(link: number, at = this.now): string[] {
    return this.#do(at, () => (this.ladder.opened(link) ? 'hello' : 'ask'))
  }

  pong(link: number, at = this.now): string[] {
    return this.#do(at, () => this.ladder.useful(link, at))
  }

  waits(link: number, after: number, at = this.now): string[] {
    return this.#do(at, () => void this.ladder.waits(link, after, at))
  }

  won(link: number, at = this.now): string[] {
    return this.#do(at, () => void this.ladder.won(link, at))
  }

  ended(link: number, closing: Closing = cut, at = this.now): string[] {
    return this.#do(at, () => this.ladder.ended(link, closing, at))
  }

  tick(at = this.now): string[] {
    return this.#do(at, () => this.ladder.tick(at))
  }

  renew(at = this.now): string[] {
    return this.#do(at, () => void this.ladder.renew(at))
  }

  stop(closing: Closing = cut, at = this.now): string[] {
    return this.#do(at, () => void this.ladder.stop(closing, at))
  }

  /** Goes to each deadline on the way, and lets it pass; says when what came out. */
  until(end: number): [at: number, ...string[]][] {
    const told: [number, ...string[]][] = []
    for (let steps = 0; this.ladder.deadline <= end; steps++) {
      if (steps > 1_000) throw new Error(`a livelock at ${String(this.now)}`)
      const said = this.tick(Math.max(this.now, this.ladder.deadline))
      if (said.length) told.push([this.now, ...said])
      if (said.at(-1) === 'over') this.stop()
    }
    this.now = end
    return told
  }

  /** Of a race from the start, each link opens when its time comes, and the one on this rung is welcomed, 100 ms later. */
  up(rung: number): this {
    this.start()
    const link = rung + 1
    for (let other = 1; other < link; other++) this.ended(other)
    this.opened(link)
    this.won(link, this.now + 100)
    return this
  }

  /** What served is lost, and another race is won by the same rung at once. @returns what the race began with */
  again(closing: Closing = cut, lived = 1_000): string[] {
    const { front = 0 } = this.ladder
    this.ended(front, closing, this.now + lived)
    this.stop(closing)
    const begun = this.start()
    return begun
  }

  #do(at: number, what: () => Turn | 'ask'): string[] {
    this.now = at
    const turn = what()
    return [...this.#said.splice(0), ...(turn ? [turn] : [])]
  }
}

function word(output: LadderOutput): string {
  switch (output.do) {
    case 'open':
      return `open ${String(output.link)} on ${String(output.rung)}${output.fresh ? ', anew' : ''}`
    case 'drop':
      return `drop ${String(output.link)} ${String(output.closing.code)}`
    case 'rung':
      return `rung ${String(output.rung)}${output.reason && `: ${output.reason}`}`
  }
}
