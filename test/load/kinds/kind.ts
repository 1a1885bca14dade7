import type { Server } from 'node:http'

/** One connection. It sends to the one that has its number with the last bit changed. */
export interface Line {
  /** Both settle in ms since it was sent. */
  send(): { accepted: Promise<number>; delivered: Promise<number> }
  /** How often it was lost. */
  readonly drops: number
}

/** What is put under load. On each the same is said: a message, its acknowledgement, and that the other one has it. */
export interface Kind {
  name: string
  /** Undefined where it is not installed. */
  serve(http: Server): void
  /** Resolves once it can send, and the other one would hear it. */
  dial(port: number, at: number): Promise<Line>
}

/** What each message says. */
export const BODY = 'A line of a chat, not a long one.'

/** Promises by number, for those who have none of their own. */
export class Awaited {
  readonly #open = new Map<string, () => void>()

  wait(what: string): Promise<number> {
    const since = performance.now()
    return new Promise((done) => this.#open.set(what, () => done(performance.now() - since)))
  }

  settle(what: string): void {
    this.#open.get(what)?.()
    this.#open.delete(what)
  }
}
