// The outbox against a list that anyone can check, and against a server that takes messages in order.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Settled } from '../../src/core/outbox.js'
import type { Packed, Send } from '../../src/wire/frame.js'
import { limits, OutboxBench } from '../support/outbox.js'

type Step =
  | { do: 'push'; bytes: number; key: string | undefined; ttl: number }
  | { do: 'pump' }
  | { do: 'pump-some'; limit: number }
  | { do: 'ack'; seq: number }
  | { do: 'settle'; seq: number; refuse: boolean }
  | { do: 'interrupt' }
  | { do: 'agree'; window: number; maxBody: number }
  | { do: 'pass'; ms: number }

const push = fc.record({
  do: fc.constant('push' as const),
  bytes: fc.nat(60),
  key: fc.constantFrom(undefined, undefined, 'a', 'b'),
  ttl: fc.constantFrom(Infinity, Infinity, 0, 100, 3_000),
})
const seq = fc.oneof(fc.nat(40), fc.constant(Number.MAX_SAFE_INTEGER))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: push },
  { weight: 4, arbitrary: fc.constant({ do: 'pump' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pump-some' as const), limit: fc.nat(120) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), seq }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), seq, refuse: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'interrupt' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('agree' as const), window: fc.nat(6), maxBody: fc.nat(80) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(2_000) }) },
)

/** What is not settled, in order, and whether it ever left. */
class Model {
  readonly alive: { seq: number; tag: string; bytes: number; sent: boolean }[] = []
  readonly settled = new Set<string>()
  acked = 0

  frames(frames: Send<Packed>[], sent: string[]): void {
    let last = 0
    for (const frame of frames) {
      const at = this.alive.findIndex((message) => message.seq === frame.seq)
      expect(at, 'only what is not settled is sent').toBeGreaterThanOrEqual(0)
      expect(frame.seq, 'in order').toBeGreaterThan(last)
      expect(frame.after ?? frame.seq - 1, 'after its predecessor').toBe(this.alive[at - 1]?.seq ?? this.acked)
      last = frame.seq
    }
    const fresh = this.alive.filter((message) => !message.sent && frames.some((frame) => frame.seq === message.seq))
    expect(sent, 'said to be sent the first time only').toEqual(fresh.map(({ tag }) => tag))
    for (const message of fresh) message.sent = true
  }

  settle(settled: Settled<string>[], acked = false): void {
    for (const { tag, error } of settled) {
      expect(this.settled.has(tag), `${tag} is settled once`).toBe(false)
      this.settled.add(tag)
      const at = this.alive.findIndex((message) => message.tag === tag)
      const [message] = this.alive.splice(at, 1)
      if (!message) throw new Error(`${tag} was never taken`)
      if (!error || error.code === 'in-doubt' || error.code === 'refused') expect(message.sent).toBe(true)
      else if (error.code !== 'too-big') expect(message.sent).toBe(false)
      if (acked) this.acked = message.seq
    }
  }
}

function perform(bench: OutboxBench, model: Model, step: Step, now: number): void {
  const { outbox } = bench
  switch (step.do) {
    case 'push': {
      const { bytes, key, ttl } = step
      const number = ++bench.seq
      const tag = `m${String(number)}`
      model.alive.push({ seq: number, tag, bytes, sent: false })
      return model.settle(outbox.push({ seq: number, ch: 'c', body: '', bytes, key, expiresAt: now + ttl, tag }))
    }
    case 'pump':
    case 'pump-some': {
      const { frames, sent } = step.do === 'pump' ? outbox.pump(now) : outbox.pump(now, step.limit)
      return model.frames(frames, sent)
    }
    case 'ack': {
      const due = model.alive.filter((message) => message.sent && message.seq <= step.seq)
      const settled = outbox.ack(step.seq, now)
      expect(settled).toEqual(due.map(({ tag, seq }) => ({ do: 'settled', tag, seq, ch: 'c' })))
      return model.settle(settled, true)
    }
    case 'settle':
      return model.settle(outbox.settle(step.seq, step.refuse ? { code: 'refused', reason: 'no' } : undefined))
    case 'interrupt':
      return outbox.interrupt()
    case 'agree':
      return model.settle(outbox.agree(step.window, step.maxBody))
    case 'pass':
      model.settle(outbox.expire(now))
      return model.frames(outbox.retransmit(now) ?? [], [])
  }
}

describe('the outbox, whatever happens to it', () => {
  const options = fc.record({
    onFull: fc.constantFrom('reject' as const, 'drop-oldest' as const),
    maxMessages: fc.constantFrom(3, 8),
    maxBytes: fc.constantFrom(100, 300),
  })

  it('settles each message once, keeps the order, and its sums are right', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60, size: 'max' }), (chosen, steps) => {
        const bench = new OutboxBench(chosen)
        const { outbox } = bench
        const model = new Model()
        let now = 0
        for (const one of steps) {
          if (one.do === 'pass') now += one.ms
          perform(bench, model, one, now)
          const sum = (of: { bytes: number }[]) => of.reduce((total, { bytes }) => total + bytes, 0)
          expect(outbox).toMatchObject({ size: model.alive.length, bytes: sum(model.alive), acked: model.acked })
          expect(outbox.size).toBeLessThanOrEqual(chosen.maxMessages)
          expect(outbox.bytes).toBeLessThanOrEqual(chosen.maxBytes)
          const flight = model.alive.slice(0, outbox.inFlight)
          expect(flight.every(({ sent }) => sent)).toBe(true)
          expect(flight.length).toBeLessThanOrEqual(limits.window)
          if (flight.length > 1) expect(sum(flight)).toBeLessThanOrEqual(limits.windowBytes)
        }
        model.settle(outbox.close('over'))
        expect(outbox).toMatchObject({ size: 0, bytes: 0, inFlight: 0 })
        expect(model.settled.size).toBe(bench.seq)
      }),
      { numRuns: 400 },
    )
  })
})

/** The uplink of a server: takes a message iff `after <= hwm < seq`; a refusal leaves no trace. */
class Server {
  hwm = 0
  readonly log: number[] = []

  receive({ seq, after = seq - 1 }: Send<Packed>, refuse: (seq: number) => boolean): 'refused' | 'answered' {
    if (after > this.hwm || seq <= this.hwm) return 'answered'
    if (refuse(seq)) return 'refused'
    this.log.push(seq)
    this.hwm = seq
    return 'answered'
  }
}

describe('the outbox and a server', () => {
  it('agree on what was taken, in order and once, though frames and answers are lost', () => {
    const chances = fc.infiniteStream(fc.nat(99))
    const ttls = fc.array(fc.constantFrom(Infinity, Infinity, 150), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(ttls, chances, (wishes, stream) => {
        const chance = (percent: number) => (stream.next().value ?? 99) < percent
        const bench = new OutboxBench({ maxMessages: 100, window: 5, windowBytes: 10_000 })
        const server = new Server()
        const fate = new Map<string, string>()
        const note = (settled: Settled<string>[]) => {
          for (const { tag, error } of settled) fate.set(tag, error?.code ?? 'accepted')
        }
        const carry = (frames: Send<Packed>[], now: number) => {
          for (const frame of frames) {
            // A link loses everything from some point on; here even single frames and answers, as a buggy proxy might.
            if (now < 5_000 && chance(15)) continue
            const answer = server.receive(frame, (seq) => seq % 7 === 3)
            if (now < 5_000 && chance(15)) continue
            note(
              answer === 'refused'
                ? bench.outbox.settle(frame.seq, { code: 'refused', reason: '' })
                : bench.outbox.ack(server.hwm, now),
            )
          }
        }
        let now = 0
        for (; now < 200_000 && (now === 0 || bench.outbox.size); now += 50) {
          const wish = wishes.shift()
          const tag = `m${String(++bench.seq)}`
          if (wish !== undefined)
            note(bench.outbox.push({ seq: bench.seq, ch: 'c', body: '', bytes: 1, expiresAt: now + wish, tag }))
          note(bench.outbox.expire(now))
          if (now < 5_000 && chance(10)) bench.outbox.interrupt()
          carry(bench.outbox.retransmit(now) ?? [], now)
          carry(bench.outbox.pump(now).frames, now)
        }
        expect(bench.outbox.size).toBe(0)
        expect(server.log).toEqual([...new Set(server.log)].sort((a, b) => a - b))
        for (const [tag, what] of fate) {
          const taken = server.log.includes(Number(tag.slice(1)))
          if (what === 'accepted') expect(taken, tag).toBe(true)
          else if (what !== 'in-doubt') expect(taken, `${tag} ${what}`).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })
})
