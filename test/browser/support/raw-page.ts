import type { Browser, CDPSession } from 'playwright-core'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tab } from './chat.js'

interface Answer {
  id?: number
  result?: Record<string, unknown>
  error?: { message: string }
}

/** A browser that hides, freezes and keeps pages as it does for people; drivers turn all of that off. */
export const asForPeople = {
  ignoreDefaultArgs: [
    ...['--disable-back-forward-cache', '--disable-background-timer-throttling'],
    ...['--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'],
  ],
}

/** A page that Playwright does not hold: the pages it holds are always visible. */
export class RawPage implements Tab {
  readonly #browser: CDPSession
  readonly #target: string
  readonly #session: string
  readonly #open = new Map<number, (answer: Answer) => void>()
  #count = 0

  private constructor(browser: CDPSession, target: string, session: string) {
    this.#browser = browser
    this.#target = target
    this.#session = session
    browser.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      const answer = JSON.parse(message) as Answer
      if (sessionId === session && answer.id !== undefined) this.#open.get(answer.id)?.(answer)
    })
  }

  static async open(browser: Browser, url: string): Promise<RawPage> {
    const session = await browser.newBrowserCDPSession()
    const { targetId } = await session.send('Target.createTarget', { url: 'about:blank', newWindow: true })
    const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false })
    const page = new RawPage(session, targetId, sessionId)
    await page.goto(url)
    return page
  }

  async evaluate<R, A>(work: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    const expression = `(${String(work)})(${JSON.stringify(arg) ?? ''})`
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    })
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value: R }).value
  }

  async waitForFunction<A>(test: (arg: A) => unknown, arg?: A, { timeout = 20_000 } = {}): Promise<void> {
    const end = performance.now() + timeout
    // While a page is being exchanged for another there is nobody to ask.
    while (!(await this.evaluate(test as (arg: A) => unknown, arg).catch(() => false))) {
      if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${String(test)}`)
      await sleep(20)
    }
  }

  async show(windowState: 'minimized' | 'normal'): Promise<void> {
    const { windowId } = await this.#browser.send('Browser.getWindowForTarget', { targetId: this.#target })
    await this.#browser.send('Browser.setWindowBounds', { windowId, bounds: { windowState } })
    const wanted = windowState === 'normal' ? 'visible' : 'hidden'
    await this.waitForFunction((wanted) => document.visibilityState === wanted, wanted)
  }

  /** A page must be hidden to be frozen. */
  async freeze(frozen: boolean): Promise<void> {
    await this.#send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' })
  }

  /** As the browser's own tools do it: no new connections, and the old ones stall. */
  async offline(offline: boolean): Promise<void> {
    await this.#send('Network.enable')
    await this.#send('Network.emulateNetworkConditions', {
      ...{ offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
    })
  }

  async goto(url: string): Promise<void> {
    await this.#send('Page.navigate', { url })
    await this.waitForFunction((url) => location.href === url && document.readyState === 'complete', url)
  }

  async back(): Promise<void> {
    const { entries, currentIndex } = await this.#send('Page.getNavigationHistory')
    const { id, url } = (entries as { id: number; url: string }[])[(currentIndex as number) - 1] ?? { id: 0, url: '' }
    await this.#send('Page.navigateToHistoryEntry', { entryId: id })
    await this.waitForFunction((url) => location.href === url, url)
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.closeTarget', { targetId: this.#target })
    await this.#browser.detach()
  }

  async #send(method: string, params = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count
    const answer = new Promise<Answer>((resolve) => this.#open.set(id, resolve))
    const message = JSON.stringify({ id, method, params })
    await this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#session, message })
    const { result = {}, error } = await answer
    this.#open.delete(id)
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
}
