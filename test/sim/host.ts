import { Server } from '../../src/core/server.js'
import {
  type CallRequest,
  serverDefaults,
  type ServerInput,
  type ServerOutput,
} from '../../src/core/server/contract.js'
import type { Roster } from '../../src/core/store.js'
import type { Tables } from '../../src/server/stores/tables.js'
import type { Env } from '../../src/shell/env.js'
import { type Feed, run } from '../../src/shell/run.js'
import { packetsOf } from '../../src/server/batches.js'
import { type Packet, serverCodec } from '../../src/wire/codec.js'
import type { ClientFrame } from '../../src/wire/frame.js'
import type { FrameError } from '../../src/wire/errors.js'
import { watchServer } from './reach/watch-server.js'
import { Flights } from './flights.js'
import type { Bounds } from './invariants.js'
import type { Question, Reply } from './exchange.js'
import type { Far } from './net.js'
import { HttpSite } from './site.js'
import { userOf } from './people.js'
import { Sleeper } from './sleeper.js'
import { Store } from './store.js'
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
  /** The client of each link over HTTP. */
  owners: Map<number, string>
  /** Links of each client that were welcomed and are not over. */
  welcomed: Map<string, Set<number>>
  calls: Set<number>
  tables: Tables
  /** Channels that it wants to hear of. */
  followed: Set<string>
  sleeper: Sleeper
  unwatch: () => void
  over: boolean
}

/** Bytes. */
const MAX_PACKET = 65_536

/** The server: the real machine in the real loop over a store that outlives it, unless it is to be lost as well. */
export class Host implements Far {
  /** What a user may not do in a channel. */
  readonly forbidden = new Set<string>()
  readonly store: Store
  readonly #world: World
  readonly #flights: Flights
  #life: Life | undefined
  #links = 0
  #lives = 0

  constructor(world: World) {
    this.#world = world
    this.store = new Store(world, this.forbidden)
    this.#flights = new Flights(world)
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

  /** A channel's log as it is; with an epoch, that which somebody was told of. */
  bounds(ch: string, told?: string): Bounds {
    const { epoch, oldest, next } = this.store.log(ch, told)
    return { epoch, oldest, next }
  }

  /** Its members. */
  roster(ch: string): Roster {
    return this.store.tables.members({ ch })
  }

  /** Of which a client is a member. */
  channelsOf(client: string): string[] {
    const { channels, people } = this.#world.weather
    return [...channels, ...(people?.inboxes ?? [])].filter((ch) =>
      this.roster(ch).members.some((member) => member.client === client),
    )
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
      maxAccepts: limits.maxAccepts,
      presenceGrace: limits.presenceGrace,
      maxPacket: MAX_PACKET,
      guarded: weather.guarded,
      sign: (grant) => JSON.stringify(grant),
      verify: (ticket) => JSON.parse(ticket) as { client: string; user: string },
      wall: () => this.store.wall(),
    })
    watchServer(server, this.#world.seen)
    const sleeper = new Sleeper(clock)
    const followed = new Set<string>()
    const { tables } = this.store
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
        tables,
        followed,
        wires: new Map(),
        links: new Map(),
        owners: new Map(),
        welcomed: new Map(),
        calls: new Set(),
        over: false,
      },
      feed: run<ServerInput, ServerOutput>(
        server,
        this.#env(sleeper, () => life.over),
        (output) => this.#world.attempt(() => this.#perform(life, output)),
      ),
      unwatch: this.store.watch(tables, followed, (change) =>
        life.sleeper.run('news', () => this.#tell({ on: 'changed', change }, life)),
      ),
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
    for (const [owner, links] of life.welcomed) if (links.size) this.#world.presence.lost(owner)
    this.#world.requests.crashed()
    net.reset()
    const kept = !dice.chance(weather.amnesia)
    this.#world.seen.plays.happenedToAll({ is: 'crash', kept })
    if (kept) return
    trace.add(clock.now, 'server', 'amnesia')
    this.store.lose()
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
    life.sleeper.run('news', () => this.#tell({ on: 'opened', link, user: userOf(wire.user) }, life))
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
      const [owner = '', wire, client = ''] = (input.user ?? '').split('#')
      requests.opened(input.link, Number(wire))
      life.owners.set(input.link, client)
      this.#flights.opened(input.link, Number(wire), client)
      this.#tell({ ...input, user: userOf(owner) }, life)
      return
    }
    if (input.on === 'frames') {
      trace.add(clock.now, 'server', `<link ${input.link}`, () => input.frames.map(({ t }) => t).join())
      requests.heardOnce(input.link, input.frames)
      this.#flights.heard(input.link, input.frames)
    } else if (input.on === 'closed') {
      requests.closed(input.link)
      this.#flights.over(input.link)
      this.#unlink(life, life.owners.get(input.link), input.link)
    }
    this.#tell(input, life)
  }

  /** On a wire that keeps no order a sub may come behind the unsub that ends it. */
  #forgo(client: string | undefined, frames: readonly ClientFrame[]): void {
    const device = this.#world.devices.find(({ id }) => id === client)
    if (!device) return
    for (const frame of frames) if (frame.t === 'sub' && !device.following.has(frame.ch)) device.forgone.add(frame.ch)
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
        const frames = serverCodec.decode(packet)
        if (wire.lossy) this.#forgo(wire.near.client, frames)
        this.#tell({ on: 'frames', link, frames }, life)
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
      this.#unlink(life, wire.near.client, link)
      this.#tell({ on: 'closed', link }, life)
    })
  }

  #tell(input: ServerInput, life = this.#life): void {
    if (!life || life.over) return
    const { trace, clock } = this.#world
    if (input.on !== 'frames') trace.add(clock.now, 'server', input.on, input)
    this.#world.attempt(() => life.feed(input))
    this.#world.load.note('server', clock.now)
    for (const [owner, links] of life.welcomed)
      if (links.size > 1) this.#world.fail('16 oneLinkEach', `${owner} has links ${[...links].join()} at once`)
  }

  #perform(life: Life, output: ServerOutput): void {
    if (life.over) return
    const { trace, clock, net } = this.#world
    switch (output.do) {
      case 'write':
        this.#write(life, output)
        return
      case 'close': {
        trace.add(clock.now, 'server', '>close', output)
        const wire = life.wires.get(output.link)
        this.#unlink(life, wire?.near.client ?? life.owners.get(output.link), output.link)
        this.#world.requests.closed(output.link)
        life.site.links.close(output)
        if (wire) net.close(wire, output.code, output.reason)
        return
      }
      case 'call':
        this.#call(life, output.op, output.request)
        return
      case 'follow':
        this.#follow(life, output.ch, output.wanted)
        return
      case 'log':
        if (output.level === 'warn' || output.level === 'error') trace.add(clock.now, 'server', 'log', output)
        return
      case 'drained':
        trace.add(clock.now, 'server', '>drained')
        // What requests have not fetched yet is waited for.
        if (life.owners.size) void life.site.links.empty().then(() => this.#restart(life))
        else this.#restart(life)
    }
  }

  #unlink(life: Life, owner = '', link: number): void {
    const links = life.welcomed.get(owner)
    if (links?.delete(link) && !links.size) this.#world.presence.lost(owner)
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
    const owner = wire?.near.client ?? life.owners.get(link) ?? ''
    if (frames.some(({ t }) => t === 'welcome')) {
      life.welcomed.set(owner, (life.welcomed.get(owner) ?? new Set()).add(link))
      this.#world.presence.linked(owner)
    }
    this.#flights.answered(link, owner, frames)
    if (!wire) {
      trace.add(clock.now, 'server', `>link ${link}`, () => frames.map(({ t }) => t).join())
      requests.answered(link, frames)
      life.site.links.write(output)
      return
    }
    for (const packet of packetsOf(frames)) {
      trace.add(clock.now, 'server', `>link ${link}`, typeof packet === 'string' ? packet : packet.length)
      net.send(wire, 'down', packet)
    }
  }

  #follow(life: Life, ch: string, wanted: boolean): void {
    if (!wanted) life.followed.delete(ch)
    else {
      life.followed.add(ch)
      if (this.#world.weather.people?.follows)
        this.store.begin(life.followed, ch, (change) =>
          life.sleeper.run('news', () => this.#tell({ on: 'changed', change }, life)),
        )
    }
  }

  /** After it the life has heard, or has given up. */
  #call(life: Life, op: number, request: CallRequest): void {
    life.calls.add(op)
    this.store.call(life.tables, request, (answer) => {
      life.calls.delete(op)
      if (!answer) this.#world.seen.note('calls', request.call, 'given up')
      if (answer) life.sleeper.run('news', () => this.#tell({ ...answer, op }, life))
    })
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
      defer: (callback) => void Promise.resolve().then(() => over() || this.#world.attempt(callback)),
    }
  }
}
