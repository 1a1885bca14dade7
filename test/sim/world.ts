import { serverDefaults } from '../../src/core/server/contract.js'
import { Clock } from './clock.js'
import { Recorder } from './reach/recorder.js'
import { DeliveryInvariants } from './delivery-invariants.js'
import { Device } from './device.js'
import { Dice } from './dice.js'
import { Handed } from './handed.js'
import { Host } from './host.js'
import { type Following, MessageInvariants } from './invariants.js'
import { Ledger } from './ledger.js'
import { Load } from './load.js'
import { CALM_DELAY, Net } from './net.js'
import { PresenceInvariants } from './presence-invariants.js'
import { RequestInvariants } from './request-invariants.js'
import { Trace } from './trace.js'
import { forecast, type Weather } from './weather.js'

export interface Broken {
  invariant: string
  why: string
  at: number
}

/** A reader's acknowledgement waits this long for company, ms. */
export const ACK_DELAY = 200

/** One seed's world: everything in it, and the first thing that went wrong. */
export class World {
  readonly dice: Dice
  readonly clock = new Clock()
  readonly weather: Weather
  readonly trace: Trace
  readonly ledger = new Ledger()
  /** What of the machines this world has reached. */
  readonly seen = new Recorder()
  readonly invariants: MessageInvariants
  readonly load: Load
  readonly requests: RequestInvariants
  readonly handed: Handed
  readonly delivery: DeliveryInvariants
  readonly presence: PresenceInvariants
  readonly net: Net
  readonly host: Host
  readonly devices: Device[]
  /** Those that will not come back. */
  readonly absent: Device[] = []
  broken: Broken | undefined

  constructor(seed: number, keep: number, alone: boolean) {
    this.dice = new Dice(seed)
    this.trace = new Trace(keep)
    // Any other stream than that of the seed itself.
    this.weather = forecast(this.dice, alone ? undefined : new Dice(seed ^ 0x5bd1e995))
    const fail = (invariant: string, why: string): void => this.fail(invariant, why)
    this.invariants = new MessageInvariants(this.ledger, fail)
    this.load = new Load(fail)
    this.requests = new RequestInvariants(fail)
    this.handed = new Handed(this.ledger)
    this.delivery = new DeliveryInvariants(this)
    this.presence = new PresenceInvariants(this)
    this.host = new Host(this)
    this.net = new Net(this.clock, this.dice, this.weather, this.host, this.trace, this.seen.plays)
    this.clock.settles = this.weather.rungs > 1
    const names = this.weather.people?.names ?? ['ann', 'bob', 'cyd', 'dan'].slice(0, this.weather.devices)
    this.devices = names.map((name) => new Device(this, name))
    if (this.weather.guarded) this.#forbid()
  }

  /** The storm is over: the network and the store are quick and sure. */
  get calm(): boolean {
    return this.net.calm
  }

  /** Only the first is told of: what follows may follow from it. */
  fail(invariant: string, why: string): void {
    this.broken ??= { invariant, why, at: this.clock.now }
    if (this.broken.why === why) this.trace.add(this.clock.now, 'BROKEN', invariant, why)
  }

  /** What is not as it should be names its invariant itself, or breaks this one. */
  blame(invariant: string, why: string, when: string): void {
    if (this.broken || !why) return
    const [, named = invariant, what = why] = /^(\d+ \w+): (.*)/s.exec(why) ?? []
    this.fail(named, `${what}, ${when}`)
  }

  /** For what the loop would otherwise report to the platform. */
  attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.fail('17 neverThrows', String(error instanceof Error ? error.stack : error))
    }
  }

  /** Lets time pass until `done`, for `ms` at most. Says whether it was. */
  async pass(ms: number, done: () => boolean = () => false): Promise<boolean> {
    await this.clock.run(this.clock.now + ms, () => this.broken !== undefined || done())
    return done()
  }

  /** What reading all logs from their beginning takes: a window of messages at a time, each acknowledged after a while. */
  get readingTime(): number {
    const { channels, people, limits } = this.weather
    const all = [...channels, ...(people?.inboxes ?? [])]
    const longest = Math.max(...all.map((ch) => this.host.bounds(ch).next - this.host.bounds(ch).oldest))
    return Math.ceil(longest / limits.pushWindow) * (ACK_DELAY + 2 * CALM_DELAY + 10)
  }

  /** Until those who are gone are known to be, ms: nobody's word holds for longer, and members are looked at anew. */
  get settling(): number {
    return this.weather.people ? this.weather.limits.idle + 2 * serverDefaults.presenceEvery + 10_000 : 0
  }

  nameOf(client: string): string {
    return [...this.devices, ...this.absent].find(({ id }) => id === client)?.name ?? client
  }

  may(device: Device, action: 'publish' | 'subscribe' | 'history' | 'presence', ch: string): boolean {
    return !this.host.forbidden.has(`${device.user} ${action} ${ch}`)
  }

  /** What is not yet as it should be; empty when all is well. */
  unwell(): string {
    return this.unserved() || this.delivery.unwell() || this.presence.unwell()
  }

  /** Who does not have yet what the server has. */
  unserved(links = true): string {
    for (const device of this.devices) {
      const why = this.#unwell(device)
      if (why) return `${device.name} ${why}`
    }
    const { pending, links: held } = this.host
    const online = this.devices.filter(({ core }) => core.status === 'online').length
    if (pending) return `the server waits for ${pending} calls`
    // Who climbs has another link beside the one that serves.
    const alive = this.devices.reduce((sum, device) => sum + device.links.alive, 0)
    if (links && (held < online || held > alive)) return `the server has ${held} links, ${online} clients are online`
    const gone = new Set(this.absent.map(({ id }) => id))
    for (const { id, client } of this.ledger.unsettled) if (!gone.has(client)) return `${id} is not settled`
    return ''
  }

  #unwell(device: Device): string {
    const { core, wantsClosed, following, pages } = device
    const wanted = wantsClosed ? 'closed' : 'online'
    if (core.status !== wanted) return `is ${core.status}, not ${wanted}`
    if (core.outbox.size) return `has ${core.outbox.size} messages left`
    for (const [id, { answers }] of pages) if (!answers) return `has no answer to history ${id}`
    if (wantsClosed) return core.deadline === Infinity ? '' : 'is closed and waits for something'
    if (core.ledgers.reader.askAt !== Infinity) return 'has questions open'
    const { name, rung } = device
    const best = this.net.bestOf(name)
    // On a server that is full, there may be no room for a second link to climb by.
    const free = !core.route.ladder.rests(best, this.clock.now) && this.weather.limits.maxLinks >= 1_000
    if (rung !== best && free) return `is on transport ${rung}, and ${best} gets through`
    const behind = [...following.values()].find((one) => !this.#caughtUp(one))
    return behind ? `is at ${String(behind.next)} of ${behind.ch}, which is at ${this.host.bounds(behind.ch).next}` : ''
  }

  isCaughtUp({ following }: Device, ch: string): boolean {
    const one = following.get(ch)
    return one !== undefined && this.#caughtUp(one)
  }

  #caughtUp(following: Following): boolean {
    return this.invariants.caughtUp(following, this.host.bounds(following.ch))
  }

  /** 22: what is held is bounded. 12: a dead link is not called online for longer than it takes to find out. */
  inspect({ name, core, sleeper, wire, links, probeTime }: Device): void {
    const { maxMessages, window } = this.weather.limits
    if (core.outbox.size > maxMessages) this.fail('22 memoryIsBounded', `${name} holds ${core.outbox.size} messages`)
    if (core.outbox.inFlight > window) this.fail('22 memoryIsBounded', `${name} has ${core.outbox.inFlight} in flight`)
    const { state } = core.link
    if (!sleeper.asleep && (state.is === 'dialing' || state.is === 'greeting'))
      links.raceEnds(state.failures, sleeper.wokeAt, this.clock.now)
    if (!sleeper.asleep && state.is === 'up') links.moveEnds(sleeper.wokeAt, this.clock.now)
    if (!wire || state.is !== 'up' || sleeper.asleep) return
    const { interval, timeout, retries } = this.weather.limits
    const { delay, jitter } = this.weather
    // What is large and on its way is waited for with each question.
    const extra = (retries + 1) * (core.link.patience - probeTime)
    const since = Math.max(wire.lanes.down.blackAt, sleeper.wokeAt)
    const most = interval + timeout + 3_000 + 2 * (delay + jitter) + extra
    if (this.clock.now - since > most) this.fail('12 statusIsTrue', `${name} is online on a link dead since ${since}`)
  }

  #forbid(): void {
    const actions = ['publish', 'subscribe', 'history', ...(this.weather.people ? ['presence'] : [])]
    for (const { user } of this.devices)
      for (const ch of this.weather.channels)
        for (const action of actions) if (this.dice.chance(0.15)) this.host.forbidden.add(`${user} ${action} ${ch}`)
  }
}
