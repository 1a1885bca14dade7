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
import type { LinkInput } from './input.js'
import { createInstruments, type Instruments } from './instruments.js'
import { safely } from './log.js'
import { checkOptions, isTime } from './options.js'
import { Owner, type ReadOptions, type ServerPage } from './owner.js'
import type { CloseOptions, HoldfastServer } from './server.js'
import type { Published, PublishOptions } from './publish.js'
import { type ServerSettings, settle, type Settings } from './settings.js'
import { Sockets } from './sockets.js'
import { createLinkTickets, createTickets } from './tickets.js'

/** Creates a server that speaks `docs/PROTOCOL.md`. Throws `OptionError`, naming the option and what it takes. */
export function createServer(options: ServerSettings = {}): HoldfastServer {
  const settings = settle(options)
  return new Running({ ...settings, log: safely(settings.log) }, options.store === undefined)
}

/** The core, its loop, and the leaves around it. */
class Running implements HoldfastServer {
  readonly #settings: Settings
  readonly #ownsStore: boolean
  readonly #machine: Server
  readonly #feed: Feed<ServerInput>
  readonly #instruments: Instruments = createInstruments()
  readonly #owner: Owner
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
    const { metrics } = this.#instruments
    const number = upwards()
    const hear = (input: LinkInput): void => this.#hear(input)
    const sockets = new Sockets(settings, env, log, hear, number, {
      sent: (bytes) => metrics.wrote('websocket', bytes),
      paced: () => metrics.paced.add('websocket'),
    })
    this.#links = new HttpLinks(settings, env, log, hear, number, {
      sent: (by, bytes) => metrics.wrote(by, bytes),
      paced: (by) => metrics.paced.add(by),
    })
    this.#carriers = [sockets, this.#links]
    this.#gate = new Gate(settings, (status) => metrics.rejected.add(String(status)))
    this.#owner = new Owner(settings, metrics, wall)
    const node = env.id()
    this.#relay = new Relay({ node, store, local: this.#links, env, log })
    this.#door = new Door(settings, this.#gate, sockets, this.#rungs(node))
    this.#unwatch = store.watch((change) => this.#hear({ on: 'changed', change }))
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

  publish(channel: string, body: unknown, options: PublishOptions = {}): Promise<Published> {
    return this.#owner.publish(channel, body, options)
  }

  read(channel: string, options: ReadOptions = {}): Promise<ServerPage> {
    return this.#owner.read(channel, options)
  }

  metrics(): Promise<string> {
    return this.#instruments.text()
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
    this.#hear({ on: 'drain', after, spread })
    await Promise.all([drained, this.#owner.close()])
    await Promise.all(this.#carriers.map((carrier) => carrier.empty()))
    this.#relay.stop()
    await this.#door.leave()
    this.#links.stop()
    this.#unwatch()
    if (this.#ownsStore) await this.#settings.store.close()
  }

  /** All that the core hears is counted. */
  #hear(input: LinkInput): void {
    this.#instruments.metrics.input(input)
    this.#feed(input)
  }

  #perform(output: ServerOutput): void {
    this.#instruments.metrics.output(output)
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
    this.#instruments.metrics.time(request.call, perform(request, this.#asked)).then(
      (result) => this.#hear({ on: 'done', op, result }),
      (error: unknown) => this.#hear({ on: 'failed', op, error }),
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
