// Finds nginx and haproxy for the tests with real middleboxes, and redis-server, or gets them. Zero dependencies.
// `node test/tools/find-boxes.mjs [--no-install]` says what is missing; exit 3: something is.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Debian keeps them where only root looks. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** The path of a program, or undefined. */
export const findProgram = (name) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path))

const boxes = ['nginx', 'haproxy']
const redis = ['redis-server']

const missing = (names) => names.filter((name) => findProgram(name) === undefined)

/** Debian starts the services that it installs, unless this file says no. */
const POLICY = '/usr/sbin/policy-rc.d'

function fromApt(names) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  console.error('[boxes] apt-get install', ...names)
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  const guard = !existsSync(POLICY)
  if (guard) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', ...names)
  } finally {
    if (guard) rmSync(POLICY)
  }
}

function missingOf(names, install) {
  if (install && missing(names).length > 0) fromApt(missing(names))
  return missing(names)
}

/** What of the boxes is not there. Root on Debian gets it. */
export const missingBoxes = ({ install = true } = {}) => missingOf(boxes, install)

/** Likewise, of what the tests with a real Redis need. */
export const missingRedis = ({ install = true } = {}) => missingOf(redis, install)

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = missingOf([...boxes, ...redis], !process.argv.includes('--no-install'))
  if (names.length > 0) console.error('[boxes] missing:', ...names)
  process.exitCode = names.length > 0 ? 3 : 0
}
