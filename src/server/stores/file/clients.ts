import type { OpenAsk, Place } from '../../../core/store.js'
import type { Presence } from '../../../wire/frame.js'
import type { StoreLimits } from '../limits.js'
import type { Client, ClientBook } from '../parts.js'
import { LEFT, PLACES } from '../rules.js'
import { finite } from './finite.js'
import type { Row, Sqlite } from './sqlite.js'
import { fromName, toName } from './text.js'

/** A client's row. */
export interface FileClient extends Client {
  readonly id: number
  /** Places written and not yet cut off. */
  places: number
}

/** Clients forgotten in one step beside those who come back: the rest goes in the next. */
const SOME = 50

/** The clients in the database. */
export class FileClients implements ClientBook<FileClient> {
  readonly #sqlite: Sqlite
  readonly #limits: StoreLimits
  readonly #now: () => number
  /** How many there are; unknown after a step that was undone. */
  #count: number | undefined
  /** Nobody is idle for too long before. */
  #idleAt = -Infinity
  #budget = SOME

  constructor(sqlite: Sqlite, limits: StoreLimits, now: () => number) {
    this.#sqlite = sqlite
    this.#limits = limits
    this.#now = now
  }

  /** Whether some are still to be forgotten. */
  get behind(): boolean {
    return this.#budget <= 0
  }

  /** A step begins: some more may be forgotten in it. */
  begin(): void {
    this.#budget = SOME
  }

  /** What was noted beside the database may be wrong: a step was undone. */
  undone(): void {
    this.#count = undefined
    this.#idleAt = -Infinity
  }

  find(name: string): FileClient | undefined {
    const row = this.#sqlite.one('SELECT * FROM clients WHERE name = ?', toName(name))
    return row && clientOf(row)
  }

  add({ client, key, user }: OpenAsk): FileClient {
    const sql = `INSERT INTO clients (name, key, user, seq, touched, places) VALUES (?, ?, ?, 0, ?, 0)`
    const id = this.#sqlite.run(sql, toName(client), key, toName(user), this.#now())
    if (this.#count !== undefined) this.#count++
    return { id, name: client, key, user, seq: 0, places: 0, device: undefined }
  }

  save({ id, seq, places, device }: FileClient): void {
    this.#sqlite.run(
      'UPDATE clients SET seq = ?, touched = ?, places = ?, seen_user = ?, presence = ?, seen_at = ? WHERE id = ?',
      ...[seq, this.#now(), places, device ? toName(device.user) : null],
      ...[device?.presence ?? null, device?.seenAt ?? null, id],
    )
  }

  delete(name: string): void {
    const client = this.find(name)
    if (!client) return
    this.#sqlite.run('DELETE FROM places WHERE client = ?', client.id)
    this.#sqlite.run('DELETE FROM clients WHERE id = ?', client.id)
    if (this.#count !== undefined) this.#count--
  }

  part(name: string, seq: number): void {
    const now = this.#now()
    this.#sqlite.run('INSERT OR REPLACE INTO gone (name, seq, until) VALUES (?, ?, ?)', toName(name), seq, now + LEFT)
    this.#sqlite.run('DELETE FROM gone WHERE until <= ?', now)
    const last = 'SELECT rowid FROM gone ORDER BY rowid DESC LIMIT 1 OFFSET ?'
    this.#sqlite.run(`DELETE FROM gone WHERE rowid <= (${last})`, finite(this.#limits.maxClients))
  }

  leftAt(name: string): number | undefined {
    const row = this.#sqlite.one('SELECT seq FROM gone WHERE name = ? AND until > ?', toName(name), this.#now())
    return row && Number(row['seq'])
  }

  due(name?: string): string[] {
    const since = this.#now() - this.#limits.clientTtl
    const due = new Set([...this.#idle(since), ...this.#tooMany()])
    this.#budget -= due.size
    if (name !== undefined && this.#isIdle(name, since)) due.add(name)
    return [...due]
  }

  place(client: FileClient, { seq, ch, offset }: Place): void {
    const sql = 'INSERT INTO places (client, seq, channel, "offset") SELECT ?, ?, id, ? FROM channels WHERE name = ?'
    this.#sqlite.run(sql, client.id, seq, offset, toName(ch))
    if (++client.places < PLACES * 1.25) return
    client.places = PLACES
    const last = 'SELECT seq FROM places WHERE client = ? ORDER BY seq DESC LIMIT 1 OFFSET ?'
    this.#sqlite.run(`DELETE FROM places WHERE client = ? AND seq <= (${last})`, client.id, client.id, PLACES)
  }

  placeOf({ id }: FileClient, seq: number): Place | undefined {
    const row = this.#sqlite.one(`${PLACE} WHERE places.client = ? AND places.seq = ?`, id, seq)
    return row && placeFrom(row)
  }

  placesFrom(name: string, seq: number): Place[] {
    const id = this.find(name)?.id
    if (id === undefined) return []
    const sql = `${PLACE} WHERE places.client = ? AND places.seq >= ? ORDER BY places.seq`
    return this.#sqlite.all(sql, id, finite(seq)).map(placeFrom)
  }

  /** Whoever is idle now was the longest idle when it was last looked. */
  #idle(since: number): string[] {
    if (since < this.#idleAt || this.#budget <= 0) return []
    const rows = this.#sqlite.all('SELECT name, touched FROM clients ORDER BY touched LIMIT ?', this.#budget + 1)
    const idle = rows.filter(({ touched }) => Number(touched) <= since)
    this.#idleAt = idle.length > this.#budget ? -Infinity : Number(rows[idle.length]?.['touched'] ?? this.#now())
    return idle.slice(0, this.#budget).map(({ name }) => fromName(name))
  }

  #isIdle(name: string, since: number): boolean {
    if (this.#idleAt > since) return false
    return this.#sqlite.one('SELECT 1 FROM clients WHERE name = ? AND touched <= ?', toName(name), since) !== undefined
  }

  #tooMany(): string[] {
    this.#count ??= Number(this.#sqlite.one('SELECT count(*) AS count FROM clients')?.['count'])
    const over = Math.min(this.#count - this.#limits.maxClients, this.#budget)
    if (over <= 0) return []
    const rows = this.#sqlite.all('SELECT name FROM clients ORDER BY touched, id LIMIT ?', over)
    return rows.map(({ name }) => fromName(name))
  }
}

const PLACE = `
  SELECT places.seq, places."offset", channels.name, channels.epoch
  FROM places JOIN channels ON channels.id = places.channel
`

const placeFrom = ({ seq, name, epoch, offset }: Row): Place => ({
  ...{ seq: Number(seq), ch: fromName(name), epoch: String(epoch), offset: Number(offset) },
})

/** The columns of `clients`. */
export function clientOf({ id, name, key, user, seq, places, seen_user, presence, seen_at }: Row): FileClient {
  const client = fromName(name)
  const device = presence !== null && {
    ...{ client, user: fromName(seen_user), presence: presence as Presence, seenAt: Number(seen_at) },
  }
  return {
    ...{ id: Number(id), name: client, key: String(key), user: fromName(user) },
    ...{ seq: Number(seq), places: Number(places), device: device || undefined },
  }
}
