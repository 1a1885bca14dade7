import type { Presence } from '../../wire/frame.js'
import type { Bounds, Member, Roster as Listed } from '../store.js'

/** Who wants to know of a roster. */
export interface RosterUser {
  /**
   * These clients came, left, received more or are seen differently; without names all of it is new.
   * @param log so is what the log holds, or what those had who are gone.
   */
  changed(clients?: readonly string[], log?: boolean): void
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
    const shorter = this.bounds && this.bounds.oldest !== bounds.oldest
    // Nobody tells of it: who has left is only known to be gone.
    const parted = placeOf(past) !== placeOf(this.past)
    this.bounds = bounds
    this.past = past && { ...past, shown: 'offline' }
    const gone = new Set(this.members.keys())
    const changed: string[] = []
    for (const member of members) {
      gone.delete(member.client)
      if (this.#put(member, look)) changed.push(member.client)
    }
    for (const client of gone) this.members.delete(client)
    changed.push(...gone)
    if (first) this.#tell()
    else if (changed.length || shorter || parted) this.#tell(changed, shorter || parted)
  }

  put(member: Member, look: Look): void {
    if (this.#put(member, look)) this.#tell([member.client])
  }

  remove(client: string): void {
    if (this.members.delete(client)) this.#tell([client])
  }

  #put(member: Member, look: Look): boolean {
    const known = this.members.get(member.client)
    const shown = look(member)
    this.members.set(member.client, { ...member, shown })
    if (known?.shown !== shown) return true
    const { epoch, since, offset } = member.cursor
    return known.cursor.epoch !== epoch || known.cursor.since !== since || known.cursor.offset !== offset
  }

  #tell(clients?: readonly string[], log?: boolean): void {
    for (const user of this.users) user.changed(clients, log)
  }
}

/** How far a member came, as text. */
const placeOf = (member?: Member): string =>
  member ? `${member.client} ${member.cursor.epoch} ${member.cursor.since} ${member.cursor.offset}` : ''
