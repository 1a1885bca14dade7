// `npm run mutate` leaves its results in `tmp/stryker`; this writes them into docs/MUTATION.md: a table of the files, and
// each mutant that no test noticed with the reason that test/survivors.json has for it. `--list [part of a path]` prints
// those without a reason instead, as they are written there.
import { readFileSync, writeFileSync } from 'node:fs'

const RESULTS = 'tmp/stryker/mutation.json'
const REASONS = 'test/survivors.json'
const PAGE = 'docs/MUTATION.md'
const NOTICED = ['Killed', 'Timeout']
const UNNOTICED = ['Survived', 'NoCoverage']
/** Letters of one expression. */
const LONG = 90

const short = (text) => {
  const line = text.replace(/\s+/g, ' ')
  return line.length > LONG ? `${line.slice(0, LONG)}…` : line
}

/** The text of a mutant, in a file's lines. */
function textAt(lines, { start, end }) {
  const part = lines.slice(start.line - 1, end.line)
  part[part.length - 1] = part.at(-1).slice(0, end.column - 1)
  part[0] = part[0].slice(start.column - 1)
  return part.join('\n')
}

/** The function, method or constant around a line: lines move, these stay. */
function nameAt(lines, line) {
  for (let at = line - 1; at >= 0; at--) {
    const [, name] =
      /^(?: {2})?(?:(?:export|static|readonly|get|const|let|function\*?|class|async) )*\*?(#?\w+)/.exec(lines[at]) ?? []
    if (name) return name
  }
  return ''
}

const { files } = JSON.parse(readFileSync(RESULTS, 'utf8'))
const reasons = JSON.parse(readFileSync(REASONS, 'utf8'))
const rows = []
const survivors = []
for (const file of Object.keys(files).sort()) {
  const { source, mutants } = files[file]
  const lines = source.split('\n')
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length
  rows.push([file, ...NOTICED.map(count), ...UNNOTICED.map(count)])
  for (const { status, location, replacement } of mutants) {
    if (!UNNOTICED.includes(status)) continue
    const from = short(textAt(lines, location))
    survivors.push({
      file,
      in: nameAt(lines, location.start.line),
      from,
      to: short(replacement),
      line: location.start.line,
    })
  }
}

const same = (one, other) => ['file', 'in', 'from', 'to'].every((key) => one[key] === other[key])
const unexplained = survivors.filter((one) => !reasons.some(({ mutants }) => mutants.some((other) => same(one, other))))

function table() {
  const cells = rows.map(([file, ...counts]) => {
    const [killed, timeout, survived, unreached] = counts
    const total = killed + timeout + survived + unreached
    return [
      file,
      total,
      killed,
      timeout,
      survived,
      unreached,
      total ? ((100 * (killed + timeout)) / total).toFixed(1) : '',
    ]
  })
  const sum = (at, some) => some.reduce((all, row) => all + row[at], 0)
  const total = (name, some) => {
    const counts = [1, 2, 3, 4, 5].map((at) => sum(at, some))
    return [`**${name}**`, ...counts, ((100 * (counts[1] + counts[2])) / counts[0]).toFixed(1)]
  }
  const inside = (folder, deep) =>
    cells.filter(([file]) => file.startsWith(folder) && (deep || !file.slice(folder.length).includes('/')))
  cells.forEach((row) => (row[0] = row[0].replaceAll('`', '')))
  const parts = [
    total(
      '`src/core`, without `server`',
      inside('src/core/').filter(([file]) => file !== 'src/core/server.ts'),
    ),
    total(
      '`src/core/server`',
      cells.filter(([file]) => file === 'src/core/server.ts' || file.startsWith('src/core/server/')),
    ),
    total('`src/wire`', inside('src/wire/')),
    total('all', cells),
  ]
  const head = ['file', 'mutants', 'killed', 'timeout', 'survived', 'no test', 'noticed, %']
  const body = [...cells.filter((row) => row[1]).map(([file, ...rest]) => [`\`${file}\``, ...rest]), ...parts]
  return [head, head.map((_, at) => (at ? '---:' : '---')), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const code = (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``)
const item = (one) =>
  `- ${one.file.replace('src/', '')}, ${code(one.in)}: ${code(one.from)} → ${one.to ? code(one.to) : 'nothing'}`

function list() {
  const groups = reasons.map(({ why, mutants }) => [
    why,
    survivors.filter((one) => mutants.some((other) => same(one, other))),
  ])
  return [...groups, ['Not explained.', unexplained]]
    .filter(([, some]) => some.length)
    .map(([why, some]) => `${why}\n\n${some.map(item).join('\n')}`)
    .join('\n\n')
}

if (process.argv.includes('--list')) {
  const part = process.argv[process.argv.indexOf('--list') + 1] ?? ''
  for (const one of unexplained) if (one.file.includes(part)) console.log(JSON.stringify(one))
  process.exit()
}
const page = readFileSync(PAGE, 'utf8')
const between = (text, name, content) =>
  text.replace(
    new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`),
    (_, open, close) => `${open}\n\n${content}\n\n${close}`,
  )
writeFileSync(PAGE, between(between(page, 'table', table()), 'survivors', list()))
const known = reasons.flatMap(({ mutants }) => mutants)
for (const one of known)
  if (!survivors.some((other) => same(one, other))) console.log('no survivor any more:', JSON.stringify(one))
console.log(`${survivors.length} survivors, ${unexplained.length} of them not explained`)
