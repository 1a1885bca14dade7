// A page of one origin, the server at another.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Balancer } from '../support/balancer.js'
import { Backend, urlOf } from './support/backend.js'
import { accepted, enter, rungs, say, type Settings, status } from './support/chat.js'
import { launch } from './support/chrome.js'
import { serveSite } from './support/site.js'

let backend: Backend
let browser: Browser
let site: Awaited<ReturnType<typeof serveSite>>
let stranger: Awaited<ReturnType<typeof serveSite>>
let context: BrowserContext
let box: Balancer

beforeAll(async () => {
  ;[browser, site, stranger] = await Promise.all([launch(), serveSite(), serveSite()])
  backend = new Backend({ origins: [site.url], token: 'right ✓' })
  await backend.start()
})
afterAll(async () => {
  await browser.close()
  await backend.kill()
  site.close()
  stranger.close()
})
beforeEach(async () => {
  ;[context, box] = await Promise.all([browser.newContext(), Balancer.open(() => [backend.port])])
})
afterEach(async () => {
  await context.close()
  await box.close()
})

async function visit(from: string, settings: Settings): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${from}/umd.min`)
  // Cookies know no port: this one is the server's as well.
  await page.evaluate(() => (document.cookie = 'session=7'))
  await enter(page, urlOf(box), 'ann', 'room', settings)
  return page
}

/** All but those for leave to ask, which carry nothing. */
const asked = () => box.asked.filter(({ method }) => method !== 'OPTIONS')

describe.each(rungs)('over %s, a page', (rung) => {
  const isSocket = rung === 'websocket'

  it('on the list comes in with its token, and without its cookies', async () => {
    const page = await visit(site.url, { transports: [rung], token: 'right ✓' })
    await say(page, 3)
    expect(await accepted(page)).toEqual([])
    // To a WebSocket the browser gives them whether or not they are wanted.
    if (!isSocket) for (const { headers } of asked()) expect(headers.cookie).toBeUndefined()
    for (const { url } of asked()) expect(url).not.toContain('token')
    // Leave is asked for once an address, or twice where the browser does so side by side.
    expect(box.asked.length - asked().length).toBeLessThanOrEqual(isSocket ? 0 : 2)
  })

  it('on the list takes its cookies along where it says so', async () => {
    const page = await visit(site.url, { transports: [rung], token: 'right ✓', credentials: 'include' })
    await say(page, 3)
    expect(await accepted(page)).toEqual([])
    for (const { headers } of asked()) expect(headers.cookie).toBe('session=7')
  })

  it('with a wrong token is told so', async () => {
    const page = await visit(site.url, { transports: [rung], token: 'wrong', waits: false })
    await status(page, 'closed')
    expect(await page.evaluate(() => chat.client.explain().at(-1)?.what)).toBe('closed: the server answered 401')
  })

  it('that is not on the list does not come in', async () => {
    const page = await visit(stranger.url, { transports: [rung], token: 'right ✓', waits: false })
    await page.waitForFunction(() => chat.client.explain().some(({ what }) => what.includes('next try')))
    expect(await page.evaluate(() => chat.client.status)).toBe('connecting')
    // The next try may be under way, and not answered yet.
    const answers = box.asked.filter(({ method, status }) => method !== 'GET' && status !== undefined)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]))
  })
})
