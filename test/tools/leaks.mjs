// `npm run leaks [-- rung …] [-- --quick]`: test/leaks as one program; all rungs write docs/LEAKS.md. Takes about an hour.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { build } from 'esbuild'
import { findBrowser } from './find-browser.mjs'

// Beside the sources of packages, so that their imports resolve.
const outfile = 'node_modules/.cache/leaks.mjs'
await build({
  entryPoints: ['test/leaks/run.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  tsconfig: 'test/tsconfig.json',
  logLevel: 'warning',
})
const env = { ...process.env, CHROME_PATH: (await findBrowser()) ?? '' }
process.exitCode =
  spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit', env }).status ?? 1
rmSync(outfile)
