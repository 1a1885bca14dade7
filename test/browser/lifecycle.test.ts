import { beforeEach, describe, expect, it, vi } from 'vitest'
import { urlOf } from './support/backend.js'
import { accepted, counted, enter, heard, rungs, say, status } from './support/chat.js'
import { FaultProxy } from '../support/proxy.js'
import { asForPeople, RawPage } from './support/raw-page.js'
import { stand } from './support/stand.js'

const on = stand(asForPeople)
let wire: FaultProxy
let ann: RawPage
let bob: RawPage
let room = 0

describe.each(rungs)('over %s, a page', (rung) => {
  beforeEach(async () => {
    room++
    const proxy = await FaultProxy.open(() => on.backend.port)
    const open = () => RawPage.open(on.browser, `${on.site.url}/umd.min`)
    ;[ann, bob] = await Promise.all([open(), open()])
    await Promise.all([
      enter(ann, urlOf(proxy), 'ann', `room ${room}`, { transports: [rung] }),
      enter(bob, urlOf(on.backend), 'bob', `room ${room}`),
    ])
    wire = proxy
    return async () => {
      await Promise.all([ann.close(), bob.close()])
      await proxy.close()
    }
  })

  it('hears on time while it is hidden, and asks the link when it is shown again', async () => {
    await ann.show('minimized')
    await Promise.all([say(ann, 3), say(bob, 3)])
    expect(await heard(ann, 3)).toEqual(counted('bob', 3))
    expect(await heard(bob, 3)).toEqual(counted('ann', 3))

    wire.suffer('swallow')
    await ann.show('normal')
    const since = await ann.evaluate(() => performance.now())
    await status(ann, 'reconnecting')

    // Long before its heartbeat would have asked.
    expect(await ann.evaluate((since) => performance.now() - since, since)).toBeLessThan(4_000)
    await status(ann, 'online')
  })

  it('catches up after it was frozen', async () => {
    await say(ann)
    await accepted(ann)
    await ann.show('minimized')
    await ann.freeze(true)
    await say(bob, 20)
    await accepted(bob)

    await ann.freeze(false)
    await ann.show('normal')
    await say(ann)

    expect(await heard(ann, 20)).toEqual(counted('bob', 20))
    expect(await heard(bob, 2)).toEqual(counted('ann', 2))
    await status(ann, 'online')
  })

  it('leaves its link when the page is put away, and is the same page when it comes back', async () => {
    await say(ann, 3)
    await ann.goto(`${on.site.url}/other`)
    // The browser keeps connections for requests to come.
    if (rung === 'websocket') await vi.waitFor(() => expect(wire.size).toBe(0))
    await say(bob, 20)
    await accepted(bob)

    await ann.back()
    await say(ann)

    expect(await heard(ann, 20)).toEqual(counted('bob', 20))
    expect(await heard(bob, 4)).toEqual(counted('ann', 4))
    expect(await accepted(ann)).toEqual([])
  })
})
