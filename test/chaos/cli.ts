// `npm run chaos`: see docs/CHAOS.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import { broken } from './checker.js'
import { History } from './history.js'
import { Studio } from './page.js'
import { picture } from './picture.js'
import { type Outcome, play } from './play.js'
import { holdfast, type Product } from './product.js'
import { details, insert, summary } from './report.js'
import type { Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'

const USAGE = 'npm run chaos -- [--seed N] [--only NAME] [--out DIR] [--jobs N] [--docs]'

interface Task {
  product: Product
  scenario: Scenario
}

/** Everything in turn, so many at a time; told one by one. */
async function playAll(tasks: readonly Task[], seed: number, jobs: number, told: (outcome: Outcome) => void) {
  const outcomes: Outcome[] = []
  const waiting = [...tasks.entries()]
  const worker = async (): Promise<void> => {
    for (let next; (next = waiting.shift());) {
      const [at, { product, scenario }] = next
      const outcome = await play(product, scenario, seed)
      outcomes[at] = outcome
      told(outcome)
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  return outcomes
}

function tell({ scenario, product, verdict, seed }: Outcome): void {
  const rules = broken(verdict)
  console.log(`${rules.length ? 'BROKEN' : 'ok    '} ${product}, ${scenario.name}: ${verdict.sent} messages`)
  for (const rule of rules)
    console.log(`  ${rule}: ${verdict[rule].length}, as ${verdict[rule].slice(0, 3).join('; ')}`)
  if (rules.length) console.log(`  again: npm run chaos -- --seed ${seed} --only ${scenario.name}`)
}

const machine = (seed: number): string =>
  `Seed ${seed}, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores.`

/** The document, and the pictures beside it. */
async function publish(outcomes: readonly Outcome[], seed: number): Promise<void> {
  const file = 'docs/CHAOS.md'
  mkdirSync('docs/chaos', { recursive: true })
  for (const { scenario, facts } of outcomes)
    writeFileSync(`docs/chaos/${scenario.name}.svg`, picture(facts, scenario.about))
  const runs = outcomes.map((outcome) => details(outcome, 'chaos')).join('\n\n')
  const document = insert(readFileSync(file, 'utf8'), 'run', `${machine(seed)}\n\n${summary(outcomes)}`)
  writeFileSync(file, await format(insert(document, 'runs', runs), { parser: 'markdown', printWidth: 120 }))
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: 'tmp/chaos' },
      jobs: { type: 'string', default: '2' },
      docs: { type: 'boolean', default: false },
    },
  })
  const { only: wanted, out, docs, seed: text, jobs } = values
  const seed = Number(text)
  const chosen = scenarios.filter(({ name }) => name.includes(wanted))
  if (!chosen.length || !Number.isInteger(seed)) throw new Error(USAGE)
  mkdirSync(out, { recursive: true })
  const studio = await Studio.open()
  const product = holdfast(studio)
  const tasks = chosen.map((scenario) => ({ product, scenario }))
  const outcomes = await playAll(tasks, seed, Number(jobs), (outcome) => {
    tell(outcome)
    const { scenario, facts } = outcome
    writeFileSync(join(out, `${scenario.name}.jsonl`), new History(facts).lines)
    writeFileSync(join(out, `${scenario.name}.svg`), picture(facts, scenario.about))
  })
  await studio.close()
  const table = `${machine(seed)}\n\n${summary(outcomes)}\n`
  writeFileSync(join(out, 'summary.md'), table)
  console.log(`\n${table}\nHistories and pictures: ${out}`)
  if (docs) await publish(outcomes, seed)
  process.exitCode = outcomes.some(({ verdict }) => broken(verdict).length) ? 1 : 0
}

await main()
