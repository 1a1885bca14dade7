import type { Appended, Cursor, Draft, Fate, Place, Slice, Store } from '../../core/store.js'
import type { Entry, Packed, Presence } from '../../wire/frame.js'
import { alike } from './alike.js'
import { Ear } from './ear.js'
import type { StoreStand } from './stand.js'

/** A body and where it goes; the message comes behind the one before it unless said otherwise. */
export interface Sent {
  ch?: string
  after?: number
  id?: string
  from?: string
  body?: Packed
}

/** What cases have in their hands: a stand, names of their own, and short ways to ask a store. */
export class Trial {
  store: Store
  readonly stand: StoreStand
  /** Part of each name, so that no two cases meet in one database. */
  readonly tag: string
  /** The channels that nearly every case uses. */
  readonly room: string
  readonly inbox: string
  /** The client that nearly every case uses. */
  readonly ann: string

  constructor(stand: StoreStand, tag: string) {
    this.stand = stand
    this.store = stand.store
    this.tag = tag
    this.room = `room ${tag}`
    this.inbox = `@bob ${tag}`
    this.ann = `ann ${tag}`
  }

  /** A name of this case. */
  name(name: string): string {
    return `${name} ${this.tag}`
  }

  /** One more store over the same data. */
  async another(): Promise<Store> {
    const other = await this.stand.another?.()
    if (!other) throw new Error('the stand says that it has more than one store; it has no another()')
    return other
  }

  /** Goes on with the store that a restart finds. */
  async reopen(): Promise<void> {
    const store = await this.stand.reopen?.()
    if (!store) throw new Error('the stand says that it can be opened again; it has no reopen()')
    this.store = store
  }

  now(): number {
    return this.stand.clock?.now() ?? Date.now()
  }

  async pass(ms: number): Promise<void> {
    if (!this.stand.clock) throw new Error('the stand says that it has a clock; it has none')
    await this.stand.clock.pass(ms)
  }

  open(client = this.ann, user = '', key = `key of ${client}`, acked = 0) {
    return this.store.open({ client, key, user, acked })
  }

  draft(client: string, seq: number, sent: Sent = {}): Draft {
    const { ch = this.room, after = seq - 1, id = `${client}:${seq}`, from = '', body = `${seq}` } = sent
    return { ch, seq, after, id, from, body, time: this.now() }
  }

  append(client: string, records: readonly Draft[], store = this.store): Promise<Appended> {
    return store.append({ client, records })
  }

  /** Sends messages `first` … `last`, which have to be stored. */
  async fill(first: number, last: number, sent: Sent = {}, client = this.ann): Promise<Place[]> {
    const records = Array.from({ length: last - first + 1 }, (_, at) => this.draft(client, first + at, sent))
    const places: Place[] = []
    for (let at = 0; at < records.length; at += 100) {
      const fates = fatesOf(await this.append(client, records.slice(at, at + 100)))
      for (const fate of fates) {
        alike(fate.is, 'stored', 'the fate of a message')
        if (fate.is === 'stored') places.push(fate.place)
      }
    }
    return places
  }

  read(ch = this.room, from = 0, limit = 10_000, bytes = 2 ** 30, store = this.store): Promise<Slice> {
    return store.read({ ch, from, limit, bytes })
  }

  async bounds(ch = this.room): Promise<[oldest: number, next: number]> {
    const { oldest, next } = await this.read(ch, 0, 0, 0)
    return [oldest, next]
  }

  async epoch(ch = this.room): Promise<string> {
    return (await this.read(ch, 0, 0, 0)).epoch
  }

  /** The client has `since` … `offset`, in the epoch of the log unless said otherwise. */
  async keep(client: string, ch: string, run: [since: number, offset: number], epoch?: string): Promise<Cursor> {
    const [since, offset] = run
    const cursor = { epoch: epoch ?? (await this.epoch(ch)), since, offset, time: this.now() }
    await this.store.keep({ client, ch, cursor })
    return cursor
  }

  cursor(client = this.ann, ch = this.room): Promise<Cursor | undefined> {
    return this.store.cursor({ client, ch })
  }

  /** In the order of their names: a store may have them in any. */
  async members(ch = this.room, store = this.store) {
    const { members } = await store.members({ ch })
    return [...members].sort((a, b) => (a.client < b.client ? -1 : 1))
  }

  async names(ch = this.room): Promise<string[]> {
    return (await this.members(ch)).map(({ client }) => client)
  }

  see(client: string, presence: Presence, seenAt: number, user = ''): Promise<void> {
    return this.store.seen({ devices: [{ client, user, presence, seenAt }] })
  }

  hear(ch = this.room, store = this.store): Promise<Ear> {
    return Ear.to(store, ch)
  }
}

/** The fates, where the client was known. */
export function fatesOf(appended: Appended): Fate[] {
  if (appended.is === 'unknown') throw new Error('the store does not know the client')
  return appended.fates
}

export const kinds = (appended: Appended): string[] => fatesOf(appended).map(({ is }) => is)

export const offsets = (entries: readonly Entry<Packed>[]): number[] => entries.map(({ offset }) => offset)

/** `from` … `to`. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at)
