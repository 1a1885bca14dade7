// vitest globalSetup of the `browser` project: the tests start what CHROME_PATH names.
import { findBrowser } from './find-browser.mjs'

export async function setup() {
  const browser = await findBrowser({ install: false })
  if (browser) process.env.CHROME_PATH = browser
  else throw new Error('No Chromium found: set CHROME_PATH, or let `npm test` get one')
}
