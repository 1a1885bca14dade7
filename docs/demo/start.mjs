// `npm start`: the demo, from a bare clone. Zero dependencies, because it is what installs them.
import { spawn } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const usage = `npm start -- [--port 8080] [--host 127.0.0.1]

Serves the Holdfast demo. PORT and HOST do the same as the flags. Where the port is taken, a free one is used.
Anybody who reaches the host can chat; only a browser on this machine can break things.`

const [major] = process.versions.node.split('.').map(Number)
if (major < 20) fail(`Node 20 or newer is needed, this is ${process.version}`)

const { port, host } = options()
let stop = () => {}
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
// A SIGTERM to npm ends its shell, which passes nothing on: that we are orphaned is all we hear.
const parent = process.ppid
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && !stopping && end(), 500).unref()

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
process.chdir(root)
const dist = resolve(process.env.DIST ?? 'dist')

if (!installed()) await npm('installing', ['ci', '--no-audit', '--no-fund'])
if (!built()) await npm('building', ['run', '--silent', 'build'])

const { startDemo } = await import('./demo.mjs')
const demo = await startDemo({ dist, root, port, host })
stop = () => demo.stop()
if (port !== 0 && demo.port !== port) console.log(`Port ${port} is taken.`)
console.log(`\n  Holdfast demo   ${demo.url}\n\n  Ctrl-C stops it.\n`)

async function end() {
  if (stopping) process.exit(1)
  stopping = true
  await stop()
  process.exit(0)
}

function options() {
  const { PORT, HOST } = process.env
  const flags = { port: { type: 'string' }, host: { type: 'string' }, help: { type: 'boolean', short: 'h' } }
  let values
  try {
    values = parseArgs({ options: flags }).values
  } catch (error) {
    fail(`${error.message}\n\n${usage}`)
  }
  if (values.help) {
    console.log(usage)
    process.exit(0)
  }
  const port = Number(values.port ?? PORT ?? 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`--port takes a number from 0 to 65535`)
  return { port, host: values.host ?? HOST ?? '127.0.0.1' }
}

function installed() {
  // A linked folder serves others as well, and npm would empty it before it installs.
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) return true
  const stamp = 'node_modules/.package-lock.json'
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync('package-lock.json').mtimeMs
}

function built() {
  const wanted = ['holdfast.umd.min.js', 'server.js'].map((name) => join(dist, name))
  // A clone writes both folders within a moment, in any order: that alone makes nothing stale.
  return wanted.every(existsSync) && newest('src') - newest(dist) < 5_000
}

function newest(folder) {
  const times = readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs)
  return Math.max(...times)
}

async function npm(doing, args) {
  console.log(`${doing} … (npm ${args.join(' ')})`)
  const child = spawn('npm', args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  stop = () => child.kill()
  const code = await new Promise((done) => child.once('exit', done).once('error', done))
  if (code !== 0) fail(`npm ${args.join(' ')} failed`)
}

function fail(words) {
  console.error(words)
  process.exit(1)
}
