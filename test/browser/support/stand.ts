import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { Backend } from './backend.js'
import { launch } from './chrome.js'
import { serveSite } from './site.js'

/** What pages are tried with. */
export interface Stand {
  readonly backend: Backend
  readonly browser: Browser
  readonly site: Awaited<ReturnType<typeof serveSite>>
}

/** One for the tests of a file: it is there from the first of them to the last. */
export function stand(options: Parameters<typeof launch>[0] = {}): Stand {
  const backend = new Backend()
  const one = { backend } as Stand
  beforeAll(async () => {
    const [browser, site] = await Promise.all([launch(options), serveSite(), backend.start()])
    Object.assign(one, { browser, site })
  })
  afterAll(async () => {
    await one.browser.close()
    await backend.kill()
    one.site.close()
  })
  return one
}
