import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClock } from '../../src/shell/env.js'

describe('a timer of the platform', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  /** Its time comes while the thread is at work for so long, ms. */
  function ringAfter(busy: number) {
    const rings = vi.fn()
    const cancel = createClock().timer(rings, 100)
    vi.setSystemTime(Date.now() + busy)
    vi.advanceTimersByTime(100)
    return { rings, cancel }
  }

  it('rings at its time', () => {
    expect(ringAfter(0).rings).toHaveBeenCalledOnce()
  })

  it('that is a little late rings at once', () => {
    expect(ringAfter(50).rings).toHaveBeenCalledOnce()
  })

  it.each([51, 900, 100_000])('that a busy thread held up by %i ms lets it hear what has arrived first', (busy) => {
    const { rings } = ringAfter(busy)
    expect(rings).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(rings).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of a hidden page is late as a rule, and waits no longer', () => {
    vi.stubGlobal('document', { hidden: true })
    expect(ringAfter(900).rings).toHaveBeenCalledOnce()
  })

  it('is cancelled while it lets others be heard, too', () => {
    const { rings, cancel } = ringAfter(900)
    cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.runAllTimers()
    expect(rings).not.toHaveBeenCalled()
  })
})
