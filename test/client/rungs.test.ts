import { afterEach, describe, expect, it, vi } from 'vitest'
import { Rungs } from '../../src/client/rungs.js'
import type { ReadyOptions } from '../../src/client/options.js'
import { FakeMemory } from '../support/fake-memory.js'
import { FakeTransport } from '../support/fake-transport.js'

const transports = ['websocket', 'sse', 'long-poll'].map((name) => new FakeTransport(name))
const url = 'https://example.com/realtime'
const made = (options: Partial<ReadyOptions> = {}) => new Rungs({ url, transports, memory: false, ...options })

/** A storage that remembers `what` of example.com. */
function remembering(what: object, origin = 'https://example.com'): FakeMemory {
  const memory = new FakeMemory()
  memory.setItem(`holdfast:${origin}`, JSON.stringify({ ...what, until: Date.now() + 1_000 }))
  return memory
}

afterEach(() => vi.unstubAllGlobals())

describe('where nothing is known', () => {
  it('the best is first, and the next follows after half a second', () => {
    for (const memory of [false as const, new FakeMemory()])
      expect(made({ memory }).ladder).toEqual({ rungs: 3, first: 0, stagger: 500 })
  })
  it('nobody serves, and nothing is kept', () => {
    const memory = new FakeMemory()
    const rungs = made({ memory })
    rungs.keep(10)
    expect(rungs.serving).toBeUndefined()
    expect(memory.items.size).toBe(0)
  })
})

describe('what worked the last time', () => {
  it('is the first', () => {
    expect(made({ memory: remembering({ transport: 'sse' }) }).ladder.first).toBe(1)
  })
  it('counts for nothing where there is no such transport', () => {
    expect(made({ memory: remembering({ transport: 'pigeon' }) }).ladder.first).toBe(0)
  })
  it.each([
    [1, 100],
    [20, 100],
    [60, 300],
    [400, 2_000],
    [9_000, 2_000],
  ])('its round trip of %d ms makes the next follow after %d ms', (rtt, stagger) => {
    expect(made({ memory: remembering({ transport: 'sse', rtt }) }).ladder.stagger).toBe(stagger)
  })
  it('does not overrule what the app wants', () => {
    expect(made({ memory: remembering({ transport: 'sse', rtt: 60 }), stagger: 7 }).ladder.stagger).toBe(7)
    expect(made({ stagger: 7 }).ladder.stagger).toBe(7)
  })
  it('is kept for the origin alone', () => {
    expect(made({ memory: remembering({ transport: 'sse' }, 'https://other.com') }).ladder.first).toBe(0)
    expect(made({ memory: remembering({ transport: 'sse' }), url: `${url}/more?room=1` }).ladder.first).toBe(1)
  })
  it('of an address that is asked for has a place of its own', () => {
    const memory = new FakeMemory()
    const rungs = made({ memory, url: () => url })
    rungs.serve(1)
    rungs.keep(undefined)
    expect([...memory.items.keys()]).toEqual(['holdfast:'])
  })
  it('of a relative address is kept for the origin of the page', () => {
    vi.stubGlobal('location', { href: 'https://example.com/app/' })
    expect(made({ memory: remembering({ transport: 'sse' }), url: '/realtime' }).ladder.first).toBe(1)
  })
})

describe('who serves', () => {
  it('is kept when that is wanted, with the round trip', () => {
    const memory = new FakeMemory()
    const rungs = made({ memory })
    rungs.serve(2)
    expect(rungs.serving).toBe('long-poll')
    expect(memory.items.size).toBe(0)
    rungs.keep(60)
    const again = made({ memory })
    expect(again.ladder).toEqual({ rungs: 3, first: 2, stagger: 300 })
    // Until it serves, it does not.
    expect(again.serving).toBeUndefined()
  })
  it('is forgotten where it failed', () => {
    const memory = remembering({ transport: 'sse' })
    const rungs = made({ memory })
    rungs.serve(undefined)
    expect(memory.items.size).toBe(0)
    expect(rungs.serving).toBeUndefined()
  })
})

describe('the storage', () => {
  it('is localStorage, where nothing else is named', () => {
    vi.stubGlobal('localStorage', remembering({ transport: 'sse' }))
    expect(new Rungs({ url, transports }).ladder.first).toBe(1)
  })
  it('is none where the app wants none', () => {
    const storage = remembering({ transport: 'sse' })
    vi.stubGlobal('localStorage', storage)
    const rungs = made({ memory: false })
    expect(rungs.ladder.first).toBe(0)
    rungs.serve(undefined)
    expect(storage.items.size).toBe(1)
  })
  it('is none where the platform has none', () => {
    vi.stubGlobal('localStorage', undefined)
    const rungs = new Rungs({ url, transports })
    rungs.serve(1)
    rungs.keep(1)
    expect(rungs.ladder.first).toBe(0)
  })
})
