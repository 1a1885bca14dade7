import { describe, expect, it } from 'vitest'
import { settle } from '../../src/server/settings.js'

describe('presence', () => {
  it('has its times as they are given, and as the core has them where they are not', () => {
    expect(settle({})).toMatchObject({ presenceGrace: 10_000, presenceEvery: 15_000 })
    expect(settle({ presenceGrace: 0, presenceEvery: 60_000 })).toMatchObject({
      presenceGrace: 0,
      presenceEvery: 60_000,
    })
  })
  it.each([
    { presenceGrace: -1 },
    { presenceGrace: Infinity },
    { presenceGrace: '10s' },
    { presenceEvery: 99 },
    { presenceEvery: NaN },
  ])('takes no %j', (given) => {
    const [name] = Object.keys(given)
    expect(() => settle(given as never)).toThrow(expect.objectContaining({ code: 'bad-option' }))
    expect(() => settle(given as never)).toThrow(`${name} takes`)
  })
})
