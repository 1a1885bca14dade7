import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/core/store.js'
import { MemoryStore } from '../../src/server/index.js'
import { Bench } from '../support/store-bench.js'

describe('a client', () => {
  it('is new, then known, and bound to its key and user', async () => {
    const bench = new Bench()
    expect(await bench.open()).toEqual({ is: 'open', seq: 0, known: false })
    await bench.append('ann', 1)
    expect(await bench.open()).toEqual({ is: 'open', seq: 1, known: true })
    expect(await bench.open('ann', 'other')).toEqual({ is: 'taken' })
    expect(await bench.open('ann', 'k', 0, 'Bob')).toEqual({ is: 'taken' })
  })

  it('begins where it says everything is settled, and never goes back', async () => {
    const bench = new Bench()
    expect(await bench.open('ann', 'k', 5)).toMatchObject({ seq: 5 })
    expect(await bench.open('ann', 'k', 3)).toMatchObject({ seq: 5 })
    expect(await bench.open('ann', 'k', 9)).toMatchObject({ seq: 9 })
  })

  it('idle for its ttl is forgotten; whatever it does starts the time anew', async () => {
    const bench = new Bench({ clientTtl: 1_000 })
    await bench.open()
    bench.now += 999
    await bench.append('ann', 1)
    bench.now += 999
    expect(await bench.open()).toMatchObject({ known: true })
    bench.now += 1_000
    expect(await bench.append('ann', 2)).toEqual({ is: 'unknown' })
    expect(await bench.open('ann', 'another key')).toMatchObject({ known: false })
  })

  it('beyond the limit displaces the one longest idle', async () => {
    const bench = new Bench({ maxClients: 2 })
    await bench.open('a')
    await bench.open('b')
    await bench.open('a')
    await bench.open('c')
    expect(await bench.open('a')).toMatchObject({ known: true })
    expect(await bench.open('b')).toMatchObject({ known: false })
  })

  it('that left does not come back for ten minutes, and then it is new', async () => {
    const bench = new Bench()
    await bench.open()
    await bench.store.forget({ client: 'ann', below: Infinity })
    bench.now += 599_999
    expect(await bench.open()).toEqual({ is: 'left' })
    bench.now += 1
    expect(await bench.open()).toMatchObject({ known: false })
  })

  it('that left is remembered as one of the last `maxClients`', async () => {
    const bench = new Bench({ maxClients: 2 })
    for (const client of ['a', 'b', 'c']) {
      await bench.open(client)
      await bench.store.forget({ client, below: Infinity })
    }
    expect(await bench.open('a')).toMatchObject({ is: 'open' })
    expect(await bench.open('b')).toEqual({ is: 'left' })
    expect(await bench.open('c')).toEqual({ is: 'left' })
  })
})

describe('append', () => {
  it.each<[string, number, number | undefined, string, number]>([
    ['the next', 4, undefined, 'stored', 4],
    ['the last again', 3, undefined, 'duplicate', 3],
    ['one before', 1, undefined, 'duplicate', 3],
    ['one too far', 5, undefined, 'gap', 3],
    ['one that skips what was given up', 7, 3, 'stored', 7],
    ['one that skips from further back', 7, 1, 'stored', 7],
    ['one after what is not there', 7, 5, 'gap', 3],
  ])('%s', async (_, seq, after, fate, hwm) => {
    const bench = new Bench()
    await bench.fill(3)
    const { next } = await bench.read()
    expect(await bench.append('ann', seq, 'room', '1', after)).toMatchObject({
      is: 'done',
      seq: hwm,
      fates: [{ is: fate }],
    })
    expect((await bench.read()).next).toBe(fate === 'stored' ? next + 1 : next)
  })

  it('decides a batch in order, and tells of each log once', async () => {
    const bench = new Bench()
    await bench.open()
    const record = (seq: number, ch: string) => ({
      ch,
      seq,
      after: seq - 1,
      id: `ann:${seq}`,
      from: 'Ann',
      time: 5,
      body: `${seq}`,
    })
    const records = [record(1, 'a'), record(2, 'b'), record(2, 'b'), record(4, 'a'), record(3, 'a')]
    expect(await bench.store.append({ client: 'ann', records })).toEqual({
      is: 'done',
      seq: 3,
      fates: [
        { is: 'stored', place: { seq: 1, ch: 'a', epoch: 'e', offset: 1 } },
        { is: 'stored', place: { seq: 2, ch: 'b', epoch: 'e', offset: 1 } },
        { is: 'duplicate', place: { seq: 2, ch: 'b', epoch: 'e', offset: 1 } },
        { is: 'gap' },
        { is: 'stored', place: { seq: 3, ch: 'a', epoch: 'e', offset: 2 } },
      ],
    })
    expect(bench.changes).toEqual([
      { is: 'grown', ch: 'a', epoch: 'e', next: 3 },
      { is: 'grown', ch: 'b', epoch: 'e', next: 2 },
    ])
    expect((await bench.read(0, 9, 999, 'a')).entries).toEqual([
      { offset: 1, id: 'ann:1', from: 'Ann', time: 5, body: '1' },
      { offset: 2, id: 'ann:3', from: 'Ann', time: 5, body: '3' },
    ])
  })

  it('is not told to whom stopped watching', async () => {
    const bench = new Bench()
    const heard: Change[] = []
    const stop = bench.store.watch((change) => heard.push(change))
    stop()
    await bench.fill(1)
    expect(heard).toEqual([])
    expect(bench.changes).toHaveLength(1)
  })
})

describe('read', () => {
  it.each([
    ['from the front', 0, 2, Infinity, [4, 5]],
    ['from within', 6, 9, Infinity, [6, 7, 8, 9, 10]],
    ['the bounds alone', 0, 0, Infinity, []],
    ['beyond the end', 11, 9, Infinity, []],
    ['far beyond the end', Number.MAX_SAFE_INTEGER, 9, Infinity, []],
    ['as many bytes as wanted', 0, 9, 35, [4, 5, 6]],
    ['one entry, however large', 0, 9, 1, [4]],
  ])('%s', async (_, from, limit, bytes, offsets) => {
    const bench = new Bench({ maxEntries: 7 })
    await bench.fill(10, 'room', JSON.stringify('x'.repeat(8)))
    const slice = await bench.read(from, limit, bytes)
    expect(slice).toMatchObject({ epoch: 'e', oldest: 4, next: 11 })
    expect(slice.entries.map(({ offset }) => offset)).toEqual(offsets)
  })

  it('of a channel that nobody wrote to is an empty log', async () => {
    expect(await new Bench().read()).toEqual({ epoch: 'e', oldest: 1, next: 1, entries: [] })
  })

  it('holds after many trims', async () => {
    const bench = new Bench({ maxEntries: 50 })
    await bench.fill(1_000)
    const { oldest, next, entries } = await bench.read()
    expect([oldest, next]).toEqual([951, 1_001])
    expect(entries.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 }, (_, at) => 951 + at))
  })
})

describe('limits', () => {
  it('of bytes in a channel', async () => {
    const bench = new Bench({ maxBytes: 10_000 })
    await bench.fill(20, 'room', 'x'.repeat(1_000))
    expect(await bench.read()).toMatchObject({ oldest: 14, next: 21 })
    await bench.fill(1, 'room', 'x'.repeat(20_000))
    expect(await bench.read()).toMatchObject({ oldest: 21, next: 22 })
  })

  it('of age: a quiet channel keeps its count and its epoch', async () => {
    const bench = new Bench({ maxAge: 100_000, clientTtl: Infinity })
    await bench.fill(3)
    bench.now += 60_000
    await bench.fill(2)
    bench.now += 60_000
    expect(await bench.read()).toMatchObject({ oldest: 4, next: 6 })
    bench.now += 100_000
    expect(await bench.read()).toEqual({ epoch: 'e', oldest: 6, next: 6, entries: [] })
  })

  it('of channels: one that begins again has another epoch', async () => {
    const bench = new Bench({ maxChannels: 2 })
    await bench.fill(2, 'a')
    await bench.fill(2, 'b')
    await bench.fill(1, 'a')
    await bench.fill(1, 'c')
    expect(await bench.read(0, 9, 999, 'a')).toMatchObject({ epoch: 'e', next: 4 })
    expect(await bench.read(0, 9, 999, 'b')).toMatchObject({ epoch: 'e.1', next: 1 })
    await bench.fill(1, 'b')
    expect(await bench.read(0, 9, 999, 'b')).toMatchObject({ epoch: 'e.1', next: 2 })
  })

  it('of all bytes together', async () => {
    const bench = new Bench({ totalBytes: 50_000 })
    for (let ch = 0; ch < 100; ch++) await bench.fill(1, `room ${ch}`, 'x'.repeat(1_000))
    const kept: number[] = []
    for (let ch = 0; ch < 100; ch++) if ((await bench.read(0, 1, 9, `room ${ch}`)).entries.length) kept.push(ch)
    expect(kept).toEqual(Array.from({ length: 39 }, (_, at) => 61 + at))
    await bench.fill(200, 'last', 'x'.repeat(1_000))
    expect((await bench.read(0, 999, Infinity, 'last')).entries).toHaveLength(39)
  })
})

it('options are checked', () => {
  expect(() => new MemoryStore({ maxEntries: 0 })).toThrow(/^maxEntries takes a whole number from 1, or Infinity/)
  expect(() => new MemoryStore({ ttl: 1 } as never)).toThrow(/no option ttl/)
})

it('notes reach whoever listens for their node, after the call, until they listen no more', async () => {
  const store = new MemoryStore()
  const heard: string[] = []
  const stop = store.listen('a', (note) => heard.push(note))
  const passed = store.notify({ node: 'a', note: 'one' })
  expect(heard).toEqual([])
  await passed
  await store.notify({ node: 'b', note: 'for nobody' })
  expect(heard).toEqual(['one'])
  stop()
  await store.notify({ node: 'a', note: 'two' })
  expect(heard).toEqual(['one'])
})

it('two stores have two epochs', async () => {
  const ask = { ch: 'room', from: 0, limit: 0, bytes: 0 }
  expect((await new MemoryStore().read(ask)).epoch).not.toBe((await new MemoryStore().read(ask)).epoch)
})
