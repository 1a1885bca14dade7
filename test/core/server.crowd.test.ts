import { describe, expect, it } from 'vitest'
import { Dice } from '../sim/dice.js'
import { People } from './server.people.js'

const MEMBERS = 200
const MESSAGES = 20

/** A channel of two hundred that do as they like for three seconds, and then get on with it. */
function crowd(seed: number) {
  const people = new People()
  const dice = new Dice(seed)
  const { world } = people
  const ann = people.come('ann')
  world.say(ann, { t: 'track', from: 1 })
  const links = Array.from({ length: MEMBERS }, (_, at) => people.come(`member ${at}`))
  for (const link of links) people.follow(link, 'room')
  const told: { at: number; full: Set<number> }[] = []
  const full = new Set<number>()

  /** What was said to the sender until now. */
  const listen = (): void => {
    for (const { list } of world.reads(ann, 'delivered')) {
      for (const { seq, to, count, of } of list)
        for (let n = seq; n <= to; n++) if (count === MEMBERS && of === MEMBERS) full.add(n)
      told.push({ at: world.now, full: new Set(full) })
    }
    world.outputs.length = 0
  }

  for (let step = 0, seq = 0; step < 300; step++) {
    if (seq < MESSAGES && dice.chance(0.1)) people.send(ann, 'room', ++seq)
    for (let acks = dice.int(0, 8); acks > 0; acks--) people.has(dice.pick(links as [number]), 'room', dice.int(0, seq))
    if (dice.chance(0.05)) world.say(dice.pick(links as [number]), { t: 'seen', away: dice.chance(0.5) })
    listen()
    world.wait(10)
    listen()
  }
  for (const link of links) people.has(link, 'room', MESSAGES)
  listen()
  world.wait(250)
  listen()
  return { told, full }
}

describe('the sender of a channel with two hundred members', { timeout: 30_000 }, () => {
  it.each([1, 2])('is told at most four times a second, whatever they do, and in the end of all (seed %i)', (seed) => {
    const { told, full } = crowd(seed)
    const seconds = told.map(({ at }) => told.filter((other) => other.at >= at && other.at < at + 1_000).length)
    expect(told.length).toBeGreaterThan(8)
    expect(Math.max(...seconds)).toBe(4)
    expect(full.size).toBe(MESSAGES)
  })
})
