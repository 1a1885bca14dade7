import { statSync } from 'node:fs'
import { HoldfastError, OptionError } from '../../../wire/errors.js'

type Value = string | number | Uint8Array | null

/** Values come as a list: bytes alone would be taken for an object with names, and the process would end. */
interface Statement {
  run(values: Value[]): { lastInsertRowid: number | bigint }
  get(values: Value[]): unknown
  all(values: Value[]): unknown[]
}

/** What is used of the package `libsql`, which is better-sqlite3's interface. */
interface Database {
  prepare(sql: string): Statement
  exec(sql: string): unknown
  close(): unknown
  readonly inTransaction: boolean
}

export type DatabaseConstructor = new (path: string) => Database

/** Throws `OptionError` where the package, which is optional, is not there. */
export async function loadLibsql(): Promise<DatabaseConstructor> {
  try {
    return ((await import('libsql')) as unknown as { default: DatabaseConstructor }).default
  } catch (cause) {
    throw new OptionError('bad-option', 'a FileStore needs the package libsql: npm install libsql', { cause })
  }
}

/** One database file, ours alone, and its statements. */
export class Sqlite {
  readonly #path: string
  readonly #database: Database
  readonly #file: string
  readonly #statements = new Map<string, Statement>()

  /**
   * Opens or makes the file. Throws `HoldfastError`: `store-locked` where another has it open, else `store-failed`.
   * @param inspect looks at what is in the file before it is touched, and throws where it is to be left alone.
   */
  constructor(Libsql: DatabaseConstructor, path: string, inspect: (sqlite: Sqlite) => void) {
    this.#path = path
    try {
      this.#database = new Libsql(path)
    } catch (cause) {
      throw explain(path, cause)
    }
    try {
      // Before the first look, so that the lock is held from then on and nothing is shared in memory.
      this.exec('PRAGMA locking_mode = EXCLUSIVE')
      inspect(this)
      const mode = this.one('PRAGMA journal_mode = WAL')?.['journal_mode']
      if (mode !== 'wal') throw new Error('its file system takes no write-ahead log')
      this.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT')
    } catch (cause) {
      this.close()
      throw cause instanceof HoldfastError ? cause : explain(path, cause)
    }
    this.#file = identify(path)
  }

  /** The first row. */
  one(sql: string, ...values: Value[]): Row | undefined {
    return (this.#prepare(sql).get(values) ?? undefined) as Row | undefined
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#prepare(sql).all(values) as Row[]
  }

  /** Returns the id of the row that was put in. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#prepare(sql).run(values).lastInsertRowid)
  }

  /** Statements without answers. */
  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /** Either all of it is on the disk when this returns, or it throws and nothing of it has been done. */
  commit<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#mustBeThere()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      this.#shorten()
      throw error
    }
  }

  /** The file never has more bytes than this, but those that it has. */
  limit(bytes: number): void {
    const size = Number(this.one('PRAGMA page_size')?.['page_size'])
    if (Number.isFinite(bytes)) this.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / size))}`)
  }

  /** One file is left, and others may have it at once: the driver itself lets go when its statements are collected. */
  close(): void {
    this.#statements.clear()
    try {
      for (const pragma of ['journal_mode = DELETE', 'locking_mode = NORMAL', 'user_version'])
        this.#database.prepare(`PRAGMA ${pragma}`).all([])
    } catch {
      // On a full disk the log stays beside the file, and is read when it is opened again.
    }
    this.#database.close()
  }

  /**
   * Lets go of what stands in the log and in the file. SQLite does so after a commit that made the log long; on a disk that
   * the log has filled before, no commit comes any more.
   */
  #shorten(): void {
    try {
      this.one('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // Nor is there room in the file.
    }
  }

  /** A file that was deleted takes writes as before, and they end with this process. */
  #mustBeThere(): void {
    if (identify(this.#path) !== this.#file)
      throw new HoldfastError('store-failed', `${this.#path} is not the file that was opened: nothing is stored`)
  }

  #prepare(sql: string): Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** As SQLite has it: numbers, text, and an `ArrayBuffer` for bytes. */
export type Row = Readonly<Record<string, unknown>>

function identify(path: string): string {
  const { dev, ino } = statSync(path, { throwIfNoEntry: false }) ?? { dev: 0, ino: 0 }
  return `${dev}:${ino}`
}

function explain(path: string, cause: unknown): HoldfastError {
  const { code, message } = cause as { code?: string; message: string }
  if (code === 'SQLITE_BUSY')
    return new HoldfastError('store-locked', `${path} is open in another store: a file has one node only`, { cause })
  return new HoldfastError('store-failed', `${path} cannot be opened: ${message}`, { cause })
}
