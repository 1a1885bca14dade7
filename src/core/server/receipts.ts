import type { Place } from '../store.js'
import type { ServerOptions } from './contract.js'
import type { Effects } from './effects.js'
import { Pace } from './pace.js'
import type { Peer } from './peer.js'
import type { Rosters } from './rosters.js'
import { Tracker } from './tracker.js'
import { RETRY } from './retry.js'

type Options = Pick<ServerOptions, 'newsEvery'>

/** Channels in which one sender's messages are watched over; beyond, the one longest unused is given up. */
const CHANNELS = 256

/** One link that wants receipts. */
interface Sender {
  readonly client: string
  /** What it wants to hear of. */
  from: number
  /** The channel used last stands last. */
  readonly channels: Map<string, Tracker>
  /** When the store is asked again where its messages went, if it did not say. */
  askAt: number
}

/** Tells senders who has their messages: state, not events, so that what is lost is made up for by what comes after. */
export class Receipts {
  readonly #effects: Effects
  readonly #rosters: Rosters
  readonly #senders = new Map<Peer, Sender>()
  /** Those of which the store did not say where their messages went. */
  readonly #unasked = new Map<Peer, Sender>()
  /** When the first of them is asked about. */
  #askAt = Infinity
  readonly #pace: Pace<Tracker>

  constructor(effects: Effects, options: Options, rosters: Rosters) {
    this.#effects = effects
    this.#rosters = rosters
    this.#pace = new Pace(effects, options.newsEvery, tell)
  }

  /** When to `tick`. */
  get deadline(): number {
    return Math.min(this.#askAt, this.#pace.deadline)
  }

  get size(): number {
    return this.#senders.size
  }

  /** Begins, or begins anew: all that is known is told once more. */
  track(peer: Peer, client: string, from: number): void {
    this.leave(peer)
    const sender: Sender = { client, from, channels: new Map(), askAt: this.#effects.now }
    this.#senders.set(peer, sender)
    this.#ask(peer, sender)
  }

  /** A message of this link went there. */
  placed(peer: Peer | undefined, place: Place): void {
    const sender = peer && this.#senders.get(peer)
    if (sender && place.seq >= sender.from) this.#add(peer, sender, [place])
  }

  /** The link is gone. */
  leave(peer: Peer): void {
    for (const tracker of this.#senders.get(peer)?.channels.values() ?? []) this.#drop(tracker)
    this.#senders.delete(peer)
    this.#unasked.delete(peer)
    if (!this.#unasked.size) this.#askAt = Infinity
  }

  tick(now: number): void {
    this.#pace.tick(now)
    if (now < this.#askAt) return
    this.#askAt = Infinity
    for (const [peer, sender] of this.#unasked) {
      if (now >= sender.askAt) this.#ask(peer, sender)
      else this.#wait(sender.askAt)
    }
  }

  #ask(peer: Peer, sender: Sender): void {
    const { client, from } = sender
    this.#unasked.delete(peer)
    this.#effects.call('sent', { client, from }, (answer) => {
      if (this.#senders.get(peer) !== sender) return
      if (answer.is === 'known') {
        tellPlaces(peer, answer.result)
        this.#add(peer, sender, answer.result)
      } else {
        sender.askAt = this.#effects.now + RETRY
        this.#unasked.set(peer, sender)
        this.#wait(sender.askAt)
      }
    })
  }

  #add(peer: Peer, sender: Sender, places: readonly Place[]): void {
    for (const place of places) this.#trackerOf(peer, sender, place.ch).add(place)
    for (const [, oldest] of sender.channels) {
      if (sender.channels.size <= CHANNELS) break
      this.#drop(oldest)
      sender.channels.delete(oldest.ch)
    }
  }

  #trackerOf(peer: Peer, { client, channels }: Sender, ch: string): Tracker {
    let tracker = channels.get(ch)
    channels.delete(ch)
    if (!tracker) {
      tracker = new Tracker(peer, client, ch, (changed) => {
        this.#pace.plan(changed)
      })
      tracker.begin(this.#rosters.join(ch, tracker))
    }
    channels.set(ch, tracker)
    return tracker
  }

  #drop(tracker: Tracker): void {
    this.#pace.drop(tracker)
    this.#rosters.leave(tracker.ch, tracker)
  }

  #wait(until: number): void {
    this.#askAt = Math.min(this.#askAt, until)
  }
}

/** Messages that `welcome` said to be there: their sender does not know where. */
function tellPlaces(peer: Peer, places: readonly Place[]): void {
  if (peer.stage.is !== 'open') return
  const { hello, got } = peer.stage
  const settled = places.filter(({ seq }) => seq > hello.acked && seq <= got)
  const placed = settled.map(({ seq, offset }): [number, number] => [seq, offset])
  const last = placed.at(-1)
  if (last) peer.tell({ t: 'accepted', seq: last[0], placed })
}

function tell(tracker: Tracker): boolean {
  const { peer, ch } = tracker
  const list = tracker.news()
  if (list.length) peer.tell({ t: 'delivered', n: ++peer.news, ch, list })
  return list.length > 0
}
