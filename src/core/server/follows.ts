import type { Effects } from './effects.js'

/** Which channels this node wants to hear of: as long as anybody here has a use for the news. */
export class Follows {
  readonly #effects: Effects
  readonly #uses = new Map<string, number>()

  constructor(effects: Effects) {
    this.#effects = effects
  }

  begin(ch: string): void {
    const uses = this.#uses.get(ch) ?? 0
    this.#uses.set(ch, uses + 1)
    if (!uses) this.#effects.follow(ch, true)
  }

  end(ch: string): void {
    const uses = (this.#uses.get(ch) ?? 0) - 1
    if (uses > 0) this.#uses.set(ch, uses)
    else if (this.#uses.delete(ch)) this.#effects.follow(ch, false)
  }
}
