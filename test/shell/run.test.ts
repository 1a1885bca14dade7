import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Machine } from '../../src/core/port.js'
import { run } from '../../src/shell/run.js'

interface Timer {
  callback: () => void
  at: number
}

/** A clock that the test moves, and a ledger of the timers on it. */
class Clock {
  time = 0
  armed = 0
  readonly live = new Set<Timer>()

  now = () => this.time

  timer = (callback: () => void, ms: number) => {
    this.armed++
    const timer = { callback, at: this.time + ms }
    this.live.add(timer)
    return () => {
      this.live.delete(timer)
    }
  }

  to(time: number): void {
    for (;;) {
      const [next] = [...this.live].sort((a, b) => a.at - b.at)
      if (!next || next.at > time) break
      this.live.delete(next)
      this.time = Math.max(this.time, next.at)
      next.callback()
    }
    this.time = time
  }
}

type Input = { on: 'tick' } | { on: 'say'; what: string[] } | { on: 'until'; deadline: number } | { on: 'break' }

/** Says what it is told, and ticks. */
class Puppet implements Machine<Input, string> {
  deadline = Infinity
  readonly heard: [string, number][] = []

  handle(input: Input, now: number): string[] {
    this.heard.push([input.on, now])
    switch (input.on) {
      case 'say':
        return input.what
      case 'until':
        this.deadline = input.deadline
        return []
      case 'tick':
        if (now < this.deadline) return []
        this.deadline = Infinity
        return [`tick ${String(now)}`]
      case 'break':
        throw new Error('the core is broken')
    }
  }
}

function start(perform: (output: string) => void = () => undefined, listens = false) {
  const clock = new Clock()
  const machine = new Puppet()
  const said: string[] = []
  const keep = (output: string): void => {
    said.push(output)
    perform(output)
  }
  const feed = run<Exclude<Input, { on: 'tick' }>, string>(machine, clock, keep, listens)
  return { clock, machine, said, feed, until: (deadline: number) => feed({ on: 'until', deadline }) }
}

describe('the runner and its timer', () => {
  it('has none while the machine wants none', () => {
    const { clock, feed } = start()
    feed({ on: 'say', what: ['hello'] })
    expect(clock.live.size).toBe(0)
  })
  it('has one, whatever the machine wants', () => {
    const { clock, until } = start()
    for (const deadline of [100, 50, 500, 20, 700, 20]) {
      until(deadline)
      expect(clock.live.size).toBe(1)
    }
  })
  it('hands a tick to the machine at its deadline', () => {
    const { clock, said, until } = start()
    until(100)
    clock.to(99)
    expect(said).toEqual([])
    clock.to(100)
    expect(said).toEqual(['tick 100'])
    expect(clock.live.size).toBe(0)
  })
  it('fires earlier when the deadline comes nearer', () => {
    const { clock, said, until } = start()
    until(100)
    until(40)
    clock.to(40)
    expect(said).toEqual(['tick 40'])
  })
  it('is not armed anew when the deadline moves away: it fires early, and once more', () => {
    const { clock, machine, said, until } = start()
    until(100)
    for (let deadline = 101; deadline <= 1_100; deadline++) until(deadline)
    expect(clock.armed).toBe(1)
    clock.to(1_099)
    expect(clock.armed).toBe(2)
    expect(machine.heard.filter(([on]) => on === 'tick')).toEqual([['tick', 100]])
    expect(said).toEqual([])
    clock.to(1_100)
    expect(said).toEqual(['tick 1100'])
  })
  it('is not armed anew when the deadline stays', () => {
    const { clock, feed, until } = start()
    until(100)
    feed({ on: 'say', what: ['a', 'b'] })
    until(100)
    expect(clock.armed).toBe(1)
  })
  it('is cancelled when the machine wants nothing any more', () => {
    const { clock, machine, until } = start()
    until(100)
    until(Infinity)
    expect(clock.live.size).toBe(0)
    clock.to(1_000)
    expect(machine.heard).toHaveLength(2)
    until(1_500)
    expect(clock.live.size).toBe(1)
  })
  it('does with a timer that fires too soon, or late', () => {
    const { clock, said, until } = start()
    until(100)
    const [early] = clock.live
    clock.live.clear()
    clock.time = 99
    early?.callback()
    expect([said, clock.live.size]).toEqual([[], 1])
    const [late] = clock.live
    clock.live.clear()
    clock.time = 5_000
    late?.callback()
    expect([said, clock.live.size]).toEqual([['tick 5000'], 0])
  })
  it('is armed anew once the clock has left it behind, as after a sleep, which timers do not count', () => {
    const { clock, said, feed, until } = start()
    until(9_000)
    // It has 9 s to go when the machine sleeps, and still has them when it wakes.
    clock.time = 600_000
    const [asleep] = clock.live
    if (asleep) asleep.at = 609_000
    feed({ on: 'say', what: ['awake'] })
    expect(said).toEqual(['awake'])
    clock.to(600_000)
    expect(said).toEqual(['awake', 'tick 600000'])
    expect(clock.live.size).toBe(0)
  })
  it('gives way to a deadline that is set after a sleep', () => {
    const { clock, said, until } = start()
    until(9_000)
    clock.time = 600_000
    const [asleep] = clock.live
    if (asleep) asleep.at = 609_000
    until(602_000)
    clock.to(602_000)
    expect(said).toEqual(['tick 602000'])
  })
  it('is not armed anew by each input while it is late: it has a second to come', () => {
    const { clock, feed, until } = start()
    until(100)
    for (clock.time = 101; clock.time < 3_099; clock.time++) feed({ on: 'say', what: [] })
    expect(clock.armed).toBe(3)
  })
})

describe('a runner that listens first', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  /** The machine wants a tick at 100; the thread is at work until `time`. */
  function late(time: number) {
    const stage = start(undefined, true)
    stage.until(100)
    const [timer] = stage.clock.live
    stage.clock.live.clear()
    stage.clock.time = time
    timer?.callback()
    return stage
  }

  it.each([100, 150])('hands on a tick at %i ms, which is not late', (time) => {
    expect(late(time).said).toEqual([`tick ${String(time)}`])
  })

  it.each([151, 1_000, 100_000])('at %i ms hears first what has arrived', (time) => {
    const { clock, said, feed } = late(time)
    expect([said, clock.live.size]).toEqual([[], 1])
    feed({ on: 'say', what: ['here I am'] })
    clock.to(time)
    expect(said).toEqual(['here I am', `tick ${String(time)}`])
    expect(clock.live.size).toBe(0)
  })

  it('is not put off again by what it hears, however long that takes', () => {
    const { clock, machine, said, feed, until } = late(2_000)
    for (clock.time = 2_001; clock.time < 9_000; clock.time += 100) feed({ on: 'say', what: [] })
    expect(clock.armed).toBe(2)
    clock.to(9_001)
    expect(said).toEqual(['tick 9001'])
    until(9_100)
    clock.to(9_100)
    expect(machine.heard.at(-1)).toEqual(['tick', 9_100])
  })

  it('wants nothing any more when what it hears was the end', () => {
    const { clock, said, until } = late(2_000)
    until(Infinity)
    expect(clock.live.size).toBe(0)
    until(2_050)
    clock.to(2_050)
    expect(said).toEqual(['tick 2050'])
  })

  it('in a hidden page does not wait: there every timer is late', () => {
    vi.stubGlobal('document', { hidden: true })
    expect(late(1_000).said).toEqual(['tick 1000'])
  })
})

describe('the runner and its queue', () => {
  it('performs outputs in order, before it returns', () => {
    const { feed, said } = start()
    feed({ on: 'say', what: ['a', 'b'] })
    expect(said).toEqual(['a', 'b'])
  })
  it('lets an app that calls back wait its turn', () => {
    const inside: string[] = []
    const { feed, said, machine } = start((output) => {
      if (output === 'a') {
        feed({ on: 'say', what: ['c', 'd'] })
        feed({ on: 'say', what: ['e'] })
        inside.push(...said)
      }
      if (output === 'c') feed({ on: 'say', what: ['f'] })
    })
    feed({ on: 'say', what: ['a', 'b'] })
    expect(inside).toEqual(['a'])
    expect(said).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(machine.heard).toHaveLength(4)
  })
  it('arms the timer once all is done', () => {
    const { clock, feed, until } = start((output) => {
      until(Number(output))
      expect(clock.armed).toBe(0)
    })
    feed({ on: 'say', what: ['30', '20', '10'] })
    expect([clock.armed, clock.live.size]).toEqual([1, 1])
    expect([...clock.live][0]?.at).toBe(10)
  })
  it('tells each input the time at which it is handled', () => {
    const { clock, feed, machine } = start((output) => {
      if (output !== 'a') return
      feed({ on: 'say', what: [] })
      clock.time = 7
    })
    feed({ on: 'say', what: ['a'] })
    expect(machine.heard).toEqual([
      ['say', 0],
      ['say', 7],
    ])
  })
})

describe('the runner and mistakes', () => {
  const surfaced: (() => void)[] = []

  beforeEach(() => {
    surfaced.length = 0
    vi.stubGlobal('queueMicrotask', (callback: () => void) => surfaced.push(callback))
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('goes on when a listener throws, and the error surfaces by itself', () => {
    const mistake = new Error('the app is broken')
    const { clock, feed, said, until } = start((output) => {
      if (output === 'a') throw mistake
    })
    until(100)
    feed({ on: 'say', what: ['a', 'b'] })
    feed({ on: 'say', what: ['a', 'c'] })
    clock.to(100)
    expect(said).toEqual(['a', 'b', 'a', 'c', 'tick 100'])
    expect(surfaced).toHaveLength(2)
    for (const callback of surfaced) expect(callback).toThrow(mistake)
  })
  it('is not stuck when the machine itself throws', () => {
    const { clock, feed, said, until } = start()
    until(100)
    expect(() => feed({ on: 'break' })).toThrow('the core is broken')
    feed({ on: 'say', what: ['a'] })
    clock.to(100)
    expect(said).toEqual(['a', 'tick 100'])
  })
  it('keeps what was waiting when the machine threw', () => {
    const { feed, said } = start((output) => {
      if (output !== 'a') return
      feed({ on: 'break' })
      feed({ on: 'say', what: ['b'] })
    })
    expect(() => feed({ on: 'say', what: ['a'] })).toThrow('the core is broken')
    feed({ on: 'say', what: ['c'] })
    expect(said).toEqual(['a', 'b', 'c'])
  })
})
