import { useApp } from './app.js'
import type { Recorder } from './reach/recorder.js'
import { examine } from './exam.js'
import { settleIn } from './people.js'
import { rage } from './storm.js'
import { bound } from './weather.js'
import { type Broken, World } from './world.js'

export interface Outcome {
  seed: number
  alone: boolean
  hash: string
  broken: Broken | undefined
  /** Virtual time, ms. */
  time: number
  events: number
  messages: number
  /** From the end of the storm until all was well, ms; and what was allowed. */
  recovery: number
  bound: number
  /** What of the machines it has reached. */
  seen: Recorder
  trace: (lines?: number) => string
}

const SECOND = 1_000

/**
 * One world from its first dial to its last word. The same seed gives the same hash.
 * @param alone without people: the world that this seed was before there were any.
 */
export async function simulate(seed: number, keep = 300, alone = false): Promise<Outcome> {
  const world = new World(seed, keep, alone)
  let recovery = 0
  let most = 0
  try {
    await storm(world)
    const from = world.clock.now
    settleDown(world)
    most = bound(world.weather) + world.readingTime + world.settling
    while (!world.broken && world.unwell() && world.clock.now < from + most) await world.pass(SECOND)
    recovery = world.clock.now - from
    const why = world.broken ? '' : world.unwell()
    world.blame('19 healsInTime', why, `${most} ms after the last fault`)
    if (!world.broken) await examine(world)
  } catch (error) {
    world.attempt(() => {
      throw error
    })
  }
  return {
    ...{ seed, alone, recovery, bound: most, hash: world.trace.hash, broken: world.broken },
    seen: world.seen,
    ...{ time: world.clock.now, events: world.clock.events, messages: world.ledger.sent.size },
    trace: (lines) => `${JSON.stringify(world.weather)}\n${world.trace.text(lines)}`,
  }
}

async function storm(world: World): Promise<void> {
  const { weather, devices, host, clock, dice } = world
  host.start()
  for (const device of devices) {
    for (const ch of weather.channels) if (dice.chance(0.6)) device.follow(ch, dice.pick(['oldest', 'now']))
    if (dice.chance(0.3)) device.send('a', 'before all')
    device.feed({ on: 'connect' })
    settleIn(world, device)
    useApp(world, device.name, weather.storm)
  }
  rage(world, weather.storm)
  const patrol = (): void => {
    for (const device of devices) {
      world.inspect(device)
      device.lines.inspect()
    }
    clock.after(SECOND, patrol)
  }
  patrol()
  await world.pass(weather.storm)
}

/** No new faults; what is broken stays so until somebody finds out. */
function settleDown(world: World): void {
  const { net, host, devices, dice, clock, trace } = world
  trace.add(clock.now, 'storm', 'over')
  net.calm = true
  host.start()
  for (const device of [...devices]) {
    device.feed({ on: 'online' })
    if (device.wantsClosed && dice.chance(0.7)) device.comeBack()
  }
}
