// What `tabSession` promises, kept by real tabs: reloaded, duplicated, put away and brought back, crashed, closed.
import { beforeEach, describe, expect, it } from 'vitest'
import { FaultProxy } from '../support/proxy.js'
import { urlOf } from './support/backend.js'
import { accepted, counted, enter, heard, rungs, say, type Settings, status } from './support/chat.js'
import { asForPeople, RawPage } from './support/raw-page.js'
import { stand } from './support/stand.js'

const on = stand(asForPeople)
let wire: FaultProxy
let ann: RawPage
let bob: RawPage
let bobsWire: FaultProxy
let room = ''
let rooms = 0

/** The page takes up what its tab has, and counts on behind what it has said so far. */
async function resume(page: RawPage, said: number, settings: Settings = {}, name = 'ann') {
  await enter(page, urlOf(wire), name, room, { session: 'ann', ...settings })
  await page.evaluate((said) => {
    const open = chat.client.messages.filter(({ state }) => state !== 'accepted')
    Object.assign(chat, { said, accepted: said - open.length })
    for (const { accepted } of open)
      accepted.then(
        () => chat.accepted++,
        (error: Error) => chat.failed.push(error.message),
      )
  }, said)
}

const idOf = (page: RawPage) => page.evaluate(() => chat.client.id)
/** Waits until nothing is left of what was sent: each has arrived, and that is known. */
const delivered = (page: RawPage) => page.waitForFunction(() => chat.client.messages.length === 0)

async function meet(settings: Settings) {
  room = `room ${++rooms}`
  ;[wire, bobsWire] = await Promise.all([
    FaultProxy.open(() => on.backend.port),
    FaultProxy.open(() => on.backend.port),
  ])
  const open = () => RawPage.open(on.browser, `${on.site.url}/umd.min`)
  ;[ann, bob] = await Promise.all([open(), open()])
  await enter(bob, urlOf(bobsWire), 'bob', room)
  await resume(ann, 0, settings)
  return async () => {
    await Promise.all([ann.close(), bob.close()])
    await Promise.all([wire.close(), bobsWire.close()])
  }
}

describe.each(rungs)('over %s, a page that is reloaded', (rung) => {
  const settings: Settings = { transports: [rung] }
  beforeEach(() => meet(settings))

  it('in the middle of what it sends, with the network cut, loses nothing and says nothing twice', async () => {
    const id = await idOf(ann)
    await say(ann, 5)
    await accepted(ann)
    const struck = wire.after(1_000, 'up', 'swallow')
    wire.reception = 'hang'
    await say(ann, 40)
    await struck
    await say(ann, 20)
    await ann.reload()
    await resume(ann, 65, { ...settings, waits: false })
    await say(ann, 10)
    // Once more, before anything could leave.
    await ann.reload()
    await resume(ann, 75, { ...settings, waits: false })
    expect(await idOf(ann)).toBe(id)
    await say(ann, 5)

    wire.reception = 'pass'
    await ann.evaluate(() => chat.client.reconnect())
    expect(await accepted(ann)).toEqual([])
    await delivered(ann)
    expect(await heard(bob, 80)).toEqual(counted('ann', 80))
  })

  it('gets the receipts that it missed, and reads on where it was', async () => {
    await say(bob, 3)
    await heard(ann, 3)
    bobsWire.suffer('swallow')
    bobsWire.reception = 'hang'
    await say(ann, 5)
    await accepted(ann)
    const waiting = () => ann.evaluate(() => chat.client.messages.map(({ state }) => state))
    expect(await waiting()).toEqual(Array(5).fill('accepted'))
    wire.suffer('swallow')
    wire.reception = 'hang'
    await ann.reload()
    await resume(ann, 5, { ...settings, waits: false })
    expect(await waiting()).toEqual(Array(5).fill('accepted'))

    bobsWire.reception = 'pass'
    await bob.evaluate(() => chat.client.reconnect())
    expect(await heard(bob, 5)).toEqual(counted('ann', 5))
    await say(bob, 2)
    await accepted(bob)
    wire.reception = 'pass'
    await ann.evaluate(() => chat.client.reconnect())
    await delivered(ann)
    expect(await heard(ann, 2)).toEqual(['bob 4', 'bob 5'])
  })
})

describe('a tab', () => {
  beforeEach(() => meet({}))

  /** What each name has said, as Bob has heard it: in order, and each once. */
  const byName = async (count: number) => {
    const all = await heard(bob, count)
    expect(all).toHaveLength(count)
    return (name: string) => all.filter((text) => text.startsWith(`${name} `))
  }

  it('that is duplicated while it is looked at has its name for itself, and so has the copy', async () => {
    await say(ann, 3)
    const twin = await ann.duplicate(on.browser)
    await resume(twin, 0, {}, 'twin')
    expect(await idOf(twin)).not.toBe(await idOf(ann))
    await Promise.all([say(ann, 20), say(twin, 20)])
    // The copy of the copy, which was seen all the time.
    const third = await twin.duplicate(on.browser)
    await resume(third, 0, {}, 'third')
    await Promise.all([say(ann, 20), say(twin, 20), say(third, 20)])
    await Promise.all([ann, twin, third].map(accepted))
    const of = await byName(103)
    expect(of('ann')).toEqual(counted('ann', 43))
    expect(of('twin')).toEqual(counted('twin', 40))
    expect(new Set(await Promise.all([ann, twin, third].map(idOf))).size).toBe(3)
    // The first is hidden by now; put away, brought back and reloaded it is still itself.
    const id = await idOf(ann)
    await ann.reload()
    await resume(ann, 43)
    expect(await idOf(ann)).toBe(id)
    await Promise.all([twin.close(), third.close()])
  })

  it('that is duplicated while it is hidden gives its name to the copy, with all that was not accepted, and is closed', async () => {
    await say(ann, 3)
    await accepted(ann)
    const id = await idOf(ann)
    await ann.show('minimized')
    wire.suffer('swallow')
    wire.reception = 'hang'
    await say(ann, 5)
    const twin = await ann.duplicate(on.browser)
    wire.reception = 'pass'
    await resume(twin, 8)
    expect(await idOf(twin)).toBe(id)
    await say(twin, 2)
    expect(await accepted(twin)).toEqual([])
    await delivered(twin)
    await ann.evaluate(() => chat.client.reconnect())
    await status(ann, 'closed')
    expect(await heard(bob, 10)).toEqual(counted('ann', 10))
    await twin.close()
  })

  it('that goes to another page with a client, and back out of the cache, goes on behind what that page has left', async () => {
    const id = await idOf(ann)
    await say(ann, 3)
    await ann.goto(`${on.site.url}/umd.min?2`)
    await resume(ann, 3)
    expect(await idOf(ann)).toBe(id)
    await say(ann, 3)
    await accepted(ann)
    wire.reception = 'hang'
    wire.suffer('swallow')
    await say(ann, 3)
    await ann.back()
    // The document that was there at first, with all that it had.
    expect(await ann.evaluate(() => chat.said)).toBe(3)
    await ann.evaluate(() => void (chat.said = 9))
    await say(ann, 3)
    wire.reception = 'pass'
    await status(ann, 'online')
    await delivered(ann)
    expect(await idOf(ann)).toBe(id)
    expect(await heard(bob, 12)).toEqual(counted('ann', 12))
  })

  it('that crashes while it is hidden goes on with what it had said', async () => {
    const id = await idOf(ann)
    await say(ann, 3)
    await ann.show('minimized')
    wire.suffer('swallow')
    wire.reception = 'hang'
    await say(ann, 30)
    await ann.crash()
    wire.reception = 'pass'
    await resume(ann, 33)
    expect(await idOf(ann)).toBe(id)
    await say(ann, 2)
    expect(await accepted(ann)).toEqual([])
    expect(await heard(bob, 35)).toEqual(counted('ann', 35))
  })

  it('that crashes in sight has another name, and what was accepted is there once', async () => {
    const id = await idOf(ann)
    await say(ann, 3)
    await accepted(ann)
    await ann.crash()
    await resume(ann, 3)
    expect(await idOf(ann)).not.toBe(id)
    await say(ann, 2)
    await accepted(ann)
    expect(await heard(bob, 5)).toEqual(counted('ann', 5))
  })

  it('that is closed leaves its name to nobody', async () => {
    const id = await idOf(ann)
    await say(ann, 3)
    await accepted(ann)
    await ann.close()
    ann = await RawPage.open(on.browser, `${on.site.url}/umd.min`)
    await resume(ann, 3)
    expect(await idOf(ann)).not.toBe(id)
    await say(ann, 2)
    await accepted(ann)
    expect(await heard(bob, 5)).toEqual(counted('ann', 5))
  })
})
