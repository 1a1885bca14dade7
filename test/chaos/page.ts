// The participant in Chromium: a page that Playwright does not hold, so that it can be hidden and frozen.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { launch } from '../browser/support/chrome.js'
import { asForPeople, RawPage } from '../browser/support/raw-page.js'
import type { Participant, Seat } from './participant.js'

/** From one fetching of a page's notes to the next, ms. */
const FETCH = 300

/** A browser, and a site that serves the one page. */
export class Studio {
  readonly #browser: Browser
  readonly #site: Server

  private constructor(browser: Browser, site: Server) {
    this.#browser = browser
    this.#site = site
  }

  static async open(): Promise<Studio> {
    const { outputFiles } = await build({
      ...{ entryPoints: ['test/chaos/agent.ts'], bundle: true, write: false, format: 'iife', target: 'es2022' },
      tsconfig: 'src/tsconfig.json',
    })
    const script = outputFiles.map(({ text }) => text).join('')
    const site = createServer((_, response) => {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><link rel="icon" href="data:,"><script>${script}</script>`)
    })
    site.listen(0, '127.0.0.1')
    await once(site, 'listening')
    return new Studio(await launch(asForPeople), site)
  }

  async join({ member: { name }, url, history }: Seat): Promise<Participant> {
    const page = await RawPage.open(this.#browser, `http://127.0.0.1:${(this.#site.address() as AddressInfo).port}/`)
    await page.evaluate(({ url, name }) => chaosAgent.join(url, name), { url: url(), name })
    let told = url()
    let asleep = false
    /** What was said last: the next word waits for it. */
    let said: Promise<unknown> = Promise.resolve()
    const report = async (): Promise<void> => {
      await said
      if (url() !== told) await page.evaluate((url) => void (chaosAgent.url = url), (told = url()))
      for (const { at, ...event } of await page.evaluate(() => chaosAgent.notes())) history.note(event, at)
    }
    const timer = setInterval(() => void report().catch(() => undefined), FETCH)
    return {
      // A page that does not run says nothing.
      send(n, bytes) {
        if (asleep) return
        const word = { n, bytes }
        said = said.then(() => page.evaluate(({ n, bytes }) => chaosAgent.send(n, bytes), word)).catch(() => undefined)
      },
      report,
      async freeze(frozen) {
        asleep = frozen
        if (frozen) await page.show('minimized')
        await page.freeze(frozen)
        if (!frozen) await page.show('normal')
      },
      offline: (is) => page.offline(is),
      async close() {
        clearInterval(timer)
        await page.close()
      },
    }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.#site.close()
    this.#site.closeAllConnections()
  }
}
