interface Entry {
  at: number
  order: number
  run: (() => void) | undefined
}

/** Virtual time: what is planned happens in order of time, then of planning. Nothing here ever waits. */
export class Clock {
  now = 0
  events = 0
  /** Promises are in use: all that hangs on an event happens before the next. */
  settles = false
  #heap: Entry[] = []
  #order = 0

  /** Plans `run` in `ms`; returns the cancel. */
  after(ms: number, run: () => void): () => void {
    const entry: Entry = { at: this.now + Math.max(0, ms), order: this.#order++, run }
    this.#push(entry)
    return () => {
      entry.run = undefined
    }
  }

  /** Lets everything happen up to `until` (ms), or to where `stop` says so. */
  async run(until: number, stop: () => boolean): Promise<void> {
    if (this.settles) await settled()
    for (let next; (next = this.#heap[0]) && next.at <= until && !stop();) {
      this.#pop()
      if (!next.run) continue
      this.now = Math.max(this.now, next.at)
      this.events++
      next.run()
      if (this.settles) await settled()
    }
    if (!stop()) this.now = Math.max(this.now, until)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    for (let up; at > 0 && (up = heap[(at - 1) >> 1]) && before(entry, up); at = (at - 1) >> 1) heap[at] = up
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const left = heap[child]
      const right = heap[child + 1]
      if (!left) break
      if (right && before(right, left)) child++
      const least = right && before(right, left) ? right : left
      if (!before(least, last)) break
      heap[at] = least
      at = child
    }
    heap[at] = last
  }
}

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** Comes after every promise that is kept by then: Node has its next tick when no callback of a promise is left. */
const settled = (): Promise<void> => new Promise((done) => process.nextTick(done))
