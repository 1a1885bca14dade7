import type { Rtt } from '../core/rtt.js'
import type { Data, Id } from './options.js'

interface Item {
  data: Data
  /** When it was last written. */
  at: number
  /** How often it was written. */
  tries: number
}

type Writer = Pick<WebSocket, 'send'>

/** A retransmission never waits longer, ms. */
const MAX_WAIT = 30_000

/** Messages that wait for a link, and those with an id until they are acknowledged, in the order sent. */
export class Queue {
  /** When a retransmission is due; at times too early, never too late. */
  due = Infinity
  readonly #items = new Map<unknown, Item>()
  readonly #rtt: Rtt
  readonly #timeout: number

  constructor(rtt: Rtt, timeout: number) {
    this.#rtt = rtt
    this.#timeout = timeout
  }

  get size(): number {
    return this.#items.size
  }

  /** All of it, in bytes. */
  get bytes(): number {
    return [...this.#items.values()].reduce((sum, { data }) => sum + sizeOf(data), 0)
  }

  drain(): Data[] {
    const items = [...this.#items.values()]
    this.#items.clear()
    return items.map(({ data }) => data)
  }

  /**
   * Takes a message, and writes it where there is a link. An id said again replaces its message.
   * The app may change its buffer after `send`, so a copy is kept.
   */
  add(id: Id | null | undefined, data: Data, now: number, link?: Writer): void {
    const item = { data: copy(data), at: 0, tries: 0 }
    this.#items.set(id ?? item, item)
    if (link) this.#write(id ?? item, item, now, link)
  }

  /** Writes what is overdue; on a fresh link, everything. */
  flush(now: number, link: Writer, fresh: boolean): void {
    this.due = Infinity
    for (const [id, item] of this.#items) {
      if (fresh || now >= this.#dueAt(item)) this.#write(id, item, now, link)
      else this.due = Math.min(this.due, this.#dueAt(item))
    }
  }

  ack(id: unknown, now: number): void {
    const item = this.#items.get(id)
    if (item?.tries === 1) this.#rtt.sample(now - item.at)
    this.#items.delete(id)
  }

  /** What has no id is forgotten once it is written. */
  #write(id: unknown, item: Item, now: number, link: Writer): void {
    link.send(item.data)
    item.at = now
    item.tries++
    if (id === item) this.#items.delete(id)
    else this.due = Math.min(this.due, this.#dueAt(item))
  }

  #dueAt({ at, tries }: Item): number {
    return at + Math.min(MAX_WAIT, (this.#timeout || this.#rtt.rto) * 2 ** (tries - 1))
  }
}

export function sizeOf(data: Data): number {
  if (typeof data !== 'object') return new TextEncoder().encode(data).length
  return 'size' in data ? data.size : data.byteLength
}

function copy(data: Data): Data {
  if (ArrayBuffer.isView(data)) return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
  return typeof data === 'object' ? data.slice(0) : data
}
