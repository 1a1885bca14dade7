import { describe, expect, it } from 'vitest'
import { Crossing, firstAck, none, reach } from './crossing.js'
import { scenarios } from './scenarios.js'
import { oneServer, twoServers } from './site.js'

/** Each way; a third of them for each state of the box. */
const MANY = 2_000
const third = Math.ceil(MANY / 3)

/** The usual 20 s until a silent link is noticed would make this test long. */
const heartbeat = { interval: 1_000, timeout: 2_000 }

describe('a box that changes its mind twice in the midst of 2,000 messages each way', () => {
  it.concurrent.each(scenarios)('$by: $name', async ({ name, by, rung, servers, start }) => {
    const site = await (servers === 2 ? twoServers() : oneServer())
    const box = await start(site.ports)
    const first = await firstAck(box.port)
    const crossing = new Crossing(box.port, site.ports[0] ?? 0, { heartbeat })
    try {
      const { ada } = crossing
      const rungs: string[] = []
      ada.on('transport', ({ transport }) => rungs.push(transport))
      await Promise.all([reach(ada, rung), crossing.say(third)])
      await box.be('kind')
      await Promise.all([reach(ada, 'websocket'), crossing.say(third)])
      await box.be('hostile')
      await Promise.all([reach(ada, rung), crossing.say(MANY - 2 * third)])
      expect(await crossing.judge()).toEqual({ up: none, down: none, gaps: 0 })
      console.log(`${by}: ${name}: first ack ${first.ms.toFixed(0)} ms over ${String(first.rung)}; ${rungs.join(' > ')}`)
    } finally {
      crossing.close()
      await box.stop()
      await site.stop()
    }
  })
})
