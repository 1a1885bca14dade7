import type { Device } from './device.js'
import type { Dice } from './dice.js'
import type { Weather } from './weather.js'
import type { World } from './world.js'

/** Users, some with two devices, and their inboxes. */
export interface People {
  /** Devices. What stands before the dot is the user. */
  names: string[]
  inboxes: string[]
  /** The store tells only of channels that somebody wants to hear of. */
  follows: boolean
}

const NAMES: Record<number, [string[], ...string[][]]> = {
  2: [['ann', 'bob']],
  3: [
    ['ann', 'bob', 'ann.2'],
    ['ann', 'bob', 'cyd'],
  ],
  4: [
    ['ann', 'bob', 'ann.2', 'bob.2'],
    ['ann', 'bob', 'cyd', 'ann.2'],
  ],
}

export const userOf = (name: string): string => name.split('.')[0] ?? name

/** What a world has where people meet, besides its weather. */
export function gather(
  dice: Dice,
  { devices, limits }: Weather,
): Pick<Weather, 'people' | 'reloads' | 'vanishes' | 'limits'> {
  const names = dice.pick(NAMES[devices] ?? [['ann', 'bob']])
  // Nobody of this name ever comes.
  const users = [...new Set(names.map(userOf)), 'eve']
  return {
    people: { names, inboxes: users.map((user) => `@${user}`), follows: dice.chance(0.5) },
    reloads: dice.chance(0.4) ? dice.between(0.5, 2) : 0,
    vanishes: dice.chance(0.3) ? dice.between(0.3, 1) : 0,
    limits: {
      ...limits,
      maxAccepts: dice.chance(0.2) ? dice.int(1, 2) : limits.maxAccepts,
      presenceGrace: dice.pick([3_000, 10_000]),
    },
  }
}

/** A device's first steps: it asks for what waits for its user. */
export function settleIn(world: World, device: Device): void {
  const { dice, weather } = world
  if (!weather.people) return
  if (dice.chance(0.8)) device.follow(device.inbox, 'last')
  if (dice.chance(0.5)) device.watch(anywhere(world))
}

/** What people do, beside what every app does. */
export function mingle(world: World, device: Device, send: (ch: string) => void): void {
  const { dice, weather } = world
  const [first = '', ...others] = weather.people?.inboxes ?? []
  const roll = dice.roll()
  if (roll < 0.5) send(dice.pick([first, ...others]))
  else if (roll < 0.65) device.follow(device.inbox, dice.pick(['last', 'last', 'oldest', 'now']))
  else if (roll < 0.72) leaveInbox(world, device)
  else if (roll < 0.82) device.watch(anywhere(world))
  else if (roll < 0.88) for (const ch of [...device.watching.keys()].slice(0, 1)) device.unwatch(ch)
  else device.look(dice.chance(0.5))
}

function leaveInbox({ dice }: World, device: Device): void {
  if (!device.following.has(device.inbox)) return
  device.leave(device.inbox)
  if (dice.chance(0.5)) device.follow(device.inbox, dice.pick(['last', 'oldest', 'now']))
}

function anywhere({ dice, weather }: World): string {
  const [first = 'a', ...others] = [...weather.channels, ...(weather.people?.inboxes ?? [])]
  return dice.pick([first, ...others])
}
