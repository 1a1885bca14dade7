import type { Subscribe } from '../../wire/frame.js'
import type { Slice } from '../store.js'

/** Where to follow from. */
export type Wanted = Pick<Subscribe, 'from' | 'epoch' | 'since'>

/** Where a subscription stands; `lost` is what it wanted and cannot have. */
export interface Position {
  epoch: string
  next: number
  /** It has everything from there to `next`; absent where that is nothing. */
  since?: number
  lost?: [from: number, to: number]
}

/** Holds a wish against the log as it is. A position that is gone is never silently another one. */
export function locate({ from, epoch, since }: Wanted, log: Omit<Slice, 'entries'>): Position {
  if (from === 'now') return { epoch: log.epoch, next: log.next }
  if (typeof from === 'string') return { epoch: log.epoch, next: log.oldest }
  const first = Math.max(1, from)
  // Of another epoch nobody knows how much it held beyond.
  if (epoch !== undefined && epoch !== log.epoch)
    return { epoch: log.epoch, next: log.oldest, lost: [first, Math.max(first, log.oldest)] }
  if (first < log.oldest) return { epoch: log.epoch, next: log.oldest, lost: [first, log.oldest] }
  if (first > log.next) return { epoch: log.epoch, next: log.next, lost: [log.next, first] }
  return { epoch: log.epoch, next: first, ...(epoch !== undefined && since !== undefined && { since }) }
}
