import type { Total } from '../total.js'
import { dialogues, unplayable } from './dialogues.js'
import { excuseOf } from './impossible.js'
import { cellOf, type Counts } from './recorder.js'
import { tables } from './tables.js'

type Table = (typeof tables)[number]

const count = (value: number): string => Math.round(value).toLocaleString('en')
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`
const head = (...cells: string[]): string[] => [row(...cells), row(...cells.map((_, at) => (at ? '--:' : '---')))]

/** All cells of a table by name, and in how many worlds each was reached. */
function cellsOf({ name, rows }: Table, reached: Counts): { row: string; column: string; worlds: number }[] {
  return Object.entries(rows).flatMap(([at, columns]) =>
    columns.map((column) => ({ row: at, column, worlds: reached[cellOf(name, at, column)] ?? 0 })),
  )
}

/** Cells that no table has: a machine does what nobody listed. */
export function unlisted(reached: Counts): string[] {
  const listed = new Set(
    tables.flatMap((table) => cellsOf(table, reached).map(({ row: at, column }) => cellOf(table.name, at, column))),
  )
  return Object.keys(reached).filter((cell) => !listed.has(cell))
}

const isSquare = ({ rows }: Table): boolean => new Set(Object.values(rows).map((columns) => columns.join())).size === 1

function cell(table: Table, at: string, column: string, worlds: number): string {
  if (worlds) return count(worlds)
  return excuseOf(table.name, at, column)?.is === 'impossible' ? '–' : '**0**'
}

/** One column for each row of the table, so that the page is not too wide. */
function matrix(table: Table, reached: Counts): string {
  const rows = Object.keys(table.rows)
  const columns = Object.values(table.rows)[0] ?? []
  const lines = columns.map((column) =>
    row(column, ...rows.map((at) => cell(table, at, column, reached[cellOf(table.name, at, column)] ?? 0))),
  )
  return [...head('', ...rows), ...lines].join('\n')
}

const lists = (table: Table, reached: Counts): string =>
  [
    ...[row('', 'worlds'), row('---', '---')],
    ...Object.entries(table.rows).map(([at, columns]) =>
      row(
        at,
        columns.map((one) => `${one} ${cell(table, at, one, reached[cellOf(table.name, at, one)] ?? 0)}`).join(', '),
      ),
    ),
  ].join('\n')

/** What was not reached, by the reason. */
function missing(table: Table, reached: Counts): string {
  const reasons = new Map<string, string[]>()
  for (const { row: at, column, worlds } of cellsOf(table, reached)) {
    if (worlds) continue
    const excuse = excuseOf(table.name, at, column)
    const why = excuse ? `${excuse.is === 'impossible' ? 'cannot be: ' : ''}${excuse.why}` : '**no reason is known**'
    reasons.set(why, [...(reasons.get(why) ?? []), `\`${at}\` × \`${column}\``])
  }
  return [...reasons].map(([why, cells]) => `- ${cells.join(', ')}: ${why}.`).join('\n')
}

const summary = (reached: Counts): string[] =>
  tables.map((table) => {
    const cells = cellsOf(table, reached)
    const hit = cells.filter(({ worlds }) => worlds).length
    const never = cells.filter((one) => !one.worlds && excuseOf(table.name, one.row, one.column)?.is === 'impossible')
    const open = cells.filter((one) => !one.worlds && !excuseOf(table.name, one.row, one.column))
    return row(
      table.about,
      cells.length,
      hit,
      never.length,
      cells.length - hit - never.length - open.length,
      open.length,
    )
  })

/** Dialogues by name, and in how many worlds each was played. */
const played = (reached: Counts): string =>
  [
    ...head('dialogue', 'worlds'),
    ...dialogues.map(({ name, about }) =>
      row(`${name}. ${about}`, count(reached[cellOf('dialogues', 'played', name)] ?? 0)),
    ),
    ...Object.entries(unplayable).map(([name, why]) => row(`${name}: not in the simulator: ${why}`, '–')),
  ].join('\n')

/** What was reached, as text of a document. */
export function figures({ reached }: Total): string {
  const parts = tables.flatMap((table) => {
    if (table.name === 'dialogues') return [`### ${table.about}`, played(reached)]
    return [
      `### ${table.about}`,
      isSquare(table) ? matrix(table, reached) : lists(table, reached),
      missing(table, reached),
    ]
  })
  return [
    [
      'In short, cells of each table:',
      '',
      ...head('', 'cells', 'reached', 'impossible', 'not by these worlds', 'unexplained'),
      ...summary(reached),
    ].join('\n'),
    ...parts,
  ]
    .filter(Boolean)
    .join('\n\n')
}

const share = (value: number): string => `${(value * 100).toFixed(0)} %`

type Insert = (document: string, name: string, text: string) => string

/** The document with the figures of this run in it. */
export function document(text: string, insert: Insert, total: Total, from: number, day: Date): string {
  const run = [
    ...[row('', ''), row('---', '--:')],
    row('day', day.toISOString().slice(0, 10)),
    row('seeds', `${count(total.seeds)} from ${from}`),
    row('virtual hours', count(total.time / 3_600_000)),
    row('events', count(total.events)),
    row('messages', count(total.messages)),
    row('broken', total.broken.length ? total.broken.map(({ seed }) => seed).join(', ') : 'none'),
    row('slowest recovery, of what it may take', share(total.slowest)),
  ].join('\n')
  return insert(insert(text, 'run', run), 'coverage', figures(total))
}
