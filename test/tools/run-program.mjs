// `node test/tools/run-program.mjs test/leaks [words]`: bundles run.ts of that folder for Node, and runs it.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { findBrowser } from './find-browser.mjs'
import { besidePackages, bundleForNode } from './node-bundle.mjs'

const [folder, ...words] = process.argv.slice(2)
// Beside the sources of packages, so that their imports resolve.
const outfile = `node_modules/.cache/${basename(folder)}-${process.pid}.mjs`
await bundleForNode(`${folder}/run.ts`, outfile, besidePackages)
const env = { ...process.env, CHROME_PATH: (await findBrowser({ install: false })) ?? '' }
process.exitCode = spawnSync(process.execPath, [outfile, ...words], { stdio: 'inherit', env }).status ?? 1
rmSync(outfile)
