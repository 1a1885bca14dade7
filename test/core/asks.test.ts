import { expect, it } from 'vitest'
import { Asks } from '../../src/core/asks.js'

const bye = () => ({ t: 'bye' }) as const

it('asks at once, then after the patience, doubled each time, 10 s at most', () => {
  const asks = new Asks()
  asks.add('a', bye)
  expect(asks.deadline).toBe(-Infinity)
  const times: number[] = []
  for (let now = 0; times.length < 7; now = asks.deadline) if (asks.due(now, 1_000).length) times.push(now)
  expect(times).toEqual([0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000])
})
it('is not asked before it is due', () => {
  const asks = new Asks()
  asks.add('a', bye, 100)
  expect(asks.deadline).toBe(600)
  expect(asks.due(599, 1)).toEqual([])
  expect(asks.due(600, 1)).toHaveLength(1)
})
it('keeps one question of a name, and makes its frame when it leaves', () => {
  const asks = new Asks()
  let id = 1
  asks.add('a', () => ({ t: 'ping', id }))
  asks.add('a', bye)
  id = 2
  expect(asks.due(0, 1)).toEqual([{ t: 'ping', id: 2 }])
})
it('an answered question is gone, once', () => {
  const asks = new Asks()
  asks.add('a', bye)
  expect(asks.delete('a')).toBe(true)
  expect(asks.delete('a')).toBe(false)
  expect(asks.due(0, 1)).toEqual([])
  expect(asks.deadline).toBe(Infinity)
})
it('without a link nothing is due; with the next one all is, and patience begins anew', () => {
  const asks = new Asks()
  asks.add('a', bye)
  asks.add('b', bye)
  for (const now of [0, 100, 300]) asks.due(now, 100)
  asks.interrupt()
  expect(asks.deadline).toBe(Infinity)
  expect(asks.due(1_000_000, 100)).toEqual([])
  asks.resume()
  expect(asks.due(5_000, 100)).toHaveLength(2)
  expect(asks.deadline).toBe(5_100)
})
