// Each kind under the same load, one after the other; the result goes to docs/LOAD.md.
import { writeFileSync } from 'node:fs'
import { bundle } from '../support/bundle.js'
import { write } from './document.js'
import { kinds } from './kinds/all.js'
import { type Load, measure, type Result } from './stand.js'

const FULL: Load = { connections: 5_000, seconds: 60, processes: 4 }
const load: Load = {
  connections: Number(process.env['CONNECTIONS'] ?? FULL.connections),
  seconds: Number(process.env['SECONDS'] ?? FULL.seconds),
  processes: Number(process.env['PROCESSES'] ?? FULL.processes),
}

/** Each connection is an open file of the server, and one of a client. */
function checkLimit(): void {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits: { open_files: { soft: number | string } }
  }
  const { soft } = userLimits.open_files
  const needed = load.connections + 200
  if (typeof soft === 'number' && soft < needed) {
    console.error(`load: a process may open ${soft} files, ${needed} are needed. First: ulimit -n ${needed}`)
    process.exit(1)
  }
}

checkLimit()
if (kinds.length < 3) console.log('load: socket.io is left out; for it: npm ci --prefix test/bench')
const programs = { server: await bundle('test/load/server.ts'), clients: await bundle('test/load/clients.ts') }
/** One kind alone. */
const only = process.env['ONLY']
const results: Result[] = []
for (const kind of kinds.filter(({ name }) => !only || name === only)) {
  console.log(`load: ${kind.name}, ${load.connections} connections for ${load.seconds} s`)
  results.push(await measure(kind, load, programs))
}
for (const program of Object.values(programs)) program.remove()
const text = await write(load, results, new Date())
console.log(`\n${text}`)
if (!only && Object.entries(FULL).every(([name, value]) => load[name as keyof Load] === value))
  writeFileSync('docs/LOAD.md', text)
else console.log('load: not the full load, so docs/LOAD.md stays as it is')
process.exit()
