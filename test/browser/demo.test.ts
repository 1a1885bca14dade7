import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch } from './support/chrome.js'
import { startDemo } from './support/demo.js'
import { blocked, hurt, press, rung, score, screenshot, told } from './support/demo-page.js'
import { desktop, phone, type Screen, visitDemo } from './support/demo-visit.js'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** Each to a demo of its own: what others have said would have to be read first. */
async function visit(screen: Screen, act: (page: Page) => Promise<void>): Promise<void> {
  const demo = await startDemo()
  try {
    await visitDemo({ browser, url: demo.url }, screen, act)
  } finally {
    await demo.stop()
  }
}

it.each([desktop, phone])('loses nothing on a $name, whatever button is pressed', (screen) =>
  visit(screen, async (page) => {
    await page.getByTestId('ada-input').fill('Can you hear me?')
    await press(page, 'ada-send')
    await page.getByTestId('ben-messages').getByText('Can you hear me?').last().waitFor({ state: 'attached' })
    await hurt(page, screen.name)
    await screenshot(page, screen.name)
    await expect.poll(async () => (await score(page)).received, { timeout: 20_000 }).toBeGreaterThan(1_000)
  }),
)

it.each([desktop, phone])('steps down the ladder and climbs back on a $name', (screen) =>
  visit(screen, async (page) => {
    await rung(page, 'ada', 'websocket')

    await press(page, 'ada-websocket-refuse')
    await rung(page, 'ada', 'sse')
    await told(page, /WebSocket refused, Ada: stepped down to SSE/)
    expect(await blocked(page, 'ada')).toEqual(['websocket'])

    await press(page, 'ada-streams-keep')
    await rung(page, 'ada', 'long-poll')
    await screenshot(page, `${screen.name}-long-poll`)
    await press(page, 'ada-flood')
    await told(page, /Flood, Ada: all accepted/)

    await press(page, 'ada-requests-cut-soon')
    await rung(page, 'ada', 'short-poll')
    expect(await blocked(page, 'ada')).toEqual(['websocket', 'sse', 'long-poll'])
    expect(await blocked(page, 'ben')).toEqual([])
    await screenshot(page, `${screen.name}-short-poll`)

    await press(page, 'ada-requests-cut-soon')
    await rung(page, 'ada', 'long-poll')
    await press(page, 'ada-streams-keep')
    await rung(page, 'ada', 'sse')
    await press(page, 'ada-websocket-refuse')
    await rung(page, 'ada', 'websocket')
    await told(page, /WebSocket refused, Ada, lifted: climbed to WebSocket/)
    expect(await blocked(page, 'ada')).toEqual([])
    for (const way of ['down', 'up']) {
      const steps = page.getByTestId('ada-log').locator(`[data-step=${way}]`)
      await steps.nth(2).waitFor({ state: 'attached' })
    }
  }),
)

it('meets a WebSocket that hangs and requests that are cut', () =>
  visit(desktop, async (page) => {
    await press(page, 'ada-websocket-hang')
    await rung(page, 'ada', 'sse')
    await press(page, 'ada-requests-cut')
    await rung(page, 'ada', 'long-poll')
    await press(page, 'ada-requests-cut')
    await rung(page, 'ada', 'sse')
    await press(page, 'ada-websocket-hang')
    await rung(page, 'ada', 'websocket')
  }))

it.each([
  { on: 'sse', blocks: ['websocket-refuse'] },
  { on: 'long-poll', blocks: ['websocket-refuse', 'streams-keep'] },
  { on: 'short-poll', blocks: ['websocket-hang', 'streams-keep', 'requests-cut-soon'] },
])('loses nothing on $on, whatever button is pressed', ({ on, blocks }) =>
  visit(desktop, async (page) => {
    for (const block of blocks) await press(page, `ada-${block}`)
    await rung(page, 'ada', on)
    await hurt(page, on)
  }),
)
