import { pack, sizeOf } from '../../wire/body.js'
import type { Entry, Packed, Send } from '../../wire/frame.js'
import type { Appended, Draft, Place } from '../store.js'
import { Close } from '../../wire/close.js'
import type { ServerOptions } from './contract.js'
import type { Answer, Effects } from './effects.js'
import type { Peer } from './peer.js'

/** What a session tells of its messages: who follows their channels wants to know. */
export interface Journal {
  /** Messages are on their way into these channels. */
  expect(channels: readonly string[]): void
  /** They are in, or not, and nothing more is on the way. */
  settle(channels: readonly string[]): void
  stored(place: Place, entry: Entry<Packed>, sender: Peer | undefined): void
}

interface Item extends Draft {
  bytes: number
}

/** One client's messages on their way into the log: in order, one batch at a time, each batch all that came meanwhile. */
export class Session {
  readonly client: string
  /** The highest message taken in order, as far as this node knows. */
  seq = 0
  #state: 'ready' | 'asking' | 'storing' = 'ready'
  #queue: Item[] = []
  #bytes = 0
  #peer: Peer | undefined
  #leaving = false
  /** Something came that was already taken: say so again. */
  #repeated = false
  readonly #effects: Effects
  readonly #options: Pick<ServerOptions, 'window' | 'queueBytes' | 'wall'>
  readonly #journal: Journal
  readonly #onIdle: (session: Session) => void

  constructor(
    client: string,
    effects: Effects,
    options: Pick<ServerOptions, 'window' | 'queueBytes' | 'wall'>,
    journal: Journal,
    onIdle: (session: Session) => void,
  ) {
    this.client = client
    this.#effects = effects
    this.#options = options
    this.#journal = journal
    this.#onIdle = onIdle
  }

  get peer(): Peer | undefined {
    return this.#peer
  }

  /** A link takes the session over. What waited came by the old link, and comes again by the new one. */
  attach(peer: Peer, seq: number): void {
    this.#peer = peer
    this.seq = seq
    this.#leaving = false
    this.#clear()
    if (this.#state === 'asking') this.#state = 'ready'
  }

  /** The link is gone. */
  detach(peer: Peer): void {
    if (this.#peer !== peer || this.#leaving) return
    this.#peer = undefined
    this.#clear()
    if (this.#state === 'asking') this.#state = 'ready'
    this.#rest()
  }

  /** The client left for good: what it has sent is stored, then it is forgotten. */
  leave(): void {
    this.#leaving = true
    this.#rest()
  }

  /** Queues one message, or drops it when the queue is full: what the client pipelined behind it falls as gaps. */
  offer(peer: Peer, { seq, after = seq - 1, ch, body }: Send): void {
    if (seq <= this.seq) {
      this.#repeated = true
      return
    }
    const packed = packedOf(body)
    if (packed === undefined) {
      peer.tell({ t: 'refused', seq, code: 'not-encodable', reason: 'the body is nested too deeply' })
      return
    }
    const bytes = sizeOf(packed)
    const { window, queueBytes, wall } = this.#options
    const full = this.#queue.length >= window * 2 || this.#bytes + bytes > queueBytes
    if (full && this.#queue.length) return
    const id = `${this.client}:${seq}`
    this.#queue.push({ ch, seq, after, id, from: peer.user, time: wall(), body: packed, bytes })
    this.#bytes += bytes
  }

  /** After the frames of one packet: sets off what can go. */
  flush(): void {
    if (this.#repeated) this.#peer?.tell({ t: 'accepted', seq: this.seq })
    this.#repeated = false
    this.#pump()
  }

  #pump(): void {
    const peer = this.#peer
    if (this.#state !== 'ready') return
    if (!peer) {
      this.#rest()
      return
    }
    const batch: Item[] = []
    for (let item; (item = this.#queue[0]);) {
      const permit = peer.permits.check('publish', item.ch, (verdict) => this.#permitted(peer, verdict))
      if (permit === 'asking') this.#state = 'asking'
      // A refusal waits for the answer to what went before it.
      if (permit === 'asking' || (permit === 'no' && batch.length)) break
      this.#queue.shift()
      this.#bytes -= item.bytes
      if (permit === 'yes') batch.push(item)
      else peer.tell({ t: 'refused', seq: item.seq, code: 'forbidden', reason: 'publishing here is not allowed' })
    }
    if (batch.length) this.#store(batch)
    else this.#rest()
  }

  /** The hook has answered for the head of the queue. Where it failed the client will say it all again. */
  #permitted(peer: Peer, verdict: 'yes' | 'no' | 'failed'): void {
    if (this.#peer !== peer || this.#state !== 'asking') return
    this.#state = 'ready'
    if (verdict === 'failed') this.#clear()
    this.#pump()
  }

  #store(batch: Item[]): void {
    const channels = [...new Set(batch.map(({ ch }) => ch))]
    const records = batch.map(({ bytes: _, ...draft }): Draft => draft)
    this.#state = 'storing'
    this.#journal.expect(channels)
    this.#effects.call('append', { client: this.client, records }, (answer) => {
      this.#state = 'ready'
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
    this.seq = seq
    this.#peer?.tell({ t: 'accepted', seq })
    records.forEach(({ id, from, time, body }, at) => {
      const fate = fates[at]
      if (fate?.is !== 'stored') return
      const { offset } = fate.place
      this.#journal.stored(fate.place, { offset, id, from, time, body }, this.#peer)
    })
  }

  #clear(): void {
    this.#queue = []
    this.#bytes = 0
    this.#repeated = false
  }

  /** Nothing is left to do: a session that nobody holds ends here. */
  #rest(): void {
    if (this.#state !== 'ready' || this.#queue.length) return
    if (this.#leaving) {
      this.#effects.call('forget', { client: this.client }, () => undefined)
      this.#leaving = false
      this.#peer = undefined
    }
    if (!this.#peer) this.#onIdle(this)
  }
}

/** What was parsed has a JSON form, unless it is nested deeper than the stack. */
function packedOf(body: unknown): Packed | undefined {
  try {
    return body instanceof Uint8Array ? body : pack(body)
  } catch {
    return undefined
  }
}
