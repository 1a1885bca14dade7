import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Memory, type MemoryLike } from '../../src/client/memory.js'
import { FakeMemory } from '../support/fake-memory.js'

const DAY = 86_400_000

describe('what worked the last time', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000, toFake: ['Date'] }))
  afterEach(() => vi.useRealTimers())

  const made = (storage: MemoryLike = new FakeMemory()) => new Memory(() => storage, 'key')

  it('is recalled, with the round trip where one was measured', () => {
    const memory = made()
    expect(memory.recall()).toEqual({})
    memory.keep({ transport: 'sse', rtt: 40 })
    expect(memory.recall()).toEqual({ transport: 'sse', rtt: 40 })
    memory.keep({ transport: 'sse', rtt: undefined })
    expect(memory.recall()).toEqual({ transport: 'sse' })
  })
  it('is forgotten after a day', () => {
    const memory = made()
    memory.keep({ transport: 'sse' })
    vi.setSystemTime(1_000 + DAY - 1)
    expect(memory.recall()).toEqual({ transport: 'sse' })
    vi.setSystemTime(1_000 + DAY)
    expect(memory.recall()).toEqual({})
  })
  it('is forgotten when that is wanted', () => {
    const storage = new FakeMemory()
    const memory = made(storage)
    memory.keep({ transport: 'sse' })
    memory.keep(undefined)
    expect(memory.recall()).toEqual({})
    expect(storage.items.size).toBe(0)
  })
  it('has its own place', () => {
    const storage = new FakeMemory()
    made(storage).keep({ transport: 'sse' })
    expect([...storage.items.keys()]).toEqual(['key'])
    expect(new Memory(() => storage, 'other').recall()).toEqual({})
  })
  it.each([
    '',
    'no JSON',
    'null',
    '5',
    '[]',
    '{}',
    '{"transport":"sse"}',
    '{"transport":5,"until":9e15}',
    '{"transport":"sse","until":"9e15"}',
    '{"until":9e15}',
  ])('is nothing where the storage holds %j', (value) => {
    const storage = new FakeMemory()
    storage.setItem('key', value)
    expect(made(storage).recall()).toEqual({})
  })
  it.each(['"40"', 'null', 'true', '{}'])('has no round trip where that is %s', (rtt) => {
    const storage = new FakeMemory()
    storage.setItem('key', `{"transport":"sse","rtt":${rtt},"until":9e15}`)
    expect(made(storage).recall()).toEqual({ transport: 'sse' })
  })
  it('is nothing where there is no storage', () => {
    const memory = new Memory(() => undefined, 'key')
    memory.keep({ transport: 'sse' })
    memory.keep(undefined)
    expect(memory.recall()).toEqual({})
  })
  it('is nothing where the storage throws, or the look at it', () => {
    const fail = (): never => {
      throw new DOMException('no', 'SecurityError')
    }
    for (const memory of [made({ getItem: fail, setItem: fail, removeItem: fail }), new Memory(fail, 'key')]) {
      memory.keep({ transport: 'sse' })
      memory.keep(undefined)
      expect(memory.recall()).toEqual({})
    }
  })
  it('is looked for each time: a page may take its storage away and give it back', () => {
    const storages: (MemoryLike | undefined)[] = []
    const memory = new Memory(() => storages[0], 'key')
    memory.keep({ transport: 'sse' })
    storages.push(new FakeMemory())
    expect(memory.recall()).toEqual({})
    memory.keep({ transport: 'sse' })
    expect(memory.recall()).toEqual({ transport: 'sse' })
  })
})
