import { describe, expect, it } from 'vitest'
import { Client, type ClientOutput } from '../../src/core/client.js'
import type { Reach } from '../../src/core/receipts.js'
import { Server } from '../../src/core/server.js'
import { type CallResult, serverDefaults, type ServerInput, type ServerOutput } from '../../src/core/server/contract.js'
import { clientCodec, serverCodec } from '../../src/wire/codec.js'
import { clientOptions } from '../support/client-core.js'
import { tables } from './server.world.js'

type Step = 'send' | 'accepted' | 'message' | 'received' | 'noted' | 'delivered'
const steps: Step[] = ['send', 'accepted', 'message', 'received', 'noted', 'delivered']
type Accident = 'passes' | 'is lost' | 'comes twice' | 'is lost with its link'

const TRIP = 5

class Device {
  readonly core: Client<string>
  readonly user: string
  state = 'queued'
  reach: Reach | undefined
  readonly heard: unknown[] = []

  constructor(user: string) {
    this.user = user
    this.core = new Client({ ...clientOptions(), id: user, key: `${user}'s` })
  }
}

/** Ann, Bob and the server, with one accident on the way of one packet. */
class Stage {
  now = 0
  readonly ann = new Device('ann')
  readonly bob = new Device('bob')
  readonly trace: string[] = []
  readonly store = tables({}, () => 1_000_000 + this.now)
  readonly #server: Server
  readonly #queue: { at: number; act: () => void }[] = []
  #accident: { step: Step; what: Accident } | undefined

  constructor() {
    const wall = (): number => 1_000_000 + this.now
    this.#server = new Server({ ...serverDefaults, sign: () => 't', verify: () => undefined, wall })
    this.store.watch((change) => this.#toServer({ on: 'changed', change }))
  }

  meet(step: Step, what: Accident): void {
    this.#accident = { step, what }
  }

  feed(device: Device, input: Parameters<Client<string>['handle']>[0]): void {
    for (const output of device.core.handle(input, this.now)) this.#perform(device, output)
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const machines = [this.#server.deadline, this.ann.core.deadline, this.bob.core.deadline]
      const next = Math.min(...machines, ...this.#queue.map(({ at }) => at))
      if (next > end) break
      this.now = Math.max(this.now, next)
      const due = this.#queue.findIndex(({ at }) => at <= this.now)
      if (due >= 0) this.#queue.splice(due, 1)[0]?.act()
      else if (this.#server.deadline <= this.now) this.#toServer({ on: 'tick' })
      else for (const one of [this.ann, this.bob]) if (one.core.deadline <= this.now) this.feed(one, { on: 'tick' })
    }
    this.now = end
  }

  #later(act: () => void): void {
    this.#queue.push({ at: this.now + TRIP, act })
  }

  #toServer(input: ServerInput): void {
    for (const output of this.#server.handle(input, this.now)) this.#serve(output)
  }

  #serve(output: ServerOutput): void {
    if (output.do === 'call') {
      const { call, ask } = output.request
      const store = this.store as unknown as Record<string, (ask: unknown) => CallResult>
      this.#toServer({ on: 'done', op: output.op, result: store[call]?.(ask) as CallResult })
    } else if (output.do === 'write') {
      const device = output.link % 2 ? this.bob : this.ann
      const link = output.link >> 1
      // Each frame a packet: so that an accident meets no other.
      for (const frame of output.frames) {
        const [packet] = serverCodec.encode([frame]) as [string]
        this.#carry(device, frame.t, () =>
          this.feed(device, { on: 'frames', link, frames: clientCodec.decode(packet) }),
        )
      }
    }
  }

  /** Each device counts its links from 1; the server's numbers are its own. */
  #numberOf(device: Device, link: number): number {
    return link * 2 + (device === this.bob ? 1 : 0)
  }

  #perform(device: Device, output: ClientOutput<string>): void {
    switch (output.do) {
      case 'open':
        this.#later(() => {
          this.#toServer({ on: 'opened', link: this.#numberOf(device, output.link), user: device.user })
          this.feed(device, { on: 'opened', link: output.link })
        })
        break
      case 'write':
        for (const frame of output.frames) {
          const [packet] = clientCodec.encode([frame]) as [string]
          this.#carry(device, frame.t, () =>
            this.#toServer({
              on: 'frames',
              link: this.#numberOf(device, output.link),
              frames: serverCodec.decode(packet),
            }),
          )
        }
        break
      case 'deliver':
        device.heard.push(output.message.body)
        break
      case 'settled':
        device.state = output.error ? 'failed' : 'accepted'
        break
      case 'receipt':
        device.reach = output.receipt
        break
      default:
    }
  }

  #carry(device: Device, t: string, arrive: () => void): void {
    this.trace.push(`${device.user} ${t}`)
    const what = this.#accident?.step === t ? this.#accident.what : 'passes'
    if (what !== 'passes') this.#accident = undefined
    if (what === 'passes' || what === 'comes twice') this.#later(arrive)
    if (what === 'comes twice') this.#later(arrive)
    if (what === 'is lost with its link') this.#later(() => this.#cut(device))
  }

  #cut(device: Device): void {
    const link = device.core.route.front
    if (link === undefined) return
    this.#toServer({ on: 'closed', link: this.#numberOf(device, link) })
    this.feed(device, { on: 'ended', link, closing: { code: 1006, reason: '' } })
  }
}

/** Ann sends one message to Bob, who is there; after a while everything is as it should be, whatever happened. */
function play(step: Step, what: Accident, ch: string): Stage {
  const stage = new Stage()
  for (const device of [stage.ann, stage.bob]) stage.feed(device, { on: 'connect' })
  stage.feed(stage.bob, { on: 'subscribe', ch, from: 'last' })
  stage.pass(6_000)
  stage.meet(step, what)
  stage.feed(stage.ann, {
    on: 'send',
    draft: { seq: 1, ch, body: '"hi"', bytes: 4, expiresAt: Infinity, tag: 'one' },
  })
  stage.pass(60_000)
  return stage
}

const accidents: Accident[] = ['passes', 'is lost', 'comes twice', 'is lost with its link']
const cases = ['room', '@bob'].flatMap((ch) => steps.flatMap((step) => accidents.map((what) => ({ step, what, ch }))))

describe.each(cases)('in $ch, where the first "$step" $what,', ({ step, what, ch }) => {
  it('the message is accepted, heard once, noted, and known to be delivered', () => {
    const { ann, bob, store, trace } = play(step, what, ch)
    expect(ann.state).toBe('accepted')
    expect(bob.heard).toEqual(['hi'])
    expect(ann.reach).toMatchObject({ count: 1, of: 1, by: { client: 'bob', user: 'bob' } })
    expect(store.cursor({ client: 'bob', ch })).toMatchObject({ offset: 1 })
    expect(store.read({ ch, from: 1, limit: 9, bytes: 9_999 })).toMatchObject({
      oldest: ch === 'room' ? 1 : 2,
      next: 2,
    })
    // Nothing is left to ask for: what is said from now on is the heartbeat.
    expect(ann.core.ledgers.receipts.size).toBe(0)
    expect(new Set(trace.slice(-8).map((line) => line.split(' ')[1]))).toEqual(new Set(['ping', 'pong']))
  })
})

describe('without an accident', () => {
  it('the six packets are these', () => {
    const { trace } = play('send', 'passes', '@bob')
    const six = trace.filter((line) => steps.includes(line.split(' ')[1] as Step))
    expect(six).toEqual(['ann send', 'ann accepted', 'bob message', 'bob received', 'ann delivered', 'bob noted'])
  })
})
