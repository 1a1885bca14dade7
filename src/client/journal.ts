/** What happened, in words, with its time in ms since 1970. */
export interface JournalEntry {
  time: number
  what: string
}

const SIZE = 100

/** The last things that happened to a connection; older ones are forgotten. */
export class Journal {
  readonly #entries: JournalEntry[] = []

  add(what: string): void {
    if (this.#entries.push({ time: Date.now(), what }) > SIZE) this.#entries.shift()
  }

  get entries(): JournalEntry[] {
    return [...this.#entries]
  }
}
