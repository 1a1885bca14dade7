// The way up, which all leaves share: tried on the one whose way down is a single stream.
import { describe, expect, it } from 'vitest'
import { sse } from '../../src/transports/sse.js'
import { dialSse, FakeHttp, openSse, ticket } from '../support/fake-http.js'

describe('the opening', () => {
  it('takes the first packets along, and waits for none', async () => {
    const far = await dialSse(['hello', 'sub'])
    expect(far.lines).toEqual(['POST'])
    expect(far.last.body).toBe('hello\nsub')
    expect(far.news).toEqual(['opened'])
    const silent = await dialSse([])
    expect(silent.lines).toEqual(['POST'])
    expect(silent.last.body).toBe('')
  })

  it('is over http, keeps the query of the address, and asks for a stream', async () => {
    const far = new FakeHttp()
    const quiet = { opened: () => undefined, received: () => undefined, closed: () => undefined }
    sse({ fetch: far.fetch }).open({ url: 'wss://x/y?a=b', protocols: [] }, quiet, far.env)
    await far.pass(0)
    expect(far.last.url.href).toBe('https://x/y?a=b')
    expect(far.last.headers).toEqual({ accept: 'text/event-stream', holdfast: 'v=1' })
    expect(far.last.init.credentials).toBe('same-origin')
  })

  it('shows the token in letters of a header, and after it the ticket only, the newest', async () => {
    const far = await dialSse(['hello'], '>>>???a☃')
    const shown = far.last.headers['authorization'] ?? ''
    expect(shown).toMatch(/^Bearer holdfast\.token\.[\w-]+$/)
    expect(Buffer.from(shown.slice(22), 'base64url').toString()).toBe('>>>???a☃')
    const down = await far.last.stream()
    await down.write(`data: ${ticket}\n\n`)
    await far.send('1')
    expect(far.last.headers['authorization']).toBe('Bearer holdfast.link.T')
    await far.last.answer(204)
    await down.write('event: control\ndata: #{"ticket":"T2"}\n\n')
    await far.send('2')
    expect(far.last.headers['authorization']).toBe('Bearer holdfast.link.T2')
    expect(far.requests.some(({ url }) => /T|>>>/.test(url.href))).toBe(false)
  })

  it('shows an empty token as the WebSocket does: as one', async () => {
    const far = await dialSse([], '')
    expect(far.last.headers['authorization']).toBe('Bearer holdfast.token.')
  })

  it.each([
    [401, {}, { code: 4401, reason: 'the server answered 401' }],
    [403, {}, { code: 4403, reason: 'the server answered 403' }],
    [404, {}, { code: 1006, reason: 'the server answered 404' }],
    [405, {}, { code: 1006, reason: 'the server answered 405' }],
    [500, {}, { code: 1006, reason: 'the server answered 500' }],
    [502, {}, { code: 1006, reason: 'the server answered 502' }],
    [204, {}, { code: 1006, reason: 'the server answered 204' }],
    [500, { 'retry-after': '7' }, { code: 1006, reason: 'the server answered 500', retryAfter: 7_000 }],
    [401, { 'retry-after': '7' }, { code: 4401, reason: 'the server answered 401' }],
    [503, {}, { code: 1013, reason: 'the server answered 503' }],
    [503, { 'retry-after': '7' }, { code: 1013, reason: 'the server answered 503', retryAfter: 7_000 }],
    [429, { 'retry-after': '0' }, { code: 1013, reason: 'the server answered 429', retryAfter: 0 }],
    [429, { 'retry-after': 'soon' }, { code: 1013, reason: 'the server answered 429' }],
    [
      503,
      { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'Fri, 31 Dec 1999 23:59:29 GMT' },
      { code: 1013, reason: 'the server answered 503', retryAfter: 30_000 },
    ],
    [
      503,
      { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'Sat, 01 Jan 2000 00:00:00 GMT' },
      { code: 1013, reason: 'the server answered 503' },
    ],
    [503, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, { code: 1013, reason: 'the server answered 503' }],
  ])('answered %d %o is the end, and is not repeated', async (status, headers, closing) => {
    const far = await dialSse()
    await far.last.answer(status, '', { headers })
    await far.pass(60_000)
    expect(far.news).toEqual(['opened', { clean: false, ...closing }])
    expect(far.requests).toHaveLength(1)
    expect(far.last.signal.aborted).toBe(true)
    expect(far.env.timers.size).toBe(0)
  })

  it('that is refused is not read, however long its words', async () => {
    const far = await dialSse()
    await far.last.stream({}, 503)
    expect(far.news[1]).toMatchObject({ code: 1013 })
  })

  it('that nobody hears is 1006, and one that takes too long 4408', async () => {
    const lost = await dialSse()
    await lost.last.fail()
    expect(lost.news[1]).toEqual({ code: 1006, reason: 'no answer from the server', clean: false })
    const slow = await dialSse(['hello'], undefined, { timeout: 3_000 })
    await slow.pass(2_999)
    expect(slow.news).toHaveLength(1)
    await slow.pass(1)
    expect(slow.news[1]).toEqual({ code: 4408, reason: 'no answer in time', clean: false })
    expect(slow.last.signal.aborted).toBe(true)
    const patient = await dialSse()
    await patient.pass(7_999)
    expect(patient.news).toHaveLength(1)
    await patient.pass(1)
    expect(patient.news).toHaveLength(2)
  })

  it('with another program’s answer is the end, and none of it is a packet', async () => {
    const far = await dialSse()
    const down = await far.last.stream()
    await down.write('data: <html>\n\n')
    expect(far.news).toEqual(['opened', { code: 1006, reason: 'the answer is not understood', clean: false }])
    const silent = await dialSse()
    await (await silent.last.stream()).end()
    expect(silent.news[1]).toEqual({ code: 1006, reason: 'this is no Holdfast server', clean: false })
  })

  it('on an address that is none says so', async () => {
    const far = new FakeHttp()
    const news: unknown[] = []
    const tell = (one: unknown) => news.push(one)
    const on = { opened: () => undefined, received: tell, closed: tell }
    sse({ fetch: far.fetch }).open({ url: 'nonsense', protocols: [] }, on, far.env)
    await far.pass(0)
    expect(news).toEqual([expect.objectContaining({ code: 1006, clean: false })])
  })
})

describe('what is sent', () => {
  it('waits for the ticket, then leaves together, and what is sent meanwhile in the next', async () => {
    const far = await dialSse()
    await far.send('1', '2')
    expect(far.lines).toEqual(['POST'])
    const down = await far.last.stream()
    await down.write(`data: ${ticket}\n\n`)
    expect(far.lines).toEqual(['POST', 'POST post=1'])
    expect(far.last.body).toBe('1\n2')
    await far.send('3')
    await far.send('4')
    expect(far.requests).toHaveLength(2)
    expect(far.connection.buffered).toBe(4)
    await far.last.answer(204)
    expect(far.lines.at(-1)).toBe('POST post=2')
    expect(far.last.body).toBe('3\n4')
    await far.last.answer(204)
    expect(far.requests).toHaveLength(3)
    expect(far.connection.buffered).toBe(0)
  })

  it('is one POST when it is said in one task', async () => {
    const { far } = await openSse()
    await far.send('1', '2', new Uint8Array([1]))
    expect(far.lines).toEqual(['POST', 'POST post=1'])
    expect(far.last.body).toBe('1\n2\n!AQ==')
  })

  it('fits in 64 KiB of text, unless one packet alone is larger', async () => {
    const { far } = await openSse()
    const big = 'b'.repeat(70_000)
    const [half, rest] = ['x'.repeat(32_767), 'y'.repeat(32_767)]
    await far.send(half, rest, 'z', big, 'last')
    const bodies = []
    while (bodies.length < 4) {
      bodies.push(far.last.body)
      await far.last.answer(204)
    }
    expect(bodies).toEqual([`${half}\n${rest}`, 'z', big, 'last'])
  })

  it('is said again with the same number and the same packets, after 100 ms and after 1 s, and then no more', async () => {
    const { far } = await openSse()
    await far.send('1')
    await far.last.fail()
    await far.send('2')
    await far.pass(99)
    expect(far.requests).toHaveLength(2)
    await far.pass(1)
    expect(far.lines.slice(1)).toEqual(['POST post=1', 'POST post=1'])
    await far.last.stream({}, 502)
    expect(far.last.signal.aborted).toBe(true)
    await far.pass(999)
    expect(far.requests).toHaveLength(3)
    await far.pass(1)
    expect(far.requests.slice(1).map(({ body }) => body)).toEqual(['1', '1', '1'])
    expect(far.news).toHaveLength(1)
    await far.last.answer(504)
    expect(far.news[1]).toEqual({ code: 1006, reason: 'the server answered 504', clean: false })
    await far.pass(60_000)
    expect(far.requests).toHaveLength(4)
  })

  it('goes on with the next number once it was heard', async () => {
    const { far } = await openSse()
    await far.send('1')
    await far.last.fail()
    await far.send('2')
    await far.pass(100)
    await far.last.answer(204)
    expect(far.lines.slice(1)).toEqual(['POST post=1', 'POST post=1', 'POST post=2'])
    expect(far.last.body).toBe('2')
    // The count of failures begins anew.
    for (const pause of [100, 1_000]) {
      await far.last.fail()
      await far.pass(pause)
    }
    await far.last.answer(204)
    expect(far.news).toEqual(['opened'])
  })

  it('and not answered in time is said again, and is 4408 in the end', async () => {
    const { far } = await openSse()
    await far.send('1')
    await far.pass(8_000 + 100 + 8_000 + 1_000)
    expect(far.lines.slice(1)).toEqual(['POST post=1', 'POST post=1', 'POST post=1'])
    expect(far.requests[1]?.signal.aborted).toBe(true)
    await far.pass(8_000)
    expect(far.news[1]).toMatchObject({ code: 4408 })
  })

  it('and is large gets longer: a second for each 2 KiB', async () => {
    const { far } = await openSse()
    await far.send('x'.repeat(20_480))
    await far.pass(17_999)
    expect(far.last.signal.aborted).toBe(false)
    await far.pass(1)
    expect(far.last.signal.aborted).toBe(true)
  })

  it.each([
    [401, { code: 1006, reason: 'the link is gone' }],
    [410, { code: 1006, reason: 'the link is gone' }],
    [409, { code: 1006, reason: 'the link is gone' }],
    [400, { code: 1006, reason: 'the server answered 400' }],
    [403, { code: 1006, reason: 'the server answered 403' }],
    [429, { code: 1013, reason: 'the server answered 429', retryAfter: 2_000 }],
    [503, { code: 1013, reason: 'the server answered 503', retryAfter: 2_000 }],
    [200, { code: 1006, reason: 'the server answered 200' }],
  ])('and answered %d is the end of the link', async (status, closing) => {
    const { far } = await openSse()
    await far.send('1')
    await far.last.answer(status, '', { headers: { 'retry-after': '2' } })
    await far.send('2')
    await far.pass(60_000)
    expect(far.news).toEqual(['opened', { clean: false, ...closing }])
    expect(far.requests).toHaveLength(2)
    expect(far.requests[0]?.signal.aborted).toBe(true)
  })
})

describe('413', () => {
  it('halves what is said at once, with the same number, from then on', async () => {
    const { far } = await openSse()
    const packets = [...'abcd'].map((letter) => letter.repeat(1_000))
    await far.send(...packets)
    await far.last.answer(413)
    expect(far.last.body).toBe(`${packets[0]}\n${packets[1]}`)
    await far.last.answer(413)
    expect(far.last.body).toBe(packets[0])
    await far.last.answer(204)
    expect(far.last.body).toBe(packets[1])
    expect(far.lines.slice(1)).toEqual(['POST post=1', 'POST post=1', 'POST post=1', 'POST post=2'])
  })

  it('of one packet alone names the size that may pass', async () => {
    const { far } = await openSse()
    await far.send('é☃\n')
    await far.last.answer(413)
    const closing = { code: 1009, reason: 'too large for the way', clean: false }
    expect(far.news[1]).toEqual({ ...closing, max: 5 })
    const other = await openSse()
    await other.far.send(new Uint8Array(30))
    await other.far.last.answer(413)
    expect(other.far.news[1]).toEqual({ ...closing, max: 29 })
  })

  it('of the opening halves it, too', async () => {
    const far = await dialSse(['hello', 'x'.repeat(20)])
    await far.last.answer(413)
    expect(far.lines).toEqual(['POST', 'POST'])
    expect(far.last.body).toBe('hello')
    await far.last.answer(413)
    expect(far.news[1]).toMatchObject({ code: 1009, max: 4 })
    const empty = await dialSse([])
    await empty.last.answer(413)
    expect(empty.news[1]).toMatchObject({ code: 1006 })
  })

  it('after a try that may have been heard is the end: that number cannot say less', async () => {
    const { far } = await openSse()
    await far.send('1', '2')
    await far.last.fail()
    await far.pass(100)
    await far.last.answer(413)
    expect(far.news[1]).toEqual({ code: 1006, reason: 'the server answered 413', clean: false })
  })
})

describe('a redirect', () => {
  it('is remembered', async () => {
    const far = await dialSse()
    const down = await far.last.stream({ from: 'https://far/else/?a=b' })
    await down.write(`data: ${ticket}\n\n`)
    await far.send('1')
    expect(far.last.url.href).toBe('https://far/else/?a=b')
    expect(far.last.line).toBe('POST post=1')
  })

  it.each([401, 405, 426])(
    'that made a GET of the opening (%d) has it POSTed once more, at once, where it led',
    async (status) => {
      const far = await dialSse(['hello'], 'secret')
      await far.last.answer(status, '', { from: 'https://far/else' })
      expect(far.last.url.href).toBe('https://far/else')
      expect(far.last.body).toBe('hello')
      expect(far.last.headers['authorization']).toContain('holdfast.token.')
      await far.last.answer(status, '', { from: 'https://far/again' })
      await far.pass(60_000)
      expect(far.requests).toHaveLength(2)
      expect(far.news[1]).toMatchObject({ reason: `the server answered ${String(status)}` })
    },
  )

  it('of a refusal is a refusal', async () => {
    const far = await dialSse()
    await far.last.answer(403, '', { from: 'https://far/else' })
    await far.pass(60_000)
    expect(far.news[1]).toMatchObject({ code: 4403 })
    expect(far.requests).toHaveLength(1)
  })

  it.each(['https://evil/realtime', 'http://far/realtime', 'https://far:8443/realtime'])(
    'to another origin (%s) is the end: no token goes there, and nothing is heard from there',
    async (from) => {
      const far = await dialSse(['hello'], 'secret')
      const down = await far.last.stream({ from })
      await down.write(`data: ${ticket}\n\ndata: x\n\n`)
      expect(far.news).toEqual(['opened', { code: 1006, reason: 'redirected to another origin', clean: false }])
      expect(far.requests).toHaveLength(1)
      expect(far.last.signal.aborted).toBe(true)
    },
  )

  it('of a POST on the link has it said again: a GET may have taken its place', async () => {
    const { far } = await openSse()
    await far.send('1')
    await far.last.answer(204, '', { from: 'https://far/else' })
    await far.pass(100)
    expect(far.last.url.href).toBe('https://far/else')
    expect(far.last.line).toBe('POST post=1')
    await far.last.answer(204)
    await far.send('2')
    expect(far.last.url.href).toBe('https://far/else')
    expect(far.last.line).toBe('POST post=2')
  })
})
