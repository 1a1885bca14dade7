import { describe, expect, it } from 'vitest'
import type { ServerOutput } from '../../src/core/server/contract.js'
import type { LinkInput } from '../../src/server/input.js'
import { createInstruments } from '../../src/server/instruments.js'
import { Metrics } from '../../src/server/metrics.js'
import { FrameError } from '../../src/wire/errors.js'

const counted = (inputs: LinkInput[], outputs: ServerOutput[] = []) => {
  const metrics = new Metrics(
    () => 0,
    () => undefined,
  )
  for (const input of inputs) metrics.input(input)
  for (const output of outputs) metrics.output(output)
  return metrics
}
const opened = (link: number, transport: 'websocket' | 'stream' | 'poll' = 'websocket'): LinkInput => ({
  ...{ on: 'opened', link, transport },
})
const write = (link: number, ...frames: (ServerOutput & { do: 'write' })['frames']): ServerOutput => ({
  ...{ do: 'write', link, frames },
})
const terms = { v: 1, ticket: '', resumed: false, got: 0, idle: 1, max: 1, window: 1 }
const welcome = { t: 'welcome' as const, ...terms }

describe('links', () => {
  it('are counted by transport, and their end once, by the code that was first', () => {
    const metrics = counted(
      [opened(1), opened(2, 'stream'), opened(3, 'poll'), { on: 'closed', link: 3, code: 1001 }],
      [{ do: 'close', link: 1, code: 4408, reason: '' }],
    )
    metrics.input({ on: 'closed', link: 1, code: 1006 })
    expect(Object.fromEntries(metrics.links)).toEqual({ websocket: 0, stream: 1, poll: 0 })
    expect(Object.fromEntries(metrics.opened)).toEqual({ websocket: 1, stream: 1, poll: 1 })
    expect(Object.fromEntries(metrics.closed)).toEqual({ '1001': 1, '4408': 1 })
  })

  it('that end with a code of the client’s own share one label', () => {
    const inputs = [4_000, 4_001, 3_999].flatMap((code, link): LinkInput[] => [
      opened(link),
      { on: 'closed', link, code },
    ])
    expect(Object.fromEntries(counted(inputs).closed)).toEqual({ other: 3 })
  })

  it('hold one session each, from the welcome to the end', () => {
    const metrics = counted([opened(1), opened(2)], [write(1, welcome), write(1, welcome), write(2, welcome)])
    expect(metrics.sessions).toBe(2)
    metrics.input({ on: 'closed', link: 1 })
    expect(metrics.sessions).toBe(1)
  })

  it('that are sent away with a time to come back are counted as such', () => {
    const retry = { t: 'retry', after: 1, spread: 1 } as const
    const close = (link: number): ServerOutput => ({ do: 'close', link, code: 1012, reason: '' })
    const metrics = counted([opened(1), opened(2)], [write(1, retry), close(1), close(2)])
    expect(Object.fromEntries(metrics.dismissed)).toEqual({ '1012': 1 })
  })
})

describe('messages', () => {
  it('are counted as the store took them, and when they are said again', () => {
    const place = { seq: 1, ch: 'room', epoch: 'e', offset: 1 }
    const metrics = counted(
      [
        {
          on: 'done',
          op: 1,
          result: { is: 'done', seq: 2, fates: [{ is: 'stored', place }, { is: 'duplicate' }, { is: 'gap' }] },
        },
        { on: 'done', op: 2, result: true },
        { on: 'done', op: 3, result: undefined },
        // A store of somebody's own may say so.
        { on: 'done', op: 4, result: null as unknown as undefined },
      ],
      [{ do: 'log', level: 'debug', event: 'repeated', fields: { client: 'ann', count: 3 } }],
    )
    expect([metrics.accepted, metrics.duplicates]).toEqual([1, 4])
  })

  it('that are refused have the server’s codes for labels, and one for all of a hook’s', () => {
    const codes = ['forbidden', 'inbox-full', 'rude', 'room:42']
    const metrics = counted(
      [],
      codes.map((code) => write(1, { t: 'refused', seq: 1, code, reason: '' })),
    )
    expect(Object.fromEntries(metrics.refused)).toMatchObject({ forbidden: 1, 'inbox-full': 1, hook: 2 })
    expect([...metrics.refused]).toHaveLength(5)
  })

  it('and all other frames are counted by type, with their bytes by transport', () => {
    const metrics = counted([
      opened(1, 'poll'),
      {
        on: 'frames',
        link: 1,
        frames: [
          { t: 'seen', away: true },
          { t: 'watch', ch: 'room' },
        ],
        bytes: 40,
      },
      { on: 'broken', link: 1, error: new FrameError('bad-frame', 'no'), bytes: 2 },
    ])
    metrics.output(write(1, { t: 'message', ch: 'room', body: '1' }, { t: 'noted', ch: 'room', offset: 1 }))
    metrics.wrote('poll', 9)
    expect(Object.fromEntries(metrics.received)).toEqual({ seen: 1, watch: 1 })
    expect(Object.fromEntries(metrics.sent)).toEqual({ message: 1, noted: 1 })
    expect([metrics.receivedBytes.get('poll'), metrics.sentBytes.get('poll')]).toEqual([42, 9])
    expect(metrics.malformed.get('bad-frame')).toBe(1)
  })

  it('follow channels: as many as are wanted', () => {
    const follow = (ch: string, wanted: boolean): ServerOutput => ({ do: 'follow', ch, wanted })
    expect(counted([], [follow('a', true), follow('b', true), follow('a', false)]).channels).toBe(1)
  })
})

describe('calls', () => {
  it('are timed by name and result, and counted while they are under way', async () => {
    let now = 1
    const seen: unknown[] = []
    const metrics = new Metrics(
      () => now,
      (...all) => seen.push(all),
    )
    const good = metrics.time('read', Promise.resolve(7))
    const bad = metrics.time('review', Promise.reject(new Error('no')))
    expect(Object.fromEntries(metrics.calls)).toEqual({ read: 1, review: 1 })
    now = 3
    expect(await good).toBe(7)
    await expect(bad).rejects.toThrow('no')
    expect(seen).toEqual([
      ['read', 'ok', 2],
      ['review', 'failed', 2],
    ])
    expect(Object.fromEntries(metrics.calls)).toEqual({ read: 0, review: 0 })
  })
})

describe('the text', () => {
  it('says what each number is, and the same when nothing has happened since', async () => {
    const { metrics, text } = createInstruments()
    metrics.input(opened(1))
    metrics.output({ do: 'log', level: 'info', event: 'fault', fields: { link: 1, code: 'no-hello' } })
    await metrics.time('append', Promise.resolve())
    const first = await text()
    expect(await text()).toBe(first)
    expect(first).toContain('# TYPE holdfast_links gauge\nholdfast_links{transport="websocket"} 1\n')
    expect(first).toContain('# TYPE holdfast_messages_accepted_total counter\nholdfast_messages_accepted_total 0\n')
    expect(first).toContain('holdfast_faults_total{code="no-hello"} 1')
    expect(first).toContain('holdfast_call_duration_seconds_count{call="append",result="ok"} 1')
  })

  it('keeps to the conventions: base units, counters end in _total, each with help', async () => {
    const lines = (await createInstruments().text()).split('\n')
    const types = lines.flatMap((line) => [...line.matchAll(/^# TYPE (\S+) (\S+)$/g)])
    expect(types.length).toBeGreaterThan(15)
    for (const [, name = '', type] of types) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      expect(name).toMatch(/^holdfast_[a-z_]+$/)
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^# HELP ${name} \\S`)))
    }
  })

  it('is of one server: another’s is its own', async () => {
    const [one, two] = [createInstruments(), createInstruments()]
    one.metrics.input(opened(1))
    expect(await two.text()).toContain('holdfast_links{transport="websocket"} 0')
  })
})
