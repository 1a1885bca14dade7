import type { Message, Packed } from '../../wire/frame.js'
import type { Cursor } from '../store.js'
import type { ServerOptions } from './contract.js'
import type { Answer, Effects } from './effects.js'
import type { Peer } from './peer.js'
import type { Position, Wanted } from './position.js'

/** Where a subscription is in its life. Compared by identity: an answer that finds another state comes too late. */
export type FeedState =
  | { is: 'asking'; wanted: Wanted }
  /** `then`: what was wanted meanwhile. */
  | { is: 'locating'; then?: Wanted }
  /** Has all that is known: waits for news. */
  | { is: 'live' }
  | { is: 'reading' }
  /** Too much is unreceived: waits for the client. */
  | { is: 'full' }
  /** It may not follow: its membership is ended. */
  | { is: 'leaving' }
  /** The store failed: tried again soon. */
  | { is: 'stalled'; wanted?: Wanted }
  | { is: 'gone' }

/** An entry as pushed, made once for all that follow its channel. */
export interface Parcel {
  frame: Message<Packed> & { offset: number }
  bytes: number
}

type FeedOptions = Pick<ServerOptions, 'pushWindow' | 'pushBytes' | 'wall'>

/** One link's subscription of one channel: what was pushed, and what the client says it has. */
export class Feed {
  state: FeedState = { is: 'live' }
  epoch = ''
  /** The offset to push next. */
  next = 1
  /** What the client calls this subscription; what it said of earlier ones, with lower numbers, may come after it. */
  id = 0
  readonly peer: Peer
  readonly client: string
  readonly ch: string
  readonly #effects: Effects
  readonly #options: FeedOptions
  /** The first offset of this position: from there on nothing is missing. */
  #since = 1
  /** Sizes of what is pushed and not received. */
  #unreceived: number[] = []
  #bytes = 0
  #saving: 'no' | 'yes' | 'again' = 'no'
  /** The store has the position up to here. */
  #kept = 0
  readonly #onUnkept: (feed: Feed) => void

  /** @param onUnkept the store did not take the position: `keep` it again, later. */
  constructor(
    peer: Peer,
    client: string,
    ch: string,
    effects: Effects,
    options: FeedOptions,
    onUnkept: (feed: Feed) => void,
  ) {
    this.peer = peer
    this.client = client
    this.ch = ch
    this.#effects = effects
    this.#options = options
    this.#onUnkept = onUnkept
  }

  /** The client has everything before this offset. */
  get received(): number {
    return this.next - this.#unreceived.length - 1
  }

  /** Whether one more may be pushed; one always may. */
  get room(): boolean {
    return this.#unreceived.length < this.#options.pushWindow && this.#bytes < this.#options.pushBytes
  }

  /** Takes a position and tells of it. Who follows is a member, and has all that it need not be told again. */
  place({ epoch, next, since = next, lost }: Position): void {
    this.epoch = epoch
    this.next = next
    this.#since = Math.min(since, next)
    this.#kept = 0
    this.#unreceived = []
    this.#bytes = 0
    const { ch, id } = this
    this.peer.tell({ t: 'subscribed', ch, epoch, next, ...(lost && { lost }), ...(id && { id }) })
    this.keep()
  }

  push({ frame, bytes }: Parcel): void {
    this.peer.tell(frame)
    this.next = frame.offset + 1
    this.#unreceived.push(bytes)
    this.#bytes += bytes
  }

  /** The client has everything up to `offset`. Says whether there is room for a good batch again. */
  receive(offset: number): boolean {
    // It may have more than this position has reached: what it asked for again came the first time after all.
    const count = Math.min(offset, this.next - 1) - this.received
    if (count <= 0) {
      // Said again, for no answer came.
      if (this.received > this.#kept) this.keep()
      else this.#note()
      return false
    }
    for (const bytes of this.#unreceived.splice(0, count)) this.#bytes -= bytes
    this.keep()
    const { pushWindow, pushBytes } = this.#options
    return this.#unreceived.length <= pushWindow / 2 && this.#bytes <= pushBytes / 2
  }

  /** Asks where this client was last. */
  cursor(then: (answer: Answer<Cursor | undefined>) => void): void {
    this.#effects.call('cursor', { client: this.client, ch: this.ch }, then)
  }

  /** One save at a time, the latest position only. The client hears what is kept for good. */
  keep(): void {
    if (this.#saving !== 'no') {
      this.#saving = 'again'
      return
    }
    this.#saving = 'yes'
    const { ch, id, epoch, received: offset } = this
    const cursor = { epoch, since: this.#since, offset, time: this.#options.wall() }
    this.#effects.call('keep', { client: this.client, ch, cursor }, (answer) => {
      const again = this.#saving === 'again'
      this.#saving = 'no'
      if (this.state.is === 'gone') return
      if (answer.is === 'failed') this.#onUnkept(this)
      else if (epoch === this.epoch && id === this.id) {
        this.#kept = offset
        this.#note()
      }
      if (again && answer.is === 'known') this.keep()
    })
  }

  /** There is nothing to say of a position from which nothing was received. */
  #note(): void {
    const { ch, id } = this
    if (this.#kept >= this.#since) this.peer.note({ t: 'noted', ch, offset: this.#kept, ...(id && { id }) })
  }
}
