// Two clients and a server in one process, over real WebSockets on the loopback.
import { connect, online, serve } from './net.js'
import { count, median, Report } from './report.js'

const MESSAGES = 50_000

const { port, die } = await serve()
const [ann, bob] = [connect(port), connect(port)]
await Promise.all([online(ann), online(bob)])

async function run(name: string, body: unknown): Promise<{ accepted: number; heard: number }> {
  const there = bob.channel(name)
  let left = MESSAGES
  let arrived: (at: number) => void = () => undefined
  const heard = new Promise<number>((resolve) => (arrived = resolve))
  there.on('message', () => --left || arrived(performance.now()), { from: 'oldest' })
  await there.history()
  const room = ann.channel(name)
  const start = performance.now()
  let last = room.send(body)
  for (let sent = 1; sent < MESSAGES; sent++) last = room.send(body)
  await last.accepted
  const accepted = performance.now() - start
  return { accepted, heard: (await heard) - start }
}

const report = new Report()
for (const [what, body] of [
  ['JSON of 100 bytes', { name: 'Ada', text: 'The light on the point is on, and the fog has lifted.', n: 12_345 }],
  ['binary of 1 KiB', new Uint8Array(1_024)],
] as const) {
  const runs = []
  for (let at = 0; at < 4; at++) runs.push(await run(`${what} ${at}`, body))
  // The first run warms the compiler.
  const rate = (took: number[]) => count((MESSAGES / median(took.slice(1))) * 1_000, 'messages/s')
  report.row(`accepted, ${what}`, rate(runs.map(({ accepted }) => accepted)))
  report.row(`sent, stored and heard by the other, ${what}`, rate(runs.map(({ heard }) => heard)))
}
ann.close()
bob.close()
await die()
