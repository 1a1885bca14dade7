import { serverDefaults } from '../../src/core/server/contract.js'
import type { Device } from './device.js'
import type { Sent } from './ledger.js'
import { CALM_DELAY } from './net.js'
import { HOLD, LATE_EXCUSE, STAGGER } from './weather.js'
import type { Box } from './wire.js'
import { ACK_DELAY, type World } from './world.js'

/** Two that are online, and a channel in which the one may say something to the other. */
interface Pair {
  world: World
  from: Device
  to: Device
  ch: string
}

/** One accident in a calm world, and how long (ms) its repair may take. */
interface Exam {
  /** Does it; what it returns tells when all is repaired. */
  act: (pair: Pair) => (() => boolean) | Promise<() => boolean>
  within: (pair: Pair) => number
  /** No race is part of it. */
  settled?: true
  /** A packet is lost: on a link of requests one of them is, or its answer, and nobody may be told. */
  lossy?: true
}

const accepted = (...sent: Sent[]) => sent.every(({ outcome }) => outcome === 'accepted')
/** A chain of so many trips through the calm network, and the store's answers between. */
const trips = (count: number): number => count * (CALM_DELAY + 5)
/** The first overdue message is sent again, and those behind it as soon as it is in. */
const retransmitted = (pair: Pair): number => 1.6 * pair.from.core.ledgers.rtt.rto + trips(8) + paced(pair, 6)
const asked = ({ to }: Pair): number => Math.max(1_000, 2 * to.core.ledgers.rtt.rto) + trips(6)
const pinged = ({ world }: Pair): number => Math.min(world.weather.limits.interval, world.weather.limits.idle / 2)
/** A reader acknowledges after a while, and a server with a small window waits for that. */
const paced = ({ world }: Pair, count: number): number =>
  Math.ceil(count / world.weather.limits.pushWindow) * (ACK_DELAY + trips(2))
/** Where what was lost fills a small window, nothing follows it, and the heartbeat has to find out. */
const cramped = (pair: Pair): number => (pair.world.weather.limits.pushWindow > 2 ? 0 : pinged(pair))
/** Where there are several transports, the one that gets through may be the last to be tried. */
function raced({ world }: Pair): number {
  const { rungs, limits } = world.weather
  if (rungs < 2) return 0
  // Those that lost the race fill a small server, until it finds out that they are dead.
  const full = limits.maxLinks < 1_000 ? limits.idle + limits.cap + 2 * HOLD : 0
  return rungs * STAGGER + trips(6) + full
}
/** Where hellos have to wait for their turn: that of all who may say one, of one client as many as it has transports. */
function queued({ world }: Pair): number {
  const { devices, weather } = world
  const { maxAccepts } = weather.limits
  return maxAccepts < 1_000 ? (SECOND * devices.length * weather.rungs) / maxAccepts : 0
}
/** On a link of requests a word waits for the POST before it, and the answer for the next poll. */
function asking({ from, to, world }: Pair): number {
  const { rungs } = world.weather
  if (rungs < 2) return 0
  // Who has to dial again may be back by a lower transport for a while.
  return rungs > SHORT || from.rung === SHORT || to.rung === SHORT ? 2 * (NAP + PAUSE) : 2 * PAUSE
}
/**
 * A request that is not answered is said again after its timeout, a poll after its hold besides; a stream that has dried
 * up is found out by the heartbeat, which ends the link if that is sooner.
 */
function unanswered({ from, to, world }: Pair): number {
  const { limits, requests } = world.weather
  if (!from.rung && !to.rung) return 0
  return Math.max(requests.timeout + AGAIN, limits.interval + limits.timeout + LATE_EXCUSE)
}
/** The short poll's rung. */
const SHORT = 3
/** As the leaves have it, ms: between short polls; the hold of a request that somebody waits for; before a POST is said again. */
const NAP = 2_000
const PAUSE = 250
const AGAIN = 1_100
/** While the server is away, an attempt may wait for the one transport that does not say so. */
function hung({ weather, devices, net }: World): number {
  const silent = devices.some(({ name }) => RUNGS.some((rung) => !['pass', 'refuse'].includes(net.boxOf(name, rung))))
  return weather.rungs > 1 && silent ? weather.limits.connectTimeout : 0
}
/** Those that take packets at once, whether anybody hears them or not. */
const RUNGS = [1, 2, 3]

function lose(world: World, device: Device, way: 'up' | 'down', text: string, hold = Infinity): void {
  world.net.accident = { user: device.name, way, text, hold }
}

const say = ({ from, ch }: Pair, count: number): Sent[] => Array.from({ length: count }, (_, n) => from.send(ch, n))

/** All that was said is accepted, and in the hands of the other. */
const through =
  ({ world, to, ch }: Pair, sent: Sent[]) =>
  () =>
    accepted(...sent) && world.isCaughtUp(to, ch)

/** News of receipts waits for company so long, ms. */
const NEWS = serverDefaults.newsEvery

const EXAMS: Record<string, Exam> = {
  'nothing at all': {
    act: (pair) => through(pair, say(pair, 3)),
    within: (pair) => trips(4) + paced(pair, 3),
  },
  'a message on its way down, others follow': {
    lossy: true,
    async act(pair) {
      lose(pair.world, pair.to, 'down', '"t":"message"')
      const first = say(pair, 1)
      await pair.world.pass(200)
      return through(pair, [...first, ...say(pair, 1)])
    },
    within: (pair) => trips(6) + paced(pair, 2) + cramped(pair),
  },
  'the last message on its way down': {
    lossy: true,
    act(pair) {
      lose(pair.world, pair.to, 'down', '"t":"message"')
      return through(pair, say(pair, 1))
    },
    // The others acknowledge it, and what they are told of that is a sign of life as well; so is what the next look at
    // the members brings.
    within: (pair) => ACK_DELAY + NEWS + serverDefaults.presenceEvery + pinged(pair) + trips(14),
  },
  'a message on its way up, others follow': {
    lossy: true,
    act(pair) {
      lose(pair.world, pair.from, 'up', '"t":"send"')
      return through(pair, say(pair, 6))
    },
    within: retransmitted,
  },
  'an acceptance': {
    lossy: true,
    act(pair) {
      lose(pair.world, pair.from, 'down', '"t":"accepted"')
      return through(pair, say(pair, 1))
    },
    within: retransmitted,
  },
  'an append': {
    act(pair) {
      pair.world.host.store.failNext = 'append'
      return through(pair, say(pair, 3))
    },
    within: retransmitted,
  },
  'a cut at the sender': {
    async act(pair) {
      const { world, from } = pair
      const before = say(pair, 3)
      await world.pass(world.dice.between(0, 60))
      if (from.wire) world.net.cut(from.wire)
      return through(pair, [...before, ...say(pair, 1)])
    },
    within: (pair) => trips(8) + paced(pair, 4),
  },
  'a cut at the reader': {
    async act(pair) {
      const { world, to } = pair
      const before = say(pair, 2)
      await world.pass(world.dice.between(0, 60))
      if (to.wire?.rung && world.dice.chance(0.5)) world.net.forsake(to.wire)
      else if (to.wire) world.net.cut(to.wire)
      return through(pair, [...before, ...say(pair, 1)])
    },
    within: (pair) => trips(8) + paced(pair, 4),
  },
  'a dead link, idle': {
    act({ world, from }) {
      const dead = from.wire
      if (dead) blacken(world, from)
      return () => from.core.status === 'online' && from.wire !== dead
    },
    within: ({ world }) => world.weather.limits.interval + world.weather.limits.timeout + trips(8),
  },
  'a dead link, something to say': {
    act(pair) {
      blacken(pair.world, pair.from)
      return through(pair, say(pair, 3))
    },
    within: (pair) => pair.from.core.ledgers.rtt.rto + pair.from.probeTime + trips(10) + paced(pair, 3),
  },
  'a crash': {
    act(pair) {
      const before = say(pair, 2)
      pair.world.host.crash()
      pair.world.host.start()
      // A box may keep the end of a link that lost a race from the server.
      const alone = pair.world.weather.rungs < 2
      return () => accepted(...before) && pair.world.unserved(alone) === ''
    },
    within: (pair) => trips(14) + retransmitted(pair),
  },
  'a drain': {
    async act({ world, to }) {
      world.host.drain(1_000, 500)
      await world.pass(600)
      return () => to.core.status === 'online'
    },
    within: ({ world }) => 1_500 + 5_000 + world.weather.limits.cap + hung(world),
  },
  'a question': {
    lossy: true,
    async act(pair) {
      const { world, to, ch } = pair
      to.leave(ch)
      await world.pass(200)
      lose(world, to, 'up', '"t":"sub"')
      to.follow(ch, 'oldest')
      return () => to.following.get(ch)?.epoch !== undefined
    },
    within: asked,
  },
  'the order of two questions': {
    lossy: true,
    async act(pair) {
      const { world, to, ch } = pair
      to.leave(ch)
      lose(world, to, 'up', '"t":"sub"', 150)
      to.follow(ch, 'oldest')
      await world.pass(CALM_DELAY)
      to.leave(ch)
      to.follow(ch, 'now')
      await world.pass(300)
      return through(pair, say(pair, 3))
    },
    within: (pair) => trips(4) + paced(pair, 3),
  },
  'a refusal, others follow': {
    act(pair) {
      const { world, from } = pair
      const barred = world.weather.channels.find((ch) => !world.may(from, 'publish', ch))
      if (barred !== undefined) from.send(barred, 'not allowed')
      return through(pair, say(pair, 3))
    },
    within: (pair) => trips(8) + paced(pair, 3),
  },
  'an answer': {
    lossy: true,
    act({ world, to, ch }) {
      lose(world, to, 'down', `"id":${to.asks + 1},"ch"`)
      const page = to.history(ch, 1, 5)
      return () => page.answers > 0
    },
    within: asked,
  },
  'acknowledgements of the reader': {
    lossy: true,
    act(pair) {
      lose(pair.world, pair.to, 'up', '"t":"received"')
      return through(pair, say(pair, 8))
    },
    // What it is told of the others' acknowledgements puts off its ping.
    within: (pair) => pinged(pair) + trips(14) + 2 * paced(pair, 8) + NEWS,
  },
  'a welcome': {
    lossy: true,
    act({ world, from }) {
      lose(world, from, 'down', '"t":"welcome"')
      from.feed({ on: 'reconnect', code: 1000, reason: 'exam' })
      return () => from.core.status === 'online'
    },
    within: ({ world }) => world.weather.limits.connectTimeout + 500 + trips(8),
  },
  'the way to a better transport': {
    async act(pair) {
      const { world, from } = pair
      const { rungs, limits } = world.weather
      // On a server that is full, there is no room for a second link.
      if (rungs < 2 || limits.maxLinks < 1_000) return () => true
      const only = (rung: number): Box[] => Array.from({ length: rungs }, (_, at) => (at === rung ? 'pass' : 'refuse'))
      if (!from.rung) world.net.set(from.name, only(rungs - 1))
      if (
        !(await world.pass(
          MINUTE,
          () => Boolean(from.rung) && from.core.status === 'online' && from.core.outbox.size === 0,
        ))
      )
        return () => true
      await world.pass(1_000)
      world.net.set(
        from.name,
        Array.from({ length: rungs }, () => 'pass' as const),
      )
      // What is said while the session is on its way, and what others say meanwhile.
      if (!(await world.pass(MINUTE, () => from.core.route.ladder.mover !== undefined))) return () => true
      const { rung } = from
      const back = through({ ...pair, from: pair.to, to: pair.from }, [])
      const there = through(pair, say(pair, 3))
      return () => there() && (back() || !from.following.has(pair.ch)) && from.rung !== rung
    },
    within: (pair) => trips(8) + paced(pair, 3),
    settled: true,
  },
  'a long sleep': {
    async act({ world, from }) {
      from.sleeper.sleep(90_000, world.dice.pick(['timer', 'news']), () => from.feed({ on: 'wake' }))
      await world.pass(90_000)
      const dead = from.wire
      return () =>
        from.core.status === 'online' && (!dead || from.wire !== dead || dead.lanes.down.blackAt === Infinity)
    },
    within: ({ from }) => from.probeTime + 2_000 + trips(8),
  },
}

function blacken({ net }: World, { wire }: Device): void {
  if (!wire) return
  net.blacken(wire, 'up')
  net.blacken(wire, 'down')
}

/** 20: every single accident is repaired in its time. 21: who has nothing to do does nothing but beat. */
export async function examine(world: World): Promise<void> {
  const names = Object.keys(EXAMS)
  for (let left = 5; left > 0 && !world.broken; left--) {
    const [first = '', ...others] = names
    await take(world, world.dice.pick([first, ...others]))
  }
  if (!world.broken) await idle(world)
  if (!world.broken) await farewell(world)
}

async function take(world: World, name: string): Promise<void> {
  const exam = EXAMS[name]
  const pair = await choose(world)
  if (!exam || !pair) return
  if (
    !(await world.pass(MINUTE, () => world.devices.every((one) => isStable(one, world.clock.now)) && !world.unwell()))
  )
    return
  world.trace.add(world.clock.now, 'exam', name)
  const more = (exam.settled ? 0 : raced(pair)) + queued(pair) + asking(pair) + (exam.lossy ? unanswered(pair) : 0)
  const repaired = await exam.act(pair)
  const within = exam.within(pair) + more
  if (!(await world.pass(within, repaired)) && !world.broken)
    world.fail('20 recoversInTime', `lost ${name}: ${world.unwell()}, ${within.toFixed(0)} ms later`)
  world.net.accident = undefined
  // A request of which the answer was lost is under way until it is said again.
  if (exam.lossy) await world.pass(unanswered(pair))
  await calmDown(world)
}

/** On a live link, and for so long that the first dial after it is at once. */
function isStable({ core, wire, wantsClosed }: Device, now: number): boolean {
  const { state } = core.link
  if (wantsClosed) return true
  const alive = wire && Math.min(wire.lanes.up.blackAt, wire.lanes.down.blackAt) === Infinity
  return alive === true && state.is === 'up' && now - state.since > 5_000
}
const SECOND = 1_000
const MINUTE = 60_000

/** Back to where nothing is under way. */
async function calmDown(world: World): Promise<void> {
  const until = world.clock.now + MINUTE + world.readingTime + world.settling
  while (!world.broken && world.unwell() && world.clock.now < until) await world.pass(500)
  world.blame('19 healsInTime', world.broken ? '' : world.unwell(), 'a minute after one accident')
}

async function choose(world: World): Promise<Pair | undefined> {
  const { devices, weather, dice } = world
  const awake = devices.filter(({ wantsClosed }) => !wantsClosed)
  const pairs = weather.channels.flatMap((ch) =>
    awake.flatMap((from) =>
      awake.flatMap((to) =>
        from !== to && world.may(from, 'publish', ch) && world.may(to, 'subscribe', ch) && world.may(to, 'history', ch)
          ? [{ world, from, to, ch }]
          : [],
      ),
    ),
  )
  const [first, ...others] = pairs
  if (!first) return undefined
  const pair = dice.pick([first, ...others])
  if (!pair.to.following.has(pair.ch)) pair.to.follow(pair.ch, 'now')
  await world.pass(1_000)
  return pair
}

/** 21 */
async function idle(world: World): Promise<void> {
  const { devices, weather, clock } = world
  const { interval, idle: silence } = weather.limits
  const time = 60_000
  const before = devices.map(({ lines }) => lines.writes)
  const events = clock.events
  world.trace.add(clock.now, 'exam', 'idle')
  await world.pass(time)
  const beat = Math.min(interval, silence / 2)
  // On a lower transport, the others are asked now and then: after 1, 2, 4 … s.
  const climbs = 6 * (weather.rungs - 1)
  const most = Math.ceil(time / beat) + Math.ceil(time / (silence / 2)) + 2 + climbs
  devices.forEach(({ name, lines }, at) => {
    const count = lines.writes - (before[at] ?? 0)
    if (count > most) world.fail('21 idleIsQuiet', `${name} wrote ${count} packets in a minute of nothing`)
  })
  if (clock.events - events > 200 + 20 * most * devices.length)
    world.fail('21 idleIsQuiet', `${clock.events - events} events in a minute of nothing`)
}

/** What is said at the very end is settled, too, and nobody is left waiting for anything. */
async function farewell(world: World): Promise<void> {
  for (const device of world.devices) {
    if (world.dice.chance(0.5)) device.send('a', 'last words')
    device.feed({ on: 'close', code: 1000, reason: 'the end' })
  }
  await world.pass(60_000)
  world.blame('19 healsInTime', world.broken ? '' : world.unwell(), 'after the end')
}
