import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { AppendAsk, Appended, Change, Cursor, CursorAsk, ForgetAsk, KeepAsk } from '../../core/store.js'
import type { MembersAsk, NotifyAsk, OpenAsk, Opened, Place, ReadAsk } from '../../core/store.js'
import type { Roster, SeenAsk, SentAsk, Slice, Store } from '../../core/store.js'
import { HoldfastError, OptionError } from '../../wire/errors.js'
import { checkOptions, isFunction, isLimit, withDefaults } from '../options.js'
import type { Books } from './books.js'
import { Bus } from './bus.js'
import type { FileClient } from './file/clients.js'
import { Commits } from './file/commits.js'
import { Records } from './file/records.js'
import { loadLibsql } from './file/sqlite.js'
import { limitChecks, storeLimits, type StoreLimits } from './limits.js'
import { Watchers } from './watchers.js'

/** Limits; each has a default. */
export interface FileStoreOptions extends Partial<StoreLimits> {
  /** Size of the file, bytes, in whole pages of 4 KiB; beyond, nothing more is stored. Default: the disk's. */
  maxFile?: number
  /** ms since 1970. Default: the clock. */
  now?: () => number
}

/** Between two looks for what is too old where nobody asks for anything, ms. */
const TIDY = 60_000

/**
 * A store in one file on this machine's disk (SQLite): what is accepted is there after a crash of the process or the
 * machine. For one node: any number of server instances of this process may share it, and no other process may open the
 * file meanwhile. Of the keys of clients it holds hashes only.
 *
 * Where the disk is full or fails, calls reject, and senders say it again; it goes on by itself when there is room. The
 * file never shrinks: room in it that is free is used again. It keeps the name and the count of every channel for good.
 */
export class FileStore implements Store {
  readonly #watchers: Watchers
  readonly #bus = new Bus()
  readonly #commits: Commits
  readonly #records: Records
  #closed: Promise<void> | undefined
  #tidying: NodeJS.Timeout | undefined

  private constructor(records: Records, watchers: Watchers) {
    this.#records = records
    this.#watchers = watchers
    this.#commits = new Commits((work) => records.commit(work))
    this.#tidyLater(TIDY)
  }

  /**
   * Opens the file, or makes it, with two more beside it while it is open: `-wal` and sometimes `-journal`; its folder
   * has to be there. Needs the package `libsql`. Throws `OptionError`; `HoldfastError` `store-locked` where another
   * process has the file open, and `store-failed` where it cannot be opened or is not one of Holdfast.
   */
  static async open(path: string, options: FileStoreOptions = {}): Promise<FileStore> {
    checkOptions<Required<FileStoreOptions>>(options, { ...limitChecks, maxFile: isLimit(1), now: isFunction })
    if (typeof path !== 'string' || !path) throw new OptionError('bad-option', 'a FileStore takes the path of a file')
    const { now = () => Date.now(), maxFile = Infinity, ...limits } = options
    const watchers = new Watchers()
    const tell = (change: Change): void => watchers.tell(change)
    const settings = { path: resolve(path), limits: withDefaults(storeLimits, limits), maxFile, now, tell }
    return new FileStore(new Records({ ...settings, Libsql: await loadLibsql() }), watchers)
  }

  open(ask: OpenAsk): Promise<Opened> {
    const key = createHash('sha256').update(ask.key).digest('base64')
    return this.#do((books) => books.open({ ...ask, key }))
  }

  append(ask: AppendAsk): Promise<Appended> {
    return this.#do((books) => books.append(ask))
  }

  read(ask: ReadAsk): Promise<Slice> {
    return this.#do((books) => books.read(ask))
  }

  sent(ask: SentAsk): Promise<readonly Place[]> {
    return this.#do((books) => books.sent(ask))
  }

  cursor(ask: CursorAsk): Promise<Cursor | undefined> {
    return this.#do((books) => books.cursor(ask))
  }

  keep(ask: KeepAsk): Promise<void> {
    return this.#do((books) => books.keep(ask))
  }

  leave(ask: CursorAsk): Promise<void> {
    return this.#do((books) => books.leave(ask))
  }

  forget(ask: ForgetAsk): Promise<void> {
    return this.#do((books) => books.forget(ask))
  }

  members(ask: MembersAsk): Promise<Roster> {
    return this.#do((books) => books.members(ask))
  }

  seen(ask: SeenAsk): Promise<void> {
    return this.#do((books) => books.seen(ask))
  }

  watch(onChange: (change: Change) => void): () => void {
    return this.#watchers.add(onChange)
  }

  /** As a bus between processes would: never before it has returned. */
  async notify(ask: NotifyAsk): Promise<void> {
    await Promise.resolve()
    this.#bus.notify(ask)
  }

  listen(node: string, onNote: (note: string) => void): () => void {
    return this.#bus.listen(node, onNote)
  }

  /** Carries out what was asked, and lets go of the file. */
  close(): Promise<void> {
    return (this.#closed ??= this.#end())
  }

  #do<Result>(work: (books: Books<FileClient>) => Result): Promise<Result> {
    if (this.#closed) return Promise.reject(new HoldfastError('store-closed', 'the store is closed'))
    return this.#commits.add(() => work(this.#records.books))
  }

  async #end(): Promise<void> {
    clearTimeout(this.#tidying)
    await this.#commits.idle()
    this.#records.close()
  }

  /** In parts, so that nobody waits for long. */
  #tidyLater(after: number): void {
    this.#tidying = setTimeout(() => {
      void this.#commits
        .add(() => this.#records.tidy())
        .catch(() => false)
        .then((more) => {
          if (!this.#closed) this.#tidyLater(more ? 0 : TIDY)
        })
    }, after).unref()
  }
}
