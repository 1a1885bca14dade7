import { describe, expect, it } from 'vitest'
import type { ClientFrame, Packed, ServerFrame } from '../../../src/wire/frame.js'
import { blocks, read } from '../../docs/markdown.js'
import type { Happening } from './dialogue.js'
import { dialogues, unplayable } from './dialogues.js'
import { Plays } from './plays.js'

const says = (link: number, frame: ClientFrame<Packed>): Happening => ({ is: 'says', link, frame })
const hears = (link: number, frame: ServerFrame): Happening => ({ is: 'hears', link, frame })
const answers = (frame: ServerFrame): Happening => ({ is: 'answers', frame })
const cut = (link: number, rung = 0): Happening => ({
  ...{ is: 'ended', link, rung },
  closing: { code: 1006, reason: '' },
})
const hello = { t: 'hello', v: 1, client: 'ada', key: 'k', acked: 0 } as const
const welcome = (resumed: boolean, got = 0) =>
  ({ t: 'welcome', v: 1, ticket: 'T', resumed, got, idle: 1, max: 1, window: 1 }) as const
const send = (seq: number) => ({ t: 'send', seq, ch: 'room', body: '1' }) as const
const accepted = (seq: number) => ({ t: 'accepted', seq }) as const
const subscribed = (epoch: string, lost?: [number, number]) =>
  ({ t: 'subscribed', ch: 'room', epoch, next: 1, ...(lost && { lost }) }) as const
const message = (offset: number) => ({ t: 'message', ch: 'room', offset, body: 1 }) as const

const dial = (link: number, rung: number): Happening => ({
  is: 'does',
  output: { do: 'open', link, rung, fresh: true },
})

/** The names of the dialogues that one client has played. */
function played(...what: Happening[]): string[] {
  const plays = new Plays()
  for (const one of what) plays.happened('ada', one)
  return [...plays.seen]
}

describe('the dialogues', () => {
  it('are those of the protocol, each under its number', () => {
    const kinds = ['dialogue', 'exchange', 'http']
    const headings = blocks(read('docs/PROTOCOL.md')).filter(({ kind }) => kinds.includes(kind))
    const numbers = headings.map(({ heading }) => /^\d+/.exec(heading)?.[0]).filter((one) => one !== undefined)
    const known = [...dialogues.map(({ name }) => name.replace(/\D/g, '')), ...Object.keys(unplayable)]
    expect(new Set(known)).toEqual(new Set(numbers))
  })

  it('1: first contact', () => {
    const start = [says(1, hello), says(1, { t: 'sub', ch: 'room', from: 'now' }), says(1, send(1))]
    const rest = [hears(1, welcome(false)), hears(1, accepted(1))]
    expect(played(...start, ...rest)).toContain('1')
    expect(played(...start, hears(1, welcome(true)), hears(1, accepted(1)))).not.toContain('1')
    expect(played(...start, hears(2, welcome(false)), hears(1, accepted(1)))).not.toContain('1')
  })

  it('2, 6, 7: resumed after a cut, with nothing lost, a part of it, or all', () => {
    const before = [hears(1, subscribed('e1')), cut(1), hears(2, welcome(true))]
    const gap = (reset: boolean): Happening => ({
      is: 'does',
      output: { do: 'gap', ch: 'room', gap: { from: 1, to: 2, ...(reset && { reset }) } },
    })
    expect(played(...before, hears(2, subscribed('e1')), hears(2, message(1)))).toEqual(['2'])
    expect(played(...before, hears(2, subscribed('e1', [1, 2])), gap(false), hears(2, message(2)))).toEqual(['6'])
    expect(played(...before, hears(2, subscribed('e2', [1, 1])), gap(true), hears(2, message(1)))).toEqual(['7'])
  })

  it('3: an acknowledgement that was heard was not lost', () => {
    const [sent, taken] = [says(1, send(1)), answers(accepted(1))]
    expect(played(sent, taken, sent, hears(1, accepted(1)))).toContain('3a')
    expect(played(sent, taken, hears(1, accepted(1)), sent, hears(1, accepted(1)))).not.toContain('3a')
    expect(played(sent, taken, cut(1), hears(2, welcome(true, 1)))).toContain('3b')
    expect(played(sent, taken, hears(1, accepted(1)), cut(1), hears(2, welcome(true, 1)))).not.toContain('3b')
    expect(played(sent, cut(1), hears(2, welcome(true, 0)))).not.toContain('3b')
  })

  it('5: a gap is pulled, where one message did not come', () => {
    const pull = [says(1, { t: 'sub', ch: 'room', from: 2 }), hears(1, message(2))]
    expect(played(hears(1, message(1)), hears(1, message(3)), ...pull)).toContain('5')
    expect(played(hears(1, message(1)), hears(1, message(2)), ...pull)).not.toContain('5')
  })

  it('8: the server restarts; with its store it is another', () => {
    const after = [hears(2, welcome(true)), hears(2, subscribed('e1')), hears(2, accepted(2))]
    expect(played(hears(1, subscribed('e1')), { is: 'crash', kept: true }, ...after)).toContain('8')
    expect(played(hears(1, subscribed('e1')), { is: 'crash', kept: false }, ...after)).not.toContain('8')
  })

  it('13: what has opened was not refused', () => {
    const rest = [cut(1), dial(2, 1), says(2, hello), hears(2, welcome(false))]
    expect(played(dial(1, 0), ...rest)).toContain('13')
    expect(played(dial(1, 0), { is: 'opened', link: 1 }, ...rest)).not.toContain('13')
  })

  it('18, 19: a request said again, and a second ticket, of the same link', () => {
    const post = (link: number, at: string): Happening => ({ is: 'posts', link, post: at })
    expect(played(post(1, '1'), post(1, '1'))).toEqual(['18'])
    expect(played(post(1, '1'), post(2, '1'), post(2, '2'))).toEqual([])
    expect(played({ is: 'ticket', link: 1 }, { is: 'ticket', link: 1 })).toEqual(['19'])
  })
})

describe('a play', () => {
  const sent = says(1, send(1))
  it('that stands still does not hide the next', () => {
    const pause = Array.from({ length: 400 }, () => hears(1, { t: 'pong', id: 1 }))
    const refused = (link: number): Happening[] => [dial(link, 0), cut(link), dial(link + 1, 1)]
    const welcomed = [says(4, hello), hears(4, welcome(false))]
    expect(played(...refused(1), ...pause, ...refused(3), ...welcomed)).toContain('13')
  })
  it('is of one client alone', () => {
    const plays = new Plays()
    plays.happened('ada', sent)
    for (const one of [answers(accepted(1)), sent, hears(1, accepted(1))]) plays.happened('ben', one)
    expect([...plays.seen]).toEqual([])
  })
  it('is counted once, and then looked for no more', () => {
    const plays = new Plays()
    const all = [sent, answers(accepted(1)), sent, hears(1, accepted(1))]
    for (const one of [...all, ...all]) plays.happened('ada', one)
    for (const one of all) plays.happened('ben', one)
    expect([...plays.seen]).toEqual(['3a'])
  })
})
