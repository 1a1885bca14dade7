// What it costs to have very much to say and nobody to say it to.
import { createClient, createEnv, type Env, type OutgoingMessage, type Transport } from '../../src/index.js'
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

/** Bodies as the app has them, each a string of its own that packs to `BODY` bytes. */
const bodies = (): string[] => Array.from({ length: MESSAGES }, (_, at) => String(at).padStart(BODY - 2, '.'))

async function fill(): Promise<{ took: number; bytes: number; timers: number; kept: OutgoingMessage[] }> {
  const env = countTimers()
  const client = createClient({ url: 'ws://127.0.0.1/', transport: nowhere, env, page: false })
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
  client.close()
  return { took, bytes: (used - bytes) / MESSAGES, timers, kept: [] }
}

const runs = []
for (let run = 0; run < 5; run++) runs.push(await fill())
const report = new Report()
report.row(`queue ${count(MESSAGES)} messages`, ms(median(runs.map(({ took }) => took))), 'well under 1,000 ms')
report.row('heap for each, beyond its body', count(median(runs.map(({ bytes }) => bytes)), 'bytes'), '≤ 250 bytes')
report.row('timers alive with all of them pending', count(Math.max(...runs.map(({ timers }) => timers))), '1')
