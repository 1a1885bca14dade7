import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { launch } from './support/chrome.js'
import { startDemo } from './support/demo.js'
import {
  labelOf,
  lit,
  marked,
  present,
  press,
  rung,
  say,
  score,
  screenshot,
  seen,
  status,
  told,
} from './support/demo-page.js'
import { desktop, phone, type Screen, visitDemo } from './support/demo-visit.js'

let browser: Browser
let demo: Awaited<ReturnType<typeof startDemo>>

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

// One for each: who was there before is still missed by the others for a while.
beforeEach(async () => {
  demo = await startDemo()
})
afterEach(() => demo.stop())

/** A visit in which nobody talks by themselves. */
const visit = (screen: Screen, act: (page: Page) => Promise<void>) =>
  visitDemo({ browser, url: demo.url }, screen, act, { quiet: true })

/** A phone shows one person at a time. */
const show = async (page: Page, { isMobile }: Screen, who: string) => {
  if (isMobile) await press(page, `show-${who}`)
}

const waiting = (page: Page, words: string) =>
  page
    .getByTestId('cleo-waiting')
    .filter({ hasText: new RegExp(`^${words}$`) })
    .waitFor({ state: 'attached' })

it.each([desktop, phone])('keeps for Cleo what comes while she is away, on a $name', (screen) =>
  visit(screen, async (page) => {
    const named = (text: string) => `${text} (${screen.name})`
    await say(page, 'ada', named('All here?'))
    await marked(page, 'ada', 'All here?', 'delivered')
    expect(await labelOf(page, 'ada', 'All here?')).toBe('delivered to all 2')

    await show(page, screen, 'cleo')
    await press(page, 'cleo-phone')
    await status(page, 'cleo', 'Away')
    await waiting(page, '0')
    await present(page, 'ada', 'Cleo', 'offline')

    await show(page, screen, 'ada')
    await say(page, 'ada', named('Without Cleo'))
    await marked(page, 'ada', 'Without Cleo', 'partly')
    expect(await labelOf(page, 'ada', 'Without Cleo')).toBe('delivered to 1 of 2')
    for (const n of [1, 2, 3]) await say(page, 'ada', named(`For Cleo ${n}`), 'cleo')
    for (const n of [1, 2, 3]) await marked(page, 'ada', `For Cleo ${n}`, 'stored')
    expect(await labelOf(page, 'ada', 'For Cleo 1')).toBe('stored on the server for Cleo')
    await waiting(page, '4')
    await screenshot(page, `${screen.name}-stored`)
    expect(await seen(page, 'cleo', named('For Cleo'))).toEqual([])
    expect(await seen(page, 'ben', 'For Cleo')).toEqual([])
    expect(await score(page)).toMatchObject({ sent: 5, accepted: 5, received: 1 })

    await show(page, screen, 'cleo')
    await press(page, 'cleo-phone')
    await status(page, 'cleo', 'Online')
    for (const n of [1, 2, 3]) await marked(page, 'ada', `For Cleo ${n}`, 'delivered')
    await marked(page, 'ada', 'Without Cleo', 'delivered')
    await present(page, 'ada', 'Cleo', 'online')
    await page.getByTestId('cleo-messages').getByText('4 messages waited for Cleo').waitFor()
    expect(await seen(page, 'cleo', `(${screen.name})`)).toHaveLength(5)
    const alone = (await seen(page, 'cleo', `(${screen.name})`)).filter((text) => text.startsWith('For Cleo'))
    expect(alone).toEqual([1, 2, 3].map((n) => named(`For Cleo ${n}`)))
    await screenshot(page, `${screen.name}-back`)
  }),
)

it('loses nothing when the server dies while Cleo is away, and she is put away again and again', () =>
  visit(desktop, async (page) => {
    await press(page, 'talk')
    await press(page, 'cleo-phone')
    await press(page, 'ben-flood')
    await told(page, /Flood, Ben: all accepted/)
    await say(page, 'ada', 'Before the kill', 'cleo')
    await press(page, 'kill')
    await say(page, 'ada', 'During the kill', 'cleo')
    for (let round = 0; round < 3; round++) {
      await press(page, 'cleo-phone')
      await status(page, 'cleo', 'Online')
      await say(page, 'ben', `Round ${round}`, 'cleo')
      await press(page, 'cleo-phone')
    }
    await press(page, 'cleo-phone')
    for (const text of ['Before the kill', 'During the kill']) await marked(page, 'ada', text, 'delivered')
    await press(page, 'talk')
    expect((await score(page)).sent).toBeGreaterThan(1_000)
  }))

it('tells who is there, and does not flicker when somebody is quickly back', () =>
  visit(desktop, async (page) => {
    await present(page, 'ada', 'Ben', 'online')
    await page.evaluate(() => {
      const list = document.querySelector('[data-testid=ada-company]')
      const told: string[] = []
      Object.assign(globalThis, { told })
      const look = () => told.push(String(list?.textContent))
      new MutationObserver(look).observe(list as Element, { subtree: true, childList: true, characterData: true })
    })
    await press(page, 'ben-refuse')
    await status(page, 'ben', 'Reconnecting')
    await press(page, 'ben-refuse')
    await told(page, /refused, Ben: .* well again/)
    expect((await page.evaluate(() => (globalThis as unknown as { told: string[] }).told)).join()).not.toMatch(
      /Ben last/,
    )

    await lit(page, 'ben-refuse', false)
    // Of a lower transport nobody sees the end: who polls is missed 40 s later.
    await rung(page, 'ben', 'websocket')
    await press(page, 'ben-refuse')
    await lit(page, 'ben-refuse', true)
    await present(page, 'ada', 'Ben', 'offline')
    await press(page, 'ben-refuse')
    await present(page, 'ada', 'Ben', 'online')
  }))
