// `npm run fuzz -- --cases 5000000 [--seed N] [--target NAME]`: test/fuzz on all cores; the result goes into docs/FUZZ.md.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { bundleForNode } from './node-bundle.mjs'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string', default: '' },
    path: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'))
const outfile = join(folder, 'fuzz.mjs')
await bundleForNode('test/fuzz/cli.ts', outfile, {
  sourcemap: 'inline',
  logLevel: 'error',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  external: ['libsql', 'ioredis', 'vitest'],
})

// A failure is played again by one worker, with its own seed.
const workers = values.path === undefined ? availableParallelism() : 1
const rows = new Map()
const failures = []

function hear({ name, cases, seconds, seed, failure }) {
  const row = rows.get(name) ?? { cases: 0, seconds: 0, failed: 0 }
  rows.set(name, { cases: row.cases + cases, seconds: row.seconds + seconds, failed: row.failed + (failure ? 1 : 0) })
  console.log(`${name}: ${cases} cases in ${seconds.toFixed(1)} s, seed ${seed}${failure ? ', FAILED' : ''}`)
  if (!failure) return
  failures.push(name)
  console.log(`${failure.report}\nnpm run fuzz -- --target '${name}' --seed ${seed} --path '${failure.path}'`)
}

async function work(number) {
  const seed = String(Number(values.seed) + number)
  const args = ['--enable-source-maps', outfile, '--cases', String(Number(values.cases) / workers), '--seed', seed]
  if (values.target) args.push('--target', values.target)
  if (values.path !== undefined) args.push('--path', values.path)
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const over = new Promise((resolve) => child.on('close', resolve))
  for await (const line of createInterface(child.stdout)) hear(JSON.parse(line))
  if ((await over) && !failures.length) failures.push(`worker ${number} ended`)
}

await Promise.all(Array.from({ length: workers }, (_, number) => work(number)))
rmSync(folder, { recursive: true, force: true })

const count = (value) => Math.round(value).toLocaleString('en')
const sum = (key) => [...rows.values()].reduce((total, row) => total + row[key], 0)
const table = [...rows].map(
  ([name, { cases, seconds, failed }]) => `| ${name} | ${count(cases)} | ${count(seconds)} | ${failed || 'none'} |`,
)
const text = `# Fuzz

What the last long run of \`npm run fuzz\` did: \`--cases ${values.cases} --seed ${values.seed}\`, on ${workers} cores.
Seconds are those of all workers together. What each target is, and what must hold, is in \`test/fuzz\`; a short run of
each is part of \`npm test\`.

| target | cases | seconds | findings |
| ------ | ----: | ------: | -------- |
${table.join('\n')}
| all | ${count(sum('cases'))} | ${count(sum('seconds'))} | ${failures.length || 'none'} |
`
if (!values.target && values.path === undefined) writeFileSync('docs/FUZZ.md', text)
console.log(`${count(sum('cases'))} cases, ${failures.length} failed`)
process.exitCode = failures.length ? 1 : 0
