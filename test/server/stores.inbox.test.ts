import { describe, expect, it } from 'vitest'
import { Bench } from '../support/store-bench.js'

const INBOX = '@bob'

async function fates(bench: Bench, ...seqs: number[]) {
  const records = seqs.map((seq) => ({
    ...{ ch: INBOX, seq, after: seq - 1, id: `ann:${seq}`, from: '', time: bench.now, body: '1' },
  }))
  const appended = await bench.store.append({ client: 'ann', records })
  return appended.is === 'done' ? [appended.seq, ...appended.fates.map(({ is }) => is)] : appended
}

const oldest = async (bench: Bench) => (await bench.read(0, 0, 0, INBOX)).oldest

describe('an inbox', () => {
  it('that is full takes no more: the number stays, and what follows is a gap', async () => {
    const bench = new Bench({ inboxEntries: 2, maxEntries: 1 })
    await bench.open()
    expect(await fates(bench, 1, 2, 3, 4)).toEqual([2, 'stored', 'stored', 'full', 'gap'])
    expect(await fates(bench, 3)).toEqual([2, 'full'])
    expect(await bench.append('ann', 3, INBOX)).toMatchObject({
      fates: [{ is: 'full', reason: expect.stringContaining('2 messages') as unknown }],
    })
    expect(await bench.append('ann', 4, 'room', '1', 2)).toMatchObject({ fates: [{ is: 'stored' }] })
    expect(await oldest(bench)).toBe(1)
  })

  it('is full by bytes, and one message always fits', async () => {
    const bench = new Bench({ inboxBytes: 1_000, maxBytes: 1 })
    await bench.open()
    const big = '€'.repeat(400)
    expect(await bench.append('ann', 1, INBOX, big)).toMatchObject({ fates: [{ is: 'stored' }] })
    expect(await bench.append('ann', 2, INBOX)).toMatchObject({ fates: [{ is: 'full' }] })
    expect(await bench.append('ann', 2, '@cid')).toMatchObject({ fates: [{ is: 'stored' }] })
  })

  it('keeps what is young, and no longer than its age', async () => {
    const bench = new Bench({ inboxAge: 500_000, maxAge: 1_000 })
    await bench.fill(2, INBOX)
    bench.now += 400_000
    await bench.fill(1, INBOX)
    expect(await oldest(bench)).toBe(1)
    bench.now += 200_000
    expect(await oldest(bench)).toBe(3)
  })

  it('lets go what all its members have', async () => {
    const bench = new Bench()
    await bench.fill(9, INBOX)
    await bench.open('phone')
    await bench.open('desk')
    await bench.keep('phone', INBOX, 1, 0)
    await bench.keep('desk', INBOX, 1, 6)
    expect(await oldest(bench)).toBe(1)
    await bench.keep('phone', INBOX, 1, 4)
    expect(await oldest(bench)).toBe(5)
    await bench.keep('phone', INBOX, 1, 9)
    expect(await oldest(bench)).toBe(7)
    expect(await bench.store.members({ ch: INBOX })).toMatchObject({ oldest: 7, next: 10 })
  })

  it('a room keeps what all its members have', async () => {
    const bench = new Bench()
    await bench.fill(3)
    await bench.keep('ann', 'room', 1, 3)
    expect(await bench.read()).toMatchObject({ oldest: 1 })
  })

  it('is held back by a member who counts in another epoch', async () => {
    const bench = new Bench()
    await bench.fill(3, INBOX)
    await bench.open('old')
    await bench.keep('old', INBOX, 1, 99, 'before')
    await bench.keep('ann', INBOX, 1, 3)
    expect(await oldest(bench)).toBe(1)
  })

  it.each<[string, (bench: Bench) => unknown]>([
    ['left', (bench) => bench.store.leave({ client: 'phone', ch: INBOX })],
    ['is forgotten', (bench) => bench.store.forget({ client: 'phone', below: Infinity })],
    ['was idle too long', (bench) => ((bench.now += 600), bench.store.members({ ch: INBOX }))],
    [
      'is in too many channels',
      async (bench) => (await bench.keep('phone', 'a', 1, 0), bench.keep('phone', 'b', 1, 0)),
    ],
  ])('is not held back by a member who %s, not even a full one', async (_, leave) => {
    const bench = new Bench({ inboxEntries: 3, clientTtl: 1_000, maxCursors: 2 })
    await bench.fill(3, INBOX)
    await bench.open('phone')
    await bench.keep('phone', INBOX, 1, 0)
    bench.now += 500
    await bench.open('ann')
    await bench.keep('ann', INBOX, 1, 3)
    expect(await bench.append('ann', 4, INBOX)).toMatchObject({ fates: [{ is: 'full' }] })
    await leave(bench)
    expect(await oldest(bench)).toBe(4)
    expect(await bench.append('ann', 4, INBOX)).toMatchObject({ fates: [{ is: 'stored' }] })
  })

  it('that nobody is a member of keeps everything', async () => {
    const bench = new Bench()
    await bench.fill(3, INBOX)
    await bench.keep('ann', INBOX, 1, 0)
    await bench.store.leave({ client: 'ann', ch: INBOX })
    expect(await oldest(bench)).toBe(1)
  })
})

describe('what a client sent', () => {
  const place = (seq: number, offset: number, ch = 'room') => ({ seq, ch, epoch: 'e', offset })

  it('is known by its places, from a number on', async () => {
    const bench = new Bench()
    await bench.fill(2)
    await bench.append('ann', 7, 'hall', '1', 2)
    expect(await bench.store.sent({ client: 'ann', from: 0 })).toEqual([place(1, 1), place(2, 2), place(7, 1, 'hall')])
    expect(await bench.store.sent({ client: 'ann', from: 3 })).toEqual([place(7, 1, 'hall')])
    expect(await bench.store.sent({ client: 'ann', from: 8 })).toEqual([])
    expect(await bench.store.sent({ client: 'bob', from: 0 })).toEqual([])
  })

  it('has the same place each time it is said, also when its entry is gone', async () => {
    const bench = new Bench({ maxEntries: 1 })
    await bench.fill(3)
    expect(await bench.append('ann', 1)).toMatchObject({ fates: [{ is: 'duplicate', place: place(1, 1) }] })
  })

  it('is known of the last thousand; further back it is a duplicate all the same', async () => {
    const bench = new Bench()
    await bench.fill(3_000)
    const sent = await bench.store.sent({ client: 'ann', from: 2_001 })
    expect([sent.length, sent[0], sent[999]]).toEqual([1_000, place(2_001, 2_001), place(3_000, 3_000)])
    expect(await bench.append('ann', 1)).toEqual({ is: 'done', seq: 3_000, fates: [{ is: 'duplicate' }] })
    expect(await bench.append('ann', 2_001)).toMatchObject({ fates: [{ place: place(2_001, 2_001) }] })
  })

  it('is not known of a number that the client said is settled', async () => {
    const bench = new Bench()
    await bench.open('ann', 'k', 5)
    expect(await bench.append('ann', 5)).toEqual({ is: 'done', seq: 5, fates: [{ is: 'duplicate' }] })
  })
})
