import { describe, expect, it } from 'vitest'
import { quantile } from '../support/calendar.js'
import { Herd } from '../support/herd.js'

describe(
  'two hundred clients whose server goes away for a minute, and lets in four a second when it is back',
  { timeout: 30_000 },
  () => {
    it.each([1, 2])('are back as fast as it lets them, each sent away once, or nearly (seed %i)', (seed) => {
      const { back, wasted, inVain } = new Herd({ clients: 200, away: 60_000, accepts: 4, seed }).run()
      // At best: 198 at 4 a second, less the four that it had saved.
      expect(quantile(back, 0.99)).toBeLessThan(1.05 * 48_500)
      expect(quantile(back, 0.5)).toBeLessThan(1.1 * 24_000)
      expect(wasted).toBeLessThanOrEqual(220)
      // A dozen attempts, every other one over all four transports.
      expect(inVain).toBeLessThan(200 * 30)
    })
  },
)
