import { PACKET } from '../batches.js'
import type { Closed, TakeAsk, Taken } from './desk.js'

/** Lines given to a reader at once, bytes; one always fits. */
const ANSWER = 2 ** 16

type Ask = Pick<TakeAsk, 'reader' | 'again' | 'since'>

interface Taker extends Ask {
  answer: (taken: Taken) => void
}

/** One link's downlink: lines numbered from 1, kept until the client says that it has them, and who waits for them; and the count of its POSTs. */
export class Mailbox {
  /** Lines kept, bytes. */
  bytes = 0
  #lines: string[] = []
  /** The number of the first line kept. */
  #first = 1
  #posts = 0
  #reader: string | undefined
  #taker: Taker | undefined
  #closed: Closed | undefined

  /** Somebody waits. */
  get isAwaited(): boolean {
    return this.#taker !== undefined
  }

  isAwaitedBy(reader: string): boolean {
    return this.#taker?.reader === reader
  }

  /** This one was the last to ask. */
  isReader(reader: string): boolean {
    return this.#reader === reader
  }

  put(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lines.push(line)
      this.bytes += Buffer.byteLength(line)
    }
    this.#serve()
  }

  /** Nothing follows these lines: whoever waits is told so together with them. */
  close(closed: Closed, lines: readonly string[] = []): void {
    this.#closed ??= closed
    this.put(lines)
  }

  /** Nothing is left of it. */
  clear(): void {
    this.#lines = []
    this.bytes = 0
    this.#answer({ is: 'gone' })
  }

  /** What POST number `n` is: the next one, one that was here before, or one that cannot be. */
  judge(n: number): 'next' | 'again' | 'wrong' {
    if (n > this.#posts + 1) return 'wrong'
    return n > this.#posts ? 'next' : 'again'
  }

  /** The next POST was taken. */
  count(): void {
    this.#posts++
  }

  /** Forgets what the client has, and answers with what comes after it: now, or when there is something. A newer reader sends the older away. */
  take(ask: Ask, answer: (taken: Taken) => void): void {
    const has = ask.since - this.#first + 1
    if (ask.again && !this.isReader(ask.reader)) answer({ is: 'superseded' })
    else if (has < 0 || has > this.#lines.length) answer({ is: 'wrong' })
    else {
      this.#answer({ is: 'superseded' })
      this.#reader = ask.reader
      for (const line of this.#lines.splice(0, has)) this.bytes -= Buffer.byteLength(line)
      this.#first += has
      this.#taker = { ...ask, answer }
      this.#serve()
    }
  }

  /** Whoever waits under this name has waited long enough. */
  lapse(reader: string): void {
    if (this.isAwaitedBy(reader)) this.#answer(this.#next())
  }

  #serve(): void {
    if (this.#lines.length || this.#closed) this.#answer(this.#next())
  }

  #next(): Taken {
    let end = 0
    for (let sum = 0, line; (line = this.#lines[end]) !== undefined; end++) {
      sum += line.length
      // Of a poll nothing is heard before all is there: what announces a large line goes ahead of it.
      if (end && (sum > ANSWER || line.length > PACKET)) break
    }
    const isAll = end === this.#lines.length
    const lines = this.#lines.slice(0, end)
    return { is: 'lines', first: this.#first, lines, ...(isAll && this.#closed && { closed: this.#closed }) }
  }

  #answer(taken: Taken): void {
    const taker = this.#taker
    this.#taker = undefined
    taker?.answer(taken)
  }
}
