import { isInbox } from '../../core/server/inbox.js'
import type { AppendAsk, Appended, Change, Cursor, CursorAsk, Draft, Fate, ForgetAsk } from '../../core/store.js'
import type { Device, KeepAsk, Member, MembersAsk, OpenAsk, Opened, Place, ReadAsk } from '../../core/store.js'
import type { Roster, SeenAsk, SentAsk, Slice } from '../../core/store.js'
import type { Client, ClientBook, LogBook, SeatBook } from './parts.js'
import { hadByAll, moved, verdict } from './rules.js'

/** The rules of a store, without the waiting: each call is decided at once, in one step. */
export class Books<C extends Client> {
  readonly #clients: ClientBook<C>
  readonly #seats: SeatBook<C>
  readonly #logs: LogBook
  readonly #tell: (change: Change) => void

  /** @param tell hears of each change when it is made. */
  constructor(clients: ClientBook<C>, seats: SeatBook<C>, logs: LogBook, tell: (change: Change) => void) {
    this.#clients = clients
    this.#seats = seats
    this.#logs = logs
    this.#tell = tell
  }

  open(ask: OpenAsk): Opened {
    if (ask.acked <= (this.#clients.leftAt(ask.client) ?? -1)) return { is: 'left' }
    const known = this.#find(ask.client)
    if (known && (known.key !== ask.key || known.user !== ask.user)) return { is: 'taken' }
    const client = known ?? this.#clients.add(ask)
    client.seq = Math.max(client.seq, ask.acked)
    this.#clients.save(client)
    this.expire()
    return { is: 'open', seq: client.seq, known: known !== undefined }
  }

  append({ client, records }: AppendAsk): Appended {
    const one = this.#find(client)
    if (!one) return { is: 'unknown' }
    const fates = records.map((record) => this.#take(one, record))
    this.#clients.save(one)
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
    return this.#clients.placesFrom(client, from)
  }

  cursor({ client, ch }: CursorAsk): Cursor | undefined {
    return this.#seats.get(client, ch)
  }

  keep({ client, ch, cursor }: KeepAsk): void {
    const one = this.#find(client)
    if (!one) return
    this.#clients.save(one)
    const kept = moved(this.#seats.get(client, ch), cursor, this.#logs.bounds(ch).epoch)
    const displaced = this.#seats.put(one, ch, kept)
    this.#trim(ch)
    this.#tell({ is: 'member', ch, member: memberOf(one, kept) })
    for (const other of displaced) this.#left(client, other)
  }

  leave({ client, ch }: CursorAsk): void {
    const was = this.#seats.get(client, ch)
    if (!was || !this.#seats.delete(client, ch)) return
    if (isInbox(ch)) this.#remember(client, ch, was)
    this.#left(client, ch)
  }

  forget({ client, below }: ForgetAsk): void {
    const one = this.#find(client)
    if (!one || one.seq >= below) return
    this.#drop(client)
    this.#clients.part(client, one.seq)
  }

  members({ ch }: MembersAsk): Roster {
    this.expire()
    const members = [...this.#seats.in(ch)].map(([client, cursor]) => memberOf(client, cursor))
    const past = isInbox(ch) ? this.#logs.past(ch) : undefined
    return { ...this.#logs.bounds(ch), members, ...(past && { past }) }
  }

  seen({ devices }: SeenAsk): void {
    for (const device of devices) this.#see(device)
  }

  #take(client: C, record: Draft): Fate {
    const is = verdict(client.seq, record)
    if (is === 'gap') return { is }
    if (is === 'duplicate') {
      const place = this.#clients.placeOf(client, record.seq)
      return { is, ...(place && { place }) }
    }
    const place = this.#logs.add(record)
    if (typeof place === 'string') return { is: 'full', reason: place }
    client.seq = record.seq
    this.#clients.place(client, place)
    return { is: 'stored', place }
  }

  #see(device: Device): void {
    const { client, user, presence, seenAt } = device
    const one = this.#find(client)
    const last = one?.device
    if (!one || (last && seenAt < last.seenAt)) return
    one.device = { client, user, presence, seenAt }
    this.#clients.save(one)
    if (presence === (last?.presence ?? 'offline') && user === (last?.user ?? one.user)) return
    for (const ch of this.#seats.of(client)) {
      const cursor = this.#seats.get(client, ch)
      if (cursor) this.#tell({ is: 'member', ch, member: memberOf(one, cursor) })
    }
  }

  /** The client, unless it was idle for too long. */
  #find(name: string): C | undefined {
    this.expire(name)
    return this.#clients.find(name)
  }

  /** Forgets clients that were idle for too long, or are too many. */
  expire(name?: string): void {
    for (const client of this.#clients.due(name)) this.#drop(client)
  }

  #drop(client: string): void {
    for (const ch of this.#seats.of(client)) this.leave({ client, ch })
    this.#clients.delete(client)
  }

  #left(client: string, ch: string): void {
    this.#trim(ch)
    this.#tell({ is: 'left', ch, client })
  }

  /** What those of an inbox had who are gone: of what was deleted then it is known that it had arrived. */
  #remember(client: string, ch: string, cursor: Cursor): void {
    const known = this.#logs.past(ch)
    const joined = moved(known?.cursor, cursor, this.#logs.bounds(ch).epoch)
    const name = known && joined.offset > cursor.offset ? known.client : client
    const user = ch.slice(1)
    this.#logs.remember(ch, { client: name, user, presence: 'offline', seenAt: joined.time, cursor: joined })
  }

  /** What all have leaves an inbox, also when the one who had not is gone: a full one would never be read again. */
  #trim(ch: string): void {
    if (isInbox(ch)) this.#logs.trim(ch, hadByAll(this.#seats.cursors(ch), this.#logs.bounds(ch).epoch))
  }
}

/** A device that no node ever spoke of was last there when it received. */
const memberOf = ({ name, user, device }: Client, cursor: Cursor): Member => ({
  ...(device ?? { client: name, user, presence: 'offline', seenAt: cursor.time }),
  cursor,
})
