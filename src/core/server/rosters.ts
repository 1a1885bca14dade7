import type { Change, Member } from '../store.js'
import type { ServerOptions } from './contract.js'
import type { Effects } from './effects.js'
import type { Follows } from './follows.js'
import { type Look, Roster, type RosterUser } from './roster.js'
import { RETRY } from './retry.js'

type Options = Pick<ServerOptions, 'idle' | 'presenceEvery' | 'wall'>

/** Logs grow old, and nobody tells: each is looked at after this, ms. */
const LONG = 60_000

/** The members of those channels in which somebody here has an interest, as the store tells of them. */
export class Rosters {
  /** When to `tick`. */
  deadline = Infinity
  readonly #effects: Effects
  readonly #options: Options
  readonly #follows: Follows
  readonly #rosters = new Map<string, Roster>()
  /** Nobody's word holds for ever. */
  readonly #look: Look = ({ presence, seenAt }) => {
    const { idle, presenceEvery, wall } = this.#options
    return wall() - seenAt > idle + presenceEvery ? 'offline' : presence
  }

  constructor(effects: Effects, options: Options, follows: Follows) {
    this.#effects = effects
    this.#options = options
    this.#follows = follows
  }

  get size(): number {
    return this.#rosters.size
  }

  /** Begins to tell a user of a channel's roster. */
  join(ch: string, user: RosterUser): Roster {
    let roster = this.#rosters.get(ch)
    if (!roster) {
      this.#rosters.set(ch, (roster = new Roster()))
      this.#follows.begin(ch)
      this.#read(ch, roster)
    }
    roster.users.add(user)
    return roster
  }

  leave(ch: string, user: RosterUser): void {
    const roster = this.#rosters.get(ch)
    if (!roster?.users.delete(user) || roster.users.size) return
    this.#rosters.delete(ch)
    this.#follows.end(ch)
    if (!this.#rosters.size) this.deadline = Infinity
  }

  changed(change: Change): void {
    const roster = this.#rosters.get(change.ch)
    if (!roster || change.is === 'grown') return
    if (roster.reading) roster.again = true
    if (change.is === 'unsure') this.#read(change.ch, roster)
    else if (change.is === 'member') {
      this.#plan(roster, Math.min(roster.readAt, this.#nextReading([change.member])))
      roster.put(change.member, this.#look)
    } else roster.remove(change.client)
  }

  /** Those who were not seen for long may have been, by another node: the store knows. */
  tick(now: number): void {
    if (now < this.deadline) return
    this.deadline = Infinity
    for (const [ch, roster] of this.#rosters)
      if (now >= roster.readAt) this.#read(ch, roster)
      else this.#plan(roster, roster.readAt)
  }

  #read(ch: string, roster: Roster): void {
    if (roster.reading) return
    roster.reading = true
    roster.again = false
    roster.readAt = Infinity
    this.#effects.call('members', { ch }, (answer) => {
      roster.reading = false
      if (this.#rosters.get(ch) !== roster) return
      if (answer.is === 'failed') this.#plan(roster, this.#effects.now + RETRY)
      else {
        this.#plan(roster, this.#nextReading(answer.result.members))
        roster.load(answer.result, this.#look)
        if (roster.again) this.#read(ch, roster)
      }
    })
  }

  #plan(roster: Roster, at: number): void {
    roster.readAt = at
    this.deadline = Math.min(this.deadline, at)
  }

  /** Whoever seems to be there is asked about when nothing was heard of him for too long. */
  #nextReading(members: Iterable<Member>): number {
    const { idle, presenceEvery, wall } = this.#options
    let wait = LONG
    for (const member of members)
      if (this.#look(member) !== 'offline') wait = Math.min(wait, member.seenAt + idle + presenceEvery - wall())
    return this.#effects.now + Math.max(wait, presenceEvery)
  }
}
