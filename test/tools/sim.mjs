// `npm run sim -- --seeds 10000 [--from N] [--jobs N] [--first] [--coverage] [--docs]`, or `-- --seed X [--trace]`: the simulator, without vitest.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleSim } from './sim-bundle.mjs'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-sim-'))
const outfile = join(folder, 'sim.mjs')
await bundleSim(outfile)
const args = ['--enable-source-maps', outfile, ...process.argv.slice(2)]
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
rmSync(folder, { recursive: true, force: true })
