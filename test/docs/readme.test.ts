import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, settle as settleClient } from '../../src/client/options.js'
import { backoff } from '../../src/core/backoff.js'
import { serverDefaults } from '../../src/core/server/contract.js'
import { settle as settleServer } from '../../src/server/settings.js'
import { settle as settleRedis } from '../../src/server/stores/redis/settings.js'
import { tablesDefaults } from '../../src/server/stores/tables.js'
import { createEnv } from '../../src/shell/env.js'
import { settle as settleSocket } from '../../src/socket/options.js'
import { clientCodec } from '../../src/wire/codec.js'
import { blocks, read, rows } from './markdown.js'
import { Stage } from './stage.js'

const readme = read('README.md')
const section = (heading: string): string => readme.split(/^#{2,3} /m).find((one) => one.startsWith(heading)) ?? ''

const units: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, h: 3_600_000 }

/** What a cell says, where it is a value; words such as `none` are none. */
function valueOf(cell: string): unknown {
  const [, digits = '', unit] = /^([\d,]+)(?: (KiB|MiB|h))?$/.exec(cell) ?? []
  if (digits) return Number(digits.replaceAll(',', '')) * (unit ? (units[unit] ?? NaN) : 1)
  const words: Record<string, unknown> = { Infinity, true: true, false: false, reject: 'reject', ping: 'ping' }
  return words[cell]
}

/** The table's defaults against the real ones, by dotted name. */
function checkDefaults(table: string[][], real: Record<string, unknown>): void {
  const said = table.flatMap(([name = '', cell = '']) => (valueOf(cell) === undefined ? [] : [[name, valueOf(cell)]]))
  const same = said.map(([name]) => [name, real[name as string]])
  expect(said).toEqual(same)
  const missing = Object.keys(real).filter((name) => ['number', 'boolean'].includes(typeof real[name]))
  const names = table.flatMap(([name = '']) => name.split(', '))
  expect(names).toEqual(expect.arrayContaining(missing))
}

const under = (prefix: string, values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]))

describe('the options of README.md have the defaults of the source', () => {
  it('of level 0', () => {
    const required = { idOf: () => 1, isAck: () => true }
    const { heartbeat, ack, dedupe, ...rest } = settleSocket({
      WebSocket: (() => undefined) as never,
      heartbeat: {},
      ack: required,
      dedupe: { idOf: required.idOf },
    })
    checkDefaults(rows(section('Options of level 0'), 'option'), {
      ...rest,
      ...under('heartbeat', heartbeat ?? {}),
      'heartbeat.message': 'ping',
      ...under('dedupe', { maxCount: dedupe?.maxCount, maxAge: dedupe?.maxAge }),
      'ack.idOf': ack?.idOf,
    })
  })
  it('of createClient', () => {
    const given = check({ url: 'ws://x', transports: [{ open: () => undefined } as never] })
    const { link, outbox, ttl } = settleClient(given, clientCodec, createEnv())
    const { backoff, heartbeat, maxRetries, stableAfter, connectTimeout } = link
    checkDefaults(rows(section('createClient'), 'option'), {
      ...under('heartbeat', heartbeat),
      ...under('reconnect', { ...backoff, maxRetries, stableAfter, connectTimeout }),
      ...under('outbox', { ...outbox, ttl }),
    })
  })
  it('of the transports over HTTP', () => {
    const table = rows(readme, 'option of sse, longPoll, shortPoll')
    const source = ['poll', 'request', 'sse'].map((name) => read(`src/transports/${name}.ts`)).join('\n')
    const said = table.map(([name = '', cell]) => [name, valueOf(cell ?? '')])
    const real = (name: string): unknown => {
      const [, digits] = new RegExp(`\\b${name}(?:: longest)? = ([\\d_]+)`).exec(source) ?? []
      return digits === undefined ? undefined : Number(digits.replaceAll('_', ''))
    }
    expect(said).toEqual(said.map(([name]) => [name, real(name as string)]))
    expect(said.filter(([, value]) => value !== undefined)).toHaveLength(3)
  })
  it('of createServer', () => {
    checkDefaults(rows(section('createServer'), 'option'), { ...settleServer({}) })
  })
  it('of MemoryStore', () => {
    checkDefaults(rows(section('MemoryStore'), 'option'), { ...tablesDefaults })
  })
  it('of RedisStore', () => {
    checkDefaults(rows(section('RedisStore'), 'option'), { ...settleRedis({}) })
  })
  it('of NetworkDetector', () => {
    const source = read('src/network.ts')
    for (const name of ['probeTimeout', 'sleepCheck']) expect(source).toContain(`${name}: number(5_000),`)
    const table = rows(section('NetworkDetector'), 'option')
    expect(table.map(([name]) => name)).toEqual(['probeUrl', 'probeTimeout', 'sleepCheck', 'page'])
    expect(table.slice(1, 3).map(([, cell = '']) => valueOf(cell))).toEqual([5_000, 5_000])
  })
})

describe('README.md', () => {
  it('names every error of a message, and every class', () => {
    const source = read('src/wire/errors.ts')
    const codes = [...source.slice(source.lastIndexOf('export type MessageErrorCode')).matchAll(/'([\w-]+)'/g)]
    const table = rows(section('Errors'), 'class')
    const named = (kind: string): unknown[] => table.filter(([name]) => name === kind).map(([, code]) => code)
    expect(named('MessageError')).toEqual(codes.map(([, code]) => code))
    const classes = [...source.matchAll(/export class (\w+)/g)].map(([, name]) => name)
    expect(new Set(table.map(([name]) => name))).toEqual(new Set(classes))
  })

  it('names flags that the command has', () => {
    const cli = read('src/server/cli.ts')
    for (const [, flag] of section('The server').matchAll(/ `?(--[a-z-]+)/g))
      if (flag !== '--help') expect(cli).toContain(`${flag} <`)
  })

  it('says how soon a herd is spread', () => {
    const delays = { base: 500, cap: 20_000, factor: 2, floor: 0 }
    const window = 100 / backoff(delays, 5, 1)
    const table = rows(section('How it compares'), 'client')
    expect(table.find(([client]) => client === 'Holdfast')?.[1]).toBe(`${Math.round(window * 100)} %`)
  })

  it('says how soon a dead link is noticed', () => {
    const noticed = (ms: number, act: (stage: Stage) => void): boolean => {
      const stage = new Stage()
      stage.open(1)
      stage.deaden(1)
      act(stage)
      stage.pass(ms)
      return stage.lines.some((line) => line.includes('close 4408'))
    }
    const idle = (): void => undefined
    const busy = (stage: Stage): void => stage.send('room', '1')
    expect([noticed(19_999, idle), noticed(20_000, idle)]).toEqual([false, true])
    expect([noticed(2_999, busy), noticed(3_000, busy)]).toEqual([false, true])
    expect(section('How it compares')).toMatch(/given up 20 s after the last byte.[^.]* it is\s+3 s/)
  })

  it('says what the server keeps to by default', () => {
    expect(readme).toContain(`| \`idle\`                | ${serverDefaults.idle.toLocaleString('en')} `)
  })
})

describe.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/PROTOCOL.md', 'docs/ARCHITECTURE.md'])(
  '%s',
  (path) => {
    const text = read(path)
    const prose = text.replace(/```[\s\S]*?```/g, '')
    const slug = (heading: string): string =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')
    const slugs = (markdown: string): string[] =>
      [...markdown.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => slug(heading))

    it('links to what is there', () => {
      for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue
        const [file = '', anchor] = target.split('#')
        const at = file ? join(dirname(path), file) : path
        expect([target, existsSync(at)]).toEqual([target, true])
        if (anchor !== undefined) expect(slugs(read(at))).toContain(anchor)
      }
    })

    it('names scripts and files that are there', () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
      for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(name)
      const files = [...prose.matchAll(/`((?:src|test|docs)\/[\w./-]+?\.(?:ts|mjs|md|json))`/g)].map(([, file]) => file)
      expect(files.filter((file = '') => !existsSync(file))).toEqual([])
    })

    it('has snippets with a language', () => {
      expect(blocks(text).filter(({ kind }) => !kind)).toEqual([])
    })
  },
)
