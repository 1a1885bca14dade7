// `npm run chaos`: see docs/CHAOS.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { broken } from './checker.js'
import { Studio } from './page.js'
import { play, type Outcome } from './play.js'
import { holdfast } from './product.js'
import { scenarios } from './scenarios.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    out: { type: 'string', default: 'tmp/chaos' },
    jobs: { type: 'string', default: '4' },
  },
})
const seed = Number(values.seed)
const wanted = scenarios.filter(({ name }) => values.only === undefined || name.includes(values.only))
mkdirSync(values.out, { recursive: true })
const studio = await Studio.open()
const product = holdfast(studio)
const waiting = [...wanted]
const outcomes: Outcome[] = []
const worker = async (): Promise<void> => {
  for (let next; (next = waiting.shift());) {
    const outcome = await play(product, next, seed)
    outcomes.push(outcome)
    writeFileSync(join(values.out, `${next.name}.jsonl`), outcome.facts.map((f) => JSON.stringify(f) + '\n').join(''))
    const rules = broken(outcome.verdict)
    console.log(next.name, outcome.verdict.sent, outcome.verdict.received, rules.join() || 'ok')
    for (const rule of rules) console.log(rule, outcome.verdict[rule].slice(0, 5))
    for (const f of outcome.verdict.faults)
      console.log('  ', f.name, f.clients.map((c) => `${c.client} ${c.noticed} ${c.recovered}`).join(' | '))
    if (rules.length) process.exitCode = 1
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
await studio.close()
