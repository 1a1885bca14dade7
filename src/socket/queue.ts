import type { Rtt } from '../core/rtt.js'
import { copy, type Data, type NativeSocket, sizeOf } from './data.js'
import type { Id } from './options.js'

interface Item {
  data: Data
  /** In bytes. */
  size: number
  /** When it was last written. */
  at: number
  /** How often it was written. */
  tries: number
}

type Writer = Pick<NativeSocket, 'send'>

/** A retransmission never waits longer, ms. */
const MAX_WAIT = 30_000

export type Queue = ReturnType<typeof createQueue>

/**
 * Messages that wait for a link, and those with an id until they are acknowledged, in the order sent.
 * @param timeout until the first retransmission, ms; 0 for what `rtt` has measured.
 */
export function createQueue(rtt: Rtt, timeout: number) {
  const items = new Map<unknown, Item>()
  let bytes = 0
  const forget = (id: unknown) => {
    const item = items.get(id)
    bytes -= item?.size ?? 0
    items.delete(id)
    return item
  }
  const dueAt = ({ at, tries }: Item) => at + Math.min(MAX_WAIT, (timeout || rtt.rto) * 2 ** (tries - 1))
  /** What has no id is forgotten once it is written. */
  const write = (id: unknown, item: Item, now: number, link: Writer) => {
    link.send(item.data)
    item.at = now
    item.tries++
    if (id === item) forget(id)
    else queue.due = Math.min(queue.due, dueAt(item))
  }
  const queue = {
    /** When a retransmission is due; at times too early, never too late. */
    due: Infinity,
    size: () => items.size,
    /** All of it, in bytes. */
    bytes: () => bytes,
    drain: (): Data[] => [...items.keys()].flatMap((id) => forget(id)?.data ?? []),
    /**
     * Takes a message, and writes it where there is a link. An id said again replaces its message.
     * The app may change its buffer after `send`, so a copy is kept.
     */
    add(id: Id | null | undefined, data: Data, now: number, link?: Writer) {
      const item = { data: copy(data), size: sizeOf(data), at: 0, tries: 0 }
      const key = id ?? item
      bytes += item.size - (items.get(key)?.size ?? 0)
      items.set(key, item)
      if (link) write(key, item, now, link)
    },
    /** Writes what is overdue; on a fresh link, everything. */
    flush(now: number, link: Writer, fresh: boolean) {
      queue.due = Infinity
      for (const [id, item] of items) {
        if (fresh || now >= dueAt(item)) write(id, item, now, link)
        else queue.due = Math.min(queue.due, dueAt(item))
      }
    },
    ack(id: unknown, now: number) {
      const item = forget(id)
      if (item?.tries === 1) rtt.sample(now - item.at)
    },
  }
  return queue
}
