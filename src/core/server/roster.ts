import type { Presence } from '../../wire/frame.js'
import type { Bounds, Member, Roster as Listed } from '../store.js'

/** What is new of a roster. */
export interface RosterNews {
  /** Those who came, left, received more or are seen differently. */
  clients: readonly string[]
  /** Those of them of whom more is new than what they have received. */
  seen: readonly string[]
  /** What the log holds is other than it was, or what those had who are gone. */
  log: boolean
}

/** Who wants to know of a roster. */
export interface RosterUser {
  /** Without `news` all of it is new. */
  changed(news?: RosterNews): void
}

/** Says how a member is seen now. */
export type Look = (member: Member) => Presence

/** A member, and how it was seen when that was looked at last. */
export interface Seated extends Member {
  shown: Presence
}

/** What this node knows of a channel's members. */
export class Roster {
  readonly users = new Set<RosterUser>()
  readonly members = new Map<string, Seated>()
  /** What the log held when it was read last; unknown before that. */
  bounds: Bounds | undefined
  /** What those had who have left. */
  past: Seated | undefined
  /** A reading is under way; what changes meanwhile is in it, or is told again. */
  reading = false
  /** Something changed while it was read: it is read once more. */
  again = false
  /** When it is to be read again, machine time. */
  readAt = Infinity

  /** What the store has. */
  load({ members, past, ...bounds }: Listed, look: Look): void {
    const first = !this.bounds
    const shorter = this.bounds !== undefined && this.bounds.oldest !== bounds.oldest
    // Nobody tells of it: who has left is only known to be gone.
    const parted = placeOf(past) !== placeOf(this.past)
    this.bounds = bounds
    this.past = past && { ...past, shown: 'offline' }
    const gone = new Set(this.members.keys())
    const clients: string[] = []
    const seen: string[] = []
    for (const member of members) {
      const { client } = member
      gone.delete(client)
      const change = this.#put(member, look)
      if (change) clients.push(client)
      if (change === 'seen') seen.push(client)
    }
    for (const client of gone) this.members.delete(client)
    clients.push(...gone)
    seen.push(...gone)
    const log = shorter || parted
    if (first) this.#tell()
    else if (clients.length || log) this.#tell({ clients, seen, log })
  }

  put(member: Member, look: Look): void {
    const change = this.#put(member, look)
    const clients = [member.client]
    if (change) this.#tell({ clients, seen: change === 'seen' ? clients : [], log: false })
  }

  remove(client: string): void {
    if (this.members.delete(client)) this.#tell({ clients: [client], seen: [client], log: false })
  }

  #put(member: Member, look: Look): 'seen' | 'moved' | undefined {
    const known = this.members.get(member.client)
    const shown = look(member)
    this.members.set(member.client, { ...member, shown })
    if (known?.shown !== shown) return 'seen'
    return placeOf(known) === placeOf(member) ? undefined : 'moved'
  }

  #tell(news?: RosterNews): void {
    for (const user of this.users) user.changed(news)
  }
}

/** How far a member came, as text. */
const placeOf = (member?: Member): string =>
  member ? `${member.client} ${member.cursor.epoch} ${member.cursor.since} ${member.cursor.offset}` : ''
