import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Score, tally } from '../../src/core/server/tally.js'
import type { Seated } from '../../src/core/server/roster.js'

const member = (
  client: string,
  since: number,
  offset: number,
  more: Partial<Seated> & { time?: number } = {},
): Seated => {
  const { time = 0, ...rest } = more
  const cursor = { epoch: 'e', since, offset, time }
  return { client, user: '', presence: 'online', shown: 'online', seenAt: 0, cursor, ...rest }
}

const counts = (scores: Score[]): string => scores.map(({ count, of }) => `${count}/${of}`).join(' ')

describe('a tally', () => {
  it('counts whose run holds the message', () => {
    const members = [member('a', 1, 3), member('b', 1, 1), member('c', 1, 0)]
    expect(counts(tally([1, 2, 3, 4], 'e', members))).toBe('2/3 1/3 1/3 0/3')
  })

  it('does not count who began to read later', () => {
    expect(counts(tally([1, 2, 5], 'e', [member('a', 5, 9)]))).toBe('0/0 0/0 1/1')
  })

  it('counts the devices of one person once, whichever has it', () => {
    const members = [
      member('a', 1, 2, { user: 'bob' }),
      member('b', 4, 5, { user: 'bob' }),
      member('c', 1, 9, { user: 'cid' }),
    ]
    expect(counts(tally([2, 3, 4], 'e', members))).toBe('2/2 1/2 2/2')
  })

  it('takes two strangers for two, also where a device is named like a person', () => {
    expect(counts(tally([1], 'e', [member('bob', 1, 1), member('x', 1, 1, { user: 'bob' })]))).toBe('2/2')
  })

  it('awaits those who are there and do not have it', () => {
    const members = [
      member('a', 1, 2),
      member('b', 1, 0, { shown: 'away' }),
      member('c', 1, 0, { shown: 'offline' }),
      member('d', 3, 2),
    ]
    expect(tally([1, 2, 3], 'e', members).map(({ awaited }) => awaited)).toEqual([1, 1, 3])
  })

  it('expects that who reads another log will want this one, and counts nothing of it', () => {
    const elsewhere = member('a', 1, 9)
    elsewhere.cursor.epoch = 'before'
    expect(tally([1], 'e', [elsewhere])).toEqual([{ count: 0, of: 1, awaited: 1 }])
    elsewhere.cursor.since = 5
    expect(tally([1], 'e', [elsewhere])).toEqual([{ count: 0, of: 1, awaited: 1 }])
  })

  it('says who came last to have it', () => {
    const members = [member('a', 1, 9, { time: 5 }), member('b', 1, 1, { time: 7 })]
    expect(tally([1, 2], 'e', members).map(({ by }) => by?.client)).toEqual(['b', 'a'])
  })

  it('is the same as counting one by one', () => {
    const device = fc.record({
      client: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      user: fc.constantFrom('', 'ann', 'bob'),
      shown: fc.constantFrom('online' as const, 'away' as const, 'offline' as const),
      since: fc.nat(12),
      length: fc.nat(12),
      time: fc.nat(99),
    })
    const offsets = fc.uniqueArray(fc.integer({ min: 1, max: 20 })).map((list) => list.sort((a, b) => a - b))
    fc.assert(
      fc.property(offsets, fc.uniqueArray(device, { selector: ({ client }) => client }), (list, devices) => {
        const members = devices.map(({ client, since, length, ...rest }) =>
          member(client, since, since + length - 1, rest),
        )
        const found = tally(list, 'e', members).map(({ count, of, awaited }) => ({ count, of, awaited }))
        expect(found).toEqual(list.map((offset) => naive(offset, members)))
      }),
    )
  })
})

function naive(offset: number, members: Seated[]): Omit<Score, 'by'> {
  const names = new Set(members.map(({ client, user }) => user || ` ${client}`))
  const score = { count: 0, of: 0, awaited: 0 }
  for (const name of names) {
    const devices = members.filter(({ client, user }) => (user || ` ${client}`) === name && true)
    const concerned = devices.filter(({ cursor }) => cursor.since <= offset)
    if (!concerned.length) continue
    score.of++
    if (concerned.some(({ cursor }) => cursor.offset >= offset)) score.count++
    else if (concerned.some(({ shown }) => shown !== 'offline')) score.awaited++
  }
  return score
}
