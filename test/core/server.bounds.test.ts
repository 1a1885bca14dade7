// Whoever comes and goes, and whatever is said: what the server keeps in its memory is what it kept the first time.
import { expect, it } from 'vitest'
import { inventory } from '../support/inventory.js'
import { send, tables, World } from './server.world.js'

const ROUNDS = 40

/** A world in which Bob reads the room and watches it all the time. */
function world(): World {
  const one = new World({ idle: 10_000_000 }, tables({ maxEntries: 5 }))
  one.open(1, 'bob', [
    { t: 'track', from: 1 },
    { t: 'sub', ch: 'room', from: 'now' },
    { t: 'watch', ch: 'room' },
  ])
  one.wait(60_000)
  return one
}

/** Comes, reads, watches, sends, and has what it gets received; then it leaves, or is cut. */
function visit(one: World, link: number, client: string, seq: number, leaves: boolean): void {
  one.open(link, client, [
    { t: 'track', from: 1 },
    { t: 'sub', ch: 'room', from: 'now' },
    { t: 'watch', ch: 'room' },
    { t: 'history', id: 1, ch: 'room', from: 1, limit: 10 },
    send(seq, 'room'),
  ])
  const offset = one.log().next - 1
  for (const each of [1, link]) one.say(each, { t: 'received', ch: 'room', offset })
  one.say(link, { t: 'ping', id: seq })
  if (leaves) one.say(link, { t: 'bye' })
  one.feed({ on: 'closed', link })
  // Longer than anybody is missed.
  one.wait(120_000)
  one.outputs.length = one.asked.length = 0
}

it.each([
  ['one client', () => 'ann', (n: number) => n, (n: number) => n % 2 === 0],
  // One that is cut stays a member of the room until the store forgets it.
  ['ever new clients', (n: number) => `client ${n}`, () => 1, () => true],
] as const)('%s', (_, client, seq, leaves) => {
  const one = world()
  let round = 0
  const go = (times: number): void => {
    for (const end = round + times; round < end;) visit(one, 10 + ++round, client(round), seq(round), leaves(round))
  }
  go(2)
  const first = inventory(one.server)
  expect(Object.keys(first).length).toBeGreaterThan(10)
  go(ROUNDS)
  expect(inventory(one.server)).toEqual(first)
})
