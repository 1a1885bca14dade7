// How long it takes: to the first acknowledgement, until a dead link is noticed, until it is replaced.
// With the default options, but where a comment says otherwise.
import { FaultProxy } from '../support/proxy.js'
import { MemoryStore } from '../../src/server/index.js'
import { connect, lost, online, serve, type Served } from './net.js'
import { median, ms, Report, seconds } from './report.js'

const report = new Report()
const store = new MemoryStore()
let served: Served = await serve(store)

/** In round trips, and a round trip is what a message and its acknowledgement take once the link is up. */
async function firstAck(): Promise<void> {
  const proxy = await FaultProxy.open(() => served.port)
  proxy.delay = 50
  const ratios: number[] = []
  for (let at = 0; at < 5; at++) {
    const start = performance.now()
    const client = connect(proxy.port)
    const room = client.channel('room')
    await room.send('first').accepted
    const first = performance.now() - start
    const trips: number[] = []
    for (let trip = 0; trip < 5; trip++) {
      const sent = performance.now()
      await room.send('next').accepted
      trips.push(performance.now() - sent)
    }
    ratios.push(first / median(trips))
    client.close()
  }
  // The kernel answers the TCP handshake before the proxy can hold it back: on a real network it is one trip more.
  report.row('first message acknowledged', `1 (TCP) + ${median(ratios).toFixed(2)} round trips`, '≤ 3.1 round trips')
  await proxy.close()
}

/** From the moment that the link falls silent. */
async function halfOpen(what: string, target: string, then: 'wait' | 'send' | 'wake', times: number): Promise<void> {
  const runs = Array.from({ length: times }, async () => {
    const proxy = await FaultProxy.open(() => served.port)
    const page = new EventTarget()
    const client = connect(proxy.port, {
      page: Object.assign(page, { document: { visibilityState: 'visible' } }) as never,
    })
    const room = client.channel('room')
    await room.send('before').accepted
    const start = performance.now()
    proxy.suffer('swallow')
    if (then === 'send') room.send('after')
    if (then === 'wake') page.dispatchEvent(new Event('visibilitychange'))
    const noticed = (await lost(client)) - start
    const again = (await online(client)) - start
    client.close()
    await proxy.close()
    return { noticed, again }
  })
  const measured = await Promise.all(runs)
  const noticed = measured.map((run) => run.noticed)
  report.row(`half-open link noticed, ${what}`, seconds(Math.max(...noticed)), target)
  report.row('  and in service again after', ms(median(measured.map((run) => run.again - run.noticed))))
}

/** From the moment that the server listens again, and from that of the loss when it is there all the time. */
async function restart(): Promise<void> {
  const back: number[] = []
  for (let at = 0; at < 5; at++) {
    const client = connect(served.port)
    await online(client)
    await served.die()
    await lost(client)
    served = await serve(store, served.port)
    const up = performance.now()
    back.push((await online(client)) - up)
    client.close()
  }
  const proxy = await FaultProxy.open(() => served.port)
  const cut: number[] = []
  for (let at = 0; at < 5; at++) {
    // Stable from the start, so as not to wait five seconds each time.
    const client = connect(proxy.port, { reconnect: { stableAfter: 0 } })
    await online(client)
    const start = performance.now()
    proxy.suffer('rst')
    await lost(client)
    cut.push((await online(client)) - start)
    client.close()
  }
  await proxy.close()
  report.row('stable link reset, server there: in service again after', ms(median(cut)))
  report.row('server restarted at once: in service again after', ms(median(back)), 'a random delay of ≤ 500 ms')
}

await firstAck()
await restart()
await halfOpen('a message is unacknowledged', '≤ 3 s', 'send', 5)
await halfOpen('the page wakes', 'the 2 s of a probe', 'wake', 5)
await halfOpen('idle', '≤ 20 s', 'wait', 5)
await served.die()
