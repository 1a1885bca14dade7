// `npm run chaos`: see docs/CHAOS.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import { broken } from './checker.js'
import { History } from './history.js'
import { Studio } from './page.js'
import { picture } from './picture.js'
import { type Outcome, play } from './play.js'
import { holdfast, type Product } from './product.js'
import { contenders, contest } from './peers.js'
import { comparison, details, insert, summary } from './report.js'
import type { Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'

const USAGE = 'npm run chaos -- [--seed N] [--only NAME] [--out DIR] [--jobs N] [--docs] [--peers]'

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
  `Seed ${seed}, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores, load ${Math.round(loadavg()[1] ?? 0)}.`

const DOCUMENT = 'docs/CHAOS.md'

/** Each text in its place in the document. */
async function write(texts: Record<string, string>): Promise<void> {
  let document = readFileSync(DOCUMENT, 'utf8')
  for (const [name, text] of Object.entries(texts)) document = insert(document, name, text)
  writeFileSync(DOCUMENT, await format(document, { parser: 'markdown', printWidth: 120 }))
}

/** Holdfast alone, in all scenarios; broken rules are an error. */
async function ordeal({ wanted, seed, jobs, out, docs }: Wishes): Promise<void> {
  const chosen = scenarios.filter(({ name }) => name.includes(wanted))
  if (!chosen.length) throw new Error(USAGE)
  const studio = await Studio.open()
  const product = holdfast(studio)
  const outcomes = await playAll(
    chosen.map((scenario) => ({ product, scenario })),
    seed,
    jobs,
    (outcome) => {
      tell(outcome)
      const { scenario, facts } = outcome
      writeFileSync(join(out, `${scenario.name}.jsonl`), new History(facts).lines)
      writeFileSync(join(out, `${scenario.name}.svg`), picture(facts, scenario.about))
    },
  )
  await studio.close()
  const table = `${machine(seed)}\n\n${summary(outcomes)}`
  writeFileSync(join(out, 'summary.md'), `${table}\n`)
  console.log(`\n${table}\n\nHistories and pictures: ${out}`)
  if (docs) {
    mkdirSync('docs/chaos', { recursive: true })
    for (const { scenario, facts } of outcomes)
      writeFileSync(`docs/chaos/${scenario.name}.svg`, picture(facts, scenario.about))
    await write({ run: table, runs: outcomes.map((outcome) => details(outcome, 'chaos')).join('\n\n') })
  }
  process.exitCode = outcomes.some(({ verdict }) => broken(verdict).length) ? 1 : 0
}

/** All libraries, each under the same faults; what breaks there is no error, but for Holdfast. */
async function contend({ wanted, seed, jobs, out, docs }: Wishes): Promise<void> {
  const products = await contenders()
  const chosen = contest.filter(({ name }) => name.includes(wanted))
  const tasks = chosen.flatMap((scenario) => products.map((product) => ({ product, scenario })))
  const outcomes = await playAll(tasks, seed, jobs, (outcome) => {
    tell(outcome)
    const file = `${outcome.product}, ${outcome.scenario.name}`.replace(/[^\w.]+/g, '-')
    writeFileSync(join(out, `${file}.jsonl`), new History(outcome.facts).lines)
    writeFileSync(join(out, `${file}.svg`), picture(outcome.facts, outcome.scenario.about))
  })
  const table = `${machine(seed)}\n\n${comparison(outcomes)}`
  writeFileSync(join(out, 'peers.md'), `${table}\n`)
  console.log(`\n${table}`)
  if (docs) await write({ peers: table })
  const own = outcomes.filter(({ product }) => product === products[0]?.name)
  process.exitCode = own.some(({ verdict }) => broken(verdict).length) ? 1 : 0
}

interface Wishes {
  wanted: string
  seed: number
  jobs: number
  out: string
  docs: boolean
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: 'tmp/chaos' },
      jobs: { type: 'string', default: '2' },
      docs: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
    },
  })
  const { only: wanted, out, docs } = values
  const wishes = { wanted, out, docs, seed: Number(values.seed), jobs: Number(values.jobs) }
  if (!Number.isInteger(wishes.seed) || !(wishes.jobs > 0)) throw new Error(USAGE)
  mkdirSync(out, { recursive: true })
  await (values.peers ? contend(wishes) : ordeal(wishes))
}

await main()
