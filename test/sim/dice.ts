/** All chance of a simulation: one seed, one stream (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** In [0, 1). */
  readonly roll = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.roll() < probability
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.roll() * (most - least + 1))
  }

  between(least: number, most: number): number {
    return least + this.roll() * (most - least)
  }

  /** Mostly short, sometimes long: the time until something that happens every `mean` ms. */
  wait(mean: number): number {
    return -Math.log(1 - this.roll()) * mean
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.int(0, list.length - 1)] ?? list[0]
  }

  /** Names as `Env.id` makes them, but the same ones every time. */
  name(): string {
    return Array.from({ length: 22 }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[this.int(0, 35)]).join('')
  }
}
