// What the limiter remembers of a crowd; whom it lets in, and when, is in server.links.test.ts.
import { describe, expect, it } from 'vitest'
import { Limiter } from '../../src/core/server/limiter.js'
import { inventory } from '../support/inventory.js'

const remembered = (limiter: Limiter<number>): number | undefined => inventory(limiter)['.#queue']

/** So many wait, by their numbers from 1 on, and one is let in every 100 ms. */
function crowd(waiting: number): Limiter<number> {
  const limiter = new Limiter<number>({ maxLinks: Infinity, maxAccepts: 10 })
  for (let one = 0; one < 10; one++) expect(limiter.greet(-one, 0)).toEqual({ is: 'in' })
  for (let one = 1; one <= waiting; one++) expect(limiter.greet(one, 0)).toEqual({ is: 'waits', after: one * 100 })
  return limiter
}

describe('a limiter', () => {
  it('lets in in order, however often it tidies up', () => {
    const limiter = crowd(100)
    const order = Array.from({ length: 100 }, (_, at) => limiter.due((at + 1) * 100)).flat()
    expect(order).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
    expect(remembered(limiter)).toBe(0)
  })
  it('that is always crowded remembers no more than twice those who wait', () => {
    const limiter = crowd(20)
    for (let one = 21; one <= 1_000; one++) {
      expect(limiter.due((one - 20) * 100)).toEqual([one - 20])
      limiter.greet(one, (one - 20) * 100)
      if (one % 50 === 0) expect(remembered(limiter)).toBeLessThanOrEqual(40)
    }
    expect(limiter.waiting.size).toBe(20)
  })
  it('forgets those who do not wait for their turn', () => {
    const limiter = crowd(20)
    for (let one = 1; one <= 20; one++) limiter.leave(one)
    expect(limiter.due(0)).toEqual([])
    expect(remembered(limiter)).toBe(0)
  })
})
