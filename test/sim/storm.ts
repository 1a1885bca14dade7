import type { Device } from './device.js'
import type { Wire } from './wire.js'
import { HOLD } from './weather.js'
import type { World } from './world.js'

type Trouble = (world: World, left: number) => void

/** Faults come one after the other, and at times together, until the storm is over. */
export function rage(world: World, until: number): void {
  const { dice, clock, weather } = world
  if (weather.boxes) for (const { name } of world.devices) if (dice.chance(0.5)) world.net.change(name)
  const troubles = Object.entries(TROUBLES).filter(([name]) => weather[name as keyof typeof TROUBLES] > 0)
  const sum = troubles.reduce((total, [name]) => total + weather[name as keyof typeof TROUBLES], 0)
  const again = (): void => {
    if (clock.now >= until) return
    let roll = dice.between(0, sum)
    for (const [name, trouble] of troubles) {
      roll -= weather[name as keyof typeof TROUBLES]
      if (roll >= 0) continue
      world.trace.add(clock.now, 'storm', name)
      trouble(world, until - clock.now)
      break
    }
    clock.after(dice.wait(weather.trouble), again)
  }
  clock.after(dice.wait(weather.trouble), again)
}

/** The names are those of their weights in the weather. */
const TROUBLES = {
  cuts: (world) => onWire(world, (wire) => world.net.cut(wire)),
  holes(world) {
    onWire(world, (wire) => {
      const way = world.dice.pick(['up', 'down', 'both'])
      if (way !== 'down') world.net.blacken(wire, 'up')
      if (way !== 'up') world.net.blacken(wire, 'down')
    })
  },
  sleeps(world, left) {
    const { dice } = world
    const device = anyone(world)
    const told = dice.chance(0.5)
    device.sleeper.sleep(Math.min(left, dice.between(100, 40_000)), dice.pick(['timer', 'news']), () => {
      if (told) device.feed({ on: 'wake' })
    })
  },
  offlines(world, left) {
    const device = anyone(world)
    const { dice, clock } = world
    if (device.sleeper.asleep) return
    if (dice.chance(0.7) && device.wire) world.net.cut(device.wire)
    device.feed({ on: 'offline' })
    clock.after(Math.min(left, dice.between(50, 40_000)), () =>
      device.sleeper.run('news', () => device.feed({ on: 'online' })),
    )
  },
  suspends(world, left) {
    const device = anyone(world)
    const { dice, clock } = world
    if (device.sleeper.asleep) return
    device.feed({ on: 'suspend' })
    clock.after(Math.min(left, dice.between(0, 20_000)), () =>
      device.sleeper.run('news', () => device.feed({ on: 'wake' })),
    )
  },
  stalls: (world, left) => world.host.stall(Math.min(left, world.dice.between(100, 20_000))),
  crashes(world, left) {
    const { host, dice, clock } = world
    host.crash()
    clock.after(Math.min(left, dice.pick([0, 300, 15_000])), () => host.start())
  },
  reloads(world) {
    const device = anyone(world)
    if (!device.wantsClosed) device.reload()
  },
  vanishes(world) {
    if (world.devices.length > 2) anyone(world).vanish()
  },
  boxes: (world) => world.net.change(anyone(world).name),
  drains: ({ host, dice }) => host.drain(Math.floor(dice.between(0, HOLD / 2)), Math.floor(dice.between(0, HOLD / 2))),
} satisfies Record<string, Trouble>

function onWire(world: World, what: (wire: Wire) => void): void {
  const { wire } = anyone(world)
  if (wire) what(wire)
}

function anyone({ dice, devices }: World): Device {
  const [first, ...others] = devices
  if (!first) throw new RangeError('a world has devices')
  return dice.pick([first, ...others])
}
