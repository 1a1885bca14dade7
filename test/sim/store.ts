import type { CallRequest, CallResult } from '../../src/core/server/contract.js'
import type { Change, Slice } from '../../src/core/store.js'
import { Tables, tablesDefaults } from '../../src/server/stores/tables.js'
import type { World } from './world.js'

/** 1 January 2026: wall time is not the clock of the machines. */
const EPOCH = 1_767_225_600_000

/** What the asker hears; nothing, where it has to find out by itself. */
type Answer = { on: 'done'; result: CallResult } | { on: 'failed'; error: Error } | undefined

/** The store behind the server: the real rules, and all that may go wrong between them and those who ask. */
export class Store {
  tables: Tables
  /** How often it lost everything. */
  losses = 0
  /** Fails the next call of this name, once the storm is over. */
  failNext: string | undefined
  readonly #world: World
  readonly #forbidden: ReadonlySet<string>
  /** When the last change of a channel is told. */
  readonly #toldAt = new Map<string, number>()
  /** What was lost, for those who hear of it later. */
  readonly #lost: Tables[] = []
  /** When the last call about a client is done: they are done in the order in which they were made. */
  readonly #doneAt = new Map<string, number>()

  constructor(world: World, forbidden: ReadonlySet<string>) {
    this.#world = world
    this.#forbidden = forbidden
    this.tables = this.#newTables()
  }

  wall(): number {
    return EPOCH + Math.floor(this.#world.clock.now)
  }

  lose(): void {
    this.losses++
    this.#world.handed.renewed = true
    this.#lost.push(this.tables)
    this.tables = this.#newTables()
  }

  /** A channel's log: as it is, or that of another epoch as it was when it was lost. */
  log(ch: string, epoch?: string): Slice {
    const ask = { ch, from: 0, limit: 0, bytes: 0 }
    const log = this.tables.read(ask)
    if (epoch === undefined || epoch === log.epoch) return log
    return this.#lost.map((tables) => tables.read(ask)).find((lost) => lost.epoch === epoch) ?? log
  }

  /** A call takes its time, may fail before or after it was done, and may be done after its asker has died. */
  call(tables: Tables, request: CallRequest, hear: (answer: Answer) => void): void {
    const { clock, dice, weather, calm } = this.#world
    this.#world.presence.offlineIsTrue(request)
    const unlucky = !calm && dice.chance(weather.storeFails)
    const silent = !calm && dice.chance(weather.storeHangs)
    const failing = this.failNext === request.call
    if (failing) this.failNext = undefined
    const done = !(unlucky || silent || failing) || dice.chance(0.5)
    clock.after(this.#turnOf(request) - clock.now, () => {
      const result = done ? this.#do(tables, request) : undefined
      if (silent) {
        // The server itself finds out, on its round after the timeout.
        clock.after(weather.limits.callTimeout + weather.limits.idle / 4, () => hear(undefined))
        return
      }
      const answer: Answer =
        unlucky || failing
          ? { on: 'failed', error: new Error('the store is not well') }
          : { on: 'done', result: result as CallResult }
      clock.after(this.#delay(), () => hear(answer))
    })
  }

  /** Tells of changes: late, but in order within a channel. */
  watch(tables: Tables, followed: ReadonlySet<string>, hear: (change: Change) => void): () => void {
    return tables.watch((change) => {
      if (!this.#world.weather.people?.follows || followed.has(change.ch)) this.#tell(change, hear)
    })
  }

  /** It begins to tell of a channel: what was before that is not told. */
  begin(followed: ReadonlySet<string>, ch: string, hear: (change: Change) => void): void {
    this.#tell({ is: 'unsure', ch }, (change) => {
      if (followed.has(ch)) hear(change)
    })
  }

  #tell(change: Change, hear: (change: Change) => void): void {
    const { clock, dice, weather, calm } = this.#world
    const at = Math.max(
      this.#toldAt.get(change.ch) ?? 0,
      clock.now + (calm ? 1 : dice.between(0, weather.storeDelay * 2)),
    )
    this.#toldAt.set(change.ch, at)
    clock.after(at - clock.now, () => hear(change))
  }

  #turnOf(request: CallRequest): number {
    const clients = clientsOf(request)
    const { now } = this.#world.clock
    const at = Math.max(now + this.#delay(), ...clients.map((client) => this.#doneAt.get(client) ?? 0))
    for (const client of clients) this.#doneAt.set(client, at)
    return at
  }

  #delay(): number {
    const { dice, weather, calm } = this.#world
    return calm ? 1 : dice.between(0, weather.storeDelay)
  }

  #do(tables: Tables, request: CallRequest): CallResult {
    const { delivery, invariants } = this.#world
    switch (request.call) {
      case 'authorize': {
        const { user, action, ch } = request.ask
        return !this.#forbidden.has(`${user} ${action} ${ch}`)
      }
      case 'append': {
        const appended = tables.append(request.ask)
        if (appended.is === 'done')
          appended.fates.forEach((fate, at) => {
            const draft = request.ask.records[at]
            if (fate.is === 'stored' && draft) invariants.storedOnce(draft, fate)
          })
        return appended
      }
      case 'review':
        return { is: 'taken', body: request.ask.body }
      case 'keep':
        delivery.runIsTrue(request.ask.client, request.ask.ch, request.ask.cursor)
        return this.#watched(tables, [request.ask.ch], () => tables.keep(request.ask))
      case 'leave':
        return this.#watched(tables, [request.ask.ch], () => tables.leave(request.ask))
      case 'forget':
        return this.#watched(tables, this.#world.weather.people?.inboxes ?? [], () => tables.forget(request.ask))
      default:
        return perform(tables, request)
    }
  }

  /** What may delete something of an inbox. */
  #watched(tables: Tables, channels: readonly string[], change: () => void): void {
    const oldestOf = (ch: string): number => tables.read({ ch, from: 0, limit: 0, bytes: 0 }).oldest
    const before = channels.map((ch) => ({ ch, oldest: oldestOf(ch) }))
    change()
    for (const { ch, oldest } of before)
      if (oldestOf(ch) !== oldest) this.#world.delivery.inboxKept(oldest, tables.members({ ch }), ch)
  }

  #newTables(): Tables {
    const { weather, dice } = this.#world
    const limits = { ...tablesDefaults, maxEntries: weather.keep }
    return new Tables(limits, () => this.wall(), `epoch-${String(this.losses)}-${dice.name().slice(0, 4)}`)
  }
}

type Other = Exclude<CallRequest, { call: 'authorize' | 'append' | 'review' | 'keep' | 'leave' | 'forget' }>

function perform(tables: Tables, request: Other): CallResult {
  switch (request.call) {
    case 'open':
      return tables.open(request.ask)
    case 'read':
      return tables.read(request.ask)
    case 'cursor':
      return tables.cursor(request.ask)
    case 'sent':
      return tables.sent(request.ask)
    case 'members':
      return tables.members(request.ask)
    case 'seen':
      return tables.seen(request.ask)
  }
}

/** Those whom a call is about. */
function clientsOf(request: CallRequest): string[] {
  if (request.call === 'seen') return request.ask.devices.map(({ client }) => client)
  return 'client' in request.ask ? [request.ask.client] : []
}
