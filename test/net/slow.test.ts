// What is large takes its time on a slow line, and is no reason to give a link up: in either direction, over each transport.
import { afterEach, expect, it } from 'vitest'
import { clientOf, Ear, leaveAll, proxyTo, Site, when } from '../support/servers.js'
import { rungs } from '../support/rungs.js'

afterEach(leaveAll)

/** Bytes a second: what a probe waits for, 2 s, carries two thirds of a body. */
const RATE = 20_000
const LARGE = 'x'.repeat(60_000)

it.each(rungs)(
  'over $name',
  async ({ over }) => {
    const site = await Site.open()
    const proxy = await proxyTo(() => site.port)
    // With the defaults of an app.
    const options = { heartbeat: {}, reconnect: {} }
    const slow = clientOf(proxy.port, { transports: [over()], ...options })
    const other = clientOf(site.port, options)
    const ears = [new Ear(slow), new Ear(other)] as const
    await Promise.all([when(slow, 'online'), when(other, 'online')])
    // The round trip is known, and short.
    for (let n = 0; n < 4; n++) await slow.channel('room').send(n).accepted
    proxy.rate = RATE
    const talk = setInterval(() => other.channel('room').send('meanwhile'), 250)
    await slow.channel('room').send(LARGE).accepted
    clearInterval(talk)
    // And down, while something that was said waits for its answer behind it.
    other.channel('room').send(LARGE)
    await slow.channel('room').send('well?').accepted
    await ears[0].count(ears[1].heard.length)
    expect(ears[0].heard.filter(({ body }) => body === LARGE)).toHaveLength(2)
    expect(slow.stats()).toMatchObject({ reconnects: 0, duplicates: 0 })
  },
  60_000,
)
