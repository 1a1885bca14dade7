import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { preflight } from '../../src/server/http/cors.js'
import { Close, verdict } from '../../src/wire/close.js'
import { clientCodec, serverCodec } from '../../src/wire/codec.js'
import { clientShapes, serverShapes } from '../../src/wire/shape.js'
import { blocks, read, rows } from './markdown.js'

const text = read('docs/PROTOCOL.md')
const all = blocks(text)
const frames = read('src/wire/frame.ts')

/** Each interface as one line without comments. */
function interfaces(source: string): Map<string, string> {
  const bare = source.replace(/\/\*\*[\s\S]*?\*\//g, '')
  const found = bare.matchAll(/interface (\w+)([^{]*\{[^}]*\})/g)
  return new Map([...found].map(([, name = '', body = '']) => [name, body.replace(/\s+/g, ' ')]))
}

describe('the frames', () => {
  const written = interfaces(
    all
      .filter(({ kind }) => kind === 'ts')
      .map((block) => block.text)
      .join('\n'),
  )
  it('have the types of frame.ts', () => {
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(interfaces(frames)))
  })

  const sections = text.split(/^#{2,3} /m).map((section) => section.split('\n'))
  const directionOf = (type: string): string =>
    [type in clientShapes && 'client', type in serverShapes && 'server'].filter(Boolean).join(' ')
  it.each([...new Set([...Object.keys(clientShapes), ...Object.keys(serverShapes)])])('%s has its section', (type) => {
    const [section] = sections.filter(([heading]) => heading === `\`${type}\``)
    const said = { client: /^Client → server\./, server: /^Server → client\./, 'client server': /^Both ways\./ }
    expect(section?.slice(1).find((line) => line)).toMatch(said[directionOf(type) as keyof typeof said])
  })

  it('are all in the table for codecs of level 1', () => {
    const table = rows(text, 'frame').filter(([, way]) => way === 'in' || way === 'out')
    const ways = Object.fromEntries(table.map(([frame, way]) => [frame, way]))
    for (const type of Object.keys(serverShapes))
      if (!(type in clientShapes)) expect([type, ways[type]]).toEqual([type, 'in'])
    for (const type of Object.keys(clientShapes))
      if (!(type in serverShapes)) expect([type, ways[type]]).toEqual([type, 'out'])
    expect(ways).toMatchObject({ ping: 'out', pong: 'in' })
  })
})

describe('the codes', () => {
  it('of closes are those of close.ts, with what a client does after each', () => {
    const table = rows(text, 'code').map(([code, name, , then]) => [name, Number(code), then])
    expect(table).toEqual(Object.entries(Close).map(([name, code]) => [name, code, verdict(code)]))
  })

  it('of errors, refusals and denials are those that the server says', () => {
    const files = readdirSync('src/core/server', { encoding: 'utf8' }).map((name) => `src/core/server/${name}`)
    const sources = ['src/core/server.ts', ...files].map(read).join('\n')
    const said = [
      ...sources.matchAll(/fault\([^,()]+, '([\w-]+)'/g),
      ...sources.matchAll(/warn\('([\w-]+)'/g),
      ...sources.matchAll(/(?:code: |deny\(peer, frame, )'([\w-]+)'/g),
    ].map(([, code]) => code)
    const table = rows(text, 'frame').filter(([frame = '']) => ['error', 'refused', 'denied'].includes(frame))
    const codes = table.filter(([, code]) => code !== 'in').map(([, code]) => code)
    // What was not understood, or is too large, is named where it was decoded; what a hook says, where it is heard.
    expect(new Set(codes)).toEqual(new Set([...said, 'bad-frame', 'too-big', 'rejected']))
  })
})

describe('over HTTP', () => {
  it('every status that the server gives has its row', () => {
    const files = readdirSync('src/server/http', { encoding: 'utf8' }).map((name) => `src/server/http/${name}`)
    const sources = [...files, 'src/server/gate.ts', 'src/server/door.ts'].map(read).join('\n')
    const given = [...sources.matchAll(/(?:status|end\(response,|[|?:(]|return|'|`) ?([2-5]\d\d)(?=[ ,;`')|\n])/g)]
    const table = rows(text, 'answer').flatMap(([cell = '']) => cell.split(', '))
    const missing = new Set(given.map(([, status = '']) => status).filter((status) => !table.includes(status)))
    // Of requests for another path, or of an upgrade: those have tables of their own.
    expect([...missing].filter((status) => status !== '404')).toEqual([])
    for (const status of ['200', '204', '400', '401', '403', '405', '409', '410', '413', '500', '503'])
      expect([given.some(([, one]) => one === status), table.includes(status)]).toEqual([true, true])
  })

  it('a preflight is answered as the table says', () => {
    const table = rows(text, 'header').map(([name = '', value]) => [name.toLowerCase(), value])
    expect(Object.fromEntries(table)).toEqual(preflight)
  })
})

describe('the packets', () => {
  const example = (kind: string): string[] =>
    all.filter((block) => block.heading === 'Packets' && block.kind === kind).map((block) => block.text)

  it('of text are packets', () => {
    expect(serverCodec.decode(example('json')[0] ?? '')).toHaveLength(2)
  })
  it('of bytes are those of the codec', () => {
    const [packet] = clientCodec.encode([{ t: 'send', seq: 2, ch: 'a', body: new Uint8Array([1, 2, 255]) }])
    const hex = [...(packet as Uint8Array)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    expect(example('hex')[0]?.split(/\s+/).filter(Boolean).join(' ')).toBe(hex)
    const head = JSON.stringify(JSON.parse(example('json')[1] ?? ''))
    expect(Buffer.from(packet as Uint8Array).toString('latin1')).toContain(head)
  })
})
