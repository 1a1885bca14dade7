// A network that lets no WebSocket through, and what the page, and the next one, make of it.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Balancer } from '../support/balancer.js'
import { urlOf } from './support/backend.js'
import { accepted, counted, enter, heard, say, type Settings, status } from './support/chat.js'
import { stand } from './support/stand.js'

const on = stand()
let context: BrowserContext
let box: Balancer
let room = 0

beforeEach(async () => {
  room++
  ;[context, box] = await Promise.all([on.browser.newContext(), Balancer.open(() => [on.backend.port])])
})
afterEach(async () => {
  await context.close()
  await box.close()
})

async function visit(name: string, settings: Settings = {}): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${on.site.url}/umd.min`)
  await enter(page, urlOf(box), name, `room ${room}`, settings)
  return page
}

async function talk(ann: Page, bob: Page): Promise<void> {
  await Promise.all([say(ann, 20), say(bob, 20)])
  expect(await heard(bob, 20)).toEqual(counted('ann', 20))
  expect(await heard(ann, 20)).toEqual(counted('bob', 20))
  expect([await accepted(ann), await accepted(bob)]).toEqual([[], []])
}

const over = (page: Page) => page.evaluate(() => chat.transports)

/** The transport that the next page of this origin begins with. */
const remembered = (page: Page) =>
  page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith('holdfast:'))
    return key && (JSON.parse(localStorage.getItem(key) ?? '') as { transport: string }).transport
  })

/** The first opening that was asked for; the farewell of the page before may come first. */
const first = () =>
  box.asked.find(
    ({ method, headers }) => method !== 'OPTIONS' && !headers.authorization?.startsWith('Bearer holdfast.link.'),
  )

it.each(['refuse', 'hang'] as const)(
  'lands on server-sent events where upgrades are met with: %s',
  async (upgrades) => {
    box.upgrades = upgrades
    const [ann, bob] = await Promise.all([visit('ann'), visit('bob')])
    expect(first()?.headers.upgrade).toBe('websocket')
    expect([await over(ann), await over(bob)]).toEqual([['sse'], ['sse']])
    await talk(ann, bob)
  },
)

it('goes back to WebSocket when it gets through again, and nothing is lost on the way', async () => {
  box.upgrades = 'refuse'
  const [ann, bob] = await Promise.all([visit('ann'), visit('bob')])
  await talk(ann, bob)
  box.upgrades = 'pass'
  await Promise.all([say(ann, 20), say(bob, 20)])
  for (const page of [ann, bob]) await page.waitForFunction(() => chat.transports.at(-1) === 'websocket')
  await Promise.all([say(ann, 20), say(bob, 20)])
  expect(await heard(bob, 60)).toEqual(counted('ann', 60))
  expect(await heard(ann, 60)).toEqual(counted('bob', 60))
})

it('what worked is what the next page begins with, until it fails', async () => {
  box.upgrades = 'refuse'
  const ann = await visit('ann')
  expect(await remembered(ann)).toBe('sse')
  await ann.close()

  box.asked.length = 0
  const bob = await visit('bob')
  expect(first()).toMatchObject({ method: 'POST', headers: { accept: 'text/event-stream' } })
  await bob.close()

  box.requests = 'refuse'
  const eve = await visit('eve', { waits: false })
  await eve.waitForFunction(() => !Object.keys(localStorage).some((name) => name.startsWith('holdfast:')))
  box.upgrades = 'pass'
  await status(eve, 'online')
  expect(await over(eve)).toEqual(['websocket'])
  expect(await remembered(eve)).toBe('websocket')
})

it('hears by an EventSource where answers cannot be read in pieces', async () => {
  await context.addInitScript(() => Reflect.deleteProperty(Response.prototype, 'body'))
  const [ann, bob] = await Promise.all([visit('ann', { transports: ['sse'] }), visit('bob', { transports: ['sse'] })])
  await talk(ann, bob)
  expect(box.asked.filter(({ method, url }) => method === 'GET' && url.includes('link='))).toHaveLength(2)
  await on.backend.kill()
  await status(ann, 'reconnecting')
  await on.backend.start()
  await Promise.all([status(ann, 'online'), status(bob, 'online')])
  await Promise.all([say(ann, 20), say(bob, 20)])
  expect(await heard(bob, 40)).toEqual(counted('ann', 40))
  expect(await heard(ann, 40)).toEqual(counted('bob', 40))
})
