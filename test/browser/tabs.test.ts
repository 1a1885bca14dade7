// Browsers have six connections for one server over HTTP/1.1, all tabs together.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Balancer } from '../support/balancer.js'
import { urlOf } from './support/backend.js'
import { counted, enter, say, status } from './support/chat.js'
import { stand } from './support/stand.js'

const on = stand()
let box: Balancer

beforeAll(async () => {
  box = await Balancer.open(() => [on.backend.port])
  box.upgrades = 'refuse'
})
afterAll(() => box.close())

/** Much longer than it takes. */
const PATIENCE = 40_000

it(
  'eight tabs over HTTP/1.1 without WebSocket are all online, and hear each other',
  async () => {
    const context = await on.browser.newContext()
    const names = Array.from({ length: 8 }, (_, n) => `tab ${n}`)
    const tabs = await Promise.all(
      names.map(async (name) => {
        const page = await context.newPage()
        await page.goto(`${on.site.url}/umd.min`)
        await enter(page, urlOf(box), name, 'all', { waits: false })
        return { name, page }
      }),
    )
    await Promise.all(tabs.map(({ page }) => status(page, 'online', PATIENCE)))
    await Promise.all(tabs.map(({ page }) => say(page, 5)))
    const wanted = 5 * (tabs.length - 1)
    for (const { name, page } of tabs) {
      await page.waitForFunction((wanted) => chat.heard.length >= wanted && chat.accepted === 5, wanted, {
        timeout: PATIENCE,
      })
      const heard = await page.evaluate(() => chat.heard)
      expect(heard).toHaveLength(wanted)
      for (const other of names.filter((one) => one !== name))
        expect(heard.filter((text) => text.startsWith(`${other} `))).toEqual(counted(other, 5))
    }
    const over = await Promise.all(tabs.map(({ page }) => page.evaluate(() => chat.transports.at(-1))))
    // The others leave connections for what is to be said.
    expect(over.filter((name) => name !== 'short-poll').length).toBeLessThanOrEqual(4)
    await context.close()
  },
  2 * PATIENCE,
)
