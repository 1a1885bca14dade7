import type { Seat } from '../../wire/frame.js'
import type { ServerOptions } from './contract.js'
import type { Effects } from './effects.js'
import { Pace } from './pace.js'
import type { Peer } from './peer.js'
import type { Roster, RosterNews, RosterUser, Seated } from './roster.js'
import type { Rosters } from './rosters.js'

type Options = Pick<ServerOptions, 'newsEvery' | 'maxSubscriptions'>

/** Seats of one frame. */
const SEATS = 1_000

const seatOf = ({ client, user, shown: presence, seenAt: time }: Seated): Seat => ({ client, user, presence, time })

/** One link that watches one channel. */
class Watcher implements RosterUser {
  readonly peer: Peer
  readonly ch: string
  readonly #onChange: (watcher: Watcher) => void
  #roster: Roster | undefined
  /** Clients to tell of, or everybody. */
  #untold: Set<string> | 'all' = 'all'
  isAllowed = false
  /** Not before: machine time. */
  freeAt = -Infinity

  constructor(peer: Peer, ch: string, onChange: (watcher: Watcher) => void) {
    this.peer = peer
    this.ch = ch
    this.#onChange = onChange
  }

  /** Begins, or begins anew. */
  begin(roster: Roster): void {
    this.isAllowed = true
    this.#roster = roster
    this.changed()
  }

  changed(news?: RosterNews): void {
    if (!news) this.#untold = 'all'
    // Of what they have received, and what the log holds, senders want to know.
    else if (this.#untold !== 'all') for (const client of news.seen) this.#untold.add(client)
    const isNew = this.#untold === 'all' || this.#untold.size > 0
    if (isNew && this.#roster?.bounds) this.#onChange(this)
  }

  tell(): void {
    const { peer, ch } = this
    const members = this.#roster?.members ?? new Map<string, Seated>()
    const all = this.#untold === 'all'
    const clients = this.#untold === 'all' ? [...members.keys()] : [...this.#untold]
    this.#untold = new Set()
    for (let at = 0; at === 0 || at < clients.length; at += SEATS) {
      const list: Seat[] = []
      const left: string[] = []
      for (const client of clients.slice(at, at + SEATS)) {
        const member = members.get(client)
        if (member) list.push(seatOf(member))
        else left.push(client)
      }
      const frame = { t: 'present', n: ++peer.news, ch, ...(all && !at && { all }) } as const
      peer.tell({ ...frame, list, ...(left.length && { left }) })
    }
  }
}

/** Who wants to know who is there. Each is told at once, and then not too often. */
export class Watchers {
  readonly #options: Options
  readonly #rosters: Rosters
  readonly #peers = new Map<Peer, Map<string, Watcher>>()
  readonly #pace: Pace<Watcher>

  constructor(effects: Effects, options: Options, rosters: Rosters) {
    this.#options = options
    this.#rosters = rosters
    this.#pace = new Pace(effects, options.newsEvery, (watcher) => {
      watcher.tell()
      return true
    })
  }

  /** When to `tick`. */
  get deadline(): number {
    return this.#pace.deadline
  }

  get size(): number {
    return this.#peers.size
  }

  /** Said again, it begins anew; while it is not known whether it may, there is nothing to begin. */
  watch(peer: Peer, ch: string): void {
    const known = this.#peers.get(peer)?.get(ch)
    if (known?.isAllowed) this.#begin(known)
    else if (known) return
    else if ((this.#peers.get(peer)?.size ?? 0) >= this.#options.maxSubscriptions) deny(peer, ch, 'too-many')
    else {
      const watchers = this.#peers.get(peer) ?? new Map<string, Watcher>()
      const watcher = new Watcher(peer, ch, (changed) => {
        this.#pace.plan(changed)
      })
      this.#peers.set(peer, watchers.set(ch, watcher))
      const permit = peer.permits.check('presence', ch, (verdict) => {
        if (this.#peers.get(peer)?.get(ch) === watcher) this.#decide(watcher, verdict)
      })
      if (permit !== 'asking') this.#decide(watcher, permit)
    }
  }

  unwatch(peer: Peer, ch: string): void {
    const watcher = this.#peers.get(peer)?.get(ch)
    if (!watcher) return
    this.#peers.get(peer)?.delete(ch)
    this.#pace.drop(watcher)
    this.#rosters.leave(ch, watcher)
  }

  /** The link is gone. */
  leave(peer: Peer): void {
    for (const ch of this.#peers.get(peer)?.keys() ?? []) this.unwatch(peer, ch)
    this.#peers.delete(peer)
  }

  tick(now: number): void {
    this.#pace.tick(now)
  }

  /** A hook that failed may answer the next time it is asked. */
  #decide(watcher: Watcher, verdict: 'yes' | 'no' | 'failed'): void {
    const { peer, ch } = watcher
    if (verdict === 'yes') {
      this.#begin(watcher)
      return
    }
    this.unwatch(peer, ch)
    deny(peer, ch, verdict === 'no' ? 'forbidden' : 'unavailable')
  }

  #begin(watcher: Watcher): void {
    watcher.begin(this.#rosters.join(watcher.ch, watcher))
  }
}

const reasons = {
  'too-many': 'no more channels can be watched',
  forbidden: 'watching this channel is not allowed',
  unavailable: 'the server cannot tell now; ask again later',
}

function deny(peer: Peer, ch: string, code: keyof typeof reasons): void {
  peer.tell({ t: 'denied', ch, watch: true, code, reason: reasons[code] })
}
