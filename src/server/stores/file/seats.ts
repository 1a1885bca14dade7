import type { Cursor } from '../../../core/store.js'
import type { StoreLimits } from '../limits.js'
import type { SeatBook } from '../parts.js'
import { clientOf, type FileClient } from './clients.js'
import { finite } from './finite.js'
import type { FileLogs } from './logs.js'
import type { Row, Sqlite } from './sqlite.js'
import { fromName, toName } from './text.js'

/** The members in the database. */
export class FileSeats implements SeatBook<FileClient> {
  readonly #sqlite: Sqlite
  readonly #limits: StoreLimits
  readonly #logs: FileLogs
  readonly #now: () => number

  constructor(sqlite: Sqlite, limits: StoreLimits, logs: FileLogs, now: () => number) {
    this.#sqlite = sqlite
    this.#limits = limits
    this.#logs = logs
    this.#now = now
  }

  get(client: string, ch: string): Cursor | undefined {
    const row = this.#sqlite.one(`${CURSOR} WHERE channels.name = ? AND clients.name = ?`, toName(ch), toName(client))
    return row && cursorOf(row)
  }

  put({ id }: FileClient, ch: string, { epoch, since, offset, time }: Cursor): string[] {
    const channel = this.#logs.idOf(ch)
    const sql = `INSERT OR REPLACE INTO seats (channel, client, moved, epoch, since, "offset", time)
      VALUES (?, ?, (SELECT coalesce(max(moved), 0) + 1 FROM seats WHERE client = ?), ?, ?, ?, ?)`
    this.#sqlite.run(sql, channel, id, id, epoch, since, offset, time)
    return this.#displace(id)
  }

  delete(client: string, ch: string): boolean {
    const sql = `DELETE FROM seats WHERE channel = (SELECT id FROM channels WHERE name = ?)
      AND client = (SELECT id FROM clients WHERE name = ?) RETURNING 1`
    return this.#sqlite.all(sql, toName(ch), toName(client)).length > 0
  }

  of(client: string): string[] {
    const sql = `SELECT channels.name FROM clients JOIN seats ON seats.client = clients.id
      JOIN channels ON channels.id = seats.channel WHERE clients.name = ? ORDER BY seats.moved`
    return this.#sqlite.all(sql, toName(client)).map(({ name }) => fromName(name))
  }

  cursors(ch: string): Cursor[] {
    const sql = 'SELECT * FROM seats WHERE channel = (SELECT id FROM channels WHERE name = ?)'
    return this.#sqlite.all(sql, toName(ch)).map(cursorOf)
  }

  /** Those idle for too long are on their way out. */
  in(ch: string): [FileClient, Cursor][] {
    const sql = `SELECT clients.*, seats.epoch, seats.since, seats."offset", seats.time
      FROM channels JOIN seats ON seats.channel = channels.id JOIN clients ON clients.id = seats.client
      WHERE channels.name = ? AND clients.touched > ?`
    const rows = this.#sqlite.all(sql, toName(ch), this.#now() - finite(this.#limits.clientTtl))
    return rows.map((row) => [clientOf(row), cursorOf(row)])
  }

  #displace(client: number): string[] {
    const sql = `SELECT channels.id, channels.name FROM seats JOIN channels ON channels.id = seats.channel
      WHERE seats.client = ? ORDER BY seats.moved DESC LIMIT -1 OFFSET ?`
    const displaced = this.#sqlite.all(sql, client, finite(this.#limits.maxCursors))
    for (const { id } of displaced)
      this.#sqlite.run('DELETE FROM seats WHERE channel = ? AND client = ?', Number(id), client)
    return displaced.map(({ name }) => fromName(name))
  }
}

const CURSOR = `
  SELECT seats.epoch, seats.since, seats."offset", seats.time FROM channels
  JOIN clients JOIN seats ON seats.channel = channels.id AND seats.client = clients.id
`

const cursorOf = ({ epoch, since, offset, time }: Row): Cursor => ({
  ...{ epoch: String(epoch), since: Number(since), offset: Number(offset), time: Number(time) },
})
