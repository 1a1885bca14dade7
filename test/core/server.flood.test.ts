import { expect, it } from 'vitest'
import { send, World } from './server.world.js'

it.each([
  ['messages', (n: number) => send(n, 'room', 'x'.repeat(60_000))],
  ['words without a body', (n: number) => ({ t: 'sub', ch: `${n} ${'x'.repeat(250)}`, from: 'now' }) as const],
])('a link that waits holds no more than 1 MiB of %s until it is its turn: more is a flood', (_, frame) => {
  const world = new World({ maxAccepts: 1 })
  world.open(1)
  world.open(2, 'bob', [frame(1)])
  const codes = () => world.reads(2, 'error').map(({ code }) => code)
  let n = 1
  // As many frames as may be held, were it for their number alone.
  while (n < 4_000 && !world.closes(2).length) world.say(2, frame(++n))
  expect([codes(), world.closes(2)]).toEqual([['flood'], [4429]])
  const one = JSON.stringify(frame(1)).length
  expect(n * one).toBeGreaterThan(2 ** 20 / 2)
  expect(n * one).toBeLessThan(2 ** 20 + 2 * one)
  world.wait(5_000)
  expect(world.log().entries).toEqual([])
})
