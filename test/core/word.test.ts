import { expect, it } from 'vitest'
import { Word } from '../../src/core/word.js'

it('is said at once, and again with a ping, until the pong of that ping', () => {
  const word = new Word()
  expect([word.isSilent, word.leaves()]).toEqual([true, false])
  word.renew()
  expect([word.isSilent, word.leaves(), word.leaves()]).toEqual([false, true, false])
  expect(word.leaves(1)).toBe(true)
  word.pong(0)
  expect(word.leaves(2)).toBe(true)
  word.pong(2)
  expect([word.isSilent, word.leaves(), word.leaves(3)]).toEqual([false, false, false])
})
it('that is new since the ping is not proven by its pong', () => {
  const word = new Word()
  word.renew()
  word.leaves(1)
  word.renew()
  word.pong(1)
  expect(word.leaves()).toBe(true)
})
it('that is silent stays so, whatever pong comes late', () => {
  const word = new Word()
  word.renew()
  word.leaves(1)
  word.silence()
  word.pong(1)
  expect([word.isSilent, word.leaves(2)]).toEqual([true, false])
})
