// `npm run bench [name]`: bundles each test/bench/*.bench.ts (mitata) for Node and runs it in a process of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { besidePackages, bundleForNode } from './node-bundle.mjs'

const folder = 'test/bench'
const wanted = process.argv[2] ?? ''
const found = existsSync(folder) ? readdirSync(folder) : []
const benches = found.filter((file) => file.endsWith('.bench.ts') && file.includes(wanted))
if (benches.length === 0) console.error(`bench: no ${folder}/*${wanted}*.bench.ts`)

for (const file of benches) {
  // Beside the sources of packages, so that `import 'mitata'` resolves.
  const outfile = `node_modules/.cache/bench/${file.replace(/\.ts$/, '.mjs')}`
  await bundleForNode(`${folder}/${file}`, outfile, besidePackages)
  console.log(`\n# ${file}`)
  const { status } = spawnSync(process.execPath, ['--expose-gc', outfile], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
  rmSync(outfile)
}
