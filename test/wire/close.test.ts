import { describe, expect, it } from 'vitest'
import { Close, inWords, type Verdict, verdict } from '../../src/wire/close.js'

const verdicts: Record<keyof typeof Close, Verdict> = {
  normal: 'retry',
  goingAway: 'retry',
  abnormal: 'retry',
  tooBig: 'fatal',
  restart: 'retry',
  tryLater: 'retry',
  badFrame: 'retry',
  unauthorized: 'renew',
  forbidden: 'fatal',
  version: 'fatal',
  timeout: 'retry',
  replaced: 'retry',
  overloaded: 'retry',
}

describe('after a close', () => {
  it.each(Object.entries(verdicts))('%s → %s', (name, expected) => {
    expect(verdict(Close[name as keyof typeof Close])).toBe(expected)
  })
  it.each([0, 999, 1005, 1011, 1015, 3000, 4000, 4499, 65_535, -1, NaN])('a code nobody named → retry: %d', (code) => {
    expect(verdict(code)).toBe('retry')
  })
  it('is said in words, also where the other side gave none', () => {
    const said = [1006, 1000].map((code) => inWords({ code, reason: '' }))
    expect([...said, inWords({ code: 1006, reason: 'why' })]).toEqual([
      'the connection was lost',
      'closed with code 1000',
      'why',
    ])
  })
  it('has a code of its own for each reason, of the kinds that an app may send', () => {
    const codes = Object.values(Close)
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) expect(code < 1_015 || (code >= 4_400 && code < 4_500)).toBe(true)
  })
})
