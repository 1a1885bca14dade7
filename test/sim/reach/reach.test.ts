import { describe, expect, it } from 'vitest'
import { count, merge, nothing } from '../total.js'
import type { Outcome } from '../simulate.js'
import { excuses, type Excuse } from './excuses.js'
import { contradictions, excuseOf } from './impossible.js'
import { countIn, type Counts, join, Recorder } from './recorder.js'
import { document, figures, unlisted } from './report.js'
import { tables } from './tables.js'

const seeing = (...cells: [string, string, string][]): Recorder => {
  const recorder = new Recorder()
  for (const cell of cells) recorder.note(...cell)
  return recorder
}

const outcome = (seed: number, more: Partial<Outcome> = {}): Outcome => ({
  ...{ seed, alone: false, hash: '', broken: undefined, time: 1_000, events: 10, messages: 2 },
  ...{ recovery: 1, bound: 4, seen: seeing(['link', 'up', 'heard']), trace: () => '' },
  ...more,
})

describe('the recorder', () => {
  it('counts a cell once for each world, however often it was reached there', () => {
    const counts: Counts = {}
    countIn(counts, seeing(['link', 'up', 'heard'], ['link', 'up', 'heard'], ['link', 'idle', 'connect']))
    countIn(counts, seeing(['link', 'up', 'heard']))
    expect(counts).toEqual({ 'link/up/heard': 2, 'link/idle/connect': 1 })
  })

  it('joins what two have counted, and changes neither', () => {
    const [one, other] = [
      { a: 1, b: 2 },
      { b: 3, c: 4 },
    ]
    expect(join(one, other)).toEqual({ a: 1, b: 5, c: 4 })
    expect([one, other]).toEqual([
      { a: 1, b: 2 },
      { b: 3, c: 4 },
    ])
  })
})

describe('a total', () => {
  it('is the same however the worlds were dealt out', () => {
    const broken = { invariant: '1 storedOnce', why: '', at: 0 }
    const worlds = [outcome(1), outcome(2, { broken, recovery: 3 }), outcome(3, { broken }), outcome(4)]
    const sumOf = (some: Outcome[]) => {
      const total = nothing()
      for (const one of some) count(total, one)
      return total
    }
    const [a, b, c, d] = worlds as [Outcome, Outcome, Outcome, Outcome]
    const total = sumOf(worlds)
    expect(merge(sumOf([d, c]), sumOf([b, a]))).toEqual(total)
    expect(total).toMatchObject({ seeds: 4, events: 40, slowest: 0.75, reached: { 'link/up/heard': 4 } })
    expect(total.broken.map(({ seed }) => seed)).toEqual([2, 3])
  })

  it('of a world that broke before its recovery counts no recovery', () => {
    const total = nothing()
    count(total, outcome(1, { recovery: 0, bound: 0 }))
    expect(total.slowest).toBe(0)
  })
})

describe('what is said to be impossible', () => {
  const list: Excuse[] = [
    { table: 'link', row: 'closing', columns: ['*'], is: 'impossible', why: 'of that' },
    { table: 'link', row: '*', columns: ['connect'], is: 'unused', why: 'nobody does' },
  ]
  it('is an error where it is reached; what is merely not done is none', () => {
    expect(contradictions({ 'link/closing/tick': 3, 'link/up/connect': 1, 'link/up/tick': 9 }, list)).toEqual([
      'link/closing/tick was reached, and is said to be impossible: of that',
    ])
  })
  it('is found by row, by column, and by all of them', () => {
    expect(excuseOf('link', 'closing', 'heard', list)?.why).toBe('of that')
    expect(excuseOf('link', 'up', 'connect', list)?.why).toBe('nobody does')
    expect(excuseOf('link', 'up', 'heard', list)).toBeUndefined()
    expect(excuseOf('client', 'closing', 'heard', list)).toBeUndefined()
  })
  it('names only cells that there are', () => {
    for (const { table, row, columns } of excuses) {
      const { rows = {} } = tables.find(({ name }) => name === table) ?? {}
      const known = row === '*' ? Object.values(rows).flat() : (rows[row] ?? [])
      const names = columns.filter((one) => one !== '*' && !known.includes(one))
      expect([table, row, known.length > 0, names]).toEqual([table, row, true, []])
    }
  })
})

describe('the report', () => {
  it('says of each cell in how many worlds, that it cannot be, or that nobody knows why not', () => {
    const text = figures({ ...nothing(), reached: { 'link/up/heard': 1234 } })
    expect(text).toMatch(/\| heard +\| – \| – \| \*\*0\*\* \| 1,234 \| – \| – \| – \| – \|/)
    expect(text).toMatch(/- .*`up` × `tick`.*: \*\*no reason is known\*\*/)
    expect(text).toContain('cannot be: a client waits for no end')
  })
  it('finds what no table lists', () => {
    expect(unlisted({ 'link/up/heard': 1, 'link/up/sideways': 1 })).toEqual(['link/up/sideways'])
  })
  it('puts the figures where the document wants them', () => {
    const put = (text: string, name: string, said: string) => `${text}[${name}: ${said}]`
    const text = document('', put, { ...nothing(), seeds: 5 }, 7, new Date(0))
    expect(text).toMatch(/^\[run: [^]*\| day \| 1970-01-01 \|[^]*\| seeds \| 5 from 7 \|[^]*\]\[coverage: /)
  })
})
