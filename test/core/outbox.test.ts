import { describe, expect, it } from 'vitest'
import { MessageError } from '../../src/wire/errors.js'
import { OutboxBench } from '../support/outbox.js'

describe('the outbox', () => {
  it('sends in order, once, with what the server needs', () => {
    const bench = new OutboxBench().fill(2)
    expect(bench.outbox.pump(0)).toEqual({
      frames: [
        { t: 'send', seq: 1, ch: 'room', body: '1' },
        { t: 'send', seq: 2, ch: 'room', body: '2' },
      ],
      sent: ['m1', 'm2'],
    })
    expect(bench.outbox.pump(0)).toEqual({ frames: [], sent: [] })
  })
  it('counts messages and bytes', () => {
    const bench = new OutboxBench()
    bench.push({ bytes: 30 })
    bench.push({ bytes: 12 })
    expect(bench.outbox).toMatchObject({ size: 2, bytes: 42, inFlight: 0 })
    bench.pump()
    expect(bench.outbox).toMatchObject({ size: 2, bytes: 42, inFlight: 2 })
    bench.ack(1)
    expect(bench.outbox).toMatchObject({ size: 1, bytes: 12, inFlight: 1 })
  })
  it('takes 100,000 messages and settles each', () => {
    const bench = new OutboxBench({ maxMessages: 100_000, maxBytes: Infinity, window: Infinity, windowBytes: Infinity })
    bench.fill(100_000)
    expect(bench.outbox).toMatchObject({ size: 100_000, bytes: 1_000_000 })
    expect(bench.pump()).toHaveLength(100_000)
    expect(bench.ack(100_000)).toHaveLength(100_000)
    expect(bench.outbox).toMatchObject({ size: 0, bytes: 0, inFlight: 0, acked: 100_000 })
  })
})

describe('an acknowledgement', () => {
  it('is cumulative', () => {
    const bench = new OutboxBench().fill(4)
    bench.pump()
    expect(bench.ack(3)).toEqual(['m1 accepted', 'm2 accepted', 'm3 accepted'])
    expect(bench.outbox.acked).toBe(3)
  })
  it('is harmless when repeated or old', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    bench.ack(2)
    expect([...bench.ack(2), ...bench.ack(1), ...bench.ack(0)]).toEqual([])
    expect(bench.outbox).toMatchObject({ acked: 2, size: 1 })
  })
  it('cannot settle what was never sent, however large', () => {
    const bench = new OutboxBench({ window: 2 }).fill(4)
    expect(bench.ack(Number.MAX_SAFE_INTEGER)).toEqual([])
    bench.pump()
    expect(bench.ack(Number.MAX_SAFE_INTEGER)).toEqual(['m1 accepted', 'm2 accepted'])
    expect(bench.outbox).toMatchObject({ acked: 2, size: 2 })
  })
  it('settles what was sent on an earlier link, before anything leaves on this one', () => {
    const bench = new OutboxBench().fill(4)
    bench.pump()
    bench.outbox.interrupt()
    expect(bench.ack(2)).toEqual(['m1 accepted', 'm2 accepted'])
    expect(bench.pump()).toEqual(['3', '4'])
    expect(bench.outbox.retransmits).toBe(2)
  })
  it('opens the window', () => {
    const bench = new OutboxBench({ window: 2 }).fill(4)
    expect(bench.pump()).toEqual(['1', '2'])
    bench.ack(1)
    expect(bench.pump()).toEqual(['3'])
  })
})

describe('a message settled out of turn', () => {
  it('is accepted alone', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    expect(bench.settle(2)).toEqual(['m2 accepted'])
    expect(bench.outbox).toMatchObject({ acked: 0, size: 2, inFlight: 2 })
    expect(bench.pump()).toEqual([])
  })
  it('is refused with the reason, and those behind it are sent again, naming the one before', () => {
    const bench = new OutboxBench().fill(4)
    bench.pump()
    bench.ack(1)
    const [settled] = bench.outbox.settle(2, { code: 'refused', reason: 'forbidden: not here' })
    expect(settled).toMatchObject({ tag: 'm2', error: { code: 'refused', message: 'forbidden: not here' } })
    expect(settled?.error).toBeInstanceOf(MessageError)
    expect(bench.pump()).toEqual(['3 after 1', '4'])
  })
  it('may be refused first of all, or last', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump()
    expect(bench.settle(1, 'no')).toEqual(['m1 refused'])
    expect(bench.pump()).toEqual(['2 after 0'])
    expect(bench.settle(2, 'no')).toEqual(['m2 refused'])
    bench.push()
    expect(bench.pump()).toEqual(['3 after 0'])
  })
  it('cannot be one that was never sent, that is settled, or that never was', () => {
    const bench = new OutboxBench({ window: 2 }).fill(3)
    bench.pump()
    bench.ack(1)
    expect([bench.settle(3), bench.settle(1), bench.settle(0), bench.settle(99, 'no')]).toEqual([[], [], [], []])
    expect(bench.outbox).toMatchObject({ size: 2, inFlight: 1 })
  })
})

describe('the window', () => {
  it('holds so many messages', () => {
    const bench = new OutboxBench().fill(6)
    expect(bench.pump()).toEqual(['1', '2', '3', '4'])
  })
  it('holds so many bytes', () => {
    const bench = new OutboxBench().fill(4, { bytes: 40 })
    expect(bench.pump()).toEqual(['1', '2'])
    bench.ack(1)
    expect(bench.pump()).toEqual(['3'])
  })
  it('always has room for one message', () => {
    const bench = new OutboxBench().fill(2, { bytes: 500 })
    expect(bench.pump()).toEqual(['1'])
    bench.ack(1)
    expect(bench.pump()).toEqual(['2'])
  })
  it('may be told to let out less, and then even none', () => {
    const bench = new OutboxBench().fill(4, { bytes: 30 })
    expect(bench.pump(0, 20)).toEqual([])
    expect(bench.pump(0, 60)).toEqual(['1', '2'])
    expect(bench.pump(0)).toEqual(['3'])
    expect(new OutboxBench().fill(1, { bytes: 500 }).pump(0, 499)).toEqual([])
  })
  it('lets out no more than it holds, whatever it is told', () => {
    const bench = new OutboxBench().fill(4, { bytes: 40 })
    expect(bench.pump(0, 1_000)).toEqual(['1', '2'])
  })
  it('is as small as the server wishes, but never shut, and never larger than ours', () => {
    const bench = new OutboxBench().fill(9, { bytes: 1 })
    bench.outbox.agree(2, 1_000)
    expect(bench.pump()).toEqual(['1', '2'])
    bench.outbox.agree(0, 1_000)
    bench.ack(2)
    expect(bench.pump()).toEqual(['3'])
    bench.outbox.agree(1_000, 1_000)
    bench.ack(3)
    expect(bench.pump()).toEqual(['4', '5', '6', '7'])
  })
})

describe('a link that ends', () => {
  it('leaves all that was in flight to be sent again, and nothing is sent for the first time twice', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    bench.outbox.interrupt()
    expect(bench.outbox).toMatchObject({ inFlight: 0, size: 3 })
    bench.push()
    const { frames, sent } = bench.outbox.pump(0)
    expect(frames.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(sent).toEqual(['m4'])
    expect(bench.outbox.retransmits).toBe(3)
  })
  it('leaves the whole window open', () => {
    const bench = new OutboxBench().fill(4, { bytes: 40 })
    expect(bench.pump()).toEqual(['1', '2'])
    bench.outbox.interrupt()
    expect(bench.pump()).toEqual(['1', '2'])
  })
  it('stops the clock of what was overdue', () => {
    const bench = new OutboxBench().fill(1)
    bench.pump()
    expect(bench.outbox.overdueAt).toBe(1_000)
    bench.outbox.interrupt()
    expect(bench.outbox.overdueAt).toBe(Infinity)
    expect(bench.retransmit(99_999)).toEqual([])
  })
})

describe('a message without an answer', () => {
  it('leaves again after the RTO: the oldest, alone', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    expect(bench.retransmit(999)).toEqual([])
    expect(bench.retransmit(1_000)).toEqual(['1'])
    expect(bench.outbox.retransmits).toBe(1)
  })
  it('is followed by the rest as soon as the server moves', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    bench.retransmit(1_000)
    expect(bench.pump(1_000)).toEqual([])
    bench.ack(1, 1_040)
    expect(bench.pump(1_040)).toEqual(['2', '3'])
  })
  it('is not followed by the rest when nothing was overdue', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    bench.ack(1, 40)
    expect(bench.pump(40)).toEqual([])
  })
  it('is not followed by the rest when more than it is answered: the answer was late', () => {
    const bench = new OutboxBench().fill(3)
    bench.pump()
    bench.retransmit(1_000)
    bench.ack(2, 1_040)
    expect(bench.pump(1_040)).toEqual([])
  })
  it('nor in either case where all were said before, on an earlier link', () => {
    const again = (): OutboxBench => {
      const bench = new OutboxBench().fill(3)
      bench.pump()
      bench.outbox.interrupt()
      bench.pump()
      return bench
    }
    const early = again()
    early.ack(1, 40)
    expect(early.pump(40)).toEqual([])
    const late = again()
    late.retransmit(1_000)
    late.ack(2, 1_040)
    expect(late.pump(1_040)).toEqual([])
  })
  it('is overdue all the same where the server says what it said before', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump()
    bench.retransmit(1_000)
    bench.ack(0, 1_500)
    expect(bench.outbox.overdueAt).toBe(3_000)
  })
  it('is overdue all the same where one behind it is answered', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump()
    bench.retransmit(1_000)
    bench.settle(2)
    expect(bench.outbox.overdueAt).toBe(3_000)
  })
  it('leaves ever more rarely, twice as long each time, and at the latest every 30 s', () => {
    const bench = new OutboxBench().fill(1)
    bench.pump()
    const waits = Array.from({ length: 8 }, (_, n) => {
      const last = n ? bench.outbox.overdueAt : 0
      bench.retransmit(bench.outbox.overdueAt)
      return n ? bench.outbox.overdueAt - last : bench.outbox.overdueAt - 1_000
    })
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000])
    for (let n = 0; n < 2_000; n++) bench.retransmit(bench.outbox.overdueAt)
    expect(bench.outbox.overdueAt).toBeLessThan(Infinity)
  })
  it('begins anew once the server has moved', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump()
    for (let n = 0; n < 5; n++) bench.retransmit(bench.outbox.overdueAt)
    bench.ack(1, 100_000)
    bench.pump(100_000)
    expect(bench.outbox.overdueAt).toBe(101_000)
  })
  it('begins anew where the server answers one by one', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump()
    for (let n = 0; n < 5; n++) bench.retransmit(bench.outbox.overdueAt)
    bench.settle(1)
    expect(bench.outbox.overdueAt).toBe(1_000)
    expect(bench.retransmit(1_000)).toEqual(['2 after 0'])
  })
  it('is not overdue while the server works through those before it', () => {
    const bench = new OutboxBench().fill(4)
    bench.pump(0)
    bench.rtt.sample(100)
    for (const seq of [1, 2, 3]) bench.ack(seq, seq * 250)
    expect(bench.outbox.overdueAt).toBe(750 + bench.rtt.rto)
  })
})

describe('the round trip of a message', () => {
  it('is measured', () => {
    const bench = new OutboxBench().fill(2)
    bench.pump(100)
    bench.ack(1, 160)
    expect(bench.rtt.srtt).toBe(60)
  })
  it('is not measured when it was sent twice (Karn)', () => {
    const bench = new OutboxBench().fill(1)
    bench.pump()
    bench.retransmit(1_000)
    bench.ack(1, 1_010)
    const other = new OutboxBench().fill(1)
    other.pump()
    other.outbox.interrupt()
    other.pump(5_000)
    other.ack(1, 5_010)
    expect([bench.rtt.srtt, other.rtt.srtt]).toEqual([undefined, undefined])
  })
  it('is not measured across links', () => {
    const bench = new OutboxBench().fill(1)
    bench.pump()
    bench.outbox.interrupt()
    bench.ack(1, 60_000)
    expect(bench.rtt.srtt).toBeUndefined()
  })
})
