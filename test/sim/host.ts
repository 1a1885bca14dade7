import { Server } from '../../src/core/server.js'
import {
  type CallRequest,
  type CallResult,
  serverDefaults,
  type ServerInput,
  type ServerOutput,
} from '../../src/core/server/contract.js'
import type { Change } from '../../src/core/store.js'
import { Tables, tablesDefaults } from '../../src/server/stores/tables.js'
import type { Env } from '../../src/shell/env.js'
import { type Feed, run } from '../../src/shell/run.js'
import { type Packet, serverCodec } from '../../src/wire/codec.js'
import type { FrameError } from '../../src/wire/errors.js'
import type { Bounds } from './invariants.js'
import type { Question, Reply } from './exchange.js'
import type { Far } from './net.js'
import { HttpSite } from './site.js'
import { Sleeper } from './sleeper.js'
import type { Wire } from './wire.js'
import type { World } from './world.js'

/** One life of the server process: what is said to an earlier one is lost. */
interface Life {
  server: Server
  feed: Feed<ServerInput>
  wires: Map<number, Wire>
  links: Map<Wire, number>
  /** Where requests come in. */
  site: HttpSite
  /** By link over HTTP. */
  users: Map<number, string>
  /** Links of each user that were welcomed and are not over. */
  welcomed: Map<string, Set<number>>
  calls: Set<number>
  sleeper: Sleeper
  unwatch: () => void
  over: boolean
}

/** Bytes. */
const MAX_PACKET = 65_536

/** 1 January 2026: wall time is not the clock of the machines. */
const EPOCH = 1_767_225_600_000

/** The server: the real machine in the real loop over a store that outlives it, unless it is to be lost as well. */
export class Host implements Far {
  /** Client ids by user: the name of the wire's owner is the user. */
  readonly forbidden = new Set<string>()
  amnesias = 0
  /** Fails the next calls of this name, once the storm is over. */
  failNext: string | undefined
  readonly #world: World
  #tables: Tables
  #life: Life | undefined
  #links = 0
  #lives = 0

  /** When the last change of a channel is told. */
  readonly #toldAt = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
    this.#tables = this.#newTables()
  }

  get up(): boolean {
    return this.#life !== undefined
  }

  get links(): number {
    return this.#life?.server.links ?? 0
  }

  /** Calls not yet answered. */
  get pending(): number {
    return this.#life?.calls.size ?? 0
  }

  /** A channel's log as it is. */
  bounds(ch: string): Bounds {
    const { epoch, oldest, next } = this.#tables.read({ ch, from: 0, limit: 0, bytes: 0 })
    return { epoch, oldest, next }
  }

  start(): void {
    if (this.#life) return
    const { weather, clock } = this.#world
    const { limits } = weather
    const server = new Server({
      ...serverDefaults,
      idle: limits.idle,
      window: limits.serverWindow,
      pushWindow: limits.pushWindow,
      callTimeout: limits.callTimeout,
      maxLinks: limits.maxLinks,
      maxPacket: MAX_PACKET,
      guarded: weather.guarded,
      sign: (grant) => JSON.stringify(grant),
      verify: (ticket) => JSON.parse(ticket) as { client: string; user: string },
      wall: () => this.#wall(),
    })
    const sleeper = new Sleeper(clock)
    const tables = this.#tables
    const life: Life = {
      site: new HttpSite({
        node: `node-${this.#lives++}`,
        env: this.#siteEnv(sleeper, () => life.over),
        maxPacket: MAX_PACKET,
        feed: (input) => this.#hear(life, input),
        number: () => ++this.#links,
        fail: (why) => this.#world.fail('17 neverThrows', why),
      }),
      ...{
        server,
        sleeper,
        wires: new Map(),
        links: new Map(),
        users: new Map(),
        welcomed: new Map(),
        calls: new Set(),
        over: false,
      },
      feed: run<ServerInput, ServerOutput>(
        server,
        this.#env(sleeper, () => life.over),
        (output) => this.#world.attempt(() => this.#perform(life, tables, output)),
      ),
      unwatch: tables.watch((change) => this.#changed(life, change)),
    }
    this.#life = life
    this.#world.trace.add(clock.now, 'server', 'start')
  }

  /** Gone, from one moment to the next. */
  crash(): void {
    const life = this.#life
    if (!life) return
    const { trace, clock, net, dice, weather } = this.#world
    trace.add(clock.now, 'server', 'crash')
    life.over = true
    life.unwatch()
    this.#life = undefined
    this.#world.requests.crashed()
    net.reset()
    if (!dice.chance(weather.amnesia)) return
    trace.add(clock.now, 'server', 'amnesia')
    this.amnesias++
    this.#tables = this.#newTables()
  }

  drain(after: number, spread: number): void {
    this.#life?.site.shut(after + spread)
    this.#tell({ on: 'drain', after, spread })
  }

  stall(ms: number): void {
    this.#life?.sleeper.sleep(ms, this.#world.dice.chance(0.5) ? 'timer' : 'news')
  }

  opened(wire: Wire): void {
    const life = this.#life
    if (!life) return
    const link = ++this.#links
    life.wires.set(link, wire)
    life.links.set(wire, link)
    life.sleeper.run('news', () => this.#tell({ on: 'opened', link, user: wire.user }, life))
  }

  asked(question: Question, reply: Reply): () => void {
    const life = this.#life
    if (!life) return () => undefined
    const hear = (what: () => void) => life.sleeper.run('news', () => life.over || this.#world.attempt(what))
    hear(() => life.site.ask(question, reply))
    return () => hear(() => reply.destroy())
  }

  /** From links over HTTP: the user's name says which wire it is. */
  #hear(life: Life, input: ServerInput): void {
    const { trace, clock, requests } = this.#world
    if (input.on === 'opened') {
      const [user = '', wire] = (input.user ?? '').split('#')
      requests.opened(input.link, Number(wire))
      life.users.set(input.link, user)
      this.#tell({ ...input, user }, life)
      return
    }
    if (input.on === 'frames') {
      trace.add(clock.now, 'server', `<link ${input.link}`, input.frames.map(({ t }) => t).join())
      requests.heardOnce(input.link, input.frames)
    } else if (input.on === 'closed') {
      requests.closed(input.link)
      life.welcomed.get(life.users.get(input.link) ?? '')?.delete(input.link)
    }
    this.#tell(input, life)
  }

  received(wire: Wire, packet: Packet): void {
    const life = this.#life
    const link = life?.links.get(wire)
    if (!life || link === undefined) return
    life.sleeper.run('news', () => {
      this.#world.trace.add(
        this.#world.clock.now,
        'server',
        `<link ${link}`,
        typeof packet === 'string' ? packet : packet.length,
      )
      try {
        this.#tell({ on: 'frames', link, frames: serverCodec.decode(packet) }, life)
      } catch (error) {
        this.#tell({ on: 'broken', link, error: error as FrameError }, life)
      }
    })
  }

  closed(wire: Wire): void {
    const life = this.#life
    const link = life?.links.get(wire)
    if (!life || link === undefined) return
    life.sleeper.run('news', () => {
      life.welcomed.get(wire.user)?.delete(link)
      this.#tell({ on: 'closed', link }, life)
    })
  }

  #tell(input: ServerInput, life = this.#life): void {
    if (!life || life.over) return
    const { trace, clock } = this.#world
    if (input.on !== 'frames') trace.add(clock.now, 'server', input.on, input)
    this.#world.attempt(() => life.feed(input))
    this.#world.load.note('server', clock.now)
    for (const [user, links] of life.welcomed)
      if (links.size > 1) this.#world.fail('16 oneLinkEach', `${user} has links ${[...links].join()} at once`)
  }

  #perform(life: Life, tables: Tables, output: ServerOutput): void {
    if (life.over) return
    const { trace, clock, net } = this.#world
    switch (output.do) {
      case 'write':
        this.#write(life, output)
        return
      case 'close': {
        trace.add(clock.now, 'server', '>close', output)
        const wire = life.wires.get(output.link)
        life.welcomed.get(wire?.user ?? life.users.get(output.link) ?? '')?.delete(output.link)
        this.#world.requests.closed(output.link)
        life.site.links.close(output)
        if (wire) net.close(wire, output.code, output.reason)
        return
      }
      case 'call':
        this.#call(life, tables, output.op, output.request)
        return
      case 'log':
        if (output.level === 'warn' || output.level === 'error') trace.add(clock.now, 'server', 'log', output)
        return
      case 'drained':
        trace.add(clock.now, 'server', '>drained')
        // What requests have not fetched yet is waited for.
        if (life.users.size) void life.site.links.empty().then(() => this.#restart(life))
        else this.#restart(life)
    }
  }

  #restart(life: Life): void {
    if (life.over) return
    this.crash()
    this.#world.clock.after(this.#world.dice.between(100, 5_000), () => this.start())
  }

  #write(life: Life, output: ServerOutput & { do: 'write' }): void {
    const { link, frames } = output
    const { trace, clock, net, requests } = this.#world
    const wire = life.wires.get(link)
    const user = wire?.user ?? life.users.get(link) ?? ''
    if (frames.some(({ t }) => t === 'welcome'))
      life.welcomed.set(user, (life.welcomed.get(user) ?? new Set()).add(link))
    if (!wire) {
      trace.add(clock.now, 'server', `>link ${link}`, frames.map(({ t }) => t).join())
      requests.answered(link, frames)
      life.site.links.write(output)
      return
    }
    for (const packet of serverCodec.encode(frames)) {
      trace.add(clock.now, 'server', `>link ${link}`, typeof packet === 'string' ? packet : packet.length)
      net.send(wire, 'down', packet)
    }
  }

  /** A call takes its time, may fail before or after it was done, and may be done after its asker has died. */
  #call(life: Life, tables: Tables, op: number, request: CallRequest): void {
    const { clock, dice, weather, calm } = this.#world
    const delay = (): number => (calm ? 1 : dice.between(0, weather.storeDelay))
    life.calls.add(op)
    const answer = (input: ServerInput): void => {
      life.calls.delete(op)
      life.sleeper.run('news', () => this.#tell(input, life))
    }
    const unlucky = !calm && dice.chance(weather.storeFails)
    const silent = !calm && dice.chance(weather.storeHangs)
    const failing = this.failNext === request.call
    if (failing) this.failNext = undefined
    const done = !(unlucky || silent || failing) || dice.chance(0.5)
    clock.after(delay(), () => {
      const result = done ? this.#do(tables, request) : undefined
      if (silent) {
        // The server itself finds out, on its round after the timeout.
        clock.after(weather.limits.callTimeout + weather.limits.idle / 4, () => life.calls.delete(op))
        return
      }
      const failed = unlucky || failing
      clock.after(delay(), () =>
        answer(
          failed
            ? { on: 'failed', op, error: new Error('the store is not well') }
            : { on: 'done', op, result: result as CallResult },
        ),
      )
    })
  }

  #do(tables: Tables, request: CallRequest): CallResult {
    if (request.call === 'authorize') {
      const { user, action, ch } = request.ask
      return !this.forbidden.has(`${user} ${action} ${ch}`)
    }
    if (request.call === 'append') {
      const appended = tables.append(request.ask)
      if (appended.is === 'done')
        appended.fates.forEach((fate, at) => {
          const draft = request.ask.records[at]
          if (fate.is === 'stored' && draft) this.#world.invariants.storedOnce(draft, fate)
        })
      return appended
    }
    if (request.call === 'review') return { is: 'taken', body: request.ask.body }
    return perform(tables, request)
  }

  /** Late, but in order within a channel. */
  #changed(life: Life, change: Change): void {
    const { clock, dice, weather, calm } = this.#world
    const at = Math.max(
      this.#toldAt.get(change.ch) ?? 0,
      clock.now + (calm ? 1 : dice.between(0, weather.storeDelay * 2)),
    )
    this.#toldAt.set(change.ch, at)
    clock.after(at - clock.now, () => life.sleeper.run('news', () => this.#tell({ on: 'changed', change }, life)))
  }

  #env(sleeper: Sleeper, over: () => boolean) {
    const { clock } = this.#world
    let timers = 0
    return {
      now: () => clock.now,
      timer: (callback: () => void, ms: number) => {
        if (++timers > 1) this.#world.fail('15 oneTimer', `the server has ${timers} timers`)
        let ended = false
        const end = (): void => {
          if (!ended) timers--
          ended = true
        }
        const cancel = clock.after(ms, () =>
          sleeper.run('timer', () => {
            if (ended || over()) return
            end()
            this.#world.attempt(callback)
            this.#world.load.note('server', clock.now)
          }),
        )
        return () => {
          end()
          cancel()
        }
      },
    }
  }

  /** For what carries links over HTTP: as many timers as it wants. */
  #siteEnv(sleeper: Sleeper, over: () => boolean): Env {
    const { clock, dice } = this.#world
    return {
      now: () => clock.now,
      timer: (callback, ms) => {
        let ended = false
        const cancel = clock.after(ms, () =>
          sleeper.run('timer', () => {
            if (!ended && !over()) this.#world.attempt(callback)
          }),
        )
        return () => {
          ended = true
          cancel()
        }
      },
      random: dice.roll,
      id: () => dice.name(),
      defer: (callback) => queueMicrotask(() => over() || this.#world.attempt(callback)),
    }
  }

  #wall(): number {
    return EPOCH + Math.floor(this.#world.clock.now)
  }

  #newTables(): Tables {
    const { weather, dice } = this.#world
    const limits = { ...tablesDefaults, maxEntries: weather.keep }
    return new Tables(limits, () => this.#wall(), `epoch-${String(this.amnesias)}-${dice.name().slice(0, 4)}`)
  }
}

type StoreRequest = Exclude<CallRequest, { call: 'authorize' | 'append' | 'review' }>

function perform(tables: Tables, request: StoreRequest): CallResult {
  switch (request.call) {
    case 'open':
      return tables.open(request.ask)
    case 'read':
      return tables.read(request.ask)
    case 'cursor':
      return tables.cursor(request.ask)
    case 'keep':
      return tables.keep(request.ask)
    case 'forget':
      return tables.forget(request.ask)
    case 'leave':
      return tables.leave(request.ask)
    case 'sent':
      return tables.sent(request.ask)
    case 'members':
      return tables.members(request.ask)
    case 'seen':
      return tables.seen(request.ask)
  }
}
