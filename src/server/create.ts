import type { Server as HttpServer } from 'node:http'
import { assertNever } from '../core/port.js'
import { Server } from '../core/server.js'
import { type Asked, type CallRequest, serverDefaults } from '../core/server/contract.js'
import type { ServerInput, ServerOptions, ServerOutput } from '../core/server/contract.js'
import { type Feed, run } from '../shell/run.js'
import { askedOf, perform } from './calls.js'
import type { Carrier } from './carrier.js'
import { type AttachOptions, Door } from './door.js'
import { Gate } from './gate.js'
import { HttpLinks } from './http/links.js'
import { Relay } from './http/relay.js'
import { Rungs } from './http/rungs.js'
import { checkOptions, isTime } from './options.js'
import { type ServerSettings, settle, type Settings } from './settings.js'
import { Sockets } from './sockets.js'
import { createLinkTickets, createTickets } from './tickets.js'

export interface CloseOptions {
  /** Clients stay away so long, ms. Default 1,000. */
  after?: number
  /** The last client is sent away so much later than the first, and their return is spread as widely, ms. Default 4,000. */
  spread?: number
}

/** A running server: what `createServer` gives. */
export interface HoldfastServer {
  /** Takes upgrades and requests on a path of an HTTP server. Returns the server itself. Throws `OptionError`. */
  attach(httpServer: HttpServer, options?: AttachOptions): HoldfastServer
  /**
   * Tells all clients to come back later, closes their links over `spread` ms, and resolves when the last one is gone
   * and everything taken is stored. The HTTP server stays as it is, a store passed in stays open.
   */
  close(options?: CloseOptions): Promise<void>
  /** Links open now. */
  readonly links: number
}

/** Creates a server that speaks `docs/PROTOCOL.md`. Throws `OptionError`, naming the option and what it takes. */
export function createServer(options: ServerSettings = {}): HoldfastServer {
  return new Running(settle(options), options.store === undefined)
}

/** The core, its loop, and the leaves around it. */
class Running implements HoldfastServer {
  readonly #settings: Settings
  readonly #ownsStore: boolean
  readonly #machine: Server
  readonly #feed: Feed<ServerInput>
  readonly #asked: Asked
  readonly #links: HttpLinks
  readonly #carriers: readonly Carrier[]
  readonly #relay: Relay
  readonly #gate: Gate
  readonly #door: Door
  readonly #unwatch: () => void
  #onDrained = (): void => undefined
  #closing: Promise<void> | undefined

  constructor(settings: Settings, ownsStore: boolean) {
    const { env, log, store } = settings
    this.#settings = settings
    this.#ownsStore = ownsStore
    this.#machine = new Server(coreOptions(settings))
    this.#asked = askedOf(settings)
    this.#feed = run<ServerInput, ServerOutput>(this.#machine, env, (output) => this.#perform(output))
    const number = upwards()
    const sockets = new Sockets(settings, env, log, this.#feed, number)
    this.#links = new HttpLinks(settings, env, log, this.#feed, number)
    this.#carriers = [sockets, this.#links]
    this.#gate = new Gate(settings)
    const node = env.id()
    this.#relay = new Relay({ node, store, local: this.#links, env, log })
    this.#door = new Door(settings, this.#gate, sockets, this.#rungs(node))
    this.#unwatch = store.watch((change) => this.#feed({ on: 'changed', change }))
  }

  #rungs(node: string): Rungs {
    const { secret, linkTtl } = this.#settings
    return new Rungs(this.#settings, {
      node,
      gate: this.#gate,
      links: this.#links,
      tickets: createLinkTickets(secret, linkTtl, wall),
      deskOf: (name) => this.#relay.deskOf(name),
    })
  }

  get links(): number {
    return this.#machine.links
  }

  attach(httpServer: HttpServer, options?: AttachOptions): this {
    this.#door.attach(httpServer, options)
    return this
  }

  close({ after = 1_000, spread = 4_000 }: CloseOptions = {}): Promise<void> {
    checkOptions<Required<CloseOptions>>({ after, spread }, { after: isTime(0), spread: isTime(0) })
    this.#closing ??= this.#drain(after, spread)
    return this.#closing
  }

  async #drain(after: number, spread: number): Promise<void> {
    this.#gate.close(Math.ceil((after + spread) / 1_000))
    const drained = new Promise<void>((resolve) => (this.#onDrained = resolve))
    this.#feed({ on: 'drain', after, spread })
    await drained
    await Promise.all(this.#carriers.map((carrier) => carrier.empty()))
    this.#relay.stop()
    await this.#door.leave()
    this.#links.stop()
    this.#unwatch()
    if (this.#ownsStore) await this.#settings.store.close()
  }

  #perform(output: ServerOutput): void {
    switch (output.do) {
      case 'write':
        for (const carrier of this.#carriers) carrier.write(output)
        break
      case 'close':
        for (const carrier of this.#carriers) carrier.close(output)
        break
      case 'call':
        this.#call(output.op, output.request)
        break
      case 'follow':
        this.#settings.store.follow?.(output.ch, output.wanted)
        break
      case 'log':
        this.#settings.log[output.level](output.fields, output.event)
        break
      case 'drained':
        this.#onDrained()
        break
      default:
        assertNever(output)
    }
  }

  #call(op: number, request: CallRequest): void {
    perform(request, this.#asked).then(
      (result) => this.#feed({ on: 'done', op, result }),
      (error: unknown) => this.#feed({ on: 'failed', op, error }),
    )
  }
}

/** One count for all links, whatever carries them. */
function upwards(): () => number {
  let count = 0
  return () => ++count
}

/** Ms since 1970. */
const wall = (): number => Date.now()

function coreOptions({ secret, ticketTtl, authorize, onMessage, ...settings }: Settings): ServerOptions {
  const tickets = createTickets(secret, ticketTtl, wall)
  const hooks = { guarded: authorize !== undefined, reviewed: onMessage !== undefined }
  return { ...serverDefaults, ...settings, ...tickets, ...hooks, wall }
}
