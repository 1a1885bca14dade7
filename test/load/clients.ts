// A part of the clients, in a process of their own: all connect; then each sends once a second, at a time of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import { kindOf } from './kinds/all.js'
import type { Line } from './kinds/kind.js'
import type { Part, Seen } from './words.js'

const part = JSON.parse(process.env['PART'] ?? '') as Part
const AT_ONCE = 50
/** How long the last answers are waited for, ms. */
const PATIENCE = 20_000

async function connect(): Promise<Line[]> {
  const { kind, port, from, many } = part
  const { dial } = kindOf(kind)
  const lines: Line[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < many) {
      const at = next++
      lines[at] = await dial(port, from + at)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return lines
}

async function run(lines: Line[]): Promise<Seen> {
  const before = process.cpuUsage()
  const seen: Seen = { sent: 0, drops: 0, cpu: 0, accepted: [], delivered: [] }
  const answers: Promise<unknown>[] = []
  const send = (line: Line): void => {
    seen.sent++
    const { accepted, delivered } = line.send()
    answers.push(accepted.then((ms) => seen.accepted.push(ms)))
    answers.push(delivered.then((ms) => seen.delivered.push(ms)))
  }
  const start = performance.now()
  // Slices of 10 ms: each line has its place in the second. One that is late catches up.
  for (let slice = 0, done = 0; slice < part.seconds * 100; slice++) {
    const due = Math.floor(((slice + 1) * lines.length) / 100)
    for (; done < due; done++) send(lines[done % lines.length] as Line)
    await sleep(Math.max(0, start + (slice + 1) * 10 - performance.now()))
  }
  await Promise.race([Promise.allSettled(answers), sleep(PATIENCE)])
  const { user, system } = process.cpuUsage(before)
  seen.cpu = (user + system) / 1_000
  seen.drops = lines.reduce((sum, { drops }) => sum + drops, 0)
  return seen
}

async function main(): Promise<void> {
  const lines = await connect()
  const go = new Promise((done) => process.once('message', done))
  process.send?.('connected')
  await go
  const seen = await run(lines)
  process.send?.(seen, () => process.exit(0))
}

process.on('disconnect', () => process.exit(1))
void main()
