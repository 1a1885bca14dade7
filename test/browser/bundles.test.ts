import { describe, expect, it } from 'vitest'
import { urlOf } from './support/backend.js'
import { accepted, counted, enter, heard, rungs, say } from './support/chat.js'
import { complaints } from './support/chrome.js'
import { stand } from './support/stand.js'

const on = stand()

describe.each(['umd', 'umd.min', 'esm'])('the %s build', (build) => {
  it.each(rungs)('passes messages between two tabs over %s', async (rung) => {
    const context = await on.browser.newContext()
    const [ann, bob] = await Promise.all([context.newPage(), context.newPage()])
    const complained = [complaints(ann), complaints(bob)]
    for (const [page, name] of [
      [ann, 'ann'],
      [bob, 'bob'],
    ] as const) {
      await page.goto(`${on.site.url}/${build}`)
      await enter(page, urlOf(on.backend), name, `${build} ${rung}`, { transports: [rung] })
    }

    await Promise.all([say(ann, 20), say(bob, 20)])

    expect(await heard(bob, 20)).toEqual(counted('ann', 20))
    expect(await heard(ann, 20)).toEqual(counted('bob', 20))
    expect([await accepted(ann), await accepted(bob)]).toEqual([[], []])
    expect(await ann.evaluate(() => chat.transports)).toEqual([rung])
    expect(complained).toEqual([[], []])
    await context.close()
  })

  it.each(rungs)('carries bytes, and a Blob in its place, over %s', async (rung) => {
    const page = await on.browser.newPage()
    await page.goto(`${on.site.url}/${build}`)
    await enter(page, urlOf(on.backend), 'ann', `${build} ${rung} bytes`, { transports: [rung] })

    const bodies = await page.evaluate(async () => {
      const room = chat.client.channel(`${chat.room.name}`)
      const seen: unknown[] = []
      room.on('message', ({ body }) => seen.push(body instanceof Uint8Array ? [...body] : body))
      const last = [new Blob([Uint8Array.of(1, 2)]), Uint8Array.of(0, 255), { text: 'ü' }].map((body) =>
        room.send(body),
      )
      await Promise.all(last.map((message) => message.accepted))
      while (seen.length < 3) await new Promise(requestAnimationFrame)
      return seen
    })

    expect(bodies).toEqual([[1, 2], [0, 255], { text: 'ü' }])
    await page.close()
  })
})

describe.each(['umd', 'umd.min'])('the %s script tag', (build) => {
  it('adds one global, Holdfast, with the levels in it', async () => {
    const page = await on.browser.newPage()
    await page.goto(`${on.site.url}/${build}`)

    const added = await page.evaluate(() => {
      const { globals } = document as Document & { globals?: string[] }
      return Object.getOwnPropertyNames(window).filter((name) => !globals?.includes(name))
    })
    const kinds = await page.evaluate(() =>
      [Holdfast.createClient, Holdfast.ResilientWebSocket, Holdfast.NetworkDetector].map((part) => typeof part),
    )

    expect(added).toEqual(['Holdfast'])
    expect(kinds).toEqual(['function', 'function', 'function'])
    await page.close()
  })
})
