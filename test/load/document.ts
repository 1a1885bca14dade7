// docs/LOAD.md: what was measured, as tables.
import { cpus } from 'node:os'
import { format } from 'prettier'
import type { Load, Result } from './stand.js'

const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const whole = new Intl.NumberFormat('en')
const ms = (value: number): string => `${plain.format(value)} ms`
const kib = (bytes: number): string => `${plain.format(bytes / 1_024)} KiB`
const mib = (bytes: number): string => `${plain.format(bytes / 1_024 / 1_024)} MiB`

export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

type Figure = readonly [name: string, of: (result: Result, load: Load) => string]

const both = (of: (result: Result) => number[]): ((result: Result) => string) => {
  return (result) => [0.5, 0.99].map((share) => ms(quantile(of(result), share))).join(' / ')
}

const figures: readonly Figure[] = [
  ['messages sent', ({ seen }) => whole.format(seen.sent)],
  ['acknowledged by the server', ({ seen }) => whole.format(seen.accepted.length)],
  ['known to be delivered', ({ seen }) => whole.format(seen.delivered.length)],
  ['connections dropped', ({ seen }) => whole.format(seen.drops)],
  ['sent to acknowledged, p50 / p99', both(({ seen }) => seen.accepted)],
  ['sent to known to be delivered, p50 / p99', both(({ seen }) => seen.delivered)],
  ['a connection at rest: resident', ({ idle, before }, { connections }) => kib((idle.rss - before.rss) / connections)],
  ['… of it heap', ({ idle, before }, { connections }) => kib((idle.heap - before.heap) / connections)],
  [
    'a connection under load: resident, at most',
    ({ peak, before }, { connections }) => kib((peak - before.rss) / connections),
  ],
  [
    'a connection after the load: heap',
    ({ after, before }, { connections }) => kib((after.heap - before.heap) / connections),
  ],
  ['the server: resident, at most', ({ peak }) => mib(peak)],
  ['the server: share of a core under load', ({ cpu }) => `${Math.round(cpu * 100)} %`],
  ['the server: CPU time of a message', ({ each }) => `${plain.format(each)} µs`],
  ['the clients: CPU time of a message', ({ seen }) => `${plain.format((seen.cpu * 1_000) / seen.sent)} µs`],
  ['until all were connected', ({ connected }) => `${plain.format(connected / 1_000)} s`],
]

export function write(load: Load, results: Result[], day: Date): Promise<string> {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  const head = ['figure', ...results.map(({ name }) => name)]
  const rows = figures.map(([name, of]) => line([name, ...results.map((result) => of(result, load))]))
  const date = new Intl.DateTimeFormat('en', { dateStyle: 'long' }).format(day)
  const text = `# Load

${whole.format(load.connections)} connections, each of which sends one message a second for ${load.seconds} seconds, receipts on. Written by \`npm run load\`
on ${date}: ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}. The server is one process with its
defaults (messages in memory), the clients are ${load.processes} others on the same machine, and take their share of its cores.

Connections are in pairs: what one sends the other gets. The same is said on each kind: the message, the server's
acknowledgement, the other's, and to the sender that it was delivered. Bare \`ws\` and socket.io keep no message, no order and no
place; with them whoever is away has lost it.

${[line(head), line(head.map((_, at) => (at ? '---:' : '---'))), ...rows].join('\n')}

Memory is the difference to the same process with ${20} connections, its garbage collected, but for "at most", which is what
was seen once a second. Holdfast tells of deliveries at once, and then not too often: that is in the time of a delivery.
`
  return format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' })
}
