import { describe, expect, it } from 'vitest'
import { longPoll, type LongPollOptions, shortPoll, type ShortPollOptions } from '../../src/transports/poll.js'
import { FakeHttp, ticket } from '../support/fake-http.js'

const gone = { code: 1006, reason: 'the link is gone', clean: false }

async function openLong(options: LongPollOptions = {}): Promise<FakeHttp> {
  const far = new FakeHttp()
  await far.dial(longPoll({ fetch: far.fetch, ...options }))
  await far.last.answer(200, `${ticket}\nwelcome`)
  return far
}

async function openShort(options: ShortPollOptions = {}): Promise<FakeHttp> {
  const far = new FakeHttp()
  await far.dial(shortPoll({ fetch: far.fetch, ...options }))
  await far.last.answer(200, `${ticket}\nwelcome`)
  return far
}

describe('a long poll', () => {
  it('follows the opening, which the server holds for a moment, and each answer', async () => {
    const far = await openLong()
    expect(far.lines).toEqual(['POST hold=250', 'GET since=1&hold=25000'])
    await far.last.answer(200, 'a\n!AP8=\n""')
    expect(far.lines.at(-1)).toBe('GET since=4&hold=25000')
    expect(far.last.headers['authorization']).toBe('Bearer holdfast.link.T')
    await far.pass(25_000)
    await far.last.answer(200)
    expect(far.lines.at(-1)).toBe('GET since=4&hold=25000')
    expect(far.news).toEqual(['opened', 'welcome', 'a', new Uint8Array([0, 255]), ''])
  })

  it('is one at a time, and packets go up beside it', async () => {
    const far = await openLong()
    await far.send('1')
    expect(far.lines.slice(1)).toEqual(['GET since=1&hold=25000', 'POST post=1'])
    await far.last.answer(204)
    await far.send('2')
    expect(far.lines.at(-1)).toBe('POST post=2')
    expect(far.requests.filter(({ line }) => line.includes('GET'))).toHaveLength(1)
  })

  it('does not count what the server says of the link', async () => {
    const far = await openLong()
    await far.last.answer(200, '#{"ticket":"T2"}\na')
    expect(far.lines.at(-1)).toBe('GET since=2&hold=25000')
    expect(far.last.headers['authorization']).toBe('Bearer holdfast.link.T2')
    await far.last.answer(200, 'b\n#{"code":4409,"reason":"elsewhere"}')
    await far.pass(60_000)
    expect(far.news.slice(-2)).toEqual(['b', { code: 4409, reason: 'elsewhere', clean: true }])
    expect(far.requests).toHaveLength(3)
  })

  it.each([
    ['a network error', (far: FakeHttp) => far.last.fail()],
    ['408', (far: FakeHttp) => far.last.answer(408)],
    ['502', (far: FakeHttp) => far.last.answer(502)],
    ['504', (far: FakeHttp) => far.last.answer(504)],
  ])('that is cut (%s) is asked again at once for half as long, but not for less than a second', async (_, cut) => {
    const far = await openLong({ hold: 5_001 })
    for (let n = 0; n < 4; n++) {
      await far.pass(501)
      await cut(far)
    }
    expect(far.lines.slice(1)).toEqual(
      [5_001, 2_501, 1_251, 1_000, 1_000].map((hold) => `GET since=1&hold=${String(hold)}`),
    )
    expect(far.news).toEqual(['opened', 'welcome'])
  })

  it('that is not answered in time is cut, too', async () => {
    const far = await openLong({ hold: 5_000, timeout: 3_000 })
    await far.pass(7_999)
    expect(far.requests).toHaveLength(2)
    await far.pass(1)
    expect(far.requests[1]?.signal.aborted).toBe(true)
    expect(far.lines.slice(1)).toEqual(['GET since=1&hold=5000', 'GET since=1&hold=2500'])
  })

  it('keeps a hold that is shorter than a second', async () => {
    const far = await openLong({ hold: 600 })
    await far.pass(550)
    await far.last.fail()
    expect(far.lines.at(-1)).toBe('GET since=1&hold=600')
  })

  it('that fails quickly, twice in a row, is the end', async () => {
    const far = await openLong()
    await far.pass(500)
    await far.last.fail()
    expect(far.requests).toHaveLength(2)
    await far.pass(100)
    expect(far.lines.at(-1)).toBe('GET since=1&hold=25000')
    await far.last.answer(502)
    expect(far.news[2]).toEqual({ code: 1006, reason: 'the server answered 502', clean: false })
    await far.pass(60_000)
    expect(far.requests).toHaveLength(3)
  })

  it.each([
    ['an answer', 0, (far: FakeHttp) => far.last.answer(200, 'x')],
    ['a long one', 501, (far: FakeHttp) => far.last.fail()],
  ])('fails in a row only without %s between', async (_, ms, between) => {
    const far = await openLong()
    for (let n = 0; n < 3; n++) {
      await far.last.fail()
      await far.pass(100 + ms)
      await between(far)
    }
    expect(far.news.some((news) => typeof news === 'object')).toBe(false)
  })

  it('that comes back empty at once is not asked in a rush', async () => {
    const far = await openLong()
    await far.last.answer(200)
    await far.pass(99)
    expect(far.requests).toHaveLength(2)
    await far.pass(1)
    expect(far.requests).toHaveLength(3)
  })

  it.each([
    [401, gone],
    [410, gone],
    [409, gone],
    [404, { ...gone, reason: 'the server answered 404' }],
    [503, { ...gone, code: 1013, reason: 'the server answered 503', retryAfter: 3_000 }],
  ])('answered %d is the end', async (status, closing) => {
    const far = await openLong()
    await far.last.answer(status, 'x', { headers: { 'retry-after': '3' } })
    await far.pass(60_000)
    expect(far.news).toEqual(['opened', 'welcome', closing])
    expect(far.requests).toHaveLength(2)
    expect(far.env.timers.size).toBe(0)
  })

  it('is not heard after the close, and goes when the server knows', async () => {
    const far = await openLong()
    far.connection.send('bye')
    far.connection.close(1000, '')
    await far.pass(0)
    const [, poll, post] = far.requests
    expect(far.lines.at(-1)).toBe('POST post=1&close=1000')
    await poll?.answer(200, 'late')
    await post?.answer(204)
    await far.pass(60_000)
    expect(far.news).toEqual(['opened', 'welcome'])
    expect(far.requests).toHaveLength(3)
    const other = await openLong()
    other.connection.close(1000, '')
    await other.pass(0)
    await other.last.answer(204)
    expect(other.requests[1]?.signal.aborted).toBe(true)
    expect(other.env.timers.size).toBe(0)
  })

  it('of what is no line, or of no Holdfast server, is the end', async () => {
    const far = await openLong()
    await far.last.answer(200, '!*')
    expect(far.news[2]).toMatchObject({ code: 1006, reason: 'the answer is not understood' })
    const other = new FakeHttp()
    await other.dial(longPoll({ fetch: other.fetch }))
    await other.last.answer(200)
    expect(other.news[1]).toMatchObject({ code: 1006, reason: 'this is no Holdfast server' })
    expect(other.requests).toHaveLength(1)
  })
})

describe('a short poll', () => {
  /** The times between polls that find nothing. */
  async function rests(far: FakeHttp, many: number): Promise<number[]> {
    const found = []
    while (found.length < many) {
      const { time } = far.env
      const { length } = far.requests
      await far.last.answer(200)
      while (far.requests.length === length) await far.pass(10)
      found.push(far.env.time - time)
    }
    return found
  }

  it('comes less and less often while nothing happens', async () => {
    const far = await openShort()
    expect(far.lines).toEqual(['POST hold=250', 'GET since=1&hold=0'])
    expect(await rests(far, 5)).toEqual([500, 1_000, 2_000, 2_000, 2_000])
    await far.last.answer(200, 'x')
    await far.pass(250)
    expect(far.lines.at(-1)).toBe('GET since=2&hold=0')
    expect(await rests(far, 2)).toEqual([500, 1_000])
  })

  it('keeps to an interval that is shorter', async () => {
    const far = await openShort({ interval: 100 })
    expect(await rests(far, 2)).toEqual([100, 100])
  })

  it('says at once what there is to say, hears with it, and asks soon after', async () => {
    const far = await openShort()
    await rests(far, 3)
    await far.last.answer(200)
    await far.pass(1_000)
    const { length } = far.requests
    await far.send('1', '2')
    expect(far.requests).toHaveLength(length + 1)
    expect(far.last.line).toBe('POST since=1&hold=250&post=1')
    expect(far.last.body).toBe('1\n2')
    await far.send('3')
    expect(far.requests).toHaveLength(length + 1)
    await far.last.answer(200, 'a')
    expect(far.last.line).toBe('POST since=2&hold=250&post=2')
    await far.last.answer(200)
    await far.pass(249)
    expect(far.last.line).toContain('POST')
    await far.pass(1)
    expect(far.last.line).toBe('GET since=2&hold=0')
    expect(far.news).toEqual(['opened', 'welcome', 'a'])
  })

  it('is one request at a time', async () => {
    const far = await openShort()
    await far.send('1')
    expect(far.lines.at(-1)).toBe('GET since=1&hold=0')
    await far.last.answer(200)
    expect(far.last.line).toContain('POST')
  })

  it('has its time and that of the hold, and no more', async () => {
    const far = await openShort()
    await far.last.answer(200)
    await far.send('1')
    const first = far.last
    await far.pass(8_249)
    expect(first.signal.aborted).toBe(false)
    await far.pass(1)
    expect(first.signal.aborted).toBe(true)
    await far.pass(100)
    expect(far.last.line).toBe(first.line)
  })

  it('that is cut is asked again after 100 ms and after 1 s, then it is the end', async () => {
    const far = await openShort()
    await far.last.fail()
    await far.pass(99)
    expect(far.requests).toHaveLength(2)
    await far.pass(1)
    await far.last.answer(502)
    await far.pass(999)
    expect(far.requests).toHaveLength(3)
    await far.pass(1)
    expect(far.requests).toHaveLength(4)
    expect(far.news).toHaveLength(2)
    await far.last.fail()
    expect(far.news[2]).toEqual({ code: 1006, reason: 'no answer from the server', clean: false })
    await far.pass(60_000)
    expect(far.requests).toHaveLength(4)
  })

  it('that is answered in between counts failures anew', async () => {
    const far = await openShort()
    for (let n = 0; n < 4; n++) {
      await far.last.fail()
      await far.pass(100)
      await far.last.answer(200, 'x')
      await far.pass(250)
    }
    expect(far.news.filter((news) => news === 'x')).toHaveLength(4)
  })

  it('has a POST said again with the same number, the same packets and the same place', async () => {
    const far = await openShort()
    await far.last.answer(200)
    await far.send('1')
    const { line } = far.last
    await far.last.fail()
    await far.send('2')
    await far.pass(100)
    expect(far.last.line).toBe(line)
    expect(far.last.body).toBe('1')
    await far.last.answer(200, 'a')
    expect(far.news.at(-1)).toBe('a')
    expect(far.last.line).toBe('POST since=2&hold=250&post=2')
    await far.last.answer(410)
    expect(far.news.at(-1)).toEqual(gone)
  })

  it('answered 410, or that the link is closed, is the end', async () => {
    const far = await openShort()
    await far.last.answer(410)
    await far.pass(60_000)
    expect(far.news.at(-1)).toEqual(gone)
    const other = await openShort()
    await other.last.answer(200, 'a\n#{"code":1012,"reason":"restart"}')
    await other.pass(60_000)
    expect(other.news.slice(2)).toEqual(['a', { code: 1012, reason: 'restart', clean: true }])
    expect([far.requests.length, other.requests.length]).toEqual([2, 2])
  })

  it('says that it closes, at once or after what is in flight', async () => {
    const far = await openShort()
    await far.last.answer(200)
    far.connection.send('bye')
    far.connection.close(1000, '')
    await far.pass(0)
    expect(far.lines.at(-1)).toBe('POST post=1&close=1000')
    expect(far.last.body).toBe('bye')
    await far.last.answer(204)
    await far.pass(60_000)
    expect(far.requests).toHaveLength(3)
    const other = await openShort()
    await other.last.answer(200)
    await other.send('1')
    other.connection.close(4000, '')
    await other.pass(0)
    expect(other.lines.at(-1)).toContain('POST since')
    await other.last.answer(200, 'late')
    expect(other.lines.at(-1)).toBe('POST post=2&close=4000')
    await other.last.answer(204)
    expect(other.news).toEqual(['opened', 'welcome'])
    expect(other.env.timers.size).toBe(0)
  })
})
