import { afterEach, describe, expect, it, vi } from 'vitest'
import type { News } from '../../src/testing/watched.js'
import { sse } from '../../src/transports/sse.js'
import { dialSse, FakeHttp, openSse, ticket } from '../support/fake-http.js'
import { answers } from '../socket/fakes.js'

const lost = { code: 1006, reason: 'the stream ended', clean: false }

describe('the stream', () => {
  const encoder = new TextEncoder()
  const packets: News[] = ['a', 'ключ ☃ 😀', ' b ', '', new Uint8Array([0, 255]), 'a\nb', 'end']
  const data = ['a', 'ключ ☃ 😀', ' b ', '""', '!AP8=', '"a\\nb"', 'end']

  const events = (eol: string, space: string): string => {
    const head = [`:${' '.repeat(40)}`, '', 'event: control', `data: ${ticket}`, '']
    const rest = data.flatMap((line, n) => [':', '', `id: ${String(n + 1)}`, `data:${space}${line}`, ''])
    return [...head, ...rest, 'event: control', 'data: #{"code":4321,"reason":"so ☃"}', '', ''].join(eol)
  }

  it.each([
    ['line feeds', '\n'],
    ['carriage returns and line feeds', '\r\n'],
  ])('may be cut at every byte, with %s', async (_, eol) => {
    const all = encoder.encode(events(eol, ' '))
    const expected = ['opened', ...packets, { code: 4321, reason: 'so ☃', clean: true }]
    for (let at = 0; at <= all.length; at++) {
      const far = await dialSse()
      const down = await far.last.stream()
      await down.write(all.subarray(0, at), all.subarray(at))
      expect(far.news, `cut at ${String(at)}`).toEqual(expected)
    }
  })

  it('may come byte by byte, and without spaces', async () => {
    const far = await dialSse()
    const down = await far.last.stream()
    const text = events('\n', '').replace('data: b ', 'data:  b ')
    for (const byte of encoder.encode(text)) await down.write(new Uint8Array([byte]))
    expect(far.news).toEqual(['opened', ...packets, { code: 4321, reason: 'so ☃', clean: true }])
  })

  it('may hold comments, names, numbers and fields nobody knows', async () => {
    const { far, down } = await openSse()
    await down.write(': data: x\n\n', 'retry: 5\nid\nid: 7\nevent: other\nfoo: data: y\ndata: z\n\n', 'dat: q\n\n\n')
    expect(far.news).toEqual(['opened', 'z'])
  })

  it('is not waited for once it is open, however long it is silent', async () => {
    const { far } = await openSse()
    await far.pass(3_600_000)
    expect(far.news).toEqual(['opened'])
    expect(far.env.timers.size).toBe(0)
  })

  it('whose ticket does not come is one that somebody on the way holds back: 4408', async () => {
    const far = await dialSse()
    const down = await far.last.stream()
    await down.write(`:${' '.repeat(2_048)}\n\n`)
    await far.pass(8_000)
    expect(far.news[1]).toEqual({ code: 4408, reason: 'no answer in time', clean: false })
  })

  it('that ends or breaks is the end of the link, without the line that was not whole', async () => {
    const ended = await openSse()
    await ended.down.write('data: half')
    await ended.down.end()
    expect(ended.far.news).toEqual(['opened', lost])
    const broken = await openSse()
    broken.down.fail()
    await answers()
    expect(broken.far.news).toEqual(['opened', { ...lost, reason: 'TypeError: terminated' }])
  })

  it('of what is no line is the end', async () => {
    const { far, down } = await openSse()
    await down.write('data: !*\n\ndata: x\n\n')
    expect(far.news).toEqual(['opened', { ...lost, reason: 'the answer is not understood' }])
  })

  it.each(['#{', '#null', '#'])('with the control line %s is the end', async (line) => {
    const { far, down } = await openSse()
    await down.write(`data: ${line}\n\n`)
    expect(far.news).toMatchObject(['opened', { code: 1006 }])
  })

  it('may say of the link what this version does not know', async () => {
    const { far, down } = await openSse()
    await down.write('data: #{"weather":"fine"}\n\ndata: x\n\n')
    expect(far.news).toEqual(['opened', 'x'])
  })

  it('of one endless line is the end, and is read no more', async () => {
    const { far, down } = await openSse()
    const piece = new Uint8Array(2 ** 20).fill(97)
    await down.write('data: ')
    for (let n = 0; n < 16; n++) await down.write(piece)
    expect(far.news).toEqual(['opened', lost])
    expect(far.requests[0]?.signal.aborted).toBe(true)
  })

  it('of a long line that ends is none', async () => {
    const { far, down } = await openSse()
    await down.write('data: ', new Uint8Array(2 ** 20).fill(97), '\n\n')
    expect(far.news[1]).toHaveLength(2 ** 20)
  })

  it('said to be closed by the server says nothing more, and nothing is sent', async () => {
    const { far, down } = await openSse()
    await down.write('data: #{"code":4409,"reason":"elsewhere"}\n\ndata: x\n\n')
    await far.send('late')
    await far.pass(60_000)
    expect(far.news).toEqual(['opened', { code: 4409, reason: 'elsewhere', clean: true }])
    expect(far.requests).toHaveLength(1)
    expect(far.last.signal.aborted).toBe(true)
  })
})

/** An answer of which there is nothing to read before it is whole. */
class Bodiless {
  status = 200
}

/** As browsers have it. */
class FakeEventSource {
  static all: FakeEventSource[] = []
  onopen: ((event: object) => void) | null = null
  onmessage: ((event: object) => void) | null = null
  onerror: ((event: object) => void) | null = null
  control: (event: object) => void = () => undefined
  isClosed = false
  readonly url: URL
  readonly init: object
  constructor(url: string, init: object) {
    this.url = new URL(url)
    this.init = init
    FakeEventSource.all.push(this)
  }
  addEventListener(type: string, listener: (event: object) => void): void {
    if (type === 'control') this.control = listener
  }
  close(): void {
    this.isClosed = true
  }
  static get last(): FakeEventSource {
    const last = this.all.at(-1)
    if (!last) throw new Error('none was made')
    return last
  }
}

describe('where answers cannot be read in pieces', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    FakeEventSource.all = []
  })

  async function listening(options = {}) {
    const far = new FakeHttp()
    const Real = Response
    vi.stubGlobal('Response', Bodiless)
    await far.dial(sse({ fetch: far.fetch, EventSource: FakeEventSource as never, ...options }))
    vi.stubGlobal('Response', Real)
    await far.last.answer(200, `${ticket}\nfirst`)
    return far
  }

  it('an EventSource hears, from where the opening left off', async () => {
    const far = await listening()
    expect(far.lines).toEqual(['POST hold=0'])
    expect(far.last.headers).toEqual({ accept: '*/*', holdfast: 'v=1&hold=0' })
    expect(FakeEventSource.last.url.href).toBe('https://far/realtime?a=b&link=T&since=1')
    expect(FakeEventSource.last.init).toEqual({ withCredentials: false })
    FakeEventSource.last.onopen?.({})
    FakeEventSource.last.onmessage?.({ data: '!AP8=' })
    FakeEventSource.last.control({ data: '#{"ticket":"T2"}' })
    await far.send('1')
    expect(far.last.headers['authorization']).toBe('Bearer holdfast.link.T2')
    await far.pass(60_000)
    expect(far.news.slice(0, 3)).toEqual(['opened', 'first', new Uint8Array([0, 255])])
    FakeEventSource.last.control({ data: '#{"code":4409,"reason":"elsewhere"}' })
    expect(FakeEventSource.last.isClosed).toBe(true)
  })

  it('its failure is the end, and it does not begin again', async () => {
    const far = await listening({ credentials: 'include' })
    expect(FakeEventSource.last.init).toEqual({ withCredentials: true })
    FakeEventSource.last.onopen?.({})
    FakeEventSource.last.onerror?.({})
    FakeEventSource.last.onerror?.({})
    await answers()
    expect(far.news).toEqual(['opened', 'first', lost])
    expect(FakeEventSource.last.isClosed).toBe(true)
  })

  it('one that does not open in time is 4408', async () => {
    const far = await listening({ timeout: 3_000 })
    await far.pass(2_999)
    expect(far.news).toHaveLength(2)
    await far.pass(1)
    expect(far.news[2]).toMatchObject({ code: 4408 })
    expect(FakeEventSource.last.isClosed).toBe(true)
  })

  it('what is no line is the end', async () => {
    const far = await listening()
    FakeEventSource.last.onmessage?.({ data: '!*' })
    expect(far.news[2]).toMatchObject({ code: 1006 })
  })

  it('it goes when the server has heard of the close', async () => {
    const far = await listening()
    far.connection.close(1000, '')
    await far.pass(0)
    expect(FakeEventSource.last.isClosed).toBe(false)
    await far.last.answer(204)
    expect(far.lines.at(-1)).toBe('POST post=1&close=1000')
    expect(FakeEventSource.last.isClosed).toBe(true)
    // Though it never opened, nobody waits for that any more.
    await answers()
    expect(far.env.timers.size).toBe(0)
  })

  it('nothing is listened to when the link was closed meanwhile, or there is nothing to listen with', async () => {
    const far = new FakeHttp()
    vi.stubGlobal('Response', Bodiless)
    await far.dial(sse({ fetch: far.fetch, EventSource: FakeEventSource as never }))
    vi.unstubAllGlobals()
    far.onPacket = () => far.connection.close(1000, '')
    await far.last.answer(200, `${ticket}\nfirst`)
    expect(FakeEventSource.all).toEqual([])
    expect(far.lines.at(-1)).toBe('POST post=1&close=1000')
    vi.stubGlobal('EventSource', undefined)
    const none = await listening({ EventSource: undefined })
    expect(none.news.at(-1)).toMatchObject({ code: 1006 })
  })
})
