import { describe, expect, it } from 'vitest'
import { Close } from '../../src/wire/close.js'
import type { ServerFrame } from '../../src/wire/frame.js'
import { ClientBench, messages, subscribed, welcome, words } from '../support/client-core.js'
import { cut } from '../support/link.js'

describe('the first words', () => {
  it('hello, the questions and the first messages leave in one write', () => {
    const bench = new ClientBench()
    bench.feed({ on: 'connect' })
    bench.follow('room', 'oldest')
    bench.feed({ on: 'history', id: 1, ch: 'room', from: 1, limit: 10 })
    bench.send()
    bench.send()
    expect(bench.open()).toEqual([
      'write hello 0 | sub room oldest | history 1 | send 1 | send 2',
      'm1 sent',
      'm2 sent',
    ])
  })
  it('say who it is, with its secret, and which version', () => {
    const bench = new ClientBench()
    bench.feed({ on: 'connect' })
    expect(bench.raw({ on: 'opened', link: 1 })[0]).toEqual({
      do: 'write',
      link: 1,
      frames: [{ t: 'hello', v: 1, client: 'ada', key: 'secret', acked: 0 }],
    })
  })
  it('hold no more than any server takes: 32 KiB, then the window opens with the welcome', () => {
    const bench = new ClientBench({ outbox: { windowBytes: 200_000, maxBytes: 1_000_000 } })
    bench.send({ bytes: 30_000 })
    bench.send({ bytes: 2_000 })
    bench.send({ bytes: 1_000 })
    expect(bench.open()).toEqual(['write hello 0 | send 1 | send 2', 'm1 sent', 'm2 sent'])
    expect(bench.hear(welcome)).toEqual(['limit 65536', 'online', 'write send 3', 'm3 sent'])
  })
  it.each([1_000, 32_768, 200_000])(
    'never hold one bigger than that, whatever the window (%d bytes)',
    (windowBytes) => {
      const bench = new ClientBench({ outbox: { windowBytes, maxBytes: 1_000_000 } })
      bench.send({ bytes: 40_000 })
      expect(bench.open()).toEqual(['write hello 0'])
      expect(bench.hear(welcome)).toContain('write send 1')
    },
  )
  it('of a session resumed wait to hear what the server has', () => {
    const bench = new ClientBench().up()
    for (let n = 0; n < 4; n++) bench.send()
    bench.hear({ t: 'accepted', seq: 1 })
    expect(bench.again()).toEqual(['write hello 1 T1'])
    expect(bench.hear({ ...welcome, resumed: true, got: 3, ticket: 'T2' })).toEqual([
      'limit 65536',
      'online',
      'm2 accepted',
      'm3 accepted',
      'write send 4',
    ])
    expect(bench.again()).toEqual(['write hello 3 T2'])
  })
  it('are said again with their messages where the first welcome never came', () => {
    const bench = new ClientBench()
    bench.send()
    bench.open()
    expect(bench.again()).toEqual(['write hello 0 | send 1'])
  })
  it('follow each channel from where it was left', () => {
    const bench = new ClientBench().reading()
    bench.hear(...messages(1, 3))
    expect(bench.again()).toEqual(['write hello 0 T1 | sub room 4 e1'])
  })
  it('need no greeting where the server has none: all is sent at once, and anew on each link', () => {
    const bench = new ClientBench({ link: { greets: false } })
    bench.send()
    bench.follow()
    expect(bench.open()).toEqual(['write sub room now | send 1', 'm1 sent', 'online'])
    expect(bench.again()).toEqual(['write sub room now | send 1', 'online'])
  })
})

describe('the terms of the welcome', () => {
  it('the smaller window holds', () => {
    const bench = new ClientBench().up({ window: 2 })
    for (let n = 0; n < 4; n++) bench.send()
    expect(bench.core.outbox.inFlight).toBe(2)
    expect(bench.hear({ t: 'accepted', seq: 2 })).toEqual([
      'm1 accepted',
      'm2 accepted',
      'write send 3 | send 4',
      'm3 sent',
      'm4 sent',
    ])
  })
  it('a window of nothing is one: it must not stop for ever', () => {
    const bench = new ClientBench().up({ window: 0 })
    expect(bench.send()).toEqual(['write send 1', 'm1 sent'])
  })
  it('the packet limit is passed on, for that link', () => {
    const bench = new ClientBench()
    bench.open()
    expect(bench.raw({ on: 'frames', link: 1, frames: [{ ...welcome, max: 5_000 }] })).toContainEqual({
      do: 'limit',
      link: 1,
      max: 5_000,
    })
  })
  it('what is too big is settled with both numbers, before and after', () => {
    const bench = new ClientBench()
    bench.send({ bytes: 5_000 })
    bench.send({ bytes: 100 })
    bench.open()
    const outputs = bench.raw({ on: 'frames', link: 1, frames: [{ ...welcome, max: 5_000 }] })
    const errors = outputs.flatMap((output) => (output.do === 'settled' ? [output] : []))
    expect(errors).toMatchObject([
      { tag: 'm1', error: { code: 'too-big', message: 'the message has 5000 bytes, the server takes 3976' } },
    ])
    expect(bench.send({ bytes: 3_977 })).toEqual(['m3 too-big'])
    expect(bench.send({ bytes: 3_976 })).toEqual(['write send 4 after 2', 'm4 sent'])
  })
  it('what was too large for the way goes in halves, and what is too large alone fails alone', () => {
    const bench = new ClientBench({ outbox: { windowBytes: 100_000 } })
    for (const bytes of [3_000, 3_000, 3_000, 8_077, 8_076]) bench.send({ bytes })
    expect(bench.open()).toContain('m5 sent')
    const closing = { code: Close.tooBig, reason: 'too large for the way', max: 9_100 }
    bench.feed({ on: 'ended', link: 1, closing })
    bench.until(bench.core.deadline)
    expect(bench.open()).toEqual(['write hello 0 | send 1'])
    const outputs = bench.raw({ on: 'frames', link: 2, frames: [{ ...welcome, got: 1 }] })
    expect(outputs).toContainEqual({ do: 'limit', link: 2, max: 4_550 })
    expect(words(outputs)).toContain('m4 too-big')
    expect(words(outputs)).toContain('write send 2 | send 3 | send 5 after 3')
  })
  it('what is too large for the way is not said to a server that has not welcomed us yet', () => {
    const bench = new ClientBench()
    bench.send({ bytes: 5_000 })
    bench.open()
    bench.feed({ on: 'ended', link: 1, closing: { code: Close.tooBig, reason: '', max: 5_050 } })
    bench.until(bench.core.deadline)
    expect(bench.open()).toEqual(['write hello 0'])
    expect(bench.hear(welcome)).toContain('m1 too-big')
  })
  it('the idle limit bounds the silence: a ping at half of it', () => {
    const bench = new ClientBench().up({ idle: 4_000 })
    expect(bench.until(2_000)).toEqual([[2_000, 'write ping 1']])
  })
  it('another version ends it for good', () => {
    const bench = new ClientBench()
    bench.send()
    bench.open()
    expect(bench.hear({ ...welcome, v: 2 })).toEqual([
      'drop 4406',
      'ended 4406',
      'm1 in-doubt',
      'closed: the server speaks version 2',
    ])
  })
})

describe('what a close code asks for', () => {
  const end = (bench: ClientBench, code: number) =>
    bench.feed({ on: 'ended', link: bench.current, closing: { code, reason: `code ${String(code)}` } })

  it.each([1000, 1001, 1006, 1012, 1013, 4400, 4408, 4409, 4429])('%d: another try', (code) => {
    const bench = new ClientBench().up()
    expect(end(bench, code)).toEqual(['retry 250', `reconnecting: code ${String(code)}`])
  })
  it.each([1009, 4403, 4406])('%d: the end, for a reason that is told', (code) => {
    const bench = new ClientBench().up()
    bench.send()
    expect(end(bench, code)).toEqual([`ended ${String(code)}`, 'm1 in-doubt', `closed: code ${String(code)}`])
    expect(bench.core.deadline).toBe(Infinity)
  })
  it.each([
    ['with a session for the next page, looked at by nobody', true, true, 'ended 4409'],
    ['with one, looked at', true, false, 'retry 250'],
    ['without one', false, true, 'retry 250'],
  ])('4409, %s: %s %s → %s', (_who, shared, away, end) => {
    const bench = new ClientBench({ shared }).up()
    bench.feed({ on: 'look', away })
    expect(bench.feed({ on: 'ended', link: 1, closing: { code: 4409, reason: 'replaced' } })[0]).toBe(end)
  })
  it('4401: is not used up by a link that was lost for another reason', () => {
    const bench = new ClientBench().up()
    end(bench, 1006)
    bench.until(bench.core.deadline)
    expect(end(bench, 4401)[0]).toBe('retry 500')
  })
  it('a page that nobody looks at tries again where it was only cut', () => {
    const bench = new ClientBench({ shared: true }).up()
    bench.feed({ on: 'look', away: true })
    expect(end(bench, 1006)[0]).toBe('retry 250')
  })
  it('4401: a new token is tried once', () => {
    const bench = new ClientBench()
    bench.open()
    expect(end(bench, 4401)).toEqual(['retry 250', 'connecting: code 4401'])
    bench.until(bench.core.deadline)
    expect(end(bench, 4401)).toEqual(['ended 4401', 'closed: code 4401'])
  })
  it('4401: once since the last welcome', () => {
    const bench = new ClientBench().up()
    for (const wait of [250, 500, 1_000]) {
      expect(end(bench, 4401)[0]).toBe(`retry ${String(wait)}`)
      bench.until(bench.core.deadline)
      bench.up()
    }
    end(bench, 4401)
    bench.until(bench.core.deadline)
    // A link lost for another reason does not give a second chance.
    end(bench, 1006)
    bench.until(bench.core.deadline)
    expect(end(bench, 4401)[0]).toBe('ended 4401')
  })
})

describe('a server that sends its clients away', () => {
  it('names the time: after, and a random share of the spread; its close may be lost, so nobody waits for it', () => {
    const bench = new ClientBench({ link: { random: () => 0.25 } }).up()
    expect(bench.hear({ t: 'retry', after: 1_000, spread: 4_000 })).toEqual([
      'drop 1013',
      'retry 2000',
      'reconnecting: the server asks to come back later',
    ])
    expect(bench.feed({ on: 'ended', link: 1, closing: { code: 1012, reason: 'restart' } })).toEqual([])
    // No wake-up shortens it.
    expect(bench.feed({ on: 'wake' }, 500)).toEqual([])
    expect(bench.until(2_000)).toEqual([[2_000, 'open 2']])
  })
  it('may do so before any welcome', () => {
    const bench = new ClientBench()
    bench.open()
    expect(bench.hear({ t: 'retry', after: 60_000, spread: 0 }, welcome).join()).toContain('retry 60000')
    expect(bench.core.status).toBe('connecting')
  })
  it('is obeyed once: the next try waits as any does', () => {
    const bench = new ClientBench().up()
    bench.hear({ t: 'retry', after: 1_000, spread: 0 })
    bench.until(1_000)
    expect(bench.feed({ on: 'ended', link: 2, closing: cut })[0]).toBe('retry 500')
  })
})

describe('news of an old link', () => {
  it('is no news: frames, ends and openings of it change nothing', () => {
    const bench = new ClientBench().reading()
    bench.send()
    bench.feed({ on: 'reconnect', code: 1000, reason: 'app' })
    expect(bench.current).toBe(2)
    bench.up()
    const news = [
      { on: 'opened', link: 1 },
      { on: 'frames', link: 1, frames: [...messages(1), { t: 'accepted', seq: 1 }, { ...welcome, v: 9 }] },
      { on: 'broken', link: 1, error: new Error('old') },
      { on: 'ended', link: 1, closing: { code: 4403, reason: 'no' } },
    ] as const
    for (const one of news) expect(bench.feed(one as never)).toEqual([])
    expect(bench.core.status).toBe('online')
    expect(bench.core.outbox.size).toBe(1)
  })
  it('also within one packet: what stands behind the frame that ended the link is not read', () => {
    const bench = new ClientBench().reading()
    bench.again()
    expect(bench.hear({ ...welcome, v: 2 }, ...messages(1)).join()).not.toContain('deliver')
  })
  it('a packet that is no packet: fault, 4400, and another try', () => {
    const bench = new ClientBench().up()
    const error = Object.assign(new Error('not a packet'), { code: 'bad-frame' })
    expect(bench.feed({ on: 'broken', link: 1, error })).toEqual([
      'drop 4400',
      'fault bad-frame',
      'retry 250',
      'reconnecting: not a packet',
    ])
  })
  it('a provider that failed is told, and tried again', () => {
    const bench = new ClientBench()
    bench.feed({ on: 'connect' })
    const error = Object.assign(new Error('no token'), { code: 'mine' })
    expect(bench.feed({ on: 'ended', link: 1, closing: { code: 1006, reason: 'could not dial', error } })).toEqual([
      'fault mine',
      'retry 250',
      'connecting: could not dial',
    ])
  })
})

describe('an answer that is overdue', () => {
  it('after the RTO the oldest is said again, alone, and the link is asked for a sign of life', () => {
    const bench = new ClientBench().up()
    bench.send()
    bench.send()
    expect(bench.until(1_000)).toEqual([[1_000, 'write send 1', 'write ping 1']])
    expect(bench.until(3_000)).toEqual([[3_000, 'drop 4408', 'retry 250', 'reconnecting: no answer to the heartbeat']])
    // Nothing is said again while there is no link to say it on.
    expect(bench.core.deadline).toBe(3_250)
  })
  it.each<[string, ServerFrame | undefined, string[]]>([
    ['what others say', undefined, ['drop 4408', 'reconnecting: nothing that was said is answered']],
    ['some answer', { t: 'noted', ch: 'room', offset: 0 }, []],
  ])('%s is heard while it lasts', (_what, answer, end) => {
    const bench = new ClientBench({ outbox: { window: 1 } }).reading()
    bench.send()
    let last: string[] = []
    for (let n = 1; n <= 320 && bench.core.status === 'online'; n++) {
      last = bench.until(n * 100).flatMap(([, ...told]) => told)
      const news: ServerFrame = { t: 'delivered', n, ch: 'room', list: [] }
      bench.hear(...messages(n), news, ...(answer && n % 10 === 0 ? [answer] : []))
    }
    expect(last.filter((word) => end.includes(word))).toEqual(end)
    expect(bench.core.status).toBe(end.length ? 'reconnecting' : 'online')
    // The RTO is 1 s before the first sample: it is overdue at 1, 3, 7 and 15 s.
    if (end.length) expect(bench.now).toBe(15_000)
  })
  it('a pong saves the link, and says what the server has', () => {
    const bench = new ClientBench().up()
    bench.send()
    bench.until(1_000)
    expect(bench.hear({ t: 'pong', id: 1, got: 1 })).toEqual(['m1 accepted'])
    expect(bench.until(10_000)).toEqual([])
  })
  it('a question without an answer is asked again, at growing distances', () => {
    const bench = new ClientBench({ link: { heartbeat: { interval: Infinity, timeout: 1, retries: 0 } } }).up()
    expect(bench.follow()).toEqual(['write sub room now'])
    expect(bench.until(14_000)).toEqual([
      [2_000, 'write sub room now'],
      [6_000, 'write sub room now'],
      [14_000, 'write sub room now'],
    ])
    bench.hear(subscribed(1))
    expect(bench.until(40_000)).toEqual([])
  })
})

describe('a sign of life', () => {
  const asked = () => {
    const bench = new ClientBench().up()
    bench.feed({ on: 'wake' }, 100)
    bench.now = 150
    return bench
  }
  it('is the pong of the last ping, in whatever company', () => {
    const bench = asked()
    bench.hear({ t: 'ping', id: 9 }, { t: 'pong', id: 1 })
    expect(bench.core.ledgers.rtt.srtt).toBe(50)
  })
  it('measures nothing where it is a ping of that number', () => {
    const bench = asked()
    bench.hear({ t: 'ping', id: 1 })
    expect(bench.core.ledgers.rtt.srtt).toBeUndefined()
  })
})

describe('a session resumed', () => {
  it('sends not even a byte before it has heard what the server has', () => {
    const bench = new ClientBench().up()
    bench.send({ bytes: 1 })
    expect(bench.again()).toEqual(['write hello 0 T1'])
  })
})

describe('a time to live', () => {
  it('is kept, with a link and without one', () => {
    const bench = new ClientBench({ outbox: { window: 1 } })
    bench.send({ expiresAt: 400 })
    expect(bench.until(400)).toEqual([[400, 'm1 expired']])
    bench.up()
    bench.send({ expiresAt: 800 })
    bench.send({ expiresAt: 800 })
    expect(bench.until(800)).toEqual([[800, 'm2 in-doubt', 'm3 expired']])
  })
})

describe('status', () => {
  it('tells each change once, and why', () => {
    const bench = new ClientBench()
    const told: string[] = []
    const note = (outputs: string[]) =>
      told.push(...outputs.filter((one) => /^(conn|onl|reconn|offl|closed)/.test(one)))
    note(bench.feed({ on: 'connect' }))
    note(bench.feed({ on: 'opened', link: 1 }))
    note(bench.feed({ on: 'ended', link: 1, closing: { code: 1006, reason: 'cut' } }))
    bench.until(bench.core.deadline)
    note(bench.open())
    note(bench.hear(welcome))
    note(bench.hear({ t: 'ping', id: 1 }))
    note(bench.feed({ on: 'offline' }))
    note(bench.feed({ on: 'ended', link: 2, closing: { code: 1006, reason: 'gone' } }))
    note(bench.feed({ on: 'online' }))
    note(bench.open())
    note(bench.hear(welcome))
    note(bench.feed({ on: 'close', code: 1000, reason: 'bye' }))
    expect(told).toEqual([
      'connecting',
      'connecting: cut',
      'online',
      'offline: gone',
      'reconnecting: gone',
      'online',
      'closed: bye',
    ])
  })
})
