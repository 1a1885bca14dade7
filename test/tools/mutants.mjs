// `npm run mutants [text]`: breaks the code on purpose, one change at a time, and expects the named tests to notice.
// test/mutants.json lists them: { "file", "find", "replace", "tests" }, where `find` occurs exactly once in the file.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const list = existsSync('test/mutants.json') ? JSON.parse(readFileSync('test/mutants.json', 'utf8')) : []
const wanted = process.argv[2] ?? ''
const mutants = list.filter(({ file, find }) => `${file} ${find}`.includes(wanted))

// A copy, so that neither a crash nor an editor can leave a mutant in the working tree.
const copy = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'))
for (const path of ['src', 'test', 'dist', 'package.json'])
  if (existsSync(path)) cpSync(path, join(copy, path), { recursive: true })
symlinkSync(resolve('node_modules'), join(copy, 'node_modules'), 'junction')

const passes = (tests) => {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--bail',
    '1',
    ...tests.split(' '),
  ]
  // A mutant may loop for ever: then it is noticed, too.
  return spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: 120_000 }).status === 0
}

function outcome({ file, find, replace, tests }) {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(find).length !== 2) return 'STALE: the text to change does not occur exactly once'
  writeFileSync(
    path,
    source.replace(find, () => replace),
  )
  const survived = passes(tests)
  writeFileSync(path, source)
  return survived ? 'SURVIVED' : 'caught'
}

const red = [...new Set(mutants.map(({ tests }) => tests))].filter((tests) => !passes(tests))
for (const tests of red) console.log(`RED WITHOUT A MUTANT: ${tests}`)
let bad = red.length
for (const mutant of red.length > 0 ? [] : mutants) {
  const result = outcome(mutant)
  if (result !== 'caught') bad += 1
  console.log(`${result.padEnd(10)} ${mutant.file}: ${mutant.find}  ->  ${mutant.replace}`)
}
rmSync(copy, { recursive: true, force: true })
console.log(`${mutants.length} mutants, ${bad} not caught`)
process.exitCode = bad === 0 ? 0 : 1
