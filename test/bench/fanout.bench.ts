// One message to everybody in a room: the server's decisions, and its packets, without sockets.
import { Server } from '../../src/core/server.js'
import { type CallResult, serverDefaults, type ServerInput, type ServerOutput } from '../../src/core/server/contract.js'
import { Tables, tablesDefaults } from '../../src/server/stores/tables.js'
import { serverCodec } from '../../src/wire/codec.js'
import { count, heap, median, ms, Report } from './report.js'

class World {
  now = 0
  written = 0
  readonly store = new Tables({ ...tablesDefaults }, () => 1_000, 'epoch')
  readonly #server = new Server({
    ...serverDefaults,
    maxAccepts: Infinity,
    sign: () => 'ticket',
    verify: () => undefined,
    wall: () => 1_000,
  })
  readonly #queue: ServerInput[] = []

  constructor() {
    this.store.watch((change) => this.#queue.push({ on: 'changed', change }))
  }

  feed(input: ServerInput): void {
    this.#queue.push(input)
    for (let next; (next = this.#queue.shift());)
      for (const output of this.#server.handle(next, this.now)) this.#perform(output)
  }

  #perform(output: ServerOutput): void {
    if (output.do === 'write') for (const packet of serverCodec.encode(output.frames)) this.written += packet.length
    if (output.do !== 'call') return
    const { call, ask } = output.request
    // Neither hook is there to be asked.
    if (call === 'authorize' || call === 'review') return
    const result = (this.store[call] as (ask: unknown) => CallResult)(ask)
    this.#queue.push({ on: 'done', op: output.op, result })
  }
}

function enter(world: World, link: number): void {
  const client = `client ${link}`
  world.feed({ on: 'opened', link })
  const hello = { t: 'hello', v: 1, client, key: `key of ${client}`, acked: 0 } as const
  world.feed({ on: 'frames', link, frames: [hello, { t: 'sub', ch: 'room', from: 'now' }] })
}

const report = new Report()
for (const readers of [100, 1_000, 10_000]) {
  const world = new World()
  const before = heap()
  for (let link = 1; link <= readers; link++) enter(world, link)
  const held = heap() - before
  const rounds: number[] = []
  const repeats = Math.max(20, Math.ceil(200_000 / readers))
  for (let seq = 1; seq <= repeats; seq++) {
    const start = performance.now()
    world.feed({ on: 'frames', link: 1, frames: [{ t: 'send', seq, ch: 'room', body: 'A line of a chat, not long.' }] })
    rounds.push(performance.now() - start)
    for (let link = 1; link <= readers; link++)
      world.feed({ on: 'frames', link, frames: [{ t: 'received', ch: 'room', offset: seq }] })
  }
  const took = median(rounds)
  report.row(`one message to ${count(readers)} readers`, `${ms(took)}, ${count((readers / took) * 1_000)} deliveries/s`)
  report.row('  heap for each session and subscription', count(held / readers, 'bytes'))
}
