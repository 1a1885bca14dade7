// Who is there: what is asked of the server, and again until it answers; and what it is told of us.
import { describe, expect, it } from 'vitest'
import type { ServerFrame } from '../../src/wire/frame.js'
import { ClientBench, welcome } from '../support/client-core.js'

const telling = { receipts: true } as const
const seat = (client: string) => ({ client, user: '', presence: 'online', time: 1 }) as const
const present = (n: number, all = true, ch = 'room'): ServerFrame => ({
  t: 'present',
  n,
  ch,
  list: [seat('ben')],
  ...(all && { all }),
})

const watching = (): ClientBench => {
  const bench = new ClientBench().up(telling)
  bench.feed({ on: 'watch', ch: 'room' })
  return bench
}

describe('watching', () => {
  it('is asked for at once, and again until there is an answer', () => {
    const bench = new ClientBench().up(telling)
    expect(bench.feed({ on: 'watch', ch: 'room' })).toEqual(['write watch room'])
    expect(bench.until(5_000)).toEqual([[2_000, 'write watch room']])
    expect(bench.hear(present(1))).toEqual(['present room ben'])
    expect(bench.until(14_000)).toEqual([])
  })
  it('is not answered by a change', () => {
    const bench = watching()
    bench.hear(present(1, false))
    expect(bench.until(2_000)).toEqual([[2_000, 'write watch room']])
  })
  it('waits for the welcome, and for a server that tells', () => {
    const bench = new ClientBench()
    bench.feed({ on: 'watch', ch: 'room' })
    expect(bench.open()).toEqual(['write hello 0'])
    expect(bench.hear(welcome).join()).not.toContain('watch')
    expect(bench.until(10_000)).toEqual([])
    bench.again()
    expect(bench.hear({ ...welcome, ...telling })).toContain('write watch room')
  })
  it('is asked of nobody who does not greet', () => {
    const bench = new ClientBench({ link: { greets: false } })
    bench.feed({ on: 'watch', ch: 'room' })
    expect([...bench.open(), ...bench.until(10_000)].join()).not.toContain('watch')
  })
  it('goes on, on the next link', () => {
    const bench = watching()
    bench.hear(present(1))
    bench.again()
    expect(bench.hear({ ...welcome, ...telling })).toContain('write watch room')
  })
  it('is asked for with patience that begins anew on the next link', () => {
    const bench = watching()
    bench.until(6_000)
    bench.again()
    bench.hear({ ...welcome, ...telling })
    const { now } = bench
    expect(bench.until(now + 2_000)).toEqual([[now + 2_000, 'write watch room']])
  })
  it('ends, and says so again where it was not heard', () => {
    const bench = watching()
    expect(bench.feed({ on: 'unwatch', ch: 'room' })).toEqual(['write unwatch room'])
    expect(bench.feed({ on: 'unwatch', ch: 'room' })).toEqual([])
    expect(bench.hear(present(1))).toEqual(['write unwatch room'])
    bench.again()
    expect(bench.hear({ ...welcome, ...telling }).join()).not.toContain('watch')
  })
  it('that ends while there is no link is nothing to tell the next one', () => {
    const bench = watching()
    bench.hear(present(1))
    bench.again()
    bench.feed({ on: 'unwatch', ch: 'room' })
    expect(bench.hear({ ...welcome, ...telling }).join()).not.toContain('watch')
  })
  it('that is denied is told once, and asked for again on the next link', () => {
    const bench = watching()
    const denied = { t: 'denied', ch: 'room', watch: true, code: 'forbidden', reason: 'no' } as const
    expect(bench.hear(denied, denied)).toEqual(['unseen room forbidden'])
    expect(bench.until(10_000)).toEqual([])
    bench.again()
    expect(bench.hear({ ...welcome, ...telling })).toContain('write watch room')
  })
  it('that is denied says nothing of the reading of that channel', () => {
    const bench = watching()
    bench.follow()
    expect(bench.hear({ t: 'denied', ch: 'room', watch: true, code: 'forbidden', reason: '' })).toEqual([
      'unseen room forbidden',
    ])
    expect(bench.hear({ t: 'denied', ch: 'room', code: 'forbidden', reason: '' })).toEqual(['fault room forbidden'])
  })
  it('begins anew where news is missing, in every channel', () => {
    const bench = watching()
    bench.feed({ on: 'watch', ch: 'other' })
    bench.hear(present(1), present(2, true, 'other'))
    expect(bench.hear(present(4, false))).toEqual(['present room ben', 'write watch room | watch other'])
    expect(bench.hear(present(3, true))).toEqual([])
  })
})

describe('our own presence', () => {
  it('is told when it changes, and no more than that', () => {
    const bench = new ClientBench().up(telling)
    expect(bench.feed({ on: 'look', away: false })).toEqual([])
    expect(bench.feed({ on: 'look', away: true })).toEqual(['write seen away'])
    expect(bench.feed({ on: 'look', away: true })).toEqual([])
    expect(bench.feed({ on: 'look', away: false })).toEqual(['write seen here'])
  })
  it('is told on each link where we are away: a link means that somebody looks', () => {
    const bench = new ClientBench()
    bench.feed({ on: 'look', away: true })
    expect(bench.open()).toEqual(['write hello 0'])
    expect(bench.hear({ ...welcome, ...telling })).toContain('write seen away')
    bench.feed({ on: 'look', away: false })
    bench.again()
    expect(bench.hear({ ...welcome, ...telling }).join()).not.toContain('seen')
  })
  it('that has changed back while there was no link is nothing to tell', () => {
    const bench = new ClientBench().up(telling)
    bench.feed({ on: 'look', away: true })
    bench.again()
    bench.feed({ on: 'look', away: false })
    expect(bench.hear({ ...welcome, ...telling }).join()).not.toContain('seen')
  })
  it('is nothing for a server that does not tell', () => {
    const bench = new ClientBench().up()
    expect(bench.feed({ on: 'look', away: true })).toEqual([])
  })
  it('goes once more with the next ping', () => {
    const bench = new ClientBench().up(telling)
    bench.feed({ on: 'look', away: true })
    expect(bench.feed({ on: 'wake' })).toEqual(['write seen away | ping 1'])
    bench.hear({ t: 'pong', id: 1 })
    expect(bench.feed({ on: 'wake' })).toEqual(['write ping 2'])
  })
})
