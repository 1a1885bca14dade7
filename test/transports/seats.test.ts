import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { longPoll, shortPoll } from '../../src/transports/poll.js'
import { sse } from '../../src/transports/sse.js'
import type { Transport } from '../../src/transports/transport.js'
import { answers } from '../socket/fakes.js'
import { FakeHttp, ticket } from '../support/fake-http.js'

const held = new Set<string>()

/** As the platform's, for who does not want to wait. */
const locks = {
  async request(
    name: string,
    _: { ifAvailable: true },
    act: (lock: object | null) => Promise<unknown>,
  ): Promise<unknown> {
    await Promise.resolve()
    if (held.has(name)) return act(null)
    held.add(name)
    try {
      return await act({})
    } finally {
      held.delete(name)
    }
  },
}

async function dial(of: (options: { fetch: typeof fetch }) => Transport): Promise<FakeHttp> {
  const far = new FakeHttp()
  await far.dial(of({ fetch: far.fetch }))
  await answers()
  return far
}

const none = { code: 1006, reason: 'other tabs keep the connections', clean: false }

describe('four links of a browser wait on a server at once', () => {
  beforeEach(() => {
    held.clear()
    vi.stubGlobal('location', {})
    vi.stubGlobal('navigator', { locks })
  })
  afterEach(() => vi.unstubAllGlobals())

  it('and the fifth ends before it has asked, until one of them has ended', async () => {
    const first = await dial(longPoll)
    for (const of of [sse, longPoll, sse]) expect((await dial(of)).requests).toHaveLength(1)
    for (const of of [sse, longPoll]) {
      const fifth = await dial(of)
      expect(fifth.news).toEqual(['opened', none])
      expect(fifth.requests).toEqual([])
    }
    await first.last.answer(200, `${ticket}\n#{"code":1000}`)
    await answers()
    expect((await dial(sse)).requests).toHaveLength(1)
    expect((await dial(sse)).news).toEqual(['opened', none])
  })

  it('but any number that do not wait', async () => {
    for (let many = 0; many < 8; many++) expect((await dial(shortPoll)).requests).toHaveLength(1)
    expect(held.size).toBe(0)
  })

  it('and no seat is kept by a link that failed, or was closed before it had its ticket', async () => {
    for (let many = 0; many < 8; many++) {
      const far = await dial(many % 2 ? sse : longPoll)
      if (many % 4 < 2) await far.last.fail()
      else far.connection.close(1000, '')
      await answers()
    }
    expect(held.size).toBe(0)
  })

  it.each([
    ['there are no locks', { location: {}, navigator: {} }],
    ['there is no navigator', { location: {}, navigator: undefined }],
    ['it is no browser', { location: undefined, navigator: { locks } }],
  ])('nobody counts where %s', async (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    for (let many = 0; many < 8; many++) expect((await dial(sse)).requests).toHaveLength(1)
    expect(held.size).toBe(0)
  })
})
