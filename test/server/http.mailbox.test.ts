import { describe, expect, it } from 'vitest'
import type { Taken } from '../../src/server/http/desk.js'
import { Mailbox } from '../../src/server/http/mailbox.js'

const lines = (first: number, ...some: string[]): Taken => ({ is: 'lines', first, lines: some })

/** A reader's answers, in the order in which they came. */
function take(box: Mailbox, reader: string, since: number, again = false): Taken[] {
  const answers: Taken[] = []
  box.take({ reader, again, since }, (taken) => answers.push(taken))
  return answers
}

describe('the downlink', () => {
  it('is answered at once where there is something, and else when there is', () => {
    const box = new Mailbox()
    box.put(['a', 'b'])
    expect(take(box, 'r1', 0)).toEqual([lines(1, 'a', 'b')])
    const second = take(box, 'r2', 2)
    expect(second).toEqual([])
    box.put(['c'])
    box.put(['d'])
    expect(second).toEqual([lines(3, 'c')])
    expect(take(box, 'r3', 3)).toEqual([lines(4, 'd')])
  })

  it('says again what the client has not said that it has', () => {
    const box = new Mailbox()
    box.put(['a', 'b'])
    expect(take(box, 'r1', 0)).toEqual(take(box, 'r2', 0))
    expect(take(box, 'r3', 1)).toEqual([lines(2, 'b')])
    expect(take(box, 'r4', 1)).toEqual([lines(2, 'b')])
  })

  it('keeps, and counts, only what the client has not', () => {
    const box = new Mailbox()
    box.put(['four', 'é'])
    expect(box.bytes).toBe(6)
    take(box, 'r1', 1)
    expect(box.bytes).toBe(2)
    take(box, 'r2', 2)
    expect(box.bytes).toBe(0)
  })

  it.each([3, 9])('since %i is wrong where there are two, and sends nobody away', (since) => {
    const box = new Mailbox()
    box.put(['a', 'b'])
    const waiting = take(box, 'r1', 2)
    expect(take(box, 'r2', since)).toEqual([{ is: 'wrong' }])
    expect(waiting).toEqual([])
  })

  it('since what was given up is wrong', () => {
    const box = new Mailbox()
    box.put(['a', 'b'])
    take(box, 'r1', 2)
    expect(take(box, 'r2', 1)).toEqual([{ is: 'wrong' }])
  })

  it('is given in parts, and one line always fits', () => {
    const box = new Mailbox()
    const huge = 'x'.repeat(2 ** 20)
    box.put([huge, `${huge}y`, 'z'])
    expect(take(box, 'r', 0)).toEqual([lines(1, huge)])
    expect(take(box, 'r', 1)).toEqual([lines(2, `${huge}y`)])
    expect(take(box, 'r', 2)).toEqual([lines(3, 'z')])
  })

  it('what announces a large line goes ahead of it', () => {
    const box = new Mailbox()
    const large = 'x'.repeat(2 ** 14 + 1)
    box.put(['a', 'large', large, 'b'])
    expect(take(box, 'r', 0)).toEqual([lines(1, 'a', 'large')])
    expect(take(box, 'r', 2)).toEqual([lines(3, large, 'b')])
  })

  it('ends with its close, after all lines, and says it again', () => {
    const box = new Mailbox()
    const closed = { code: 4409, reason: 'later' }
    const waiting = take(box, 'r1', 0)
    box.close(closed)
    box.close({ code: 1000, reason: 'again' })
    expect(waiting).toEqual([{ is: 'lines', first: 1, lines: [], closed }])
    expect(take(box, 'r2', 0)).toEqual([{ is: 'lines', first: 1, lines: [], closed }])
    const other = new Mailbox()
    const huge = 'x'.repeat(2 ** 20)
    other.put([huge, 'y'])
    other.close(closed)
    expect(take(other, 'r', 0)).toEqual([lines(1, huge)])
    expect(take(other, 'r', 1)).toEqual([{ is: 'lines', first: 2, lines: ['y'], closed }])
  })

  it('that is cleared has nothing, and whoever waits is told', () => {
    const box = new Mailbox()
    const waiting = take(box, 'r1', 0)
    box.clear()
    expect(waiting).toEqual([{ is: 'gone' }])
    box.put(['a'])
    box.clear()
    expect(box.bytes).toBe(0)
  })
})

describe('readers', () => {
  it('of whom a newer one sends the older away', () => {
    const box = new Mailbox()
    const older = take(box, 'r1', 0)
    const newer = take(box, 'r2', 0)
    expect(older).toEqual([{ is: 'superseded' }])
    box.put(['a'])
    expect(newer).toEqual([lines(1, 'a')])
    expect(older).toHaveLength(1)
  })

  it('that come again go on only if nobody took their place', () => {
    const box = new Mailbox()
    box.put(['a', 'b'])
    take(box, 'r1', 0)
    expect(take(box, 'r1', 1, true)).toEqual([lines(2, 'b')])
    const newer = take(box, 'r2', 2)
    expect(take(box, 'r1', 2, true)).toEqual([{ is: 'superseded' }])
    expect(newer).toEqual([])
    expect([box.isReader('r1'), box.isReader('r2')]).toEqual([false, true])
  })

  it('that have waited long enough get what there is: nothing', () => {
    const box = new Mailbox()
    const waiting = take(box, 'r1', 0)
    expect(box.isAwaited).toBe(true)
    box.lapse('another')
    expect(waiting).toEqual([])
    box.lapse('r1')
    box.lapse('r1')
    expect(waiting).toEqual([lines(1)])
    expect(box.isAwaited).toBe(false)
  })
})

it('POSTs are counted one by one; one that was here before is known, and one too far is wrong', () => {
  const box = new Mailbox()
  expect([box.judge(1), box.judge(2)]).toEqual(['next', 'wrong'])
  box.count()
  box.count()
  expect([1, 2, 3, 4].map((n) => box.judge(n))).toEqual(['again', 'again', 'next', 'wrong'])
})
