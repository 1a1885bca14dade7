/** Counts by one label, cheap to add to: what is scraped is made of them when somebody asks. */
export class Tally {
  readonly #counts = new Map<string, number>()

  /** @param labels those that are told from the beginning, with 0. */
  constructor(...labels: string[]) {
    for (const label of labels) this.#counts.set(label, 0)
  }

  add(label: string, count = 1): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + count)
  }

  get(label: string): number {
    return this.#counts.get(label) ?? 0
  }

  [Symbol.iterator](): IterableIterator<[string, number]> {
    return this.#counts[Symbol.iterator]()
  }
}
