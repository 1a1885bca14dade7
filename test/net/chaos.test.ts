// A short run of what `npm run chaos` does at length: nothing is lost, nothing comes twice, all is in order and true.
import { describe, expect, it } from 'vitest'
import { RULES } from '../chaos/checker.js'
import { play } from '../chaos/play.js'
import { CAST, holdfast } from '../chaos/product.js'
import type { Scenario } from '../chaos/scenario.js'

const product = holdfast(undefined)

const short: readonly Scenario[] = [
  {
    ...{ name: 'links', about: 'links end in every way', store: 'memory', after: 1_500 },
    faults: [
      { fault: { kind: 'RST' }, at: 800 },
      { fault: { kind: 'cut', way: 'up', then: 'rst' }, at: 2_000, lasts: 1_000 },
      { fault: { kind: 'half-open up' }, at: 4_000, whom: ['ann'] },
      { fault: { kind: 'half-open' }, at: 4_000, whom: ['abe', 'ben'] },
      { fault: { kind: 'FIN' }, at: 8_000 },
    ],
  },
  {
    ...{ name: 'dials', about: 'dials fail in every way', store: 'memory', after: 1_500 },
    faults: [
      { fault: { kind: 'refused' }, at: 800, lasts: 1_000 },
      { fault: { kind: 'dials hang' }, at: 3_000, lasts: 1_000 },
      { fault: { kind: 'no such name' }, at: 5_000, lasts: 1_000 },
      { fault: { kind: 'slow', delay: 100, jitter: 300 }, at: 7_000, lasts: 1_000 },
    ],
  },
  {
    ...{ name: 'servers', about: 'a server is killed, stands still, and is asked to go', store: 'file', after: 1_500 },
    faults: [
      { fault: { kind: 'SIGKILL' }, at: 800, lasts: 200 },
      { fault: { kind: 'SIGSTOP' }, at: 3_000, lasts: 1_500 },
      { fault: { kind: 'SIGTERM' }, at: 6_000, lasts: 500 },
    ],
  },
  {
    ...{ name: 'box', about: 'a box changes what it lets through', store: 'memory', after: 1_500 },
    faults: [
      { fault: { kind: 'box', passes: 'no WebSocket' }, at: 800 },
      { fault: { kind: 'box', passes: 'everything' }, at: 3_000 },
    ],
  },
]

describe.concurrent('clients on each transport', () => {
  it.each(short)(
    '$name: $about, and everybody reads everything once and in order',
    async (scenario) => {
      const { verdict } = await play(product, scenario, 1)
      // What was broken, in words.
      expect(Object.fromEntries(RULES.map((rule) => [rule, verdict[rule]]))).toEqual(
        Object.fromEntries(RULES.map((rule) => [rule, []])),
      )
      expect(verdict.unsettled).toBe(0)
      expect(verdict.failed).toBe(0)
      expect(verdict.sent).toBeGreaterThan(0)
      expect(verdict.received).toBe(verdict.sent * verdict.clients.length)
      expect(verdict.clients).toEqual(CAST.filter(({ page }) => !page).map(({ name }) => name))
    },
    180_000,
  )
})
