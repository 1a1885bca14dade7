import { afterEach, expect, it } from 'vitest'
import { accepted, counted, heard, noticed, now, reconnected, say, status } from './support/chat.js'
import { Stage } from './support/stage.js'
import { stand } from './support/stand.js'

const on = stand()
const stage = new Stage(on)
afterEach(() => stage.clear())

it('says that it is offline, and sends what was written meanwhile once it is not', async () => {
  const [ann, bob] = await stage.meet()
  await say(ann.page)
  await accepted(ann.page)

  await ann.context.setOffline(true)
  await status(ann.page, 'offline')
  await Promise.all([say(ann.page, 5), say(bob.page, 5)])
  const waiting = await ann.page.evaluate(() => chat.client.stats().queued)
  await ann.context.setOffline(false)
  await status(ann.page, 'online')

  expect(waiting).toBe(5)
  expect(await heard(bob.page, 6)).toEqual(counted('ann', 6))
  expect(await heard(ann.page, 5)).toEqual(counted('bob', 5))
  expect(await accepted(ann.page)).toEqual([])
})

it('takes up where it was when the server is killed and another starts', async () => {
  const [ann, bob] = await stage.meet()
  await Promise.all([say(ann.page, 50), say(bob.page, 50)])

  await on.backend.kill()
  await Promise.all([status(ann.page, 'reconnecting'), status(bob.page, 'reconnecting')])
  await Promise.all([say(ann.page, 10), say(bob.page, 10)])
  await on.backend.start()

  expect(await heard(bob.page, 60)).toEqual(counted('ann', 60))
  expect(await heard(ann.page, 60)).toEqual(counted('bob', 60))
  expect([await accepted(ann.page), await accepted(bob.page)]).toEqual([[], []])
})

it('notices by its heartbeat that an idle link is half-open', async () => {
  const [ann] = await stage.meet({ heartbeat: { interval: 1_000, timeout: 1_000 } })
  const since = await now(ann.page)

  ann.wire.suffer('swallow')

  // Interval and timeout from the last word heard, and what a busy machine needs.
  expect(await noticed(ann.page, since)).toBeLessThan(3_500)
  await status(ann.page, 'online')
})

it('notices a half-open link within 3 s of a message without an answer, and does not wait for its close event', async () => {
  const [ann, bob] = await stage.meet()
  await say(ann.page)
  await accepted(ann.page)

  ann.wire.suffer('swallow')
  const since = await now(ann.page)
  await say(ann.page)

  expect(await noticed(ann.page, since)).toBeLessThan(3_000)
  expect(await heard(bob.page, 2)).toEqual(counted('ann', 2))
  const [dead, alive] = await ann.page.evaluate(() => sockets.map(({ readyState, ended }) => ({ readyState, ended })))
  expect(dead).toEqual({ readyState: 2, ended: false })
  expect(alive).toEqual({ readyState: 1, ended: false })
})

it('loses, repeats and reorders none of 300 messages each way, whatever happens to the links', async () => {
  const [ann, bob] = await stage.meet({ heartbeat: { interval: 500, timeout: 1_000 }, reconnect: { cap: 500 } })
  const both = () => Promise.all([say(ann.page, 50), say(bob.page, 50)])

  await both()
  ann.wire.suffer('rst')
  await both()
  bob.wire.suffer('swallow')
  await both()
  await Promise.all([reconnected(ann.page, 1), reconnected(bob.page, 1)])
  ann.wire.reception = 'refuse'
  ann.wire.suffer('rst')
  await both()
  await status(ann.page, 'reconnecting')
  ann.wire.reception = 'pass'
  await reconnected(ann.page, 2)
  await on.backend.kill()
  await both()
  await on.backend.start()
  await Promise.all([reconnected(ann.page, 3), reconnected(bob.page, 2)])
  await ann.context.setOffline(true)
  await both()
  await status(ann.page, 'offline')
  await ann.context.setOffline(false)

  expect(await heard(bob.page, 300)).toEqual(counted('ann', 300))
  expect(await heard(ann.page, 300)).toEqual(counted('bob', 300))
  expect([await accepted(ann.page), await accepted(bob.page)]).toEqual([[], []])
})
