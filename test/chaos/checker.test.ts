import { describe, expect, it } from 'vitest'
import { broken, check, type Rule } from './checker.js'
import type { Event, Fact } from './history.js'
import { schedule } from './scenario.js'
import { scenarios } from './scenarios.js'
import { CAST } from './product.js'

/** Facts a second apart, unless one says when. */
const history = (...events: (Event & { at?: number })[]): Fact[] =>
  events.map(({ at, ...event }, nth) => ({ at: at ?? nth * 1_000, ...event }) as Fact)

const joined = (client: string): Event => ({ is: 'joined', client, id: `id of ${client}` })
const sent = (n: number, client = 'ann'): Event => ({ is: 'sent', client, n })
const accepted = (n: number, client = 'ann'): Event => ({ is: 'accepted', client, n })
const failed = (n: number, sure: boolean): Event => ({ is: 'failed', client: 'ann', n, code: 'any', sure })
const got = (client: string, n: number, offset?: number): Event => ({
  ...{ is: 'message', client, from: 'ann', n },
  ...(offset !== undefined && { offset }),
})
const receipt = (n: number, count: number, by?: string): Event => ({ is: 'receipt', client: 'ann', n, count, by })
const status = (client: string, status: string): Event => ({ is: 'status', client, status, reason: '' })
const begun = (fault: number, ...clients: string[]): Event => ({ is: 'begun', fault, name: 'RST', clients })
const ended = (fault: number): Event => ({ is: 'ended', fault })

const both = [joined('ann'), joined('bob')]
const read = (n: number, offset?: number): Event[] => [got('ann', n, offset), got('bob', n, offset)]

const rulesOf = (...events: (Event & { at?: number })[]): Rule[] => broken(check(history(...both, ...events)))

describe('a history', () => {
  it('in which all was accepted, and read by everybody once and in order, breaks nothing', () => {
    const facts = [sent(1), accepted(1), ...read(1, 1), sent(2), accepted(2), ...read(2, 2), receipt(2, 1, 'id of bob')]
    expect(rulesOf(...facts)).toEqual([])
    expect(check(history(...both, ...facts))).toMatchObject({
      sent: 2,
      accepted: 2,
      failed: 0,
      unsettled: 0,
      received: 4,
    })
  })

  it('is judged by its times, in whatever order it was written down', () => {
    expect(rulesOf(sent(1), { ...got('bob', 2), at: 9_000 }, { ...got('bob', 1), at: 8_000 }, sent(2))).not.toContain(
      'reordered',
    )
  })

  it('has lost what somebody never read, though nobody was told that it failed', () => {
    expect(rulesOf(sent(1), got('ann', 1))).toEqual(['lost'])
    expect(check(history(...both, sent(1), got('ann', 1))).lost).toEqual(['ann 1, not settled, never came to bob'])
  })

  it('has lost nothing where the sender was told', () => {
    expect(rulesOf(sent(1), failed(1, true))).toEqual([])
    expect(rulesOf(sent(1), failed(1, false))).toEqual([])
  })

  it('has a false `accepted` where somebody never read what was accepted', () => {
    expect(rulesOf(sent(1), accepted(1), got('ann', 1))).toEqual(['lost', 'falseAccepted'])
  })

  it('has a false `failed` where it was certain, and somebody read it all the same', () => {
    expect(rulesOf(sent(1), failed(1, true), got('bob', 1))).toEqual(['falseFailed'])
    expect(rulesOf(sent(1), failed(1, false), got('bob', 1))).toEqual([])
  })

  it('has what came to one reader twice', () => {
    expect(rulesOf(sent(1), accepted(1), ...read(1), got('bob', 1))).toEqual(['duplicated'])
  })

  it('has what came after a later one of the same sender, and knows a repetition from a disorder', () => {
    const two = [sent(1), accepted(1), sent(2), accepted(2), got('ann', 1), got('ann', 2)]
    expect(rulesOf(...two, got('bob', 2), got('bob', 1))).toEqual(['reordered'])
    expect(rulesOf(...two, got('bob', 1), got('bob', 2), got('bob', 1))).toEqual(['duplicated'])
  })

  it('counts by the order in which it was sent, not by the numbers', () => {
    expect(rulesOf(sent(2), accepted(2), ...read(2), sent(1), accepted(1), ...read(1))).toEqual([])
  })

  it('keeps the order of the log, of different senders as well', () => {
    const facts: Event[] = [sent(1), accepted(1), sent(1, 'bob'), accepted(1, 'bob')]
    const [ofAnn, ofBob] = [
      (client: string, offset: number): Event => ({ is: 'message', client, from: 'ann', n: 1, offset }),
      (client: string, offset: number): Event => ({ is: 'message', client, from: 'bob', n: 1, offset }),
    ]
    expect(rulesOf(...facts, ofAnn('ann', 1), ofBob('ann', 2), ofAnn('bob', 1), ofBob('bob', 2))).toEqual([])
    expect(rulesOf(...facts, ofAnn('ann', 1), ofBob('ann', 2), ofBob('bob', 2), ofAnn('bob', 1))).toEqual(['reordered'])
  })

  it('has a false receipt where who is said to have it has not, or only later, or where too many are counted', () => {
    const one = [sent(1), accepted(1), got('ann', 1)]
    expect(rulesOf(...one, receipt(1, 1, 'id of bob'), got('bob', 1))).toEqual(['falseReceipts'])
    expect(rulesOf(...one, got('bob', 1), receipt(1, 2, 'id of bob'))).toEqual(['falseReceipts'])
    expect(rulesOf(...one, receipt(1, 1, 'id of bob'))).toContain('falseReceipts')
    expect(rulesOf(...one, got('bob', 1), receipt(1, 1))).toEqual([])
    // Somebody has it, and is not who is said to have it.
    const { falseReceipts } = check(history(...both, joined('cid'), ...one, got('cid', 1), receipt(1, 1, 'id of bob')))
    expect(falseReceipts).toEqual(['ann 1 never came to bob'])
  })

  it('knows that two clocks are not quite the same', () => {
    const one = [sent(1), accepted(1), got('ann', 1)]
    expect(rulesOf(...one, { ...receipt(1, 1, 'id of bob'), at: 9_000 }, { ...got('bob', 1), at: 9_020 })).toEqual([])
  })

  it('has each gap that a reader was told of', () => {
    expect(rulesOf({ is: 'gap', client: 'bob', from: 1, to: 3 })).toEqual(['gaps'])
  })
})

describe('the time that a client takes', () => {
  const online = [...both, status('ann', 'online'), status('bob', 'online')].map((event) => ({ ...event, at: 0 }))
  const timesOf = (...events: (Event & { at: number })[]) => check(history(...online, ...events)).faults

  it('to notice is that from the beginning of the fault until it is not online', () => {
    const [fault] = timesOf(
      { ...begun(0, 'ann', 'bob'), at: 1_000 },
      { ...ended(0), at: 3_000 },
      { ...status('ann', 'reconnecting'), at: 1_700 },
      { ...status('ann', 'online'), at: 3_400 },
    )
    expect(fault).toEqual({
      ...{ name: 'RST', begun: 1_000, ended: 3_000 },
      clients: [
        { client: 'ann', noticed: 700, recovered: 400 },
        { client: 'bob', noticed: undefined, recovered: 0 },
      ],
    })
  })

  it('to recover includes that to notice, where the fault was over before', () => {
    const [fault] = timesOf(
      { ...begun(0, 'ann'), at: 1_000 },
      { ...ended(0), at: 1_000 },
      { ...status('ann', 'reconnecting'), at: 4_000 },
      { ...status('ann', 'online'), at: 4_100 },
    )
    expect(fault?.clients).toEqual([{ client: 'ann', noticed: 3_000, recovered: 3_100 }])
  })

  it('to recover lasts until its own messages are settled', () => {
    const [fault] = timesOf(
      { ...sent(1), at: 900 },
      { ...begun(0, 'ann', 'bob'), at: 1_000 },
      { ...ended(0), at: 2_000 },
      { ...got('bob', 1), at: 2_800 },
      { ...accepted(1), at: 2_900 },
      { ...got('ann', 1), at: 2_950 },
      { ...sent(2), at: 2_001 },
      { ...accepted(2), at: 9_000 },
      { ...got('ann', 2), at: 9_000 },
      { ...got('bob', 2), at: 9_000 },
    )
    // What was still with its sender, no reader waits for.
    expect(fault?.clients.map(({ recovered }) => recovered)).toEqual([900, 0])
  })

  it('to recover lasts until it has what the server, or another reader, had of the others', () => {
    const facts = [
      { ...sent(1), at: 900 },
      { ...begun(0, 'bob'), at: 1_000 },
      { ...ended(0), at: 2_000 },
      { ...got('bob', 1), at: 2_800 },
    ]
    const recovered = (known: Event) =>
      timesOf(...facts, { ...known, at: 1_500 })[0]?.clients.map((client) => client.recovered)
    expect(recovered(accepted(1))).toEqual([800])
    expect(recovered(got('ann', 1))).toEqual([800])
    expect(recovered(sent(2))).toEqual([0])
  })

  it('to recover lasts until it loses no more, for ever where nothing comes any more', () => {
    const facts = [
      { ...begun(0, 'bob'), at: 1_000 },
      { ...ended(0), at: 1_000 },
      { ...sent(1), at: 2_000 },
      { ...got('ann', 1), at: 2_010 },
      { ...sent(2), at: 3_000 },
      { ...got('ann', 2), at: 3_010 },
    ]
    const recovered = (...more: (Event & { at: number })[]) =>
      timesOf(...facts, ...more)[0]?.clients.map((client) => client.recovered)
    expect(recovered()).toEqual([Infinity])
    expect(recovered({ ...got('bob', 2), at: 3_010 })).toEqual([1_000])
    expect(recovered({ ...got('bob', 1), at: 2_010 }, { ...got('bob', 2), at: 3_010 })).toEqual([0])
  })

  it('is infinite where it never comes, and nothing where it was not online before', () => {
    const [fault] = timesOf(
      { ...status('ann', 'reconnecting'), at: 500 },
      { ...begun(0, 'ann'), at: 1_000 },
      { ...ended(0), at: 2_000 },
    )
    expect(fault?.clients).toEqual([{ client: 'ann', noticed: undefined, recovered: Infinity }])
  })

  it('to notice ends where the next fault of the same client begins', () => {
    const [first, second] = timesOf(
      { ...begun(0, 'ann'), at: 1_000 },
      { ...ended(0), at: 1_000 },
      { ...begun(1, 'ann'), at: 5_000 },
      { ...ended(1), at: 5_000 },
      { ...status('ann', 'reconnecting'), at: 5_100 },
      { ...status('ann', 'online'), at: 5_200 },
    )
    expect(first?.clients[0]?.noticed).toBeUndefined()
    expect(second?.clients[0]?.noticed).toBe(100)
  })
})

describe('a schedule', () => {
  const names = CAST.map(({ name }) => name)
  const [first] = scenarios

  it('is the same for the same seed, and another for another', () => {
    for (const scenario of scenarios) expect(schedule(scenario, names, 7)).toEqual(schedule(scenario, names, 7))
    expect(first && schedule(first, names, 7)).not.toEqual(first && schedule(first, names, 8))
  })

  it('has everybody silent while something is wrong, where nobody is to speak', () => {
    for (const scenario of scenarios.filter(({ load }) => load === 'idle')) {
      const { strikes, sends, end } = schedule(scenario, names, 1)
      const from = Math.min(...strikes.map((strike) => strike.from))
      for (const times of sends.values()) {
        expect(times.filter((at) => at < from)).toHaveLength(5)
        expect(times.filter((at) => at >= from && at < end - 1_500)).toEqual([])
        expect(times.at(-1)).toBeGreaterThan(end - 1_500)
      }
    }
  })

  it('names each scenario once', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
  })
})
