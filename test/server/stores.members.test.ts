import { describe, expect, it } from 'vitest'
import { Bench } from '../support/store-bench.js'

type Run = [since: number, offset: number]

describe('a cursor', () => {
  it.each<[string, Run, Run, Run]>([
    ['what follows is joined', [1, 5], [6, 9], [1, 9]],
    ['what comes before is joined', [6, 9], [1, 5], [1, 9]],
    ['what overlaps is joined', [3, 7], [5, 9], [3, 9]],
    ['what is within changes nothing', [3, 9], [4, 6], [3, 9]],
    ['what lies around takes its place', [4, 6], [3, 9], [3, 9]],
    ['a run further on takes its place', [1, 5], [7, 9], [7, 9]],
    ['a run further back does not', [7, 9], [1, 5], [7, 9]],
    ['nothing yet, where it goes on', [1, 5], [6, 5], [1, 5]],
    ['nothing yet, further on', [1, 5], [9, 8], [9, 8]],
    ['what was nothing is joined from behind', [6, 5], [1, 5], [1, 5]],
  ])('%s', async (_, first, second, joined) => {
    const bench = new Bench()
    await bench.open()
    expect(await bench.cursor('ann', 'room')).toBeUndefined()
    await bench.keep('ann', 'room', ...first)
    const early = bench.now++
    await bench.keep('ann', 'room', ...second)
    const time = second[1] > first[1] ? bench.now : early
    const cursor = { epoch: 'e', since: joined[0], offset: joined[1], time }
    expect(await bench.cursor('ann', 'room')).toEqual(cursor)
    const member = expect.objectContaining({ client: 'ann', cursor }) as unknown
    expect(bench.changes).toMatchObject([
      { is: 'member', ch: 'room' },
      { is: 'member', ch: 'room', member },
    ])
  })

  it.each([
    ['the present one takes the place of another', 'old', 'e', 'e'],
    ['another does not take the place of the present one', 'e', 'old', 'e'],
    ['of two that are not present, the later said', 'old', 'older', 'older'],
  ])('of another epoch: %s', async (_, first, second, stays) => {
    const bench = new Bench()
    await bench.fill(1)
    await bench.keep('ann', 'room', 1, 5, first)
    await bench.keep('ann', 'room', 1, 1, second)
    expect(await bench.cursor('ann', 'room')).toMatchObject({ epoch: stays })
  })

  it('of a client that is not known is not kept', async () => {
    const bench = new Bench()
    await bench.keep('ann', 'room', 1, 5)
    await bench.open()
    expect(await bench.cursor('ann', 'room')).toBeUndefined()
    expect(bench.changes).toEqual([])
  })

  it('beyond the limit displaces the one longest unchanged, which is left', async () => {
    const bench = new Bench({ maxCursors: 2 })
    await bench.open()
    for (const [ch, offset] of [
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['c', 1],
    ] as const)
      await bench.keep('ann', ch, 1, offset)
    expect(await bench.cursor('ann', 'a')).toBeDefined()
    expect(await bench.cursor('ann', 'b')).toBeUndefined()
    expect(bench.changes.at(-1)).toEqual({ is: 'left', ch: 'b', client: 'ann' })
    expect((await bench.store.members({ ch: 'b' })).members).toEqual([])
  })
})

describe('members', () => {
  const members = async (bench: Bench) => (await bench.store.members({ ch: 'room' })).members

  it('come with the bounds of the log, and as they were seen', async () => {
    const bench = new Bench()
    await bench.fill(3)
    await bench.open('bob', 'k', 0, 'Bob')
    await bench.keep('ann', 'room', 1, 2)
    await bench.keep('bob', 'room', 2, 3)
    await bench.store.seen({ devices: [{ client: 'bob', user: 'Bob', presence: 'away', seenAt: 77 }] })
    const time = bench.now
    expect(await bench.store.members({ ch: 'room' })).toEqual({
      epoch: 'e',
      oldest: 1,
      next: 4,
      members: [
        {
          client: 'ann',
          user: '',
          presence: 'offline',
          seenAt: time,
          cursor: { epoch: 'e', since: 1, offset: 2, time },
        },
        { client: 'bob', user: 'Bob', presence: 'away', seenAt: 77, cursor: { epoch: 'e', since: 2, offset: 3, time } },
      ],
    })
  })

  it('a channel that nobody is in has none', async () => {
    expect(await new Bench().store.members({ ch: 'x' })).toEqual({ epoch: 'e', oldest: 1, next: 1, members: [] })
  })

  it('leave, and that is told once', async () => {
    const bench = new Bench()
    await bench.open()
    await bench.keep('ann', 'room', 1, 0)
    await bench.store.leave({ client: 'ann', ch: 'room' })
    await bench.store.leave({ client: 'ann', ch: 'room' })
    expect(bench.changes.slice(1)).toEqual([{ is: 'left', ch: 'room', client: 'ann' }])
    expect(await members(bench)).toEqual([])
  })

  it.each<[string, (bench: Bench) => unknown]>([
    ['by its own wish', (bench) => bench.store.forget({ client: 'ann', below: Infinity })],
    ['for it was idle', (bench) => ((bench.now += 1_000), members(bench))],
    ['for there are too many', async (bench) => (await bench.open('bob'), bench.open('cid'))],
  ])('are forgotten %s: they leave all their channels', async (_, forget) => {
    const bench = new Bench({ clientTtl: 1_000, maxClients: 2 })
    await bench.open()
    await bench.keep('ann', 'room', 1, 0)
    await bench.keep('ann', 'hall', 1, 0)
    await forget(bench)
    expect(bench.changes.slice(2)).toEqual([
      { is: 'left', ch: 'room', client: 'ann' },
      { is: 'left', ch: 'hall', client: 'ann' },
    ])
    expect(await members(bench)).toEqual([])
  })
})

describe('a device', () => {
  const seen = (bench: Bench, presence: 'online' | 'away' | 'offline', seenAt: number, client = 'ann', user = '') =>
    bench.store.seen({ devices: [{ client, user, presence, seenAt }] })

  it('that is seen differently is told in each of its channels; a mere refresh is silent', async () => {
    const bench = new Bench()
    await bench.open()
    await bench.keep('ann', 'room', 1, 0)
    await bench.keep('ann', 'hall', 1, 0)
    bench.changes.length = 0
    await seen(bench, 'offline', 1)
    expect(bench.changes).toEqual([])
    await seen(bench, 'online', 2)
    expect(bench.changes).toMatchObject([
      { is: 'member', ch: 'room', member: { client: 'ann', presence: 'online', seenAt: 2 } },
      { is: 'member', ch: 'hall', member: { client: 'ann', presence: 'online', seenAt: 2 } },
    ])
    await seen(bench, 'online', 3)
    expect(bench.changes).toHaveLength(2)
    expect((await bench.store.members({ ch: 'room' })).members).toMatchObject([{ presence: 'online', seenAt: 3 }])
    await seen(bench, 'online', 4, 'ann', 'Ann')
    expect(bench.changes).toHaveLength(4)
  })

  it('is not seen as it was before the last time; what was seen at that very time counts', async () => {
    const bench = new Bench()
    await bench.open()
    await bench.keep('ann', 'room', 1, 0)
    await seen(bench, 'online', 5)
    await seen(bench, 'away', 4)
    expect((await bench.store.members({ ch: 'room' })).members).toMatchObject([{ presence: 'online', seenAt: 5 }])
    await seen(bench, 'away', 5)
    expect((await bench.store.members({ ch: 'room' })).members).toMatchObject([{ presence: 'away', seenAt: 5 }])
  })

  it('that is not known is not seen; one that is seen is not idle', async () => {
    const bench = new Bench({ clientTtl: 1_000 })
    await seen(bench, 'online', 9)
    await bench.open()
    await bench.keep('ann', 'room', 1, 0)
    expect((await bench.store.members({ ch: 'room' })).members).toMatchObject([{ presence: 'offline' }])
    bench.now += 999
    await seen(bench, 'online', 9)
    bench.now += 999
    expect((await bench.store.members({ ch: 'room' })).members).toHaveLength(1)
  })
})
