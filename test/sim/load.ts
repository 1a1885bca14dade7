import type { Fail } from './invariants.js'

const SECOND = 1_000
/** What a machine may be told within a second: the busiest app here stays far below. */
const MOST = 4_000

/** 18: nobody works without end on nothing. */
export class Load {
  readonly #fail: Fail
  readonly #counts = new Map<string, { since: number; count: number }>()

  constructor(fail: Fail) {
    this.#fail = fail
  }

  note(who: string, now: number): void {
    const last = this.#counts.get(who)
    if (!last || now - last.since > SECOND) this.#counts.set(who, { since: now, count: 1 })
    else if (++last.count > MOST) this.#fail('18 noLivelock', `${who} was told ${last.count} things within a second`)
  }
}
