// What it costs to have very much to say and nobody to say it to.
import { createClient, createEnv, type Env, type Transport } from '../../src/index.js'
import { count, heap, median, ms, Report } from './report.js'

const MESSAGES = 100_000
const BODY = 100

/** Dials, and is never answered. */
const nowhere: Transport = {
  name: 'nowhere',
  open: () => ({ send: () => undefined, close: () => undefined, buffered: 0 }),
}

function countTimers(): Partial<Env> & { alive: number } {
  const { timer } = createEnv()
  const counted = {
    alive: 0,
    timer(callback: () => void, after: number) {
      counted.alive++
      const done = () => counted.alive--
      const cancel = timer(() => {
        done()
        callback()
      }, after)
      return () => {
        done()
        cancel()
      }
    },
  }
  return counted
}

/** Bodies as the app has them, each a string of its own that packs to `BODY` bytes: flat, so that packing leaves it alone. */
const bodies = (): string[] =>
  Array.from({ length: MESSAGES }, (_, at) => Buffer.from(String(at).padStart(BODY - 2, '.')).toString('latin1'))

async function fill(): Promise<{ took: number; closed: number; bytes: number; timers: number }> {
  const env = countTimers()
  const client = createClient({ url: 'ws://127.0.0.1/', transports: [nowhere], env, page: false })
  const room = client.channel<string>('room')
  await Promise.resolve()
  const said = bodies()
  const before = heap()
  const start = performance.now()
  for (const body of said) room.send(body)
  const took = performance.now() - start
  const used = heap() - before
  const { queued, bytes } = client.stats()
  if (queued !== MESSAGES) throw new Error(`${queued} are queued`)
  const timers = env.alive
  const closing = performance.now()
  client.close()
  const closed = performance.now() - closing
  // Until here the app's own copies are in use, or they would be missing from what is measured.
  if (said.length !== MESSAGES) throw new Error('it is not the queue that was measured')
  return { took, closed, bytes: (used - bytes) / MESSAGES, timers }
}

const runs = []
for (let run = 0; run < 5; run++) runs.push(await fill())
const report = new Report()
report.row(`queue ${count(MESSAGES)} messages`, ms(median(runs.map(({ took }) => took))), 'well under 1,000 ms')
report.row('heap for each, beyond its body', count(median(runs.map(({ bytes }) => bytes)), 'bytes'), '≤ 250 bytes')
report.row('timers alive with all of them pending', count(Math.max(...runs.map(({ timers }) => timers))), '1')
report.row('close, and fail each of them', ms(median(runs.map(({ closed }) => closed))))
