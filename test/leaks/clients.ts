// The clients' side: two clients in a process of their own. One reconnects and sends, the other is there to hear it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from '../../src/index.js'
import { rungs } from '../support/rungs.js'
import { usage } from './usage.js'
import type { Share, Word, Work } from './words.js'

const { rung, reconnects, messages } = JSON.parse(process.env['WORK'] ?? '') as Work
const [direct, proxied] = JSON.parse(process.env['PORTS'] ?? '') as [number, number]
/** Fewer than the server's log keeps. */
const BATCH = 2_000

function connect(port: number): Client {
  return createClient({
    url: `http://127.0.0.1:${port}/realtime`,
    transports: rungs.filter(({ name }) => name === rung).map(({ over }) => over()),
    memory: false,
    reconnect: { base: 1, cap: 20, stableAfter: 0 },
  })
}

const say = (word: Word): Promise<void> => new Promise((done) => process.send?.(word, () => done()))

/** In service, on another link than the first so many. */
function isOnline(client: Client, links = 0): Promise<void> {
  return new Promise((done) => {
    const look = (): void => {
      if (client.status !== 'online' || client.stats().reconnects < links) return
      off()
      done()
    }
    const off = client.on('status', look)
    look()
  })
}

async function measure(what: 'reconnects' | 'messages', share: Share): Promise<void> {
  // What is under way comes to rest.
  await sleep(1_500)
  const goOn = new Promise((done) => process.once('message', done))
  await say({ say: 'done', what, share, usage: usage() })
  await goOn
}

/** Does a piece of work, which counts for `step`, so often; measures on the way. */
async function repeat(what: 'reconnects' | 'messages', times: number, step: number, work: () => Promise<void>) {
  const shares: readonly Share[] = [10, 50, 100]
  await measure(what, 0)
  for (let done = 0; done < times; done += step) {
    await work()
    for (const share of shares) {
      const at = (times * share) / 100
      if (done < at && done + step >= at) await measure(what, share)
    }
  }
}

async function main(): Promise<void> {
  const [ann, bob] = [connect(proxied), connect(direct)]
  await Promise.all([isOnline(ann), isOnline(bob)])
  const room = ann.channel<string>('room')
  let [rounds, sent, heard] = [0, 0, 0]
  let awaited: () => void = () => undefined
  bob.channel<string>('room').on('message', () => {
    heard++
    awaited()
  })
  await bob.channel('room').history()
  ann.presence('room')

  /** By the app and by the network, in turns. Over HTTP a cut is no end: what was asked is asked again. */
  const reconnect = async (): Promise<void> => {
    const again = isOnline(ann, ann.stats().reconnects + 1)
    const cuts = ++rounds % 2 === 1
    if (cuts) await say({ say: 'cut' })
    if (!cuts || rung !== 'websocket') ann.reconnect()
    await again
    sent++
    await room.send('after a reconnect').accepted
  }
  const send = async (): Promise<void> => {
    let last = room.send('a line of a chat')
    for (let n = 1; n < BATCH; n++) last = room.send('a line of a chat')
    sent += BATCH
    await last.delivered
    while (heard < sent) await new Promise<void>((done) => (awaited = done))
  }

  // What is made once is not counted, and the server's logs are full.
  for (let n = 0; n < 100; n++) await reconnect()
  for (let n = 0; n < 5; n++) await send()
  await repeat('reconnects', reconnects, 1, reconnect)
  await repeat('messages', messages, BATCH, send)
  await say({ say: 'end' })
  ann.close()
  bob.close()
  process.disconnect()
}

void main()
