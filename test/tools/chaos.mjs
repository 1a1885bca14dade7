// `npm run chaos -- [--seed N] [--only NAME] [--out DIR] …`: real clients, servers and a browser, and what goes wrong.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { missingRedis } from './find-boxes.mjs'
import { findBrowser } from './find-browser.mjs'
import { besidePackages, bundleForNode } from './node-bundle.mjs'

const browser = await findBrowser()
if (!browser) throw new Error('no Chromium is to be had; set CHROME_PATH')
if (missingRedis().length > 0) throw new Error('there is no redis-server')
// Beside the sources of packages, so that they resolve; of this process alone, for two may run.
const outfile = `node_modules/.cache/chaos/${process.pid}.mjs`
await bundleForNode('test/chaos/cli.ts', outfile, { ...besidePackages, sourcemap: 'inline' })
const args = ['--enable-source-maps', outfile, ...process.argv.slice(2)]
const env = { ...process.env, CHROME_PATH: browser }
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1
rmSync(outfile)
