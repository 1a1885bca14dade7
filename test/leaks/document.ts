// docs/LEAKS.md: what was measured, as tables.
import { cpus } from 'node:os'
import { format } from 'prettier'
import type { Row } from './node.js'
import type { PageRow } from './page.js'
import type { Work } from './words.js'

export interface Findings {
  work: Work
  node: Row[]
  page: PageRow[]
  /** What the page did. */
  pageWork: Work
}

const plain = new Intl.NumberFormat('en')
const kib = (bytes: number): string => plain.format(Math.round(bytes / 1_024))
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: (string | number)[][]): string =>
  [line(head), line(head.map((_, at) => (at ? '---:' : '---'))), ...rows.map(line)].join('\n')

const share = ({ share, what }: Pick<Row, 'share' | 'what'>, work: Work): string =>
  share ? `${plain.format((work[what] * share) / 100)} ${what}` : `before the ${what}`

const sides = ['clients', 'server'] as const

function ofNode({ work, node }: Findings): string {
  const rows = sides.flatMap((side) =>
    node.map((row) => {
      const { heap, rss, timers, sockets, other } = row[side]
      return [side, share(row, work), kib(heap), kib(rss), timers, sockets, other]
    }),
  )
  return table(['side', 'after', 'heap, KiB', 'resident, KiB', 'timers', 'sockets', 'other'], rows)
}

const ofPage = ({ page, pageWork }: Findings): string =>
  table(
    ['after', 'heap, KiB', 'listeners', 'nodes', 'locks'],
    page.map((row) => [share(row, pageWork), kib(row.heap), row.listeners, row.nodes, row.locks]),
  )

const total = ({ reconnects, messages }: Work): string =>
  `${plain.format(reconnects)} reconnects, then ${plain.format(messages)} messages`

export function write(all: Findings[], day: Date, chromium: string): Promise<string> {
  const date = new Intl.DateTimeFormat('en', { dateStyle: 'long' }).format(day)
  const parts = all.map((one) =>
    [
      `## Over ${one.work.rung}`,
      `In Node: ${total(one.work)}.`,
      ofNode(one),
      `In Chromium: ${total(one.pageWork)}.`,
      ofPage(one),
    ].join('\n\n'),
  )
  const text = [
    '# Leaks',
    `What stays when connections come and go and messages pass. Written by \`npm run leaks\` on ${date}: ${cpus().length} cores (${
      cpus()[0]?.model ?? 'unknown'
    }), Node ${process.versions.node}, Chromium ${chromium}.`,
    `Two clients are one process, the server is another, so each figure is of one side. Half of the reconnects are a reset by the
network between them, half are asked for by the app (over HTTP all are; every second one with a reset beside). After each a
message is sent. Then messages are sent, 2,000 at a time, with receipts on, and each is heard by the other client. Measured
after the garbage is collected, with what was under way at rest. The logs of the server's store keep 5,000 entries, and are
full before the first row: messages that a store keeps are no leak. \`timers\`, \`sockets\` and \`other\` are what keeps a
process alive; \`other\` is its channel to the process that watches it, and over HTTP the connections that \`fetch\` keeps.`,
    ...parts,
  ]
  return format(text.join('\n\n'), { parser: 'markdown', printWidth: 120, proseWrap: 'always' })
}
