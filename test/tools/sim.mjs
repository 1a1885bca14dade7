// `npm run sim -- --seeds 10000 [--from N] [--all]`, or `-- --seed X [--trace]`: test/sim outside vitest, bundled by esbuild.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-sim-'))
const outfile = join(folder, 'sim.mjs')
await build({
  entryPoints: ['test/sim/cli.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'error',
})
process.setSourceMapsEnabled(true)
await import(pathToFileURL(outfile).href)
rmSync(folder, { recursive: true, force: true })
