import { Server } from '../../src/core/server.js'
import {
  type CallName,
  type CallResult,
  type Review,
  type ReviewAsk,
  serverDefaults,
  type ServerInput,
  type ServerOptions,
  type ServerOutput,
} from '../../src/core/server/contract.js'
import type { Slice } from '../../src/core/store.js'
import { Tables, tablesDefaults, type TablesOptions } from '../../src/server/stores/tables.js'
import type { ClientFrame, Hello, Packed, ServerFrame } from '../../src/wire/frame.js'

export const DAY = 86_400_000
export type Call = ServerOutput & { do: 'call' }
type Given<T> = { [K in keyof T]?: T[K] | undefined }

export const tables = (options: Given<TablesOptions> = {}, now = () => 1_000, id = 'epoch') =>
  new Tables({ ...tablesDefaults, ...(options as Partial<TablesOptions>) }, now, id)

export const hello = (client = 'ann', extra: Partial<Hello> = {}): Hello => ({
  t: 'hello',
  v: 1,
  client,
  key: `${client}'s key`,
  acked: 0,
  ...extra,
})
export const send = (seq: number, ch = 'room', body: unknown = seq, after?: number): ClientFrame =>
  after === undefined ? { t: 'send', seq, ch, body } : { t: 'send', seq, ch, body, after }
export const sub = (ch = 'room', from: 'now' | 'oldest' | 'last' | number = 'oldest', epoch?: string): ClientFrame =>
  epoch === undefined ? { t: 'sub', ch, from } : { t: 'sub', ch, from, epoch }

/** A server machine, a store, and a clock, all stepped by hand. Calls are answered at once unless held. */
export class World {
  now = 0
  readonly server: Server
  readonly outputs: ServerOutput[] = []
  /** Names of calls that wait for `answer`. */
  readonly hold = new Set<CallName>()
  readonly held: Call[] = []
  readonly denied = new Set<string>()
  readonly asked: Call[] = []
  /** What the owner's hook says, where the world is `reviewed`. */
  review: (ask: ReviewAsk) => Review = ({ body }) => ({ is: 'taken', body })

  /** The store changes, and does not say so. */
  deaf = false
  readonly store: Tables

  constructor(options: Partial<ServerOptions> = {}, store = tables()) {
    this.store = store
    this.server = new Server({
      ...serverDefaults,
      sign: ({ client, user }) => `ticket of ${client}/${user}`,
      verify: () => undefined,
      wall: () => 1_000,
      ...options,
    })
    store.watch((change) => {
      if (!this.deaf) this.feed({ on: 'changed', change })
    })
  }

  feed(input: ServerInput): ServerOutput[] {
    const outputs = this.server.handle(input, this.now)
    this.outputs.push(...outputs)
    for (const output of outputs) {
      if (output.do !== 'call') continue
      this.asked.push(output)
      if (this.hold.has(output.request.call)) this.held.push(output)
      else this.answer(output)
    }
    return outputs
  }

  answer(call: Call): void {
    this.feed(this.execute(call))
  }

  /** Carries a call out; its answer is for later. */
  execute({ op, request }: Call): ServerInput {
    const { store } = this
    let result: CallResult
    if (request.call === 'authorize') result = !this.denied.has(`${request.ask.action} ${request.ask.ch}`)
    else if (request.call === 'review') result = this.review(request.ask)
    else result = (store[request.call] as (ask: unknown) => CallResult).call(store, request.ask)
    return { on: 'done', op, result }
  }

  /** Lets all held calls go, and holds no more. */
  release(): void {
    this.hold.clear()
    for (const call of this.held.splice(0)) this.answer(call)
  }

  fail(call: Call | undefined): void {
    if (call) this.feed({ on: 'failed', op: call.op, error: new Error('disk on fire') })
  }

  open(link: number, client = 'ann', frames: ClientFrame[] = []): void {
    this.feed({ on: 'opened', link })
    this.say(link, hello(client), ...frames)
  }

  say(link: number, ...frames: ClientFrame[]): void {
    this.feed({ on: 'frames', link, frames })
  }

  /** Advances the clock, waking the machine whenever it asks. */
  wait(ms: number): void {
    const end = this.now + ms
    for (let steps = 0; this.server.deadline <= end; steps++) {
      if (steps > 10_000) throw new Error(`a livelock at ${this.now}`)
      this.now = Math.max(this.now, this.server.deadline)
      this.feed({ on: 'tick' })
    }
    this.now = end
  }

  /** Everything written to a link since it was last asked for. */
  read(link: number): ServerFrame<Packed>[] {
    const mine = this.outputs.filter((output) => output.do === 'write' && output.link === link)
    for (const one of mine) this.outputs.splice(this.outputs.indexOf(one), 1)
    return mine.flatMap((output) => (output.do === 'write' ? output.frames : []))
  }

  reads<T extends ServerFrame['t']>(link: number, t: T): Extract<ServerFrame<Packed>, { t: T }>[] {
    return this.read(link).filter((frame) => frame.t === t) as Extract<ServerFrame<Packed>, { t: T }>[]
  }

  closes(link: number): number[] {
    return this.outputs.flatMap((output) => (output.do === 'close' && output.link === link ? [output.code] : []))
  }

  logs(event: string): ServerOutput[] {
    return this.outputs.filter((output) => output.do === 'log' && output.event === event)
  }

  calls(name: CallName): Call[] {
    return this.asked.filter(({ request }) => request.call === name)
  }

  log(ch = 'room'): Slice {
    return this.store.read({ ch, from: 0, limit: 10_000, bytes: Infinity })
  }
}
