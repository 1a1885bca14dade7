import type { Client as Core, ClientInput } from '../core/client.js'
import type { Kept } from '../core/ledgers.js'
import { sizeOf } from '../wire/body.js'
import type { Packed } from '../wire/frame.js'
import type { Heard } from './hear.js'
import { OutgoingMessage } from './message.js'
import type { Writer } from './writer.js'

/** What outlives a page. */
export interface SavedSession {
  id: string
  key: string
  /** Of the page that saved it. */
  page: string
  /** The last number given. */
  seq: number
  acked: number
  items: SavedMessage[]
  tracked: { seq: number; ch: string }[]
  places: Kept<never>['places']
}

/** A message not settled yet. */
export interface SavedMessage {
  seq: number
  ch: string
  body: Packed
  key?: string | undefined
  /** ms since 1970; Infinity for never. */
  expiresAt: number
  tries: number
}

/** Where it lies between two pages. What is loaded is there no more: a page that is duplicated has it only once. */
export interface SessionStore {
  load(): SavedSession | undefined
  save(saved: SavedSession | undefined): void
}

/** The client that it keeps. */
export interface KeeperHost {
  id: string
  key: string
  /** A name that this page alone has. */
  page: string
  core: Core<OutgoingMessage>
  writer: Writer
  feed: (input: ClientInput<OutgoingMessage> & { on: 'restore' | 'wake' }) => void
  now: () => number
  timer: (callback: () => void, ms: number) => () => void
  report: (error: Error) => void
}

/** A page that comes back looks so often, so many ms apart, for what the page that it replaces leaves: that one may hear later of it. */
const LOOKS = 20
const PAUSE = 50

/** Lays the session down while the page may end without a word, and takes it up again when it goes on. */
export class Keeper {
  readonly #store: SessionStore
  #host: KeeperHost | undefined
  #loaded: SavedSession | undefined
  /** It lies in the store. */
  #isDown = false
  #isSuspended = false
  #isAway = false
  /** It looks for what another page has not left yet; ends that. */
  #looking: (() => void) | undefined
  /** The last number that another page may know of. */
  #bound = 0
  #failure: Error | undefined
  #hasTold = false

  constructor(store: SessionStore) {
    this.#store = store
    this.#loaded = this.#load()
  }

  /** The name that the page before had, if any. */
  get name(): { id: string; key: string } | undefined {
    return this.#loaded
  }

  begin(host: KeeperHost): void {
    this.#host = host
    if (this.#loaded) this.#restore(this.#loaded)
    this.#loaded = undefined
    // Who makes the client cannot listen yet.
    queueMicrotask(() => {
      this.#tell()
    })
  }

  /** What is heard of the page. Comes before the client hears it. False: it will hear it later. */
  hear(heard: Heard): boolean {
    if (heard.on === 'look') {
      this.#isAway = heard.away
      if (heard.away) this.#lay()
      else this.#take()
    } else if (heard.on === 'suspend') {
      if (this.#looking) this.#wake(0)
      this.#lay()
      this.#isSuspended = true
    } else if (heard.on === 'wake') return this.#wake(LOOKS)
    return true
  }

  /** Something happened that the page after this one has to know, should this one end now. */
  touch(): void {
    if (!this.#isDown) return
    // Put away, it may have been taken by another page since, which has it still.
    if (!this.#isSuspended || this.#take()) this.#lay()
  }

  /** The client is closed: nothing is kept. */
  end(): void {
    this.#looking?.()
    this.#looking = undefined
    if (this.#isDown) this.#save(undefined)
    this.#isDown = false
  }

  #lay(): void {
    const host = this.#host
    if (!host || this.#looking || host.core.status === 'closed') return
    // What another page left too late is not written over.
    const left = this.#isDown ? undefined : this.#load()
    if (left?.id === host.id && left.page !== host.page) this.#restore(left)
    const { id, key, page } = host
    const { seq } = host.writer
    const { kept } = host.core.ledgers
    const wall = Date.now() - host.now()
    const items = kept.items.map(({ seq, ch, body, key, expiresAt, tries }) => {
      return { seq, ch, body, key, tries, expiresAt: expiresAt + wall }
    })
    const tracked = kept.tracked.map(({ seq, ch }) => ({ seq, ch }))
    this.#isDown = true
    this.#bound = seq
    this.#save({ id, key, page, seq, acked: kept.acked, items, tracked, places: kept.places })
  }

  /** The page goes on, once it has the session again; false while another page has it. */
  #wake(looks: number): boolean {
    this.#looking?.()
    this.#looking = undefined
    if (!this.#take(looks > 0)) {
      this.#looking = this.#host?.timer(() => {
        if (this.#wake(looks - 1)) this.#host?.feed({ on: 'wake' })
      }, PAUSE)
      return false
    }
    this.#isSuspended = false
    if (this.#isAway) this.#lay()
    return true
  }

  /** @param waits false is the answer where another page has it and has left nothing yet. */
  #take(waits = true): boolean {
    const host = this.#host
    if (!this.#isDown || !host) return true
    const loaded = this.#load()
    this.#tell()
    const saved = loaded?.id === host.id ? loaded : undefined
    if (!saved && this.#isSuspended && waits && !this.#failure) return false
    this.#isDown = false
    if (saved ? saved.page === host.page : !this.#isSuspended) return true
    // Another page had it meanwhile, and may have left something. What this one has kept, that one had as well.
    const { id, key, page } = host
    this.#restore(saved ?? { id, key, page, seq: 0, acked: 0, items: [], tracked: [], places: {} })
    return true
  }

  #restore({ seq: last, acked, items, tracked, places }: SavedSession): void {
    const host = this.#host
    if (!host) return
    const wall = Date.now() - host.now()
    const known = this.#bound
    const isNew = ({ seq }: { seq: number }): boolean => seq > known
    const messageOf = (ch: string, seq: number): OutgoingMessage => {
      const message = new OutgoingMessage(host.id, ch)
      message.number(seq)
      return message
    }
    const kept: Kept<OutgoingMessage> = {
      items: items.filter(isNew).map(({ seq, ch, body, key, expiresAt, tries }) => {
        const tag = messageOf(ch, seq)
        if (tries) tag.become('sent')
        return { seq, ch, body, key, tries, bytes: sizeOf(body), expiresAt: expiresAt - wall, tag }
      }),
      tracked: tracked.filter(isNew).map(({ seq, ch }) => {
        const tag = messageOf(ch, seq)
        tag.become('accepted')
        return { seq, ch, tag }
      }),
      acked,
      places,
    }
    host.feed({ on: 'restore', kept, seq: last, bound: known })
  }

  #note(cause: unknown): void {
    this.#failure ??= new Error(`the session cannot be kept: ${(cause as Error).message}`, { cause })
  }

  #load(): SavedSession | undefined {
    try {
      return this.#store.load()
    } catch (error) {
      this.#note(error)
      return undefined
    }
  }

  #save(saved: SavedSession | undefined): void {
    try {
      this.#store.save(saved)
    } catch (error) {
      this.#note(error)
    }
    this.#tell()
  }

  /** Once: it will throw the next time, too. */
  #tell(): void {
    if (!this.#failure || !this.#host || this.#hasTold) return
    this.#hasTold = true
    this.#host.report(this.#failure)
  }
}
