// Plays one scenario: everybody joins, says what the schedule says, suffers what it says, and is given time to recover.
import { setTimeout as sleep } from 'node:timers/promises'
import { check, type Verdict } from './checker.js'
import { befall, nameOf, type Victims } from './faults.js'
import { History, type Fact } from './history.js'
import type { Participant } from './participant.js'
import type { Product, Service } from './product.js'
import { type Large, schedule, type Scenario, type Schedule, type Strike } from './scenario.js'
import { Wire } from './wire.js'

export interface Outcome {
  scenario: Scenario
  product: string
  seed: number
  facts: readonly Fact[]
  verdict: Verdict
}

/** After the last fault everybody is to have everything within this time, ms. Slower is lost. */
const PATIENCE = 120_000
/** From one look whether all is done to the next, ms. */
const LOOK = 250

class Stage {
  readonly history = new History()
  readonly wires = new Map<string, Wire>()
  readonly people = new Map<string, Participant>()
  readonly #service: Service
  readonly #settles: boolean
  #faults = 0
  #leaving = false

  constructor(service: Service, settles: boolean) {
    this.#service = service
    this.#settles = settles
  }

  async fill(product: Product, names: readonly string[], boxed: boolean): Promise<void> {
    const { servers } = this.#service
    let turn = 0
    const target = (): number => {
      const up = servers.ports.filter((_, at) => servers.isUp(at))
      return up[turn++ % up.length] ?? servers.ports[0] ?? 0
    }
    for (const member of product.cast.filter(({ name }) => names.includes(name))) {
      const wire = await Wire.open(target, boxed, product.path)
      this.wires.set(member.name, wire)
      this.people.set(member.name, await product.join({ member, url: () => wire.url, history: this.history }))
    }
  }

  say(client: string, times: readonly number[], large?: Large): void {
    for (const [at, time] of times.entries()) {
      const bytes = large && at % large.every === large.every - 1 ? large.bytes : 0
      setTimeout(() => this.#leaving || this.people.get(client)?.send(at + 1, bytes), time)
    }
  }

  async strike(strike: Strike): Promise<void> {
    await sleep(strike.from)
    const fault = this.#faults++
    const [name, clients] = [nameOf(strike.fault), strike.clients]
    this.history.note({ is: 'begun', fault, name, clients })
    const since = performance.now()
    const end = await befall(this.#victims(strike), strike)
    await sleep(Math.max(0, strike.to - strike.from - (performance.now() - since)))
    await end()
    this.history.note({ is: 'ended', fault })
  }

  async isDone(): Promise<boolean> {
    await this.report()
    return this.history.isQuiet(this.#settles)
  }

  async report(): Promise<void> {
    await Promise.all([...this.people.values()].map((one) => one.report?.()))
  }

  async close(): Promise<void> {
    this.#leaving = true
    for (const one of this.people.values()) await one.close()
    for (const wire of this.wires.values()) await wire.close()
    await this.#service.close()
  }

  #victims({ clients }: Strike): Victims {
    const of = <T>(map: ReadonlyMap<string, T>): T[] => clients.flatMap((name) => map.get(name) ?? [])
    const { servers, storage } = this.#service
    return { wires: of(this.wires), people: of(this.people), servers, storage }
  }
}

async function perform(stage: Stage, plan: Schedule): Promise<readonly Fact[]> {
  while (!(await stage.isDone())) await sleep(LOOK)
  for (const [client, times] of plan.sends) stage.say(client, times, plan.large)
  await Promise.all([...plan.strikes.map((strike) => stage.strike(strike)), sleep(plan.end)])
  const until = performance.now() + PATIENCE
  while (!(await stage.isDone()) && performance.now() < until) await sleep(LOOK)
  // What must not happen may still be on its way.
  await sleep(1_000)
  await stage.report()
  return stage.history.sorted
}

export async function play(product: Product, scenario: Scenario, seed: number): Promise<Outcome> {
  const names = product.cast.map(({ name }) => name).filter((name) => scenario.cast?.includes(name) ?? true)
  const stage = new Stage(await product.serve(scenario), product.settles)
  try {
    const boxed = scenario.faults.some(({ fault }) => fault.kind === 'box')
    await stage.fill(product, names, boxed)
    const facts = await perform(stage, schedule(scenario, names, seed))
    return { scenario, product: product.name, seed, facts, verdict: check(facts) }
  } finally {
    await stage.close()
  }
}
