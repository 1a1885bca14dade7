import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { complaints } from './chrome.js'
import { expectPromise, press, status } from './demo-page.js'

export interface Screen {
  name: 'desktop' | 'phone'
  viewport: { width: number; height: number }
  isMobile: boolean
}

export const desktop: Screen = { name: 'desktop', viewport: { width: 1280, height: 860 }, isMobile: false }
export const phone: Screen = { name: 'phone', viewport: { width: 390, height: 844 }, isMobile: true }

/**
 * Ada, Ben and Cleo, online, and unless `quiet` talking; at the end all of it has arrived, and the page has nothing to
 * complain of.
 */
export async function visitDemo(
  { browser, url }: { browser: Browser; url: string },
  { viewport, isMobile }: Screen,
  act: (page: Page) => Promise<void>,
  { quiet = false } = {},
): Promise<void> {
  const context = await browser.newContext({ viewport, isMobile, hasTouch: isMobile })
  try {
    const page = await context.newPage()
    const complained = complaints(page)
    await page.goto(url)
    await Promise.all((['ada', 'ben', 'cleo'] as const).map((who) => status(page, who, 'Online')))
    if (!quiet) await press(page, 'talk')
    await act(page)
    if (!quiet) await press(page, 'talk')
    await expectPromise(page)
    expect(complained).toEqual([])
    const { width, wanted } = await page.evaluate(() => ({
      width: document.documentElement.clientWidth,
      wanted: document.documentElement.scrollWidth,
    }))
    expect(wanted).toBe(width)
  } finally {
    await context.close()
  }
}
