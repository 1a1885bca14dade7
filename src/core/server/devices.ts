import type { Presence } from '../../wire/frame.js'
import type { Device } from '../store.js'
import type { ServerOptions } from './contract.js'
import type { Effects } from './effects.js'
import type { Peer } from './peer.js'
import { RETRY } from './retry.js'

type Options = Pick<ServerOptions, 'presenceEvery' | 'presenceGrace' | 'wall'>

/** Devices told of in one call. */
const BATCH = 1_000

interface Known {
  readonly user: string
  readonly peer: Peer
  away: boolean
  /** ms since 1970, as told last. */
  seenAt: number
}

/** How the devices are seen that are linked to this node, or were until just now; and the telling of it. */
export class Devices {
  readonly #effects: Effects
  readonly #options: Options
  readonly #known = new Map<string, Known>()
  /** Those without a link, and when each is taken to be gone: the first to go stands first. */
  readonly #leaving = new Map<string, number>()
  /** Those who did not come back; forgotten as soon as the store was told. */
  readonly #gone = new Set<string>()
  /** What the store is to be told of. */
  readonly #untold = new Set<string>()
  /** When to tell it; nothing is told while the store still works on what was told before. */
  #tellAt = Infinity
  #telling = false
  #roundAt = Infinity

  constructor(effects: Effects, options: Options) {
    this.#effects = effects
    this.#options = options
  }

  get size(): number {
    return this.#known.size
  }

  get deadline(): number {
    const [goneAt = Infinity] = this.#leaving.values()
    return Math.min(this.#roundAt, goneAt, this.#telling ? Infinity : this.#tellAt)
  }

  /** It has said hello, or says it again on another link. */
  come(peer: Peer, client: string): void {
    const { seenAt = 0 } = this.#known.get(client) ?? {}
    this.#known.set(client, { user: peer.user, peer, away: false, seenAt })
    this.#leaving.delete(client)
    this.#gone.delete(client)
    this.#roundAt = Math.min(this.#roundAt, this.#effects.now + this.#options.presenceEvery)
    this.#change(client)
  }

  /** Its link is gone. It has some time to come back before anybody is told. */
  lose(peer: Peer, client: string): void {
    if (this.#known.get(client)?.peer === peer)
      this.#leaving.set(client, this.#effects.now + this.#options.presenceGrace)
  }

  /** It has left for good: the store forgets it. */
  forget(client: string): void {
    this.#known.delete(client)
    this.#leaving.delete(client)
    this.#gone.delete(client)
    this.#untold.delete(client)
  }

  /** This node goes down. Those who do not turn up elsewhere are missed there before long. */
  clear(): void {
    for (const all of [this.#known, this.#leaving, this.#gone, this.#untold]) all.clear()
    this.#tellAt = this.#roundAt = Infinity
  }

  /** Somebody looks at it, or nobody does. */
  look(client: string, away: boolean): void {
    const known = this.#known.get(client)
    if (!known || known.away === away) return
    known.away = away
    this.#change(client)
  }

  tick(now: number): void {
    for (const [client, goneAt] of this.#leaving) {
      if (now < goneAt) break
      this.#leaving.delete(client)
      this.#gone.add(client)
      this.#change(client)
    }
    if (now >= this.#roundAt) {
      for (const client of this.#known.keys()) this.#untold.add(client)
      this.#roundAt = this.#known.size ? now + this.#options.presenceEvery : Infinity
      this.#tellAt = now
    }
  }

  /** Tells the store what is due, unless it still works on what it was told before. */
  flush(): void {
    if (this.#effects.now >= this.#tellAt) this.#tell()
  }

  #change(client: string): void {
    this.#untold.add(client)
    this.#tellAt = this.#effects.now
  }

  #tell(): void {
    if (this.#telling) return
    const clients = [...this.#untold].slice(0, BATCH)
    const devices = clients.flatMap((client) => this.#device(client))
    for (const client of clients) this.#untold.delete(client)
    this.#tellAt = this.#untold.size ? this.#effects.now : Infinity
    if (!devices.length) return
    this.#telling = true
    this.#effects.call('seen', { devices }, (answer) => {
      this.#telling = false
      if (answer.is === 'failed') {
        for (const { client } of devices) if (this.#known.has(client)) this.#untold.add(client)
        this.#tellAt = this.#effects.now + RETRY
      } else for (const { client, presence } of devices) if (presence === 'offline') this.#settle(client)
    })
  }

  /** The store knows that it is gone; it may have come back meanwhile. */
  #settle(client: string): void {
    if (this.#gone.delete(client)) this.#known.delete(client)
    if (!this.#known.size) this.#roundAt = Infinity
  }

  #device(client: string): Device[] {
    const known = this.#known.get(client)
    if (!known) return []
    const { user, peer, away } = known
    const presence: Presence = this.#gone.has(client) ? 'offline' : away ? 'away' : 'online'
    // When it was heard, not when that is told: another node may have heard of it since.
    const seenAt = Math.round(this.#options.wall() - (this.#effects.now - peer.heardAt))
    // The two clocks differ by a moment now and then, and what is older than what it knows the store does not take.
    known.seenAt = Math.max(known.seenAt, seenAt)
    return [{ client, user, presence, seenAt: known.seenAt }]
  }
}
