import { describe, expect, it } from 'vitest'
import { type Edge, cycles, imports, notExports, parse, readSources, rules, violations } from './imports.js'

const edge = (from: string, to: string, typeOnly = false): Edge => ({ from, to, typeOnly })
const check = (...edges: Edge[]) =>
  violations(
    edges.map(({ from }) => from),
    edges,
  )

describe('src', () => {
  const { files, edges, indexes } = readSources('src')

  it('imports only what its rules allow', () => {
    expect(violations(files, edges)).toEqual([])
  })
  it('has no two files that import each other', () => {
    expect(cycles(edges)).toEqual([])
  })
  it('has index files that only export', () => {
    expect(indexes.flatMap(notExports)).toEqual([])
  })
})

describe('the checker', () => {
  it.each([
    edge('wire/codec', 'core/link'),
    edge('core/link', 'shell/env'),
    edge('core/link', 'package:node:crypto'),
    edge('transports/websocket', 'wire/frame'),
    edge('transports/websocket', 'shell/links', true),
    edge('shell/links', 'transports/transport'),
    edge('shell/links', 'transports/websocket', true),
    edge('shell/run', 'core/client'),
    edge('client', 'transports/transport'),
    edge('client', 'package:ws'),
    edge('socket', 'transports/transport', true),
    edge('server/index', 'shell/page'),
    edge('server/http', 'client', true),
    edge('server/http', 'transports/http'),
    edge('testing/network', 'package:node:http'),
    edge('helpers', 'wire/frame'),
  ])('reports $from importing $to (types only: $typeOnly)', (broken) => {
    expect(check(broken)).toHaveLength(1)
  })

  it.each([
    edge('core/link', 'wire/frame'),
    edge('transports/websocket', 'wire/frame', true),
    edge('shell/links', 'transports/transport', true),
    edge('shell/run', 'core/port'),
    edge('client', 'transports/websocket'),
    edge('client', 'transports/sse', true),
    edge('index', 'client'),
    edge('server/sockets', 'package:ws'),
    edge('server/http', 'package:node:http'),
    edge('server/sockets', 'shell/run'),
    edge('testing/network', 'server/index'),
  ])('allows $from importing $to (types only: $typeOnly)', (sound) => {
    expect(check(sound)).toEqual([])
  })

  it('takes a folder for itself only, not for one whose name begins alike', () => {
    expect(check(edge('core/link', 'corelike/x'))).toHaveLength(1)
    expect(check(edge('shell/run', 'core/portal'))).toHaveLength(1)
  })

  it('finds cycles of any length, of types too', () => {
    expect(cycles([edge('a', 'b'), edge('b', 'c', true), edge('c', 'a')])).toEqual(['a > b > c > a'])
    expect(cycles([edge('x', 'a'), edge('a', 'b', true), edge('b', 'a', true)])).toEqual(['a > b > a'])
    expect(cycles([edge('a', 'b'), edge('a', 'c'), edge('b', 'c')])).toEqual([])
    expect(cycles([edge('a', 'a')])).toEqual(['a > a'])
  })

  it('reads every form of import, and tells types from values', () => {
    const text = `
      import a from './a.js'
      import type { B } from './b.js'
      import { type C, type D } from './c.js'
      import { type E, f } from './d.js'
      import './e.js'
      export * from './f.js'
      export type { G } from './g.js'
      const h = () => import('./h.js')
      let i: import('./i.js').I`
    const names = imports(parse('x.ts', text)).map(
      ({ specifier, typeOnly }) => `${specifier.slice(2, 3)}${typeOnly ? ' type' : ''}`,
    )
    expect(names).toEqual(['a', 'b type', 'c type', 'd', 'e', 'f', 'g type', 'h', 'i type'])
  })

  it('reports an index file that does more than export', () => {
    expect(notExports(parse('index.ts', `export { a } from './a.js'\nexport const b = 1`))).toEqual([
      'index.ts: export const b = 1',
    ])
  })

  it('has one rule per place', () => {
    const places = rules.map(({ from }) => from)
    expect(new Set(places).size).toBe(places.length)
  })
})
