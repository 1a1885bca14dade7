// The client in Chromium: what its page holds, as the browser itself counts it.
import type { CDPSession, Page } from 'playwright-core'
import { setTimeout as sleep } from 'node:timers/promises'
import { urlOf } from '../browser/support/backend.js'
import { enter } from '../browser/support/chat.js'
import { launch } from '../browser/support/chrome.js'
import { serveSite } from '../browser/support/site.js'
import { startServer } from './processes.js'
import type { Share, Work } from './words.js'

export interface PageRow {
  what: 'reconnects' | 'messages'
  share: Share
  /** Bytes of the page's heap in use. */
  heap: number
  /** Listeners of whatever object of the page. */
  listeners: number
  nodes: number
  /** Web Locks held or asked for. */
  locks: number
}

type Step = (times: number) => Promise<void>

export async function inChromium(work: Work): Promise<PageRow[]> {
  const [browser, site, server] = await Promise.all([launch(), serveSite(), startServer()])
  try {
    const page = await browser.newPage()
    await page.goto(`${site.url}/umd.min`)
    const reconnect = { base: 1, cap: 20, stableAfter: 0 }
    await enter(page, urlOf(server), 'ann', 'room', { transports: [work.rung], reconnect })
    return await run(page, await page.context().newCDPSession(page), work)
  } finally {
    await browser.close()
    server.stop()
    site.close()
  }
}

async function run(page: Page, cdp: CDPSession, { reconnects, messages }: Work): Promise<PageRow[]> {
  await cdp.send('Performance.enable')
  const rows: PageRow[] = []
  const repeat = async (what: PageRow['what'], times: number, step: Step): Promise<void> => {
    await step(50)
    let done = 0
    for (const share of [0, 10, 50, 100] as const) {
      const due = Math.round((times * share) / 100)
      await step(due - done)
      done = due
      rows.push({ what, share, ...(await look(page, cdp)) })
    }
  }
  await repeat('reconnects', reconnects, (times) => page.evaluate(reconnectInPage, times))
  await repeat('messages', messages, (times) => page.evaluate(sendInPage, times))
  return rows
}

async function look(page: Page, cdp: CDPSession): Promise<Omit<PageRow, 'what' | 'share'>> {
  await sleep(1_500)
  for (let round = 0; round < 3; round++) await cdp.send('HeapProfiler.collectGarbage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  const value = (name: string): number => metrics.find((one) => one.name === name)?.value ?? NaN
  const locks = await page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query()
    return held.length + pending.length
  })
  return { heap: value('JSHeapUsedSize'), listeners: value('JSEventListeners'), nodes: value('Nodes'), locks }
}

/** Runs in the page. */
async function reconnectInPage(times: number): Promise<void> {
  const { client, room } = chat
  for (let n = 0; n < times; n++) {
    const wanted = client.stats().reconnects + 1
    client.reconnect()
    await new Promise<void>((done) => {
      const off = client.on('status', () => {
        if (client.status !== 'online' || client.stats().reconnects < wanted) return
        off()
        done()
      })
    })
    await room.send('after a reconnect').accepted
    // What the page itself writes down is no leak.
    chat.statuses.length = chat.transports.length = 0
  }
}

/** Runs in the page, which hears what it says. */
async function sendInPage(times: number): Promise<void> {
  const { room } = chat
  for (let left = times; left > 0; left -= 200) {
    let last: ReturnType<typeof room.send> | undefined
    for (let n = 0; n < Math.min(left, 200); n++) last = room.send('a line of a chat')
    await last?.accepted
  }
}
