// A crowd of clients whose server goes away and comes back: real decisions on both sides, virtual time, seeded dice.
import { check, settle } from '../../src/client/options.js'
import { Client } from '../../src/core/client.js'
import type { ClientOptions, ClientOutput } from '../../src/core/contract.js'
import { Server } from '../../src/core/server.js'
import {
  type CallResult,
  serverDefaults,
  type ServerInput,
  type ServerOptions,
} from '../../src/core/server/contract.js'
import type { ServerOutput } from '../../src/core/server/contract.js'
import type { LinkOptions } from '../../src/core/link.js'
import { createEnv } from '../../src/shell/env.js'
import { Tables, tablesDefaults } from '../../src/server/stores/tables.js'
import { Close } from '../../src/wire/close.js'
import { clientCodec } from '../../src/wire/codec.js'
import type { ServerFrame } from '../../src/wire/frame.js'
import { Dice } from '../sim/dice.js'
import { Calendar } from './calendar.js'

export interface HerdOptions {
  clients: number
  /** How long there is no server, ms. */
  away: number
  /** Links that it lets in a second once it is back. */
  accepts: number
  seed: number
  /** What becomes of a dial while it is away: a refusal, or nothing at all until the client gives it up. */
  dials?: 'refused' | 'swallowed'
  /** Transports of each client. Default 4. */
  rungs?: number
  link?: Partial<LinkOptions>
  server?: Partial<ServerOptions>
}

export interface Outcome {
  /** When each client was in service again, ms after the server was; ascending. */
  back: number[]
  /** Connections made to the server that is back, beyond the one that each needs. */
  wasted: number
  /** Dials that found no server. */
  inVain: number
}

/** One way, ms: each client has its own. */
export const LATENCY = [10, 100] as const
/** The link is stable by then, ms. */
const BEFORE = 10_000

interface One {
  client: Client<never>
  latency: number
  /** When the client is looked at again; Infinity when it is not. */
  wakeAt: number
  /** The number at the server of each link of the client. */
  links: Map<number, number>
}

export class Herd {
  readonly #options: HerdOptions
  readonly #calendar = new Calendar()
  readonly #ones: One[]
  readonly #back: number[] = []
  readonly #isBack = new Set<One>()
  readonly #store = new Tables({ ...tablesDefaults }, () => 0, 'epoch')
  /** The owners of links, by their numbers at the server. */
  #owners = new Map<number, [One, number]>()
  #server: Server | undefined
  #serverWakeAt = Infinity
  #links = 0
  #arrived = 0
  #inVain = 0
  /** When the server is back. */
  #upAt = Infinity

  constructor(options: HerdOptions) {
    this.#options = options
    const dice = new Dice(options.seed)
    this.#ones = Array.from({ length: options.clients }, (_, at) => ({
      client: new Client<never>(clientOptions(`client ${at}`, dice, options)),
      latency: dice.between(...LATENCY),
      wakeAt: Infinity,
      links: new Map(),
    }))
  }

  run(): Outcome {
    const { away, clients, accepts } = this.#options
    this.#serve(Infinity)
    for (const one of this.#ones) this.#tell(one, { on: 'connect' })
    this.#calendar.run(BEFORE)
    const up = this.#ones.filter(({ client }) => client.status === 'online').length
    if (up < clients) throw new Error(`only ${up} of ${clients} were in service at the start`)
    this.#die()
    this.#upAt = BEFORE + away
    this.#calendar.at(this.#upAt, () => {
      this.#serve(accepts)
    })
    while (this.#back.length < clients) {
      if (this.#calendar.now > this.#upAt + 3_600_000) throw new Error('not all came back within an hour')
      this.#calendar.run(this.#calendar.now + 1_000)
    }
    return { back: this.#back, wasted: this.#arrived - clients, inVain: this.#inVain }
  }

  #serve(maxAccepts: number): void {
    this.#server = new Server({
      ...serverDefaults,
      ...this.#options.server,
      ...{
        maxLinks: Infinity,
        maxAccepts,
        wall: () => this.#calendar.now,
        sign: () => 'ticket',
        verify: () => undefined,
      },
    })
    this.#serverWakeAt = Infinity
  }

  /** The process ends: every connection is reset. */
  #die(): void {
    this.#server = undefined
    for (const [one, link] of this.#owners.values()) this.#end(one, link, Close.abnormal)
    this.#owners = new Map()
  }

  #end(one: One, link: number, code: number): void {
    this.#calendar.after(one.latency, () => {
      this.#tell(one, { on: 'ended', link, closing: { code, reason: '' } })
    })
  }

  #tell(one: One, input: Parameters<Client<never>['handle']>[0]): void {
    const { client } = one
    for (const output of client.handle(input, this.#calendar.now)) this.#perform(one, output)
    if (this.#calendar.now >= this.#upAt && client.status === 'online' && !this.#isBack.has(one)) {
      this.#isBack.add(one)
      this.#back.push(this.#calendar.now - this.#upAt)
    }
    this.#wake(one)
  }

  /** One alarm for each, as in the real loop: it is set anew only where the deadline came nearer. */
  #wake(one: One): void {
    const { deadline } = one.client
    if (deadline >= one.wakeAt) return
    one.wakeAt = deadline
    this.#calendar.at(deadline, () => {
      if (one.wakeAt !== deadline) return
      one.wakeAt = Infinity
      if (one.client.deadline <= this.#calendar.now) this.#tell(one, { on: 'tick' })
      else this.#wake(one)
    })
  }

  #perform(one: One, output: ClientOutput<never>): void {
    if (output.do === 'open') this.#calendar.after(one.latency, () => this.#arrive(one, output.link))
    else if (output.do === 'drop') this.#reach(one, output.link, (link) => ({ on: 'closed', link }))
    else if (output.do === 'write') {
      const { frames } = output
      this.#reach(one, output.link, (link) => ({ on: 'frames', link, frames }))
    }
  }

  /** A dial comes to where the server is, or was. */
  #arrive(one: One, link: number): void {
    if (!this.#server) {
      this.#inVain++
      if (this.#options.dials !== 'swallowed') this.#end(one, link, Close.abnormal)
      return
    }
    if (this.#calendar.now >= this.#upAt) this.#arrived++
    const number = ++this.#links
    this.#owners.set(number, [one, link])
    one.links.set(link, number)
    this.#calendar.after(one.latency, () => {
      this.#tell(one, { on: 'opened', link })
    })
    this.#feed({ on: 'opened', link: number })
  }

  #reach(one: One, link: number, input: (number: number) => ServerInput): void {
    this.#calendar.after(one.latency, () => {
      const number = one.links.get(link)
      if (number !== undefined && this.#owners.has(number)) this.#feed(input(number))
    })
  }

  #feed(input: ServerInput): void {
    const server = this.#server
    if (!server) return
    const outputs = server.handle(input, this.#calendar.now)
    if (input.on === 'closed') this.#forget(input.link)
    for (const output of outputs) this.#obey(output)
    const { deadline } = server
    if (deadline >= this.#serverWakeAt) return
    this.#serverWakeAt = deadline
    this.#calendar.at(deadline, () => {
      if (this.#server !== server || this.#serverWakeAt !== deadline) return
      this.#serverWakeAt = Infinity
      this.#feed({ on: 'tick' })
    })
  }

  #obey(output: ServerOutput): void {
    if (output.do === 'call') {
      const { call, ask } = output.request
      const result = (this.#store[call as 'open'] as (ask: unknown) => CallResult).call(this.#store, ask)
      this.#feed({ on: 'done', op: output.op, result })
    }
    if (output.do !== 'write' && output.do !== 'close') return
    const [one, link] = this.#owners.get(output.link) ?? []
    if (!one || link === undefined) return
    if (output.do === 'close') {
      this.#end(one, link, output.code)
      this.#forget(output.link)
    } else {
      const frames = output.frames as ServerFrame[]
      this.#calendar.after(one.latency, () => {
        this.#tell(one, { on: 'frames', link, frames })
      })
    }
  }

  #forget(number: number): void {
    const [one, link] = this.#owners.get(number) ?? []
    this.#owners.delete(number)
    if (link !== undefined) one?.links.delete(link)
  }
}

/** The options that `createClient` would have made. */
function clientOptions(id: string, dice: Dice, { rungs = 4, link }: HerdOptions): ClientOptions {
  const env = { ...createEnv(), random: dice.roll }
  const checked = check({ url: 'ws://localhost', transports: [{ open() {} }] } as never)
  const settled = settle(checked, clientCodec, env)
  return {
    ...settled,
    link: { ...settled.link, ...link },
    ladder: { rungs, first: 0, stagger: 500 },
    ...{ id, key: id },
  }
}
