// `npm run nightly [-- --from N] [--seeds N] [--only WORD]`: all that takes hours. Each night sees worlds of its own.
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const DAY = 86_400_000
const { values } = parseArgs({
  options: {
    /** The first seed: by default another one every day, far from those of the day before. */
    from: { type: 'string', default: String(Math.floor(Date.now() / DAY) * 1_000_000) },
    seeds: { type: 'string', default: '100000' },
    cases: { type: 'string', default: '5000000' },
    /** Only the steps with this in their name. */
    only: { type: 'string', default: '' },
  },
})

const steps = [
  ['sim', '--seeds', values.seeds, '--from', values.from],
  ['fuzz', '--cases', values.cases, '--seed', String(Number(values.from) % 2 ** 31)],
  ['mutants'],
  ['leaks'],
  ['chaos', '--seed', values.from],
].filter(([name]) => name.includes(values.only))

/** Runs it in full view; gives whether it was well, and the last line that it said. */
function run([name, ...words]) {
  const child = spawn('npm', ['run', '-s', name, '--', ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (data) => {
    process.stdout.write(data)
    text = (text + data).slice(-10_000)
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ name, isWell: code === 0, last: text.trim().split('\n').at(-1) }))
  })
}

console.log(`npm run nightly -- --from ${values.from} --seeds ${values.seeds} --cases ${values.cases}`)
const results = []
for (const step of steps) {
  console.log(`\n${step.join(' ')}`)
  results.push(await run(step))
}
console.log('')
for (const { name, isWell, last } of results) console.log(`${isWell ? 'passed' : 'FAILED'}  ${name.padEnd(8)} ${last}`)
const failed = results.filter(({ isWell }) => !isWell).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
