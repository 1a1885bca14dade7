import { describe, expect, it } from 'vitest'
import type { ClientInput } from '../../src/core/client.js'
import type { Closing } from '../../src/wire/close.js'
import { messages, welcome } from '../support/client-core.js'
import { barred, refused } from '../support/ladder.js'
import { CLOSE } from '../support/link.js'
import { pong, RaceBench } from '../support/race.js'

const online = 'online'

describe('a race', () => {
  it('says hello where it opens first, with the questions and messages; the others are asked for a sign of life', () => {
    const bench = new RaceBench()
    bench.send()
    bench.follow()
    expect(bench.feed({ on: 'connect' })).toEqual(['open 1'])
    expect(bench.until(500)).toEqual([[500, 'open 2 on 1']])
    expect(bench.opened(2)).toEqual(['2< hello 0 | sub room now | send 1', 'm1 sent'])
    expect(bench.opened(1)).toEqual(['1< ping 0'])
    expect(bench.says(2, welcome)).toEqual(['drop 1: 1000', 'rung 1', 'limit 65536', online])
    expect(bench.core.deadline).toBeLessThan(Infinity)
  })
  it('goes to who answers: hello is said there, and all of it anew, with as much time', () => {
    const bench = new RaceBench()
    bench.send()
    bench.connect()
    bench.until(500)
    bench.opened(1)
    bench.opened(2)
    bench.until(9_000)
    expect(bench.says(2, pong)).toEqual(['drop 1: 1000', '2< hello 0 | send 1'])
    expect(bench.until(18_999)).toEqual([])
    expect(bench.until(19_000)[0]).toEqual([
      19_000,
      'drop 2: 4408',
      'drop 3: 4408',
      'retry 250',
      'connecting: no answer within the connect timeout',
    ])
  })
  it('goes on with another that is open where the one that said hello fails', () => {
    const bench = new RaceBench().connect()
    bench.until(1_000)
    bench.opened(1)
    bench.opened(3)
    expect(bench.ended(1)).toEqual(['3< hello 0'])
  })
  it('believes nothing but a sign of life of a link that has not said hello', () => {
    const bench = new RaceBench().connect()
    bench.until(500)
    bench.opened(1)
    bench.opened(2)
    expect(bench.says(2, welcome, { t: 'accepted', seq: 1 }, ...messages(1), { t: 'ping', id: 5 })).toEqual([])
    expect(bench.core.status).toBe('connecting')
  })
  it('measures nothing by a sign of life that comes late', () => {
    const bench = new RaceBench().connect()
    bench.until(500)
    bench.opened(1)
    bench.opened(2)
    bench.ended(1)
    bench.says(2, welcome)
    expect(bench.feed({ on: 'wake' })).toEqual(['2< ping 1'])
    bench.feed({ on: 'frames', link: 2, frames: [pong] }, 540)
    expect(bench.core.ledgers.rtt.srtt).toBeUndefined()
    bench.feed({ on: 'wake' }, 600)
    bench.feed({ on: 'frames', link: 2, frames: [{ t: 'pong', id: 2 }] }, 650)
    expect(bench.core.ledgers.rtt.srtt).toBe(50)
  })
  it('tells nothing twice: a welcome said again changes nothing', () => {
    const bench = new RaceBench().connect()
    bench.opened(1)
    expect(bench.says(1, welcome)).toEqual(['rung 0', 'limit 65536', online])
    expect(bench.says(1, welcome)).toEqual(['limit 65536'])
  })
  it('is over where all have failed, for the reason that the first gave', () => {
    const bench = new RaceBench().connect()
    expect(bench.ended(1, { code: 1006, reason: 'no way' })).toEqual(['open 2 on 1'])
    expect(bench.ended(2)).toEqual(['open 3 on 2'])
    expect(bench.ended(3)).toEqual(['retry 250', 'connecting: no way'])
    expect(bench.until(250)).toEqual([[250, 'open 4']])
  })
  it('says in words what came without', () => {
    const bench = new RaceBench().connect()
    for (const link of [1, 2]) bench.ended(link, { code: 1006, reason: '' })
    expect(bench.ended(3, { code: 1006, reason: '' })).toContain('connecting: the connection was lost')
  })
  it('is over where all but one have failed and that one hangs', () => {
    const bench = new RaceBench().connect()
    bench.until(500)
    bench.ended(2)
    bench.ended(3)
    expect(bench.until(2_500)).toEqual([[2_500, 'drop 1: 1006', 'retry 250', 'connecting: cut']])
  })
  it('is won at once by who opens where the server does not greet', () => {
    const bench = new RaceBench({ link: { greets: false } })
    bench.send()
    bench.connect()
    bench.until(500)
    expect(bench.opened(2)).toEqual(['drop 1: 1000', 'rung 1', '2< send 1', 'm1 sent', online])
    // It was a link: the next is another.
    expect(bench.ended(2)).toEqual(['retry 250', 'reconnecting: cut'])
    bench.until(250)
    bench.ended(3)
    expect(bench.core.route.known).toBe(true)
  })
  it('begins anew, with all of it, where the app wants another link', () => {
    const bench = new RaceBench().connect()
    bench.until(500)
    bench.opened(1)
    expect(bench.feed({ on: 'reconnect', code: 1000, reason: 'app' })).toEqual([
      'drop 1: 1000',
      'drop 2: 1000',
      'open 3',
      'connecting: app',
    ])
    expect(bench.says(1, welcome)).toEqual([])
  })
  it.each<[ClientInput<string>, string]>([
    [CLOSE, 'closed: bye'],
    [{ on: 'suspend' }, 'offline: the page is put away'],
  ])('is over with $on', (input, status) => {
    const bench = new RaceBench().connect()
    bench.until(500)
    const outputs = bench.feed(input)
    expect(outputs).toEqual(expect.arrayContaining(['drop 1: ' + (input.on === 'close' ? '1000' : '1001')]))
    expect(outputs.filter((one) => one.startsWith('drop'))).toHaveLength(2)
    expect(outputs.at(-1)).toBe(status)
    expect(bench.core.deadline).toBe(Infinity)
  })
  it('asks no other where one that worked is refused, until it was refused twice', () => {
    const bench = new RaceBench().connect()
    bench.opened(1)
    bench.says(1, welcome)
    expect(bench.ended(1)).toEqual(['retry 250', 'reconnecting: cut'])
    bench.until(250)
    // The link was young: this is the second failure in a row.
    expect(bench.ended(2)).toEqual(['open 3 on 1'])
    expect(bench.ended(3)).toEqual(['open 4 on 2'])
    expect(bench.ended(4)).toEqual(['retry 500'])
    bench.until(bench.core.deadline)
    expect(bench.ended(5)).toEqual(['retry 1000'])
  })
})

describe('what a server answers in a race', () => {
  const racing = () => {
    const bench = new RaceBench().connect()
    bench.until(500)
    bench.opened(1)
    bench.opened(2)
    return bench
  }
  it('sends away on any link: the race is over, and nobody comes before', () => {
    const bench = racing()
    expect(bench.says(2, { t: 'retry', after: 4_000, spread: 2_000 })).toEqual([
      'drop 2: 1013',
      'drop 1: 1013',
      'retry 5000',
      'connecting: the server asks to come back later',
    ])
    expect(bench.feed({ on: 'wake' })).toEqual([])
    // It carried both ways: it is the first the next time.
    expect(bench.until(5_500)).toEqual([[5_500, 'open 3 on 1']])
  })
  it('has the one that said hello wait: the others go, no other starts, and the welcome may take so long', () => {
    const bench = racing()
    expect(bench.says(1, { t: 'wait', after: 20_000 })).toEqual(['drop 2: 1000'])
    expect(bench.core.status).toBe('connecting')
    expect(bench.until(30_499)).toEqual([])
    expect(bench.says(1, welcome)).toEqual(['rung 0', 'limit 65536', 'online'])
  })
  it('is given up when the welcome does not come by then either', () => {
    const bench = racing()
    bench.says(1, { t: 'wait', after: 20_000 })
    expect(bench.until(30_500)).toEqual([
      [30_500, 'drop 1: 4408', 'retry 250', 'connecting: no answer within the connect timeout'],
    ])
  })
  it('goes on with the next transport where the link that waits breaks', () => {
    const bench = racing()
    bench.says(1, { t: 'wait', after: 20_000 })
    expect(bench.ended(1)).toEqual(['open 3 on 2'])
  })
  it('has nobody wait who said no hello, or was welcomed', () => {
    const bench = racing()
    expect(bench.says(2, { t: 'wait', after: 20_000 })).toEqual([])
    expect(bench.core.route.ladder.has(2)).toBe(true)
    // On a lower transport there is a climb to come, and a climber: a wait on the one that serves ends neither.
    const lower = new RaceBench().climbing()
    expect(lower.says(2, { t: 'wait', after: 20_000 })).toEqual([])
    expect(lower.core.route.ladder.has(3)).toBe(true)
    expect(lower.says(3, pong)).toEqual(['3< hello 0 T1'])
  })
  it('ends it for good on any link', () => {
    const bench = racing()
    expect(bench.ended(2, refused)).toEqual(['drop 1: 4403', 'ended 4403', 'closed: not you'])
  })
  it('ends it for good by a bare 403 only where no other transport is left', () => {
    const bench = new RaceBench().connect()
    expect(bench.ended(1)).toEqual(['open 2 on 1'])
    expect(bench.ended(2, barred)).toEqual(['open 3 on 2'])
    expect(bench.ended(3, barred)).toEqual(['ended 4403', 'closed: the server answered 403'])
  })
  it('tries again where one was barred, and the last one broke', () => {
    const bench = new RaceBench().connect()
    bench.ended(1, barred)
    bench.ended(2, barred)
    expect(bench.ended(3)).toEqual(['retry 250', 'connecting: the server answered 403'])
  })
  it('is won where another lets it pass', () => {
    const bench = new RaceBench().connect()
    bench.until(500)
    bench.opened(2)
    expect(bench.ended(1, barred)).toEqual(['open 3 on 2'])
    expect(bench.says(2, welcome)).toContain(online)
  })
  it('has one new token tried, on any link', () => {
    const bench = racing()
    expect(bench.ended(2, { code: 4401, reason: 'old' })).toEqual(['drop 1: 4401', 'retry 250', 'connecting: old'])
    bench.until(bench.core.deadline)
    expect(bench.ended(3, { code: 4401, reason: 'old' })).toEqual(['ended 4401', 'closed: old'])
  })
})

describe('a provider that fails', () => {
  const error = Object.assign(new Error('no token'), { code: 'mine' })
  const failed: Closing = { code: 1006, reason: 'could not dial: no token', error }
  const faults = (outputs: string[]) => outputs.filter((one) => one.startsWith('fault'))

  it('ends every link of a race, and is told once; in the next race again', () => {
    const bench = new RaceBench().connect()
    for (const expected of [1, 1]) {
      const first = bench.current
      const outputs = [first, first + 1, first + 2].flatMap((link) => bench.ended(link, failed))
      expect(faults(outputs)).toHaveLength(expected)
      bench.until(bench.core.deadline)
    }
  })
  it('is told once where a climb has several links', () => {
    const bench = new RaceBench().connect()
    bench.ended(1)
    bench.ended(2)
    bench.opened(3)
    bench.says(3, welcome)
    bench.until(750)
    expect(bench.current).toBe(4)
    expect(faults([...bench.ended(4, failed), ...bench.ended(5, failed)])).toEqual(['fault mine'])
    expect(bench.core.status).toBe(online)
  })
  it('is told each time where it fails in another way', () => {
    const bench = new RaceBench().connect()
    const other = Object.assign(new Error('no url'), { code: 'other' })
    expect(faults([...bench.ended(1, failed), ...bench.ended(2, { ...failed, error: other })])).toEqual([
      'fault mine',
      'fault other',
    ])
  })
})

describe('too large for something on the way', () => {
  const tooLarge: Closing = { code: 1009, reason: 'too large', max: 5_000 }
  const sent = () => {
    const bench = new RaceBench().connect()
    bench.opened(1)
    bench.says(1, welcome)
    bench.send({ bytes: 3_976 })
    bench.send({ bytes: 3_977 })
    bench.send({ bytes: 10 })
    return bench
  }
  it('is one message that fails for it: the others are sent again', () => {
    const bench = sent()
    expect(bench.ended(1, tooLarge)).toEqual(['retry 250', 'reconnecting: too large'])
    bench.until(bench.core.deadline)
    expect(bench.opened(2)).toEqual(['2< hello 0 T1'])
    expect(bench.says(2, welcome)).toEqual(['rung 0', 'limit 2500', online, 'm2 too-big', '2< send 1 | send 3 after 1'])
    expect(bench.send({ bytes: 4_000 })).toEqual(['m4 too-big'])
  })
  it('is remembered on all links after, also where more passes again', () => {
    const bench = sent()
    for (const [link, max] of [
      [1, 3_000],
      [2, 9_000],
    ] as const) {
      bench.ended(link, { ...tooLarge, max })
      bench.until(bench.core.deadline)
      bench.opened(link + 1)
      expect(bench.says(link + 1, welcome)).toContain('limit 1500')
    }
  })
  it('is forgotten with the network: on another, it may pass', () => {
    const bench = sent()
    bench.ended(1, tooLarge)
    bench.feed({ on: 'online' })
    bench.opened(2)
    expect(bench.says(2, welcome)).toContain(`limit ${String(welcome.max)}`)
  })
  it('without a number is the end: nobody knows what would pass', () => {
    expect(sent().ended(1, { code: 1009, reason: 'too large' })).toContain('closed: too large')
  })
})
