import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { launch } from './support/chrome.js'
import { probes } from './support/probes.js'
import { serveSite } from './support/site.js'

let browser: Browser
let page: Page
let site: Awaited<ReturnType<typeof serveSite>>
let echo: WebSocketServer
let url: string

beforeAll(async () => {
  ;[browser, site] = await Promise.all([launch(), serveSite()])
  page = await browser.newPage()
  await page.goto(`${site.url}/umd.min`)
  echo = new WebSocketServer({ port: 0, handleProtocols: (offered) => [...offered].at(-1) ?? false })
  echo.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      if (String(data) === 'close 4001') socket.close(4001, 'as asked')
      else socket.send(data, { binary: isBinary })
    })
  })
  url = `ws://127.0.0.1:${(echo.address() as AddressInfo).port}/some/path?with=query`
})
afterAll(async () => {
  await browser.close()
  site.close()
  for (const socket of echo.clients) socket.terminate()
  echo.close()
})

/** What the class does in the page, as data. */
const observe = (kind: 'WebSocket' | 'ResilientWebSocket', probe: string) =>
  page.evaluate(
    async ({ kind, probe, url }) => {
      const run = new Function(`return (${probe})`)() as (Socket: unknown, url: string) => Promise<unknown>
      const Resilient = class extends Holdfast.ResilientWebSocket {
        constructor(url: string, protocols?: string | string[]) {
          super(url, protocols, { shouldReconnectOnClose: () => false })
        }
      }
      return run(kind === 'WebSocket' ? WebSocket : Resilient, url)
    },
    { kind, probe, url },
  )

it.each(Object.entries(probes))('does as the native WebSocket does: %s', async (_, probe) => {
  const native = await observe('WebSocket', String(probe))
  const resilient = await observe('ResilientWebSocket', String(probe))
  expect(native).toBeDefined()
  expect(resilient).toEqual(native)
})
