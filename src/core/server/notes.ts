import type { Noted } from '../../wire/frame.js'

/** How long an answer to an acknowledgement waits for company, ms: its client does not ask again before 1 s. */
const NOTE_DELAY = 100

interface Waiting {
  until: number
  /** The last one of each channel says it all. */
  readonly notes: Map<string, Noted>
}

/** Answers that nobody is in a hurry for: they travel with what their link is told next. */
export class Notes {
  /** By link; the one that waits longest stands first. */
  readonly #waiting = new Map<number, Waiting>()

  /** When somebody has waited long enough. */
  get deadline(): number {
    for (const { until } of this.#waiting.values()) return until
    return Infinity
  }

  add(link: number, note: Noted, now: number): void {
    const waiting = this.#waiting.get(link) ?? { until: now + NOTE_DELAY, notes: new Map<string, Noted>() }
    waiting.notes.set(note.ch, note)
    this.#waiting.set(link, waiting)
  }

  /** Hands out what waits for this link. */
  take(link: number): Iterable<Noted> {
    const waiting = this.#waiting.get(link)
    this.#waiting.delete(link)
    return waiting?.notes.values() ?? []
  }

  /** The links that have waited long enough. */
  due(now: number): number[] {
    const links: number[] = []
    for (const [link, { until }] of this.#waiting) {
      if (until > now) break
      links.push(link)
    }
    return links
  }
}
