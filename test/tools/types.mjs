// `npm run types`: type-checks every folder that has a tsconfig.json, because each sees only the globals it may use.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const nested = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
const projects = ['src', 'test', ...nested.map((entry) => `src/${entry.name}`)]
const waiting = projects.filter((folder) => existsSync(`${folder}/tsconfig.json`))
const failed = []

const check = (folder) =>
  new Promise((done) => {
    const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false', '-p', folder]
    spawn(process.execPath, tsc, { stdio: 'inherit' }).on('close', (status) => {
      if (status !== 0) failed.push(folder)
      done()
    })
  })

const worker = async () => {
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) await check(folder)
}
await Promise.all(Array.from({ length: availableParallelism() }, worker))
if (failed.length > 0) {
  console.error(`types: errors in ${failed.sort().join(', ')}`)
  process.exit(1)
}
