import type { ServerFrame } from '../wire/frame.js'

type Kinds = ReadonlySet<ServerFrame['t']>

/** What is said of messages counts only from a server that has welcomed us: a welcome says it all again. */
export const verdicts: Kinds = new Set(['accepted', 'refused', 'delivered'])
/** What others have done (also what they received), or the server by itself: no sign that what is said arrives. */
export const unasked: Kinds = new Set(['message', 'delivered', 'present', 'ping', 'large'])
