import type { Cursor, Draft } from '../../core/store.js'
import type { Entry, Packed } from '../../wire/frame.js'

/** Of each client so many places are known at least. */
export const PLACES = 1_000

/** A client that left for good is remembered for so long, ms: what it said before may still be on its way. */
export const LEFT = 600_000

/** What an entry costs beside its body, bytes, roughly. */
export const OVERHEAD = 256

/**
 * What a person's inbox holds at most; the rest of a channel's limits are not for it, and what was not received is never
 * dropped for something newer.
 */
export interface InboxLimits {
  inboxEntries: number
  inboxBytes: number
}

/** Bytes, roughly. */
export const costOf = ({ body }: Pick<Entry<Packed>, 'body'>): number =>
  (typeof body === 'string' ? Buffer.byteLength(body) : body.length) + OVERHEAD

/** Exactly-once is made here: of the messages of a client whose number is `seq`, which is taken? */
export function verdict(seq: number, draft: Pick<Draft, 'seq' | 'after'>): 'next' | 'duplicate' | 'gap' {
  if (draft.seq <= seq) return 'duplicate'
  return draft.after > seq ? 'gap' : 'next'
}

/** Why an inbox takes no entry of this cost, when it does not. One entry always fits. */
export function fullBy(limits: InboxLimits, held: { size: number; bytes: number }, cost: number): string | undefined {
  const { inboxEntries, inboxBytes } = limits
  if (held.size >= inboxEntries) return `the inbox holds ${inboxEntries} messages that were not fetched`
  if (held.size && held.bytes + cost > inboxBytes) return `the inbox holds ${held.bytes} bytes that were not fetched`
  return undefined
}

/** Where a member is, who was at `kept` and says `said`; `present` is the epoch that the log has now. */
export function moved(kept: Cursor | undefined, said: Cursor, present: string): Cursor {
  if (!kept) return said
  if (kept.epoch !== said.epoch) return said.epoch === present || kept.epoch !== present ? said : kept
  const further = said.offset > kept.offset ? said : kept
  if (said.since > kept.offset + 1 || said.offset < kept.since - 1) return further
  return { ...further, since: Math.min(kept.since, said.since) }
}

/** What all of these have of a log of this epoch; whoever counts in another epoch is not known to have any of it. */
export function hadByAll(cursors: Iterable<Cursor>, epoch: string): number {
  let least = Infinity
  for (const cursor of cursors) least = Math.min(least, cursor.epoch === epoch ? cursor.offset : 0)
  return least === Infinity ? 0 : least
}
