/** What happened, in words, with its time in ms since 1970. */
export interface JournalEntry {
  time: number
  what: string
}

/** The last things that happened to a connection; older ones are forgotten. */
export class Journal {
  readonly #size: number
  readonly #entries: JournalEntry[] = []

  constructor(size = 100) {
    this.#size = size
  }

  add(what: string): void {
    if (this.#entries.push({ time: Date.now(), what }) > this.#size) this.#entries.shift()
  }

  get entries(): JournalEntry[] {
    return [...this.#entries]
  }
}
