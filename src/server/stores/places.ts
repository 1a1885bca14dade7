import { firstFrom } from '../../core/server/halving.js'
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

  /** Where the first of them is. */
  #index(seq: number): number {
    return firstFrom(this.#list, seq, (place) => place.seq)
  }
}
