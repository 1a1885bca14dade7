// The promise, checked from what the messages say themselves: each sender counts 1, 2, 3 …, each receiver checks.

export class Score {
  sent = 0
  accepted = 0
  received = 0
  duplicated = 0
  disordered = 0
  #tallies = new Map()
  #failed = new Set()

  /** Numbers passed over by somebody who heard later ones. */
  get lost() {
    let lost = 0
    for (const { missing } of this.#tallies.values()) lost += missing.size
    return lost
  }

  /** Watches a person, who hears what `others` on this page say, and whoever else is there. */
  watch(person, others) {
    person.addEventListener('said', () => this.sent++)
    person.addEventListener('settled', ({ detail }) =>
      detail.state === 'accepted' ? this.accepted++ : this.#fail(detail),
    )
    person.addEventListener('heard', ({ detail }) => {
      if (!detail.own && (others.length === 0 || others.some(({ run }) => run === detail.run))) this.received++
      this.#check(person, detail)
    })
  }

  #check(listener, { run, n, failed }) {
    const key = `${listener.run} hears ${run}`
    // Of an earlier visit, the log may have only the end.
    const tally = this.#tallies.get(key) ?? { run, last: n - 1, missing: new Set() }
    this.#tallies.set(key, tally)
    if (n > tally.last) {
      for (let skipped = tally.last + 1; skipped < n; skipped++)
        if (!this.#failed.has(`${run} ${skipped}`)) tally.missing.add(skipped)
      tally.last = n
    } else if (tally.missing.delete(n)) this.disordered++
    else this.duplicated++
    for (const gone of failed) tally.missing.delete(gone)
  }

  /** A message whose sender was told that it failed is not lost. */
  #fail({ run, n }) {
    this.#failed.add(`${run} ${n}`)
    for (const tally of this.#tallies.values()) if (tally.run === run) tally.missing.delete(n)
  }
}
