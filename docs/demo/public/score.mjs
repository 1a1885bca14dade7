// The promise, checked from what the messages say themselves: each sender counts 1, 2, 3 …, each receiver checks.

export class Score {
  sent = 0
  accepted = 0
  /** By all of this page whom it is for; on a page of one: what the others said. */
  received = 0
  duplicated = 0
  disordered = 0
  #tallies = new Map()
  #failed = new Set()
  /** Who does not have it yet, by message. */
  #awaited = new Map()

  /** Numbers passed over by somebody who heard later ones. */
  get lost() {
    let lost = 0
    for (const { missing } of this.#tallies.values()) lost += missing.size
    return lost
  }

  /** Watches a person, who hears what `others` on this page say, and whoever else is there. */
  watch(person, others) {
    person.addEventListener('said', ({ detail }) => this.#say(detail, others))
    person.addEventListener('settled', ({ detail }) =>
      detail.state === 'failed' ? this.#fail(detail) : this.accepted++,
    )
    person.addEventListener('heard', ({ detail }) => {
      if (others.length === 0) this.received += detail.own ? 0 : 1
      else this.#reach(detail, person)
      this.#check(person, detail)
    })
  }

  #say(entry, others) {
    this.sent++
    const awaited = others.filter(({ name }) => !entry.to || entry.to === name)
    if (awaited.length) this.#awaited.set(keyOf(entry), new Set(awaited))
  }

  #reach(entry, person) {
    const awaited = this.#awaited.get(keyOf(entry))
    if (!awaited?.delete(person) || awaited.size) return
    this.#awaited.delete(keyOf(entry))
    this.received++
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
  #fail(entry) {
    const { run, n } = entry
    this.#awaited.delete(keyOf(entry))
    this.#failed.add(keyOf(entry))
    for (const tally of this.#tallies.values()) if (tally.run === run) tally.missing.delete(n)
  }
}

const keyOf = ({ run, n }) => `${run} ${n}`
