import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { complaints, launch } from './support/chrome.js'
import { startDemo } from './support/demo.js'

let browser: Browser
let demo: Awaited<ReturnType<typeof startDemo>>

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launch(), startDemo()])
})
afterAll(async () => {
  await browser.close()
  await demo.stop()
})

const press = (page: Page, button: string) => page.getByTestId(button).click()
const status = (page: Page, who: 'ada' | 'ben', wanted: string) =>
  page.getByTestId(`${who}-status`).filter({ hasText: wanted }).waitFor({ state: 'attached' })
const told = (page: Page, words: RegExp) => page.getByTestId('last-fault').filter({ hasText: words }).waitFor()
const screenshot = (page: Page, name: string) =>
  page.screenshot({ path: join(tmpdir(), 'holdfast-demo', `${name}.png`) })

/** What the scoreboard shows, by name. */
const score = (page: Page) =>
  page
    .locator('[data-score]')
    .evaluateAll((cells) =>
      Object.fromEntries(
        cells.map((cell) => [(cell as HTMLElement).dataset.score, Number(cell.textContent?.replaceAll(',', ''))]),
      ),
    )

/** Presses every button, and waits for what the page says of it. */
async function hurt(page: Page, name: string): Promise<void> {
  await press(page, 'kill')
  await Promise.all([status(page, 'ada', 'Reconnecting'), status(page, 'ben', 'Reconnecting')])
  await page.getByTestId('server-state').filter({ hasText: 'down' }).waitFor()
  await screenshot(page, `${name}-killed`)
  await told(page, /Server killed.* well again/)

  await press(page, 'ada-blackhole')
  await told(page, /Black hole, Ada: noticed after .* well again/)

  await press(page, 'ada-refuse')
  await status(page, 'ada', 'Reconnecting')
  await press(page, 'ada-refuse')
  await told(page, /refused, Ada: .* well again/)

  await press(page, 'ada-offline')
  await status(page, 'ada', 'Offline')
  await screenshot(page, `${name}-offline`)
  await press(page, 'ada-offline')
  await told(page, /Offline, Ada: .* well again/)

  await press(page, 'ada-lose-acks')
  await told(page, /Acks lost, Ada: noticed .* well again/)

  await press(page, 'ada-flood')
  await told(page, /Flood, Ada: all accepted/)
}

it.each([
  { name: 'desktop', viewport: { width: 1280, height: 860 }, isMobile: false },
  { name: 'phone', viewport: { width: 390, height: 844 }, isMobile: true },
])('loses nothing on a $name, whatever button is pressed', async ({ name, viewport, isMobile }) => {
  const context = await browser.newContext({ viewport, isMobile, hasTouch: isMobile })
  const page = await context.newPage()
  const complained = complaints(page)
  await page.goto(demo.url)
  await Promise.all([status(page, 'ada', 'Online'), status(page, 'ben', 'Online')])

  await page.getByTestId('ada-input').fill('Can you hear me?')
  await press(page, 'ada-send')
  await page.getByTestId('ben-messages').getByText('Can you hear me?').last().waitFor({ state: 'attached' })
  await press(page, 'talk')
  await hurt(page, name)
  await press(page, 'talk')

  await page.waitForFunction(() => {
    const [sent, accepted, received] = ['sent', 'accepted', 'received'].map(
      (name) => document.querySelector(`[data-score=${name}]`)?.textContent,
    )
    return sent === accepted && sent === received
  })
  await screenshot(page, name)
  expect(await score(page)).toMatchObject({ lost: 0, duplicated: 0, disordered: 0 })
  expect((await score(page)).received).toBeGreaterThan(1_000)
  expect(complained).toEqual([])
  const { width, wanted } = await page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    wanted: document.documentElement.scrollWidth,
  }))
  expect(wanted).toBe(width)
  await context.close()
})
