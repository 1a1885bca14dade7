import type { Entry, Packed, Send, ServerFrame } from '../../wire/frame.js'
import type { Appended, Draft, Fate, Place } from '../store.js'
import { Close } from '../../wire/close.js'
import type { ServerOptions } from './contract.js'
import type { Answer, Effects } from './effects.js'
import { Intake } from './intake.js'
import type { Peer } from './peer.js'
import { MOST, type Placed, Repeats } from './repeats.js'

/** What a session tells of its messages: who follows their channels wants to know. */
export interface Journal {
  /** Messages are on their way into these channels. */
  expect(channels: readonly string[]): void
  /** They are in, or not, and nothing more is on the way. */
  settle(channels: readonly string[]): void
  stored(place: Place, entry: Entry<Packed>, sender: Peer | undefined): void
  /** A message is there of which nobody heard when it was stored. */
  found(place: Place, sender: Peer | undefined): void
}

export interface SessionListener {
  /** Nothing is left to do, and nobody holds it. */
  idle(session: Session): void
  /** The client left for good, and all that it sent is stored. */
  left(acked: number): void
}

/** One client's messages on their way into the log: in order, one batch at a time, each batch all that came meanwhile. */
export class Session {
  readonly client: string
  /** The highest message taken in order, as far as this node knows. */
  seq = 0
  #state: { is: 'ready' } | { is: 'storing'; upTo: number } = { is: 'ready' }
  #peer: Peer | undefined
  /** What is settled of a client that leaves. */
  #leaving: number | undefined
  readonly #effects: Effects
  readonly #journal: Journal
  readonly #on: SessionListener
  readonly #intake: Intake
  readonly #repeats: Repeats

  constructor(client: string, effects: Effects, options: ServerOptions, journal: Journal, on: SessionListener) {
    this.client = client
    this.#effects = effects
    this.#journal = journal
    this.#on = on
    this.#intake = new Intake(client, effects, options, () => this.#pump())
    this.#repeats = new Repeats(client, effects, {
      answer: (placed) => this.#peer?.tell(accepted(this.seq, placed)),
      found: (place) => {
        journal.found(place, this.#peer)
      },
    })
  }

  get peer(): Peer | undefined {
    return this.#peer
  }

  /** A link takes the session over. What waited came by the old link, and comes again by the new one. */
  attach(peer: Peer, seq: number): void {
    this.#peer = peer
    this.seq = seq
    this.#leaving = undefined
    this.#clear()
  }

  /** The link is gone. */
  detach(peer: Peer): void {
    if (this.#peer !== peer || this.#leaving !== undefined) return
    this.#peer = undefined
    this.#clear()
    this.#rest()
  }

  /** The client left for good: what it has sent is stored, then it is forgotten. */
  leave(acked = Infinity): void {
    this.#leaving = acked
    this.#rest()
  }

  /** One message; what the client pipelined behind one that is dropped falls as gaps. */
  offer(peer: Peer, frame: Send): void {
    if (frame.seq <= this.seq) this.#repeats.note(frame.seq)
    else this.#intake.offer(peer, frame)
  }

  /** After the frames of one packet: sets off what can go. */
  flush(): void {
    this.#repeats.flush()
    this.#pump()
  }

  #pump(): void {
    const peer = this.#peer
    if (peer) this.#intake.vet(peer, this.#state.is === 'storing' ? this.#state.upTo : this.seq)
    if (this.#state.is === 'storing') return
    const { repeated, refused, batch } = this.#intake.take(this.seq)
    for (const frame of refused) peer?.tell(frame)
    for (const seq of repeated) this.#repeats.note(seq)
    this.#repeats.flush()
    if (batch.length) this.#store(batch)
    else this.#rest()
  }

  #store(records: Draft[]): void {
    const channels = [...new Set(records.map(({ ch }) => ch))]
    this.#state = { is: 'storing', upTo: records.at(-1)?.seq ?? 0 }
    this.#journal.expect(channels)
    this.#effects.call('append', { client: this.client, records }, (answer) => {
      this.#state = { is: 'ready' }
      this.#stored(records, answer)
      this.#journal.settle(channels)
      this.#pump()
    })
  }

  /** A failure is not answered: the client says it again. */
  #stored(records: Draft[], answer: Answer<Appended>): void {
    if (answer.is === 'failed') return
    if (answer.result.is === 'unknown') {
      this.#peer?.close(Close.restart, 'the session was forgotten')
      return
    }
    const { seq, fates } = answer.result
    for (const frame of framesOf(records, fates, this.seq, seq)) this.#peer?.tell(frame)
    for (const unheard of unheardOf(records, this.seq, seq)) this.#repeats.note(unheard)
    this.seq = seq
    const placed: Placed[] = []
    records.forEach(({ id, from, time, body }, at) => {
      const fate = fates[at]
      if (fate?.is === 'duplicate' && fate.place) this.#journal.found(fate.place, this.#peer)
      if (fate?.is !== 'stored') return
      const { seq, offset } = fate.place
      placed.push([seq, offset])
      this.#journal.stored(fate.place, { offset, id, from, time, body }, this.#peer)
    })
    this.#repeats.keep(placed)
  }

  #clear(): void {
    this.#intake.clear()
    this.#repeats.clear()
  }

  /** Nothing is left to do: a session that nobody holds ends here. */
  #rest(): void {
    if (this.#state.is !== 'ready' || !this.#intake.isEmpty) return
    if (this.#leaving !== undefined) {
      this.#on.left(this.#leaving)
      this.#leaving = undefined
      this.#peer = undefined
    }
    if (!this.#peer) this.#on.idle(this)
  }
}

const accepted = (seq: number, placed: Placed[]): ServerFrame<Packed> => ({
  t: 'accepted',
  seq,
  ...(placed.length && { placed }),
})

/** Numbers taken, as it turns out, by an append that was not answered, or at another node: where did they go? */
function unheardOf(records: readonly Draft[], before: number, seq: number): number[] {
  const unheard: number[] = []
  let heard = Math.max(before, seq - MOST)
  const hear = (upTo: number): void => {
    for (; heard < Math.min(upTo, seq); heard++) unheard.push(heard + 1)
  }
  // Between `after` and its number there is none: the client gave them up.
  for (const record of records) {
    hear(record.after)
    heard = Math.max(heard, record.seq)
  }
  hear(seq)
  return unheard
}

/** What the client is told of a batch: a refusal stands behind the answer to what went before it. */
function framesOf(
  records: readonly Draft[],
  fates: readonly Fate[],
  before: number,
  seq: number,
): ServerFrame<Packed>[] {
  const frames: ServerFrame<Packed>[] = []
  let placed: Placed[] = []
  let upTo = before
  records.forEach((record, at) => {
    const fate = fates[at]
    if (fate?.is === 'full') {
      if (upTo > before) frames.push(accepted(upTo, placed))
      frames.push({ t: 'refused', seq: record.seq, code: 'inbox-full', reason: fate.reason })
      placed = []
    } else if (fate && fate.is !== 'gap') {
      upTo = Math.max(upTo, record.seq)
      if (fate.place) placed.push([record.seq, fate.place.offset])
    }
  })
  frames.push(accepted(seq, placed))
  return frames
}
