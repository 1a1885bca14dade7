import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Outbox } from '../../src/core/outbox.js'
import { Rtt } from '../../src/core/rtt.js'
import { fates, limits, OutboxBench } from '../support/outbox.js'

describe('a time to live', () => {
  it('ends as expired when the message was never sent, and as in-doubt when it was', () => {
    const bench = new OutboxBench({ window: 1 }).fill(2, { expiresAt: 500 })
    bench.pump()
    expect(bench.outbox.expiresAt).toBe(500)
    expect(bench.expire(499)).toEqual([])
    expect(bench.expire(500)).toEqual(['m1 in-doubt', 'm2 expired'])
    expect(bench.outbox).toMatchObject({ size: 0, bytes: 0, inFlight: 0 })
  })
  it('keeps in doubt what an earlier link may have carried', () => {
    const bench = new OutboxBench().fill(1, { expiresAt: 500 })
    bench.pump()
    bench.outbox.interrupt()
    expect(bench.expire(500)).toEqual(['m1 in-doubt'])
  })
  it('leaves the others, in order, and those behind name the one before', () => {
    const bench = new OutboxBench()
    bench.push()
    bench.push({ expiresAt: 500 })
    bench.push()
    bench.pump()
    expect(bench.expire(500)).toEqual(['m2 in-doubt'])
    expect(bench.pump(500)).toEqual(['1', '3 after 1'])
  })
  it('sends nothing again when only unsent messages expire', () => {
    const bench = new OutboxBench({ window: 2 }).fill(2)
    bench.push({ expiresAt: 500 })
    bench.pump()
    expect(bench.expire(500)).toEqual(['m3 expired'])
    expect(bench.outbox.inFlight).toBe(2)
    expect(bench.pump(500)).toEqual([])
  })
  it('looks again for the next to expire, not more often than every 50 ms', () => {
    const bench = new OutboxBench()
    for (const expiresAt of [100, 101, 102, 400]) bench.push({ expiresAt })
    expect(bench.expire(100)).toEqual(['m1 expired'])
    expect(bench.outbox.expiresAt).toBe(150)
    expect(bench.expire(150)).toEqual(['m2 expired', 'm3 expired'])
    expect(bench.outbox.expiresAt).toBe(400)
  })
  it('is not put off by a look before it', () => {
    const bench = new OutboxBench().fill(1, { expiresAt: 100 })
    bench.expire(90)
    expect(bench.outbox.expiresAt).toBe(100)
  })
  it('wants no wake-up when nothing is left', () => {
    const bench = new OutboxBench().fill(1, { expiresAt: 60_000 })
    bench.pump()
    bench.ack(1)
    expect(bench.outbox.expiresAt).toBe(Infinity)
    expect(bench.outbox.overdueAt).toBe(Infinity)
  })
})

describe('a full outbox', () => {
  it('refuses the new message, by count and by bytes', () => {
    const bench = new OutboxBench({ maxMessages: 2 }).fill(2)
    expect(bench.push()).toEqual(['m3 queue-full'])
    const other = new OutboxBench({ maxBytes: 25 }).fill(2)
    expect(other.push()).toEqual(['m3 queue-full'])
    expect(other.push({ bytes: 5 })).toEqual([])
    expect(other.outbox).toMatchObject({ size: 3, bytes: 25 })
  })
  it('drops the oldest that was never sent', () => {
    const bench = new OutboxBench({ onFull: 'drop-oldest', maxMessages: 4, window: 2 }).fill(4)
    bench.pump()
    expect(bench.push()).toEqual(['m3 dropped'])
    expect(bench.outbox.size).toBe(4)
    bench.ack(2)
    expect(bench.pump()).toEqual(['4 after 2', '5'])
  })
  it('never drops what was sent, even on an earlier link', () => {
    const bench = new OutboxBench({ onFull: 'drop-oldest', maxMessages: 2 }).fill(2)
    bench.pump()
    bench.outbox.interrupt()
    expect(bench.push()).toEqual(['m3 queue-full'])
  })
  it('drops as many as the new message needs', () => {
    const bench = new OutboxBench({ onFull: 'drop-oldest', maxBytes: 40 }).fill(4)
    expect(bench.push({ bytes: 25 })).toEqual(['m1 dropped', 'm2 dropped', 'm3 dropped'])
    expect(bench.outbox).toMatchObject({ size: 2, bytes: 35 })
  })
  it('lets a message give way to the one of its key once, and drops what is still too much', () => {
    const bench = new OutboxBench({ onFull: 'drop-oldest', maxBytes: 40 })
    bench.push({ key: 'k' })
    bench.fill(3)
    expect(bench.push({ key: 'k', bytes: 25 })).toEqual(['m1 superseded', 'm2 dropped', 'm3 dropped'])
    const full = new OutboxBench({ maxBytes: 20 })
    full.push({ key: 'k' })
    full.push()
    expect(full.push({ key: 'k' })).toEqual(['m1 superseded'])
  })
  it('drops nothing for a message that would not fit all the same', () => {
    const bench = new OutboxBench({ onFull: 'drop-oldest', maxBytes: 40, window: 2 }).fill(4)
    bench.pump()
    expect(bench.push({ bytes: 21 })).toEqual(['m5 queue-full'])
    expect(bench.push({ bytes: 41 })).toEqual(['m6 queue-full'])
    expect(bench.outbox.size).toBe(4)
  })
})

describe('a key', () => {
  it('replaces the message with the same key that was never sent; the new one goes to the end', () => {
    const bench = new OutboxBench()
    bench.push({ key: 'cursor' })
    bench.push()
    expect(bench.push({ key: 'cursor' })).toEqual(['m1 superseded'])
    expect(bench.pump()).toEqual(['2 after 0', '3'])
  })
  it('replaces nothing that was sent', () => {
    const bench = new OutboxBench()
    bench.push({ key: 'cursor' })
    bench.pump()
    expect(bench.push({ key: 'cursor' })).toEqual([])
    expect(bench.push({ key: 'cursor' })).toEqual(['m2 superseded'])
    bench.ack(1)
    expect(bench.push({ key: 'cursor' })).toEqual(['m3 superseded'])
  })
  it('is of one channel', () => {
    const bench = new OutboxBench()
    bench.push({ key: 'a', ch: 'b' })
    expect(bench.push({ key: '', ch: 'ba' })).toEqual([])
    expect(bench.push({ key: '","a', ch: 'b' })).toEqual([])
    expect(bench.outbox.size).toBe(3)
  })
  it('makes room in a full outbox', () => {
    const bench = new OutboxBench({ maxMessages: 2 })
    bench.push({ key: 'cursor' })
    bench.push()
    expect(bench.push({ key: 'cursor' })).toEqual(['m1 superseded'])
    const dropping = new OutboxBench({ maxMessages: 2, onFull: 'drop-oldest' })
    dropping.push()
    dropping.push({ key: 'cursor' })
    expect(dropping.push({ key: 'cursor' })).toEqual(['m2 superseded'])
  })
  it('replaces nothing by a message that does not fit', () => {
    const bench = new OutboxBench({ maxBytes: 20 })
    bench.push({ key: 'cursor' })
    expect(bench.push({ key: 'cursor', bytes: 21 })).toEqual(['m2 queue-full'])
    expect(bench.pump()).toEqual(['1'])
  })
  it('holds on to nothing that was settled', () => {
    const bench = new OutboxBench()
    bench.push({ key: 'cursor', expiresAt: 10 })
    bench.expire(10)
    expect(bench.push({ key: 'cursor' })).toEqual([])
    expect(bench.outbox).toMatchObject({ size: 1, bytes: 10 })
  })
})

describe('what was settled', () => {
  it.each<[string, (outbox: Outbox<object>) => unknown]>([
    ['acknowledged', (outbox) => outbox.ack(1, 0)],
    ['settled alone', (outbox) => outbox.settle(1)],
    ['refused', (outbox) => outbox.settle(1, { code: 'refused', reason: '' })],
    ['expired', (outbox) => outbox.expire(500)],
    ['closed', (outbox) => outbox.close('')],
  ])('is let go of: %s', async (_how, settle) => {
    const outbox = new Outbox<object>(limits, new Rtt())
    const tag = new WeakRef({})
    outbox.push({ seq: 1, ch: 'a', body: '', bytes: 1, key: 'k', expiresAt: 500, tag: tag.deref() ?? {} })
    outbox.pump(0)
    settle(outbox)
    // What a WeakRef has shown lives until the task ends.
    await new Promise(setImmediate)
    setFlagsFromString('--expose-gc')
    ;(runInNewContext('gc') as () => void)()
    expect(tag.deref()).toBeUndefined()
    expect(outbox.size).toBe(0)
  })
})

describe('the terms of the server', () => {
  it('settle what is too big for it, with both numbers', () => {
    const bench = new OutboxBench()
    bench.push({ bytes: 50 })
    bench.push({ bytes: 51 })
    bench.push({ bytes: 5 })
    const settled = bench.outbox.agree(4, 50)
    expect(settled).toMatchObject([{ tag: 'm2', error: { code: 'too-big' } }])
    expect(settled[0]?.error?.message).toBe('the message has 51 bytes, the server takes 50')
    expect(bench.pump()).toEqual(['1', '3 after 1'])
  })
  it('hold for later messages, until they change', () => {
    const bench = new OutboxBench()
    bench.outbox.agree(4, 50)
    expect(bench.push({ bytes: 51 })).toEqual(['m1 too-big'])
    bench.outbox.agree(4, 60)
    expect(bench.push({ bytes: 51 })).toEqual([])
  })
})

describe('an outbox that is closed', () => {
  it('settles everything: as closed what was never sent, as in-doubt the rest', () => {
    const bench = new OutboxBench({ window: 2 }).fill(3, { expiresAt: 60_000 })
    bench.pump()
    const settled = bench.outbox.close('the client is closed')
    expect(fates(settled)).toEqual(['m1 in-doubt', 'm2 in-doubt', 'm3 closed'])
    expect(settled[0]?.error?.message).toBe('the client is closed')
    expect(bench.outbox).toMatchObject({ size: 0, bytes: 0, inFlight: 0, expiresAt: Infinity, overdueAt: Infinity })
    expect(bench.outbox.close('again')).toEqual([])
  })
})
