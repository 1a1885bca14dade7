// Finds a Chromium for the browser tests, or gets one. Zero dependencies.
// `node test/tools/find-browser.mjs [--no-install]` prints its path; exit 3: none to be had.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { arch, homedir, platform } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** For a headless test run, as root too; the rest keeps the browser from calling home. */
export const chromeFlags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

const say = (...words) => console.error('[browser]', ...words)

const executable = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const run = (command, args, options = {}) =>
  spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: 300_000, shell: platform() === 'win32', ...options })

/** Being there is not enough: a snap stub or a missing library shows only when it is started. */
const version = (path) => {
  const { status, stdout } = spawnSync(path, ['--version'], { timeout: 20_000, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

function installed() {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge']
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/bin',
    '/usr/local/bin',
    '/snap/bin',
    '/opt/google/chrome',
  ]
  const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
  )
  const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(Boolean)
  const exes = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']
  const own = {
    darwin: apps,
    win32: roots.flatMap((root) => exes.map((exe) => join(root, exe))),
  }
  return [...(own[platform()] ?? []), ...folders.flatMap((folder) => names.map((name) => join(folder, name)))]
}

/** What Playwright or Puppeteer downloaded earlier, newest first. */
function cached() {
  const home = homedir()
  const roots = [
    process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(home, '.cache/ms-playwright'),
    join(home, 'Library/Caches/ms-playwright'),
    join(home, '.cache/puppeteer/chrome'),
    join(home, '.cache/puppeteer/chrome-headless-shell'),
  ]
  const inside = [
    ...['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-linux/headless_shell'],
    'chrome-headless-shell-linux64/chrome-headless-shell',
    ...['chrome-mac/Chromium.app/Contents/MacOS/Chromium', 'chrome-win/chrome.exe'],
  ]
  const versions = roots.filter(existsSync).flatMap((root) =>
    readdirSync(root)
      .sort()
      .reverse()
      .map((name) => join(root, name)),
  )
  return versions.flatMap((folder) => inside.map((path) => join(folder, path)))
}

/** A Chromium that ships inside an npm package: linux x64, no root, no apt, its libraries included. */
async function fromNpm() {
  if (platform() !== 'linux' || arch() !== 'x64') return []
  const root = resolve('node_modules/.cache/npm-chromium')
  const wrapper = join(root, 'chromium.sh')
  if (executable(wrapper)) return [wrapper]
  const unpacked = join(root, 'unpacked')
  mkdirSync(unpacked, { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "private": true }\n')
  const release = Number(process.versions.node.split('.')[0]) >= 22 ? '153.0.0' : '147.0.0'
  say(`installing @sparticuz/chromium@${release} (66 MB) from npm`)
  run('npm', ['install', '--no-audit', '--no-fund', '--prefix', root, `@sparticuz/chromium@${release}`])
  const entry = join(root, 'node_modules/@sparticuz/chromium/build/esm/index.js')
  if (!existsSync(entry)) return []
  // It unpacks into TMPDIR, and brings its NSS, NSPR and expat along only when it believes it is on Lambda.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x'
  const before = process.env.TMPDIR
  process.env.TMPDIR = unpacked
  const { default: chromium } = await import(pathToFileURL(entry).href)
  const binary = await chromium.executablePath()
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  const settings = `LD_LIBRARY_PATH="${unpacked}/al2023/lib:$LD_LIBRARY_PATH" FONTCONFIG_PATH="${unpacked}/fonts"`
  writeFileSync(wrapper, `#!/bin/sh\n${settings} exec "${binary}" "$@"\n`, { mode: 0o755 })
  return [wrapper]
}

function fromApt() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return []
  say('apt-get install chromium')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], { env })
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env })
  return ['/usr/bin/chromium']
}

function fromPlaywright() {
  run('npx', ['--yes', 'playwright-core', 'install', 'chromium'])
  return cached()
}

/** What is there already comes first; each candidate must start before it is taken. `BROWSER_FROM=npm` allows that step only. */
export async function findBrowser({ install = true } = {}) {
  const have = { env: () => [process.env.CHROME_PATH].filter(Boolean), paths: installed, caches: cached }
  // Where it may, the whole browser: the one from npm keeps no back/forward cache.
  const get = { apt: fromApt, npm: fromNpm, playwright: fromPlaywright }
  const only = process.env.BROWSER_FROM?.split(',')
  for (const [step, candidates] of Object.entries(install ? { ...have, ...get } : have)) {
    if (only && !only.includes(step)) continue
    for (const path of await candidates()) {
      const answer = executable(path) ? version(path) : undefined
      if (answer) {
        say(step, path, answer)
        return path
      }
      if (step === 'env') say('CHROME_PATH does not start:', path)
    }
  }
  return undefined
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = await findBrowser({ install: !process.argv.includes('--no-install') })
  if (!path) say('none found; set CHROME_PATH')
  else console.log(path)
  process.exitCode = path ? 0 : 3
}
