import { describe, expect, it } from 'vitest'
import { Crossing, firstAck, none, reach, story, tally, well } from './crossing.js'
import { scenarios } from './scenarios.js'
import { leaving, oneServer, twoServers } from './site.js'

/** Each way; a third of them for each state of the box. */
const MANY = 2_000
const third = Math.ceil(MANY / 3)

/** The usual 20 s until a silent link is noticed, and between tries, would make this test long. */
const quick = { heartbeat: { interval: 1_000, timeout: 2_000 }, reconnect: { base: 50, cap: 500 } }

describe('the count of what came', () => {
  it('sees what is missing, what came twice and what came too late', () => {
    expect(tally([0, 1, 2], 3)).toEqual(none)
    expect(tally([0, 1], 3)).toEqual({ ...none, lost: 1 })
    expect(tally([0, 1, 1, 2], 3)).toEqual({ lost: 0, duplicated: 1, reordered: 0 })
    expect(tally([0, 2, 1, 3], 4)).toEqual({ lost: 0, duplicated: 0, reordered: 1 })
  })
})

describe('a box that changes its mind twice in the midst of 2,000 messages each way', () => {
  const named = scenarios.map((scenario) => [`${scenario.by}: ${scenario.name}`, scenario] as const)
  it.concurrent.for(named)('%s', async ([name, { rung, servers, start }], context) => {
    const later = leaving(context)
    const site = await (servers === 2 ? twoServers() : oneServer())
    later(site.stop)
    const box = await start(site.ports)
    later(box.stop)
    const first = await firstAck(box.port)
    const crossing = new Crossing(box.port, site.ports[0] ?? 0, quick)
    later(() => crossing.close())
    const { ada } = crossing
    const rungs: string[] = []
    ada.on('transport', ({ transport }) => rungs.push(transport))
    await Promise.all([reach(ada, rung), crossing.say(third)])
    await box.be('kind')
    await Promise.all([reach(ada, 'websocket'), crossing.say(third)])
    await box.be('hostile')
    await Promise.all([reach(ada, rung), crossing.say(MANY - 2 * third)])
    expect(await crossing.judge(), story(ada)).toEqual(well)
    console.log(`${name}: first ack ${first.ms.toFixed(0)} ms over ${String(first.rung)}; ${rungs.join(' > ')}`)
  })
})
