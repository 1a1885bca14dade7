// After `close()` a page is as it was before: nothing runs, nothing listens, nothing is held.
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { urlOf } from './support/backend.js'
import { accepted, enter, rungs, say, type Settings, status } from './support/chat.js'
import { stand } from './support/stand.js'
import { FaultProxy } from '../support/proxy.js'

/** What the page has begun and not ended. */
interface Running {
  timers: Set<number>
  sockets: Set<WebSocket>
  requests: Set<object>
  channels: Set<BroadcastChannel>
}

declare global {
  var running: Running
}

/** Runs in the page before all else: each of these that begins is counted until it ends. */
function count(): void {
  const running: Running = { timers: new Set(), sockets: new Set(), requests: new Set(), channels: new Set() }
  globalThis.running = running
  const { setTimeout: arm, clearTimeout: disarm, fetch: ask } = globalThis
  const timer = (act: () => void, ms?: number): number => {
    const id = arm(() => {
      running.timers.delete(id)
      act()
    }, ms) as unknown as number
    running.timers.add(id)
    return id
  }
  globalThis.setTimeout = timer as never
  globalThis.clearTimeout = (id) => {
    running.timers.delete(id as number)
    disarm(id)
  }
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given)
      running.sockets.add(this)
      this.addEventListener('close', () => running.sockets.delete(this))
    }
  }
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name: string) {
      super(name)
      running.channels.add(this)
    }
    override close(): void {
      running.channels.delete(this)
      super.close()
    }
  }
  // A request is over when its body is, which only its reader knows; one that was aborted is over.
  globalThis.fetch = async (url, init) => {
    const one = {}
    running.requests.add(one)
    init?.signal?.addEventListener('abort', () => running.requests.delete(one))
    try {
      const response = await ask(url, init)
      void response
        .clone()
        .text()
        .then(
          () => running.requests.delete(one),
          () => running.requests.delete(one),
        )
      return response
    } catch (error) {
      running.requests.delete(one)
      throw error
    }
  }
}

const on = stand()
let wire: FaultProxy

beforeAll(async () => {
  wire = await FaultProxy.open(() => on.backend.port)
})
afterAll(() => wire.close())

/** Listeners by what they are on, as the browser itself knows them. */
async function listeners(cdp: CDPSession): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const expression of ['window', 'document', 'navigator.connection', 'navigator.serviceWorker']) {
    const { result } = await cdp.send('Runtime.evaluate', { expression })
    const { listeners } = await cdp.send('DOMDebugger.getEventListeners', { objectId: result.objectId ?? '' })
    found[expression] = listeners.map(({ type }) => type).sort()
  }
  return found
}

const held = (page: Page) =>
  page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query()
    const { timers, sockets, requests, channels } = running
    return {
      timers: timers.size,
      sockets: sockets.size,
      requests: requests.size,
      channels: channels.size,
      locks: held.length + pending.length,
    }
  })

const nothing = { timers: 0, sockets: 0, requests: 0, channels: 0, locks: 0 }
/** Sockets say goodbye, and the last request is answered. */
const atRest = (page: Page) =>
  page.waitForFunction(() => running.sockets.size + running.requests.size === 0).then(() => held(page))

async function open(settings: Settings) {
  const context = await on.browser.newContext()
  await context.addInitScript(count)
  const page = await context.newPage()
  await page.goto(`${on.site.url}/umd.min`)
  const cdp = await context.newCDPSession(page)
  // What drives the page has listeners of its own, from the first wait on.
  await page.waitForFunction(() => true)
  const before = await listeners(cdp)
  expect(await held(page)).toEqual(nothing)
  await enter(page, urlOf(wire), 'ann', 'room', { session: 'ann', ...settings })
  await page.evaluate(() => void chat.client.presence('room'))
  return { page, cdp, before, leave: () => context.close() }
}

it.each(rungs)('a client over %s that is online', async (rung) => {
  const { page, cdp, before, leave } = await open({ transports: [rung] })
  await say(page, 20)
  await accepted(page)
  // Something listens, and runs, so that it is known to be seen here.
  expect((await listeners(cdp))['window']?.length).toBeGreaterThan(before['window']?.length ?? 0)
  expect((await held(page)).timers).toBeGreaterThan(0)
  await page.evaluate(() => {
    chat.room.send('on its way')
    void chat.room.history().catch(() => undefined)
    chat.client.close()
  })
  expect(await atRest(page)).toEqual(nothing)
  expect(await listeners(cdp)).toEqual(before)
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  await leave()
})

it.each(['refuse', 'hang'] as const)(
  'a client that has lost its link, where those who dial meet: %s',
  async (reception) => {
    const { page, cdp, before, leave } = await open({})
    wire.reception = reception
    wire.suffer('rst')
    await status(page, 'reconnecting')
    // It waits for the next try, or for an answer.
    await page.waitForFunction(() => running.timers.size > 0)
    if (reception === 'hang') await page.waitForFunction(() => running.sockets.size && running.requests.size)
    await page.evaluate(() => {
      chat.client.close()
    })
    expect(await held(page)).toMatchObject({ timers: 0, requests: 0, channels: 0, locks: 0 })
    expect(await listeners(cdp)).toEqual(before)
    wire.reception = 'pass'
    expect(await atRest(page)).toEqual(nothing)
    await leave()
  },
)
