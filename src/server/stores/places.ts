import type { Place } from '../../core/store.js'
import { PLACES } from './rules.js'

/** Where a client's last messages went, in the order of their numbers. */
export class Places {
  #list: Place[] = []

  add(place: Place): void {
    this.#list.push(place)
    // Cut seldom: each cut moves all the others.
    if (this.#list.length > PLACES * 1.25) this.#list = this.#list.slice(-PLACES)
  }

  /** Those whose number is `seq` or higher. */
  from(seq: number): Place[] {
    return this.#list.slice(this.#index(seq))
  }

  find(seq: number): Place | undefined {
    const place = this.#list[this.#index(seq)]
    return place?.seq === seq ? place : undefined
  }

  /** Where the first of them is, by halving. */
  #index(seq: number): number {
    let [low, high] = [0, this.#list.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#list[middle]?.seq ?? Infinity) < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
