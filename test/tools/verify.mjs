// `npm test`: everything that must hold, from a bare clone. Zero dependencies, because it is what installs them.
// The last line is `N passed, N failed`; each step here counts as one test, besides the tests themselves.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { missingBoxes, missingRedis } from './find-boxes.mjs'
import { findBrowser } from './find-browser.mjs'

const count = { passed: 0, failed: 0 }
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-'))

const run = (command, args, env = {}) =>
  spawnSync(command, args, {
    stdio: ['ignore', 1, 2],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  }).status === 0
const npmRun = (script, env) => run('npm', ['run', '--silent', script], env)

/** A step passes when `work` gives true; one that fails does not keep the next from being tried. */
function step(name, work) {
  const start = Date.now()
  console.log(`\n== ${name}`)
  const passed = work()
  count[passed ? 'passed' : 'failed'] += 1
  console.log(`== ${name}: ${passed ? 'ok' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  return passed
}

function end() {
  rmSync(scratch, { recursive: true, force: true })
  console.log(`\n${count.passed} passed, ${count.failed} failed`)
  process.exit(count.failed === 0 ? 0 : 1)
}

function installed() {
  const stamp = 'node_modules/.package-lock.json'
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync('package-lock.json').mtimeMs
}

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    : []

/** dist/ is committed, so that the demo and a script tag work from a clone: it must be what src/ builds to. */
function distIsCurrent() {
  const fresh = join(scratch, 'dist')
  if (!npmRun('build', { DIST: fresh })) return false
  const same = (file) => {
    const both = [join('dist', file), join(fresh, file)]
    return both.every(existsSync) && readFileSync(both[0]).equals(readFileSync(both[1]))
  }
  const differing = [...new Set([...filesIn('dist'), ...filesIn(fresh)])].filter((file) => !same(file)).sort()
  if (differing.length > 0) console.error(`dist/ is not what src/ builds to; run \`npm run build\`:`)
  for (const file of differing) console.error(`  dist/${file}`)
  return differing.length === 0
}

/** Counts tests, and whatever else went wrong around them: a file that does not load, an error outside any test. */
function runTests(browser, without) {
  const output = join(scratch, 'tests.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
  const entry = 'node_modules/vitest/vitest.mjs'
  const args = [entry, 'run', '--config', 'test/vitest.config.ts', ...reporters]
  const green = run(process.execPath, args, { WITHOUT: without.join(), ...(browser && { CHROME_PATH: browser }) })
  const report = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : undefined
  const files = report?.testResults ?? []
  const unloaded = files.filter(({ status, assertionResults }) => {
    return status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
  })
  const failed = (report?.numFailedTests ?? 0) + unloaded.length
  const unrun = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  if (unrun > 0) console.log(`\n${unrun} tests did not run (skipped or todo)`)
  count.passed += report?.numPassedTests ?? 0
  count.failed += green ? 0 : Math.max(1, failed)
}

const [major] = process.versions.node.split('.').map(Number)
if (major < 20) {
  console.error(`Node 20 or newer is needed, this is ${process.version}`)
  count.failed += 1
  end()
}
if (!installed() && !step('install', () => run('npm', ['ci', '--no-audit', '--no-fund']))) end()

step('types', () => npmRun('types'))
step('lint', () => npmRun('lint'))
step('format', () => npmRun('format:check'))
step('dist is what src builds to', distIsCurrent)
step('size', () => npmRun('size'))
step('package', () => npmRun('lint:pkg'))

console.log('\n== tests')
const browser = await findBrowser()
const boxes = missingBoxes()
const redis = missingRedis()
const absent = [!browser && 'browser', boxes.length > 0 && 'boxes', redis.length > 0 && 'redis']
runTests(browser, absent.filter(Boolean))

/** Loud, and with CI set a failure: what did not run has not passed. */
function notRun(what) {
  console.log(`\n!!!! ${what} !!!!`)
  if (process.env.CI) count.failed += 1
}
if (!browser) notRun('BROWSER TESTS NOT RUN: no Chromium found, none could be installed; set CHROME_PATH')
if (boxes.length > 0) notRun(`TESTS WITH MIDDLEBOXES NOT RUN: there is no ${boxes.join(', no ')}; install it`)
if (redis.length > 0) notRun(`TESTS WITH REDIS NOT RUN: there is no ${redis.join(', no ')}; install it`)
end()
