import { Client, type ClientInput, type ClientOutput } from '../../src/core/client.js'
import type { Kept } from '../../src/core/ledgers.js'
import type { Env } from '../../src/shell/env.js'
import { type Feed, run } from '../../src/shell/run.js'
import { pack, sizeOf } from '../../src/wire/body.js'
import { MessageError } from '../../src/wire/errors.js'
import { watchClient } from './reach/watch-client.js'
import type { Following, MessageInvariants } from './invariants.js'
import type { Place } from '../../src/core/inbox.js'
import type { Subscribe } from '../../src/wire/frame.js'
import type { Ledger, Sent } from './ledger.js'
import { userOf } from './people.js'
import type { Watching } from './presence-invariants.js'
import { Lines } from './lines.js'
import { LinkInvariants } from './link-invariants.js'
import { Sleeper } from './sleeper.js'
import { STAGGER } from './weather.js'
import type { Wire } from './wire.js'
import type { World } from './world.js'

type Output = ClientOutput<Sent>
type Input = ClientInput<Sent>

/** How far somebody was in a channel that he does not follow now. */
type Was = Pick<Following, 'epoch' | 'next' | 'since' | 'earlier'>

interface Asked {
  ch: string
  from: number
  answers: number
}

/** One client: the real machine in the real loop, its end of the network, and an app that notes all that it is told. */
export class Device {
  readonly name: string
  readonly user: string
  readonly id: string
  readonly core: Client<Sent>
  readonly links: LinkInvariants
  readonly sleeper: Sleeper
  readonly following = new Map<string, Following>()
  /** Followed by a page before this one that did not say, or could not, that it no longer does: it stays a member. */
  readonly forgone = new Set<string>()
  /** Channels that this page has followed. */
  readonly #asked = new Set<string>()
  readonly pages = new Map<number, Asked>()
  /** Who is there, by channel, as this app was told. */
  readonly watching = new Map<string, Watching>()
  isAway = false
  readonly lines: Lines
  wantsClosed = false
  readonly #world: World
  readonly #key: string
  readonly #ledger: Ledger
  readonly #invariants: MessageInvariants
  readonly #feed: Feed<Input>
  /** How far this client came in a channel that it no longer follows. */
  readonly #before = new Map<string, number>()
  /** Where another page of this name was, in channels that this one does not follow. */
  readonly #places = new Map<string, Was>()
  #seq = 0
  /** History requests so far; the last one's id. */
  asks = 0
  #timers = 0

  /** @param before the page that had this name until now. */
  constructor(world: World, name: string, before?: Device) {
    const { dice, weather } = world
    this.#world = world
    this.#ledger = world.ledger
    this.#invariants = world.invariants
    this.name = name
    this.user = userOf(name)
    this.id = before?.id ?? dice.name()
    this.#key = before ? before.#key : dice.name()
    this.sleeper = new Sleeper(world.clock)
    this.links = new LinkInvariants(weather, (invariant, why) => world.fail(invariant, `${name}: ${why}`))
    const { limits, rungs } = weather
    this.core = new Client<Sent>({
      id: this.id,
      key: this.#key,
      link: {
        backoff: { base: 500, cap: limits.cap, factor: 2, floor: 0 },
        heartbeat: { interval: limits.interval, timeout: limits.timeout, retries: limits.retries },
        connectTimeout: limits.connectTimeout,
        stableAfter: 5_000,
        maxRetries: Infinity,
        greets: true,
        random: dice.roll,
      },
      ladder: { rungs, first: dice.chance(0.3) ? dice.int(0, rungs - 1) : 0, stagger: STAGGER },
      outbox: {
        maxMessages: limits.maxMessages,
        maxBytes: 2 ** 20,
        onFull: limits.onFull,
        window: limits.window,
        windowBytes: 2 ** 18,
      },
    })
    watchClient(this.id, this.core, world.seen)
    this.lines = new Lines(world, this)
    this.#feed = run<Input, Output>(this.core, this.#env(), (output) => world.attempt(() => this.#perform(output)))
  }

  feed(input: Input): void {
    const { on } = input
    const { now } = this.#world.clock
    if (on === 'connect' || on === 'reconnect' || on === 'close') {
      this.links.calls(on, now)
      this.wantsClosed = on === 'close'
    }
    if (on === 'wake' || on === 'online' || on === 'suspend') this.links.calls(on, now)
    this.tell(input)
  }

  /** The newest wire that still has this client's attention. */
  get wire(): Wire | undefined {
    const { front } = this.core.route.ladder
    return front === undefined ? undefined : this.lines.wires.get(front)
  }

  /** What the answer to a probe may take before the link is given up, ms; what is large and on its way not counted. */
  get probeTime(): number {
    return Math.max(2_000, Math.min(this.core.ledgers.rtt.rto, this.#world.weather.limits.timeout))
  }

  /** The transport that serves. */
  get rung(): number | undefined {
    return this.wire?.rung
  }

  send(ch: string, value: unknown, ttl = Infinity, key?: string): Sent {
    const body = pack(value)
    const seq = ++this.#seq
    const id = `${this.id}:${seq}`
    const { now } = this.#world.clock
    const sent: Sent = {
      ...{ id, client: this.id, seq, user: this.user, ch, body, settlements: 0, outcome: '', settledAt: 0 },
      ...{ sentAt: now, left: false, reach: undefined },
    }
    this.#ledger.begin(sent)
    this.tell({
      on: 'send',
      draft: { seq, ch, body, bytes: sizeOf(body), key, expiresAt: now + ttl, tag: sent },
    })
    return sent
  }

  get inbox(): string {
    return `@${this.user}`
  }

  follow(ch: string, from: Subscribe['from']): void {
    if (this.following.has(ch)) return
    this.#asked.add(ch)
    const { next, epoch, since, earlier = new Map<string, number>() } = (from === 'last' && this.#places.get(ch)) || {}
    this.#places.delete(ch)
    const asked = this.#world.host.bounds(ch)
    const before = Math.max(this.#before.get(`${ch} ${asked.epoch}`) ?? 1, this.#before.get(ch) ?? 1)
    this.following.set(ch, {
      ch,
      from,
      asked,
      before,
      denied: false,
      ...{ id: undefined, told: undefined },
      ...{ next, epoch, since, earlier },
      senders: new Map(),
    })
    this.forgone.delete(ch)
    this.tell({ on: 'subscribe', ch, from })
  }

  leave(ch: string): void {
    // Without an answer it may have been placed all the same, and the server keeps that: anywhere in the log.
    const following = this.following.get(ch)
    if (following) this.#passed(following)
    this.following.delete(ch)
    this.tell({ on: 'unsubscribe', ch })
    const place = this.core.ledgers.reader.places[ch]
    if (place) this.#place(ch, place, following, following?.senders)
  }

  watch(ch: string): void {
    if (this.watching.has(ch)) return
    this.watching.set(ch, { seats: new Map(), denied: false, told: false })
    this.tell({ on: 'watch', ch })
  }

  unwatch(ch: string): void {
    if (this.watching.delete(ch)) this.tell({ on: 'unwatch', ch })
  }

  look(away: boolean): void {
    this.isAway = away
    this.tell({ on: 'look', away })
  }

  /** The page ends without a word. Its network hears of it, or not. */
  vanish(): void {
    const { devices, absent } = this.#world
    this.#end()
    devices.splice(devices.indexOf(this), 1)
    absent.push(this)
  }

  /** The page ends, and another goes on with what it left behind: the same name, messages and places. */
  reload(): void {
    const { kept } = this.core.ledgers
    const { devices, dice } = this.#world
    this.#end()
    const next = new Device(this.#world, this.name, this)
    devices.splice(devices.indexOf(this), 1, next)
    next.#seq = this.#seq
    next.tell({ on: 'restore', kept, seq: this.#seq, bound: 0 })
    next.#remember(this, kept.places)
    for (const ch of this.following.keys()) if (dice.chance(0.9)) next.follow(ch, 'last')
    // What was left, and the word of it did not leave with the page, is not known to the next; nor whether a first flight
    // that nobody has answered is still on its way.
    const untold = this.core.status === 'online' ? this.following.keys() : this.#asked
    for (const ch of [...this.#world.host.channelsOf(this.id), ...this.forgone, ...untold])
      if (!next.following.has(ch)) next.forgone.add(ch)
    for (const ch of this.watching.keys()) if (dice.chance(0.7)) next.watch(ch)
    next.feed({ on: 'connect' })
  }

  /** Who has left for good does not come back: the app makes another client, which follows the same channels. */
  comeBack(): void {
    const { devices, absent, dice } = this.#world
    this.#end()
    const next = new Device(this.#world, this.name)
    devices.splice(devices.indexOf(this), 1, next)
    absent.push(this)
    for (const ch of this.following.keys()) next.follow(ch, dice.pick<Subscribe['from']>(['last', 'oldest', 'now']))
    next.feed({ on: 'connect' })
  }

  /** What this page knows of where the one before it was. */
  #remember(before: Device, places: Kept<Sent>['places']): void {
    for (const [name, offset] of before.#before) this.#before.set(name, offset)
    for (const following of before.following.values()) this.#passed(following)
    for (const [ch, place] of Object.entries(places)) {
      const following = before.following.get(ch)
      this.#place(ch, place, following ?? before.#places.get(ch), following?.senders)
    }
  }

  /** It has been there: in this log, or in any, where nobody has said which. */
  #passed({ ch, next = Infinity, epoch }: Following): void {
    const name = epoch === undefined ? ch : `${ch} ${epoch}`
    this.#before.set(name, Math.max(next, this.#before.get(name) ?? 1))
  }

  /** Who goes on from there has what came before it, of these senders up to these numbers. */
  #place(ch: string, { epoch, next }: Place, was?: Was, senders?: ReadonlyMap<string, number>): void {
    const since = was?.epoch === epoch ? was.since : undefined
    const earlier = new Map([...(was?.earlier ?? []), ...(senders ?? [])])
    this.#places.set(ch, { epoch, next, since, earlier })
  }

  #end(): void {
    const { trace, clock } = this.#world
    trace.add(clock.now, this.name, 'ends')
    this.sleeper.die()
    this.lines.end()
  }

  history(ch: string, from: number, limit: number): Asked {
    const id = ++this.asks
    const asked: Asked = { ch, from, answers: 0 }
    this.pages.set(id, asked)
    this.tell({ on: 'history', id, ch, from, limit })
    return asked
  }

  /** Real time, but for a machine that sleeps: then nothing runs, and all of it later at once. */
  #env(): Pick<Env, 'now' | 'timer'> {
    const { clock } = this.#world
    return {
      now: () => clock.now,
      timer: (callback, ms) => {
        this.#timers++
        if (this.#timers > 1) this.#world.fail('15 oneTimer', `${this.name} has ${this.#timers} timers`)
        let over = false
        const end = (): void => {
          if (!over) this.#timers--
          over = true
        }
        const cancel = clock.after(ms, () => {
          this.sleeper.run('timer', () => {
            if (over) return
            end()
            this.#world.attempt(callback)
            this.#world.load.note(this.name, clock.now)
          })
        })
        return () => {
          end()
          cancel()
        }
      },
    }
  }

  tell(input: Input): void {
    const { world, clock } = { world: this.#world, clock: this.#world.clock }
    world.trace.add(clock.now, this.name, input.on, input)
    world.attempt(() => this.#feed(input))
    this.links.statusStands(this.core.status)
    world.load.note(this.name, clock.now)
  }

  #perform(output: Output): void {
    const { trace, clock } = this.#world
    const { now } = clock
    if (output.do !== 'write' && output.do !== 'settled') trace.add(now, this.name, `>${output.do}`, output)
    switch (output.do) {
      case 'open':
        this.links.dialHasCause(output, now)
        this.lines.dial(output.link, output.rung)
        return
      case 'rung':
        return
      case 'write':
        this.lines.write(output.link, output.frames)
        return
      case 'limit':
        this.links.limit(output.link, output.max)
        return
      case 'drop':
        this.lines.flush(output.link)
        this.links.dropHasCause(output.link, output.closing, now)
        this.lines.drop(output.link, output.closing)
        return
      case 'retry':
        this.links.retries(output.delay, now)
        return
      case 'status':
        this.links.statusIsTrue(output.status, this.core.status, this.core.link.state, now)
        return
      default:
        this.#hand(output)
    }
  }

  /** What the app is told. */
  #hand(output: Exclude<Output, { do: 'open' | 'rung' | 'write' | 'limit' | 'drop' | 'retry' | 'status' }>): void {
    const world = this.#world
    switch (output.do) {
      case 'sent':
        output.tag.left = true
        return
      case 'settled': {
        const { tag, error } = output
        const outcome = error instanceof MessageError ? error.code : 'accepted'
        world.trace.add(world.clock.now, this.name, '>settled', `${String(tag.seq)} ${outcome}`)
        tag.settledAt = world.clock.now
        this.#invariants.settledOnce(tag, outcome)
        return
      }
      case 'deliver': {
        const following = this.following.get(output.ch)
        if (!following) return world.fail('5 deliveredOnce', `${this.name}: ${output.ch} is not followed`)
        this.#invariants.deliveredOnce(following, output.message, world.host.bounds(output.ch, following.told))
        world.handed.note(this, output.ch, output.message.id)
        this.#answers(output.ch)
        return
      }
      case 'gap': {
        const following = this.following.get(output.ch)
        const log = world.host.bounds(output.ch, following?.told)
        if (following) this.#invariants.gapIsHonest(following, output.gap, log)
        return
      }
      case 'page': {
        const asked = this.pages.get(output.id)
        if (!asked || asked.answers++) return world.fail('2 settledOnce', `history ${output.id} is answered twice`)
        if (!(output.page instanceof Error)) this.#invariants.pageIsTrue(output.page, asked.from)
        return
      }
      case 'fault':
        this.#denied(output.ch)
        return
      case 'receipt':
        world.delivery.receiptsTrue(this, output.tag, output.receipt)
        return
      case 'placed':
        world.delivery.placeIsTrue(output.tag, output.offset)
        return
      case 'present':
        world.presence.told(this, output.present)
        return
      case 'unseen':
        this.#unseen(output.ch, output.error.code)
        return
      case 'number':
        this.#seq = Math.max(this.#seq, output.seq)
        return
      case 'ended':
        return
    }
  }

  /** Where nobody could tell, the app asks again. */
  #unseen(ch: string, code: string): void {
    const watching = this.watching.get(ch)
    if (!watching) return
    const { world } = { world: this.#world }
    if (code === 'forbidden') {
      watching.denied = true
      if (world.may(this, 'presence', ch)) world.fail('34 presenceConverges', `${ch} is denied`)
    } else if (code === 'unavailable') {
      world.clock.after(1_000, () =>
        this.sleeper.run('news', () => {
          if (this.watching.has(ch)) this.tell({ on: 'watch', ch })
        }),
      )
    }
  }

  #denied(ch: string | undefined): void {
    const following = ch === undefined ? undefined : this.following.get(ch)
    if (!following) return
    following.denied = true
    if (this.#world.may(this, 'subscribe', following.ch))
      this.#world.fail('5 deliveredOnce', `${following.ch} is denied`)
  }

  /** An app that sends from within a listener: it must not get into the machine while that is at work. */
  #answers(ch: string): void {
    const { calm, dice } = this.#world
    if (!calm && dice.chance(0.02)) this.send(ch, 'I heard that')
  }
}
