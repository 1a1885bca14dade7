import type { Receipt } from '../../wire/frame.js'
import type { Place } from '../store.js'
import { groupBy } from './group.js'
import { isInbox, inboxOf } from './inbox.js'
import type { Peer } from './peer.js'
import type { Roster, RosterNews, RosterUser, Seated } from './roster.js'
import { type Score, tally } from './tally.js'

/** Messages of one sender and channel that are watched over; beyond, the oldest is given up. */
const PLACES = 1_000

interface Tracked extends Place {
  /** What was told of it last, as text. */
  told?: string
}

/** One sender's messages in one channel, as far as not everybody has them. */
export class Tracker implements RosterUser {
  readonly peer: Peer
  readonly ch: string
  /** Not before this is anything told again: machine time. */
  freeAt = -Infinity
  readonly #client: string
  readonly #onChange: (tracker: Tracker) => void
  #roster: Roster | undefined
  /** In the order of their numbers, and so of their offsets. */
  #places: Tracked[] = []

  constructor(peer: Peer, client: string, ch: string, onChange: (tracker: Tracker) => void) {
    this.peer = peer
    this.#client = client
    this.ch = ch
    this.#onChange = onChange
  }

  begin(roster: Roster): void {
    this.#roster = roster
  }

  /** A message went there. It may be told of twice, and late. */
  add(place: Place): void {
    let at = this.#places.length
    while (at && (this.#places[at - 1]?.seq ?? 0) >= place.seq) at--
    if (this.#places[at]?.seq === place.seq) return
    this.#places.splice(at, 0, { ...place })
    if (this.#places.length > PLACES) this.#places.shift()
    this.changed()
  }

  changed(news?: RosterNews): void {
    // What it has itself is no news to it.
    if (news && !news.log && news.clients.every((client) => client === this.#client)) return
    if (this.#roster?.bounds && this.#places.length) this.#onChange(this)
  }

  /** What is to be told that was not told before. What all have, or nobody ever will, is done with. */
  news(): Receipt[] {
    const list: Receipt[] = []
    const done = new Set<Tracked>()
    const recipients = this.#recipients()
    for (const places of groupBy(this.#places, ({ epoch }) => epoch)) {
      const scores = tally(
        places.map(({ offset }) => offset),
        places[0]?.epoch ?? '',
        recipients,
      )
      let last: Receipt | undefined
      places.forEach((place, at) => {
        const receipt = this.#receipt(place, scores[at])
        if (receipt && (receipt.gone || (receipt.count > 0 && receipt.count === receipt.of))) done.add(place)
        if (receipt && last && isSame(last, receipt)) last.to = place.seq
        else if (receipt) list.push(receipt)
        // One of which there is nothing new ends a row: what was told of it may be something else.
        if (!receipt || last?.to !== place.seq) last = receipt
      })
    }
    this.#places = this.#places.filter((place) => !done.has(place))
    return list
  }

  /** Its own devices are no recipients, except of what it writes to itself. */
  #recipients(): Seated[] {
    const { user } = this.peer
    const own = this.ch === inboxOf(user)
    const { members, past } = this.#roster ?? {}
    const all = [...(members?.values() ?? []), ...(past ? [past] : [])]
    return all.filter((member) => member.client !== this.#client && (own || !user || member.user !== user))
  }

  /** Nothing to tell while it is on its way to somebody who is there, or when it was told already. */
  #receipt(place: Tracked, score?: Score): Receipt | undefined {
    const bounds = this.#roster?.bounds
    if (!score || !bounds) return undefined
    const { seq } = place
    const { count, by, awaited } = score
    // Of another log nobody knows what has become of it.
    const gone = !count && bounds.epoch === place.epoch && place.offset < bounds.oldest
    if (!count && !gone && (awaited || bounds.epoch !== place.epoch)) return undefined
    const of = isInbox(this.ch) ? Math.max(1, score.of) : score.of
    const told = `${count} ${of} ${by?.client ?? ''} ${gone}`
    if (told === place.told) return undefined
    place.told = told
    return { seq, to: seq, count, of, ...(by && { by }), ...(gone && { gone }) }
  }
}

/** Neighbours of which the same is true are told of together. */
const isSame = (a: Receipt, b: Receipt): boolean =>
  a.count === b.count &&
  a.of === b.of &&
  a.gone === b.gone &&
  a.by?.client === b.by?.client &&
  a.by?.time === b.by?.time
