import type { Appended, Draft, Fate, Place, Store } from '../core/store.js'
import type { Env } from '../shell/env.js'
import { pack, sizeOf } from '../wire/body.js'
import { MessageError } from '../wire/errors.js'
import type { Packed } from '../wire/frame.js'

/** Where a message of the server is in its channel's log. */
export interface Published {
  /** As those of other messages: `<client>:<number>`. */
  id: string
  epoch: string
  offset: number
}

export interface PublishOptions {
  /** Whose message it is: a user's id. Default '', nobody's. */
  from?: string
}

export interface PublisherParts {
  store: Pick<Store, 'open' | 'append' | 'sent' | 'forget'>
  env: Pick<Env, 'now' | 'timer' | 'id' | 'defer'>
  /** ms since 1970. */
  wall: () => number
  /** The largest body, bytes. */
  maxPacket: number
  /** What one message may take, ms. */
  callTimeout: number
}

interface Item {
  draft: Omit<Draft, 'after'>
  /** When it is given up. */
  until: number
  /** The store may have it. */
  isSaid: boolean
  resolve: (published: Published) => void
  reject: (error: MessageError) => void
}

/** Messages of one `append`. */
const BATCH = 256
/** Messages waiting at most. */
const MOST = 10_000
/** Between two tries with a store that fails: the first wait, and the longest, ms. */
const FIRST_WAIT = 50
const MAX_WAIT = 2_000

/** Messages of the server's own code: a client of the store as others are, which no link has. */
export class Publisher {
  readonly #parts: PublisherParts
  /** Made when they are needed. */
  #name: { client: string; key: string } | undefined
  #seq = 0
  /** The highest that the store has taken. */
  #got = 0
  #isOpen = false
  #queue: Item[] = []
  #run: Promise<void> | undefined
  #isClosed = false

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /** Rejects with `MessageError`. */
  async publish(ch: string, body: unknown, from: string): Promise<Published> {
    const packed = pack(body)
    this.#admit(sizeOf(packed))
    const { env, callTimeout } = this.#parts
    const until = env.now() + callTimeout
    return new Promise((resolve, reject) => {
      this.#queue.push({ draft: this.#draft(ch, packed, from), until, isSaid: false, resolve, reject })
      this.#run ??= this.#work()
    })
  }

  /** Nothing more is taken. Resolves when all that was is settled; then the store may forget this client. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#run
    // What fails here costs the store a row until its owner's time is over.
    if (this.#isOpen) await this.#parts.store.forget({ client: this.#client, below: Infinity }).catch(() => undefined)
  }

  get #client(): string {
    return this.#names.client
  }

  get #names(): { client: string; key: string } {
    const { env } = this.#parts
    return (this.#name ??= { client: env.id(), key: env.id() })
  }

  #admit(bytes: number): void {
    const { maxPacket } = this.#parts
    if (this.#isClosed) throw new MessageError('closed', 'the server is closed')
    if (bytes > maxPacket)
      throw new MessageError('too-big', `the body is ${bytes} bytes, and ${maxPacket} are the most`)
    if (this.#queue.length >= MOST) throw new MessageError('queue-full', `${MOST} messages wait for the store`)
  }

  #draft(ch: string, body: Packed, from: string): Item['draft'] {
    const seq = ++this.#seq
    return { ch, seq, id: `${this.#client}:${seq}`, from, time: this.#parts.wall(), body }
  }

  /** One batch at a time, each batch all that came meanwhile; what failed is said again. */
  async #work(): Promise<void> {
    const { env } = this.#parts
    await new Promise<void>((resolve) => env.defer(resolve))
    for (let failures = 0; this.#queue.length;) {
      try {
        await this.#limited(this.#store(this.#queue.slice(0, BATCH)))
        failures = 0
      } catch (cause) {
        await this.#pause(Math.min(MAX_WAIT, FIRST_WAIT * 2 ** failures++))
        this.#giveUp(cause)
      }
    }
    this.#run = undefined
  }

  /** A store that hangs has failed when the oldest message is given up. */
  #limited(work: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#parts.env.timer(() => reject(new Error('the store does not answer')), this.#patience)
      work.then(resolve, reject).finally(cancel)
    })
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.env.timer(resolve, Math.min(ms, this.#patience)))
  }

  get #patience(): number {
    return Math.max(0, (this.#queue[0]?.until ?? 0) - this.#parts.env.now())
  }

  #giveUp(cause: unknown): void {
    const now = this.#parts.env.now()
    for (const item of this.#queue.filter(({ until }) => until <= now)) {
      const [code, what] = item.isSaid ? ['in-doubt', 'may be stored'] : ['expired', 'is not stored']
      this.#settle(item, new MessageError(code, `the store fails; the message ${what}`, { cause }))
    }
  }

  async #store(batch: Item[]): Promise<void> {
    const { store } = this.#parts
    const { client, key } = this.#names
    if (!this.#isOpen) {
      const opened = await store.open({ client, key, user: '', acked: this.#got })
      if (opened.is !== 'open') throw new Error('the client id is not free')
      this.#isOpen = true
    }
    let after = this.#got
    const records = batch.map(({ draft }): Draft => {
      const record = { ...draft, after }
      after = draft.seq
      return record
    })
    for (const item of batch) item.isSaid = true
    await this.#read(batch, await store.append({ client, records }))
  }

  async #read(batch: Item[], appended: Appended): Promise<void> {
    if (appended.is === 'unknown' || appended.fates[0]?.is === 'gap') {
      // It has forgotten what it had: it is told again where this client stands.
      this.#isOpen = false
      throw new Error('the store has forgotten this client')
    }
    this.#got = Math.max(this.#got, appended.seq)
    const placeless = batch.filter((item, at) => !this.#hear(item, appended.fates[at]))
    const [first] = placeless
    if (first) await this.#find(placeless, first.draft.seq)
    // Asked again at once, it would be asked for ever.
    if (batch.every((item) => this.#queue.includes(item))) throw new Error('the store has settled nothing')
  }

  /** False for one that is in, where is not said. */
  #hear(item: Item, fate: Fate | undefined): boolean {
    if (fate?.is === 'full') this.#settle(item, new MessageError('refused', `inbox-full: ${fate.reason}`))
    else if (fate?.is === 'stored' || fate?.is === 'duplicate') {
      if (!fate.place) return false
      this.#settle(item, fate.place)
    }
    // What stands behind one that was refused goes with the next batch.
    return true
  }

  async #find(items: Item[], from: number): Promise<void> {
    const places = new Map((await this.#parts.store.sent({ client: this.#client, from })).map((one) => [one.seq, one]))
    for (const item of items) {
      const place = places.get(item.draft.seq)
      this.#settle(item, place ?? new MessageError('in-doubt', 'the message was not stored, or nobody knows where'))
    }
  }

  /** Once: an answer that comes late finds its message settled. */
  #settle(item: Item, outcome: Place | MessageError): void {
    const at = this.#queue.indexOf(item)
    if (at < 0) return
    this.#queue.splice(at, 1)
    if (outcome instanceof MessageError) item.reject(outcome)
    else item.resolve({ id: item.draft.id, epoch: outcome.epoch, offset: outcome.offset })
  }
}
