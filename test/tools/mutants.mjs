// `npm run mutants [text]`: breaks the code on purpose, one change at a time, and expects the simulator to notice.
// test/mutants.json lists them: { name, edits: [{ file, find, replace }] }, where `find` occurs exactly once in the file.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleSim } from './sim-bundle.mjs'

const SEEDS = 1_000
/** A mutant may loop for ever: then it is noticed, too. */
const TIMEOUT = 600_000

const wanted = process.argv[2] ?? ''
const list = JSON.parse(readFileSync('test/mutants.json', 'utf8')).filter(({ name }) => name.includes(wanted))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'))

/** The line that says which invariant broke; nothing when all seeds passed. */
async function verdict(outfile) {
  const args = [outfile, '--seeds', String(SEEDS), '--brief', '--jobs', '1']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: TIMEOUT })
  let text = ''
  child.stdout.on('data', (data) => (text += data))
  const status = await new Promise((done) => child.on('close', done))
  if (status === 0) return undefined
  return /seed \d+ breaks .*/.exec(text)?.[0] ?? 'ran into the timeout, or crashed'
}

async function outcome({ edits }, outfile) {
  try {
    await bundleSim(outfile, edits)
  } catch (error) {
    return { is: 'STALE', why: error.message }
  }
  const why = await verdict(outfile)
  return why ? { is: 'caught', why } : { is: 'SURVIVED', why: `${SEEDS} seeds` }
}

await bundleSim(join(folder, 'sim.mjs'))
const red = await verdict(join(folder, 'sim.mjs'))
if (red) console.log(`RED WITHOUT A MUTANT: ${red}`)

let bad = red ? 1 : 0
const waiting = red ? [] : [...list]
const worker = async (number) => {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const { is, why } = await outcome(mutant, join(folder, `mutant-${number}.mjs`))
    if (is !== 'caught') bad += 1
    console.log(`${is.padEnd(9)} ${mutant.name.padEnd(52)} ${why.slice(0, 160)}`)
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, (_, number) => worker(number)))
rmSync(folder, { recursive: true, force: true })
console.log(`${list.length} mutants, ${bad} not caught`)
process.exitCode = bad === 0 ? 0 : 1
