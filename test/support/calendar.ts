/** Virtual time in whole ms: what is due in the same ms happens in the order in which it was planned. */
export class Calendar {
  now = 0
  readonly #days = new Map<number, (() => void)[]>()

  /** Never in the past; a part of a ms is rounded up. Infinity is never. */
  at(time: number, job: () => void): void {
    if (time === Infinity) return
    const day = Math.max(this.now, Math.ceil(time))
    const jobs = this.#days.get(day)
    if (jobs) jobs.push(job)
    else this.#days.set(day, [job])
  }

  after(ms: number, job: () => void): void {
    this.at(this.now + ms, job)
  }

  /** Up to and with `end`. */
  run(end: number): void {
    for (; this.now <= end; this.now++) {
      const jobs = this.#days.get(this.now)
      // What a job plans for this very ms joins the end of the list.
      for (let at = 0; jobs && at < jobs.length; at++) jobs[at]?.()
      this.#days.delete(this.now)
    }
  }
}

/** Of values in ascending order, the one that a part of them does not exceed. */
export const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN
