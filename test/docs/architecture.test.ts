import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { events, table } from '../core/link.table.js'
import { rules } from '../rules/imports.js'
import { read, rows } from './markdown.js'

const path = 'docs/ARCHITECTURE.md'
const text = read(path)

/** States × events as the truth table has them; a cell is empty where nothing changes and nothing is done. */
function linkTable(): string {
  const states = Object.keys(table) as (keyof typeof table)[]
  const names = Object.keys(events) as (keyof typeof events)[]
  const cell = (state: keyof typeof table, event: keyof typeof events): string => {
    const { to, does } = table[state][event]
    const done = [...new Set(does.map((output) => output.do))].filter((what) => what !== 'open').join(', ')
    return to === state && !does.length ? '' : `→ ${to} ${done && `(${done})`}`.trim()
  }
  const lines = [
    ['event', ...states],
    states.map(() => '---').concat('---'),
    ...names.map((event) => [`\`${event}\``, ...states.map((state) => cell(state, event))]),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const bare = (markdown: string): string => markdown.replaceAll(/-{3,}/g, '---').replaceAll(/ +/g, ' ').trim()

describe('ARCHITECTURE.md', () => {
  it('has the table of the link', () => {
    const [all = '', written = ''] = /<!-- link table -->([\s\S]*?)<!-- \/link table -->/.exec(text) ?? []
    const fresh = `<!-- link table -->\n\n${linkTable()}\n\n<!-- /link table -->`
    if (process.env['UPDATE_DOCS'] === '1')
      writeFileSync(
        path,
        text.replace(all, () => fresh),
      )
    else expect(bare(written)).toBe(bare(linkTable()))
  })

  it('has the import rules', () => {
    const list = (names: readonly string[] = []): string => names.join(', ')
    const written = rows(text, 'files').map((cells) => cells.map((cell) => cell.replaceAll('\\', '')))
    expect(written).toEqual(
      rules.map(({ from, values, types, packages }) => [from, list(values), list(types), list(packages)]),
    )
  })

  it.each(rows(text, 'constant'))('has %s = %s, as %s has', (name = '', value = '', file = '') => {
    const [, real = ''] = new RegExp(`^const ${name} = (\\S+)$`, 'm').exec(read(file)) ?? []
    expect(value).toBe(real.replaceAll('_', ','))
  })
})
