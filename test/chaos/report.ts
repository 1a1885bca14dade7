// Tables of a run, as they stand in docs/CHAOS.md.
import { RULES, type Verdict } from './checker.js'
import type { Outcome } from './play.js'
import type { Scenario } from './scenario.js'
import type { Judged, Suffered } from './times.js'

const seconds = (ms: number): string => (ms === Infinity ? 'never' : `${(ms / 1_000).toFixed(ms < 9_950 ? 2 : 1)} s`)

const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`

/** Of a table with its words left and its figures right. */
const head = (words: readonly string[], figures: readonly string[]): string[] => [
  row(...words, ...figures),
  row(...words.map(() => '---'), ...figures.map(() => '---:')),
]

const longest = (times: readonly (number | undefined)[]): string => {
  const known = times.filter((time) => time !== undefined)
  return known.length ? seconds(Math.max(...known)) : '–'
}

const clientsOf = ({ faults }: Verdict): Suffered[] => faults.flatMap(({ clients }) => clients)

/** The longest time that one took to notice for whom the goal is, and whether that is within it; all must notice. */
function reached({ goal }: Scenario, verdict: Verdict): string {
  if (!goal) return '–'
  const times = clientsOf(verdict).flatMap(({ client, noticed }) =>
    goal.of.includes(client) ? [noticed ?? Infinity] : [],
  )
  // Clocks tick in whole ms, and timers a few late.
  const slowest = Math.max(...times)
  return `${seconds(slowest)} of ${goal.ms / 1_000} s${slowest > goal.ms + 100 ? ', **missed**' : ''}`
}

const COUNTED = ['lost', 'twice', 'disorder', 'false accepted', 'false failed', 'false receipts', 'gaps']

const counts = (verdict: Verdict): number[] => RULES.map((rule) => verdict[rule].length)

/** One line for each scenario. */
export function summary(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(({ scenario, verdict }) => {
    const hurt = clientsOf(verdict)
    return row(
      `[${scenario.name}](#${scenario.name})`,
      scenario.store,
      verdict.sent,
      ...counts(verdict),
      longest(hurt.map(({ noticed }) => noticed)),
      longest(hurt.map(({ recovered }) => recovered)),
      reached(scenario, verdict),
    )
  })
  return [...head(['scenario', 'store'], ['sent', ...COUNTED, 'noticed', 'recovered', 'goal']), ...lines].join('\n')
}

const times = ({ noticed, recovered }: Suffered): string =>
  `${noticed === undefined ? '–' : seconds(noticed)} / ${seconds(recovered)}`

function faults(all: readonly Judged[], clients: readonly string[]): string {
  const lines = all.map(({ name, begun, ended, clients: those }, nth) => {
    const when = ended > begun + 50 ? `${seconds(begun)} to ${seconds(ended)}` : seconds(begun)
    const cells = clients.map((client) => those.find((one) => one.client === client))
    return row(nth + 1, name, when, ...cells.map((one) => (one ? times(one) : '')))
  })
  return [...head(['', 'fault', 'when'], clients), ...lines].join('\n')
}

/** One scenario: its picture, and how each client took each fault. @param pictures the folder, as seen from the document. */
export const details = ({ scenario, verdict }: Outcome, pictures: string): string =>
  [
    `### ${scenario.name}`,
    `${scenario.about[0]?.toUpperCase() ?? ''}${scenario.about.slice(1)}. Store: ${scenario.store}.`,
    `![${scenario.name}](${pictures}/${scenario.name}.svg)`,
    faults(verdict.faults, verdict.clients),
  ].join('\n\n')

/** One line for each product, of one scenario. */
export function comparison(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(({ product, scenario, verdict }) => {
    const hurt = clientsOf(verdict)
    const { lost, duplicated, reordered, sent, clients, failed, falseAccepted } = verdict
    return row(
      scenario.name,
      product,
      sent * clients.length,
      lost.length,
      falseAccepted.length,
      duplicated.length,
      reordered.length,
      failed,
      longest(hurt.map(({ noticed }) => noticed)),
      longest(hurt.map(({ recovered }) => recovered)),
    )
  })
  const figures = ['readings due', 'lost', 'accepted and lost', 'twice', 'disorder', 'failed', 'noticed', 'recovered']
  return [...head(['scenario', 'library'], figures), ...lines].join('\n')
}

/** Puts what was measured between the marks of its name, and leaves the rest to people. */
export function insert(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the document has no ${begin} … ${end}`)
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`
}
