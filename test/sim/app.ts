import type { Device } from './device.js'
import { mingle } from './people.js'
import type { World } from './world.js'
import type { Subscribe } from '../../src/wire/frame.js'

/** What the app of one device does during the storm: anything, at any time. */
export function useApp(world: World, name: string, until: number): void {
  const { dice, clock, weather } = world
  const again = (): void => {
    if (clock.now >= until) return
    // Another page may have taken the place of the one before; or nobody comes back.
    const device = world.devices.find((one) => one.name === name)
    if (!device) return
    if (!device.sleeper.asleep) act(world, device)
    clock.after(dice.wait(weather.pace), again)
  }
  clock.after(dice.wait(weather.pace), again)
}

function act(world: World, device: Device): void {
  const { dice } = world
  const [first = 'a', ...others] = world.weather.channels
  if (world.weather.people && dice.chance(0.4)) {
    mingle(world, device, (ch) => send(world, device, ch))
    return
  }
  const ch = dice.pick([first, ...others])
  const roll = dice.roll()
  if (roll < 0.6) send(world, device, ch)
  else if (roll < 0.68) for (let left = dice.int(2, 30); left > 0; left--) send(world, device, ch)
  else if (roll < 0.8) follow(world, device, ch)
  else if (roll < 0.86) leave(world, device, ch)
  else if (roll < 0.95) device.history(ch, dice.int(0, world.host.bounds(ch).next), dice.int(0, 50))
  else if (device.wantsClosed && roll < 0.975) device.comeBack()
  else if (device.wantsClosed) device.feed({ on: 'connect' })
  else if (roll < 0.965) device.feed({ on: 'reconnect', code: 1000, reason: 'the app wants another' })
  else if (roll < 0.975) device.feed({ on: 'close', code: 1000, reason: 'the app has enough' })
}

/** `last` said while this client is still following elsewhere, or again, is as good as any. */
function follow({ dice, host }: World, device: Device, ch: string): void {
  const { next } = host.bounds(ch)
  device.follow(ch, dice.pick<Subscribe['from']>(['now', 'oldest', 'last', dice.int(1, next)]))
}

function leave({ dice }: World, device: Device, ch: string): void {
  if (!device.following.has(ch)) return
  device.leave(ch)
  if (dice.chance(0.3)) device.follow(ch, dice.pick(['now', 'oldest', 'last']))
}

export function send({ dice, weather }: World, device: Device, ch: string): void {
  const ttl = dice.chance(0.1) ? dice.between(0, 5_000) : Infinity
  const key = dice.chance(0.1) ? dice.pick(['x', 'y']) : undefined
  device.send(ch, body(weather.giants, dice.roll(), dice.int(0, 300)), ttl, key)
}

function body(giants: boolean, roll: number, length: number): unknown {
  if (giants && roll < 0.05) return 'g'.repeat(60_000 + length * 20)
  if (roll < 0.1) return new Uint8Array(length).fill(length)
  if (roll < 0.3) return { text: 'ü€"\\'.repeat(length / 10), n: roll }
  return roll
}
