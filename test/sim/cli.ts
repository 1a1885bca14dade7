import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { insert } from '../chaos/report.js'
import { contradictions } from './reach/impossible.js'
import { document, figures, unlisted } from './reach/report.js'
import { type Job, run } from './crew.js'
import { inWords, report } from './report.js'
import { PINNED } from './seeds.js'
import { simulate } from './simulate.js'
import { byInvariant, type Total } from './total.js'
import { serve } from './worker.js'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    /** Worlds without people. */
    alone: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    /** Workers. */
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** Stop at the first world that breaks. */
    first: { type: 'boolean', default: false },
    /** Say what broke, without the trace, and stop at the first; the pinned seeds come first. */
    brief: { type: 'boolean', default: false },
    /** Say what was reached and what was not. */
    coverage: { type: 'boolean', default: false },
    /** Write the figures into docs/SIMULATION.md. */
    docs: { type: 'boolean', default: false },
  },
})
const DOCUMENT = 'docs/SIMULATION.md'

async function one(seed: number): Promise<boolean> {
  const outcome = await simulate(seed, values.trace ? Infinity : 60, values.alone)
  if (values.trace) console.log(outcome.trace())
  console.log(report(outcome, values.trace ? 0 : 60))
  console.log(`hash ${outcome.hash}`)
  return outcome.broken === undefined
}

async function many(from: number, count: number): Promise<boolean> {
  const started = performance.now()
  const pinned: readonly Job[] = values.brief ? PINNED : []
  const list = [...pinned, ...Array.from({ length: count }, (_, at) => ({ seed: from + at, alone: values.alone }))]
  const total = await run(list, {
    program: new URL(import.meta.url),
    jobs: Number(values.jobs),
    first: values.first || values.brief,
    progress: every(10_000, (so) => console.error(inWords.progress(so, list.length, performance.now() - started))),
  })
  await tellOf(total)
  const wrong = [...contradictions(total.reached), ...unlisted(total.reached).map((cell) => `${cell} is in no table`)]
  for (const line of wrong) console.log(line)
  const { user, system } = process.cpuUsage()
  console.log(inWords.total(total, from, { wall: performance.now() - started, cpu: (user + system) / 1_000 }))
  if (values.coverage) console.log(figures(total))
  if (values.docs) writeFileSync(DOCUMENT, document(readFileSync(DOCUMENT, 'utf8'), insert, total, from, new Date()))
  return !total.broken.length && !wrong.length
}

/** The first seed of each invariant in full, run again for it; of the others, which they are. */
async function tellOf(total: Total): Promise<void> {
  for (const [invariant, breaches] of byInvariant(total)) {
    const [{ seed, alone } = { seed: 0, alone: false }] = breaches
    const again = await simulate(seed, 60, alone)
    console.log(
      again.broken ? report(again, values.brief ? 0 : 40) : `seed ${seed} broke ${invariant}, and now does not`,
    )
    console.log(`${invariant}: ${breaches.length} seeds: ${breaches.map((one) => inWords.breach(one)).join(' ')}`)
  }
}

function every(ms: number, tell: (total: Total) => void): (total: Total) => void {
  let at = performance.now() + ms
  return (total) => {
    if (performance.now() < at) return
    at = performance.now() + ms
    tell(total)
  }
}

if (!isMainThread) serve()
else {
  const isWell =
    values.seed === undefined ? await many(Number(values.from), Number(values.seeds)) : await one(Number(values.seed))
  process.exitCode = isWell ? 0 : 1
}
