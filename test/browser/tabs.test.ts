// Browsers have six connections for one server over HTTP/1.1, all tabs together.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Balancer } from '../support/balancer.js'
import { Backend, urlOf } from './support/backend.js'
import { accepted, counted, enter, heard, say } from './support/chat.js'
import { launch } from './support/chrome.js'
import { serveSite } from './support/site.js'

const backend = new Backend()
let browser: Browser
let site: Awaited<ReturnType<typeof serveSite>>
let box: Balancer

beforeAll(async () => {
  ;[browser, site] = await Promise.all([launch(), serveSite(), backend.start()])
  box = await Balancer.open(() => [backend.port])
  box.upgrades = 'refuse'
})
afterAll(async () => {
  await browser.close()
  await box.close()
  await backend.kill()
  site.close()
})

it('eight tabs over HTTP/1.1 without WebSocket are all online, and hear each other', async () => {
  const context = await browser.newContext()
  const pages = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
  const t0 = Date.now()
  const log = (...a: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(1), ...a)
  const poke = setInterval(() => {
    void Promise.all(
      pages.map((p) =>
        p
          .evaluate(
            () =>
              `${globalThis.chat?.client.status} ${chat.transports.join('>')} heard ${chat.heard.length} acc ${chat.accepted}`,
          )
          .catch((e) => String(e).slice(0, 60)),
      ),
    ).then((r) => log('\n' + r.join('\n')))
  }, 5000)
  await Promise.all(pages.map((page) => page.goto(`${site.url}/umd.min`)))
  log('loaded')
  await Promise.all(pages.map((page, n) => enter(page, urlOf(box), `tab${n}`, 'tabs', { waits: false })))
  await Promise.all(
    pages.map((page, n) =>
      page
        .waitForFunction(() => chat.client.status === 'online', undefined, { timeout: 80_000 })
        .then(() => log(n, 'online')),
    ),
  )
  log('all online')
  await Promise.all(pages.map((page) => say(page, 5)))
  await Promise.all(
    pages.map((page, n) =>
      page
        .waitForFunction(() => chat.heard.length >= 35 && chat.accepted === 5, undefined, { timeout: 240_000 })
        .then(() => log(n, 'heard all')),
    ),
  )
  log('all heard')
  for (let round = 1; round < 4; round++) {
    await new Promise((r) => setTimeout(r, 40_000))
    await Promise.all(pages.map((page) => say(page, 5)))
    const t = Date.now()
    await Promise.all(
      pages.map((page, n) =>
        page
          .waitForFunction(
            (round) => chat.heard.length >= 35 * (round + 1) && chat.accepted === 5 * (round + 1),
            round,
            { timeout: 240_000 },
          )
          .then(() => log(n, 'round', round, 'after', Date.now() - t)),
      ),
    )
  }
  clearInterval(poke)
  for (const page of pages)
    log(
      await page.evaluate(() =>
        chat.client
          .explain()
          .map((e) => `${e.time % 1000000} ${e.what}`)
          .join('\n'),
      ),
    )
  await context.close()
}, 300_000)
