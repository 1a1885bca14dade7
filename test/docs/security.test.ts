import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { settle } from '../../src/server/settings.js'
import { read, rows } from './markdown.js'

const table = rows(read('docs/SECURITY.md'), 'threat')
const folder = 'test/security'
const here = readdirSync(folder, { encoding: 'utf8' })
  .map((name) => read(`${folder}/${name}`))
  .join('\n')

/** Whether a file has a test of this name: of its own, or of a table, which ends before it. */
const has = (source: string, name: string): boolean =>
  new RegExp(`(\\bit|[\\])])\\(\\s*'${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}'`).test(source)

describe('SECURITY.md', () => {
  it('has a table', () => {
    expect(table.length).toBeGreaterThan(30)
  })

  it.each(table.map(([threat = '', , , test = '']) => [threat, test] as const))('%s: has its test', (_, cell) => {
    const [, path, name = cell] = /^(test\/\S+): (.*)$/.exec(cell) ?? []
    expect([name, has(path === undefined ? here : read(path), name)]).toEqual([name, true])
  })

  it('is not content with a name that is only mentioned', () => {
    expect(has("it('a.b'", 'a.b')).toBe(true)
    expect(has("it.each([1])(\n  'a.b'", 'a.b')).toBe(true)
    expect(has("it('a.b c'", 'a.b')).toBe(false)
    expect(has("it('acb'", 'a.b')).toBe(false)
    expect(has("describe('a.b'", 'a.b')).toBe(false)
  })

  it('may say that Node’s own limits stay: no file of the server names one, its command included', () => {
    const files = readdirSync('src/server', { encoding: 'utf8', recursive: true }).filter((name) =>
      name.endsWith('.ts'),
    )
    expect(files).toContain('cli.ts')
    for (const name of files)
      expect(read(`src/server/${name}`)).not.toMatch(/headersTimeout|requestTimeout|maxHeaderSize|insecureHTTPParser/)
  })

  it('names options that there are, with their defaults', () => {
    const settings: Record<string, unknown> = { ...settle({}) }
    const units: Record<string, number> = { s: 1_000, h: 3_600_000, MiB: 2 ** 20 }
    const said = table.flatMap(([, , cell = '']) =>
      [...cell.matchAll(/(\w+)(?:: ([\d,]+|Infinity|false)(?: (s|h|MiB))?)?/g)].flatMap(
        ([, name = '', text, unit = '']) =>
          name in settings && text !== undefined
            ? [[name, text === 'false' ? false : Number(text.replaceAll(',', '')) * (units[unit] ?? 1)]]
            : [],
      ),
    )
    expect(said.length).toBeGreaterThan(15)
    expect(said).toEqual(said.map(([name]) => [name, settings[String(name)]]))
  })
})
