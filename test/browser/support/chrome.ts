import { chromium, type Browser, type Page } from 'playwright-core'
import { chromeFlags } from '../../tools/find-browser.mjs'

/** The browser that the project's set-up has found. */
export function launch(options: Parameters<typeof chromium.launch>[0] = {}): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium'
  return chromium.launch({ ...options, executablePath, args: [...chromeFlags, ...(options.args ?? [])] })
}

/** What a page said that it should not have said; a connection that fails is no mistake of the page's. */
export function complaints(page: Page): string[] {
  const said: string[] = []
  page.on('pageerror', (error) => said.push(String(error)))
  page.on('console', (message) => {
    const expected =
      /WebSocket connection to|Failed to load resource: .*(net::ERR_|410|426|50[234])|ERR_CONNECTION|ERR_INTERNET_DISCONNECTED/.test(
        message.text(),
      )
    if (['error', 'warning'].includes(message.type()) && !expected) said.push(message.text())
  })
  return said
}
