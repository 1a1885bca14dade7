import type { AppendAsk, Appended, Change, Cursor, CursorAsk, ForgetAsk, KeepAsk } from '../../core/store.js'
import type { MembersAsk, NotifyAsk, OpenAsk, Opened, Place, ReadAsk } from '../../core/store.js'
import type { Roster, SeenAsk, SentAsk, Slice, Store } from '../../core/store.js'
import { createEnv } from '../../shell/env.js'
import { checkOptions, isFunction, isLimit, withDefaults } from '../options.js'
import { Bus } from './bus.js'
import { limitChecks } from './limits.js'
import { Tables, tablesDefaults, type TablesOptions } from './tables.js'

/** Limits; each has a default. */
export interface MemoryStoreOptions extends Partial<TablesOptions> {
  /** ms since 1970. Default: the clock. */
  now?: () => number
  /** A name that no other store has. Default: random. */
  id?: () => string
}

/**
 * A store in this process's memory: any number of server instances may share it, and it outlives each of them.
 * What it holds ends with the process; the next one has another epoch, which is how clients learn of the loss. Past
 * `maxChannels` and `totalBytes` inboxes are forgotten like other channels, whether they were fetched or not.
 */
export class MemoryStore implements Store {
  readonly #tables: Tables
  readonly #bus = new Bus()

  /** Throws `OptionError`. */
  constructor(options: MemoryStoreOptions = {}) {
    checkOptions<Required<MemoryStoreOptions>>(options, {
      ...limitChecks,
      maxChannels: isLimit(1),
      totalBytes: isLimit(1),
      now: isFunction,
      id: isFunction,
    })
    const { now = () => Date.now(), id = createEnv().id, ...limits } = options
    this.#tables = new Tables(withDefaults(tablesDefaults, limits), now, id())
  }

  open(ask: OpenAsk): Promise<Opened> {
    return Promise.resolve(this.#tables.open(ask))
  }

  append(ask: AppendAsk): Promise<Appended> {
    return Promise.resolve(this.#tables.append(ask))
  }

  read(ask: ReadAsk): Promise<Slice> {
    return Promise.resolve(this.#tables.read(ask))
  }

  sent(ask: SentAsk): Promise<readonly Place[]> {
    return Promise.resolve(this.#tables.sent(ask))
  }

  cursor(ask: CursorAsk): Promise<Cursor | undefined> {
    return Promise.resolve(this.#tables.cursor(ask))
  }

  keep(ask: KeepAsk): Promise<void> {
    this.#tables.keep(ask)
    return Promise.resolve()
  }

  leave(ask: CursorAsk): Promise<void> {
    this.#tables.leave(ask)
    return Promise.resolve()
  }

  forget(ask: ForgetAsk): Promise<void> {
    this.#tables.forget(ask)
    return Promise.resolve()
  }

  members(ask: MembersAsk): Promise<Roster> {
    return Promise.resolve(this.#tables.members(ask))
  }

  seen(ask: SeenAsk): Promise<void> {
    this.#tables.seen(ask)
    return Promise.resolve()
  }

  watch(onChange: (change: Change) => void): () => void {
    return this.#tables.watch(onChange)
  }

  /** As a bus between processes would: never before it has returned. */
  async notify(ask: NotifyAsk): Promise<void> {
    await Promise.resolve()
    this.#bus.notify(ask)
  }

  listen(node: string, onNote: (note: string) => void): () => void {
    return this.#bus.listen(node, onNote)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
