import { describe, expect, it } from 'vitest'
import { quantile } from '../support/calendar.js'
import { Herd } from '../support/herd.js'

describe('five hundred clients whose server goes away for a minute, and lets in ten a second when it is back', () => {
  it.each([1, 2])('are back as fast as it lets them, each sent away once, or nearly (seed %i)', (seed) => {
    const { back, wasted, inVain } = new Herd({ clients: 500, away: 60_000, accepts: 10, seed }).run()
    // At best: 495 at 10 a second, less the ten that it had saved.
    expect(quantile(back, 0.99)).toBeLessThan(1.05 * 48_500)
    expect(quantile(back, 0.5)).toBeLessThan(1.1 * 24_000)
    expect(wasted).toBeLessThanOrEqual(550)
    // A dozen attempts, every other one over all four transports.
    expect(inVain).toBeLessThan(500 * 30)
  })
})
