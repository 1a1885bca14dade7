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
    const page = await RawPage.#hold(session, targetId)
    await page.goto(url)
    return page
  }

  static async #hold(browser: CDPSession, target: string): Promise<RawPage> {
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId: target, flatten: false })
    return new RawPage(browser, target, sessionId)
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
    // While a page is being exchanged for another there is nobody to ask, or nobody who answers.
    const asked = () => this.evaluate(test as (arg: A) => unknown, arg).catch(() => false)
    while (!(await Promise.race([asked(), sleep(1_000)]))) {
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

  async reload(): Promise<void> {
    const before = await this.evaluate(() => performance.timeOrigin)
    await this.#send('Page.reload')
    await this.#isNew(before)
  }

  /** The page ends without a word, and its tab shows it anew. */
  async crash(): Promise<void> {
    const before = await this.evaluate(() => performance.timeOrigin)
    // What has crashed answers with an error, or not at all.
    await Promise.race([this.#send('Page.crash').catch(() => undefined), sleep(1_000)])
    void this.#send('Page.reload').catch(() => undefined)
    await this.#isNew(before)
  }

  /** The tab that is duplicated: another one with the same page, and a copy of this one's `sessionStorage`. */
  async duplicate(browser: Browser): Promise<RawPage> {
    const url = await this.evaluate(() => {
      const url = `${location.href}?${Math.random()}`
      window.open(url)
      return url
    })
    const session = await browser.newBrowserCDPSession()
    for (;;) {
      const { targetInfos } = await session.send('Target.getTargets')
      const target = targetInfos.find((one) => one.url === url)
      if (target) {
        const page = await RawPage.#hold(session, target.targetId)
        await page.waitForFunction(() => document.readyState === 'complete')
        return page
      }
      await sleep(20)
    }
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.closeTarget', { targetId: this.#target })
    await this.#browser.detach()
  }

  #isNew(before: number): Promise<void> {
    return this.waitForFunction(
      (before) => performance.timeOrigin !== before && document.readyState === 'complete',
      before,
    )
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
