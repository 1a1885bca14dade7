// One worker of `npm run fuzz`: the cases of each target, one line of JSON each.
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { close } from './http.js'
import { targets } from './targets.js'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** Only targets of this name, or of this part of one. */
    target: { type: 'string', default: '' },
    /** Of a failure: the case itself. */
    path: { type: 'string' },
  },
})

for (const [name, { property, share }] of Object.entries(targets)) {
  if (!name.includes(values.target)) continue
  const numRuns = Math.max(1, Math.round(Number(values.cases) * share))
  const started = performance.now()
  const seed = Number(values.seed)
  const result = await fc.check(property, { numRuns, seed, ...(values.path !== undefined && { path: values.path }) })
  const seconds = (performance.now() - started) / 1_000
  const failure = result.failed
    ? { path: result.counterexamplePath, report: fc.defaultReportMessage(result as never) }
    : undefined
  console.log(JSON.stringify({ name, cases: result.numRuns, seconds, seed, failure }))
  if (result.failed) process.exitCode = 1
}
close()
// Servers, clients and timers of the cases are not waited for.
process.exit()
