import type { AppendAsk, Appended, Change, Cursor, CursorAsk, Draft, Fate, ForgetAsk } from '../../core/store.js'
import type { KeepAsk, Member, MembersAsk, OpenAsk, Opened, Place, ReadAsk } from '../../core/store.js'
import type { Device, Roster, SeenAsk, SentAsk, Slice } from '../../core/store.js'
import { type Client, Clients } from './clients.js'
import { dropOldest } from './drop.js'
import { storeLimits } from './limits.js'
import { Logs, type LogsLimits } from './logs.js'
import { hadByAll, isInbox, moved, verdict } from './rules.js'
import { Seats } from './seats.js'

/** What is kept in memory, at most. */
export type TablesOptions = LogsLimits

export const tablesDefaults: TablesOptions = { ...storeLimits, maxChannels: 10_000, totalBytes: 2 ** 28 }

/** The state and the rules of a store, without the waiting: each call is decided at once, in one step. */
export class Tables {
  readonly #logs: Logs
  readonly #clients: Clients
  readonly #seats: Seats
  /** Of inboxes: what former members had, in one. */
  readonly #past = new Map<string, Member>()
  readonly #maxPast: number
  readonly #listeners = new Set<(change: Change) => void>()

  /** @param now ms since 1970. @param id a name that no other store has. */
  constructor(options: TablesOptions, now: () => number, id: string) {
    this.#logs = new Logs(options, now, id)
    this.#clients = new Clients(options, now)
    this.#seats = new Seats(options.maxCursors)
    this.#maxPast = options.maxChannels
  }

  open(ask: OpenAsk): Opened {
    this.#expire()
    const known = this.#clients.get(ask.client)
    if (known && (known.key !== ask.key || known.user !== ask.user)) return { is: 'taken' }
    const client = this.#clients.touch(ask.client) ?? this.#clients.add(ask)
    client.seq = Math.max(client.seq, ask.acked)
    this.#expire()
    return { is: 'open', seq: client.seq, known: known !== undefined }
  }

  append({ client, records }: AppendAsk): Appended {
    const one = this.#touch(client)
    if (!one) return { is: 'unknown' }
    const fates = records.map((record) => this.#take(one, record))
    const grown = new Set(fates.flatMap((fate) => (fate.is === 'stored' ? [fate.place.ch] : [])))
    for (const ch of grown) {
      const { epoch, next } = this.#logs.bounds(ch)
      this.#tell({ is: 'grown', ch, epoch, next })
    }
    return { is: 'done', seq: one.seq, fates }
  }

  read(ask: ReadAsk): Slice {
    return this.#logs.read(ask)
  }

  sent({ client, from }: SentAsk): Place[] {
    return this.#clients.get(client)?.places.from(from) ?? []
  }

  cursor({ client, ch }: CursorAsk): Cursor | undefined {
    return this.#seats.get(client, ch)
  }

  keep({ client, ch, cursor }: KeepAsk): void {
    const one = this.#touch(client)
    if (!one) return
    const kept = moved(this.#seats.get(client, ch), cursor, this.#logs.bounds(ch).epoch)
    const displaced = this.#seats.put(client, ch, kept)
    this.#trim(ch)
    this.#tell({ is: 'member', ch, member: memberOf(client, one, kept) })
    for (const [other, was] of displaced) this.#left(client, other, was)
  }

  leave({ client, ch }: CursorAsk): void {
    const was = this.#seats.delete(client, ch)
    if (was) this.#left(client, ch, was)
  }

  forget({ client }: ForgetAsk): void {
    for (const ch of this.#seats.of(client)) this.leave({ client, ch })
    this.#clients.delete(client)
  }

  members({ ch }: MembersAsk): Roster {
    this.#expire()
    const members = [...this.#seats.in(ch)].flatMap(([name, cursor]) => {
      const client = this.#clients.get(name)
      return client ? [memberOf(name, client, cursor)] : []
    })
    const past = this.#past.get(ch)
    return { ...this.#logs.bounds(ch), members, ...(past && { past }) }
  }

  seen({ devices }: SeenAsk): void {
    for (const device of devices) this.#see(device)
  }

  watch(onChange: (change: Change) => void): () => void {
    this.#listeners.add(onChange)
    return () => {
      this.#listeners.delete(onChange)
    }
  }

  #take(client: Client, record: Draft): Fate {
    const is = verdict(client.seq, record)
    if (is === 'gap') return { is }
    if (is === 'duplicate') {
      const place = client.places.find(record.seq)
      return { is, ...(place && { place }) }
    }
    const place = this.#logs.add(record)
    if (typeof place === 'string') return { is: 'full', reason: place }
    client.seq = record.seq
    client.places.add(place)
    return { is: 'stored', place }
  }

  #see(device: Device): void {
    const { client, user, presence, seenAt } = device
    const one = this.#touch(client)
    const last = one?.device
    if (!one || (last && seenAt < last.seenAt)) return
    one.device = { client, user, presence, seenAt }
    if (presence === (last?.presence ?? 'offline') && user === (last?.user ?? one.user)) return
    for (const ch of this.#seats.of(client)) {
      const cursor = this.#seats.get(client, ch)
      if (cursor) this.#tell({ is: 'member', ch, member: memberOf(client, one, cursor) })
    }
  }

  #touch(name: string): Client | undefined {
    this.#expire()
    return this.#clients.touch(name)
  }

  #expire(): void {
    for (const client of this.#clients.expire()) this.forget({ client })
  }

  #left(client: string, ch: string, cursor: Cursor): void {
    if (isInbox(ch)) this.#remember(client, ch, cursor)
    this.#trim(ch)
    this.#tell({ is: 'left', ch, client })
  }

  /** What those had who are gone; as long as the log is known. */
  #remember(client: string, ch: string, cursor: Cursor): void {
    const { epoch, next } = this.#logs.bounds(ch)
    if (next === 1) return
    const known = this.#past.get(ch)
    const joined = moved(known?.cursor, cursor, epoch)
    const user = ch.slice(1)
    const further = joined.offset === cursor.offset && joined.time === cursor.time
    const name = further ? client : (known?.client ?? client)
    this.#past.delete(ch)
    this.#past.set(ch, { client: name, user, presence: 'offline', seenAt: joined.time, cursor: joined })
    dropOldest(this.#past, this.#maxPast)
  }

  /** What all have leaves an inbox, also when the one who had not is gone: a full one would never be read again. */
  #trim(ch: string): void {
    if (isInbox(ch)) this.#logs.trim(ch, hadByAll(this.#seats.in(ch).values(), this.#logs.bounds(ch).epoch))
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** A device that no node ever spoke of was last there when it received. */
const memberOf = (name: string, { user, device }: Client, cursor: Cursor): Member => ({
  ...(device ?? { client: name, user, presence: 'offline', seenAt: cursor.time }),
  cursor,
})
