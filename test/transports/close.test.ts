import { describe, expect, it } from 'vitest'
import { sse } from '../../src/transports/sse.js'
import { dialSse, FakeHttp, openSse } from '../support/fake-http.js'

describe('close', () => {
  it('says the last packets with the code, and lets the stream go when that was heard', async () => {
    const { far, down } = await openSse()
    far.connection.send('bye')
    far.connection.close(1001, 'x')
    await far.pass(0)
    expect(far.lines.at(-1)).toBe('POST post=1&close=1000')
    expect(far.last.body).toBe('bye')
    expect(far.last.init.keepalive).toBe(true)
    expect(far.requests[0]?.signal.aborted).toBe(false)
    await down.write('data: late\n\n')
    await far.last.answer(204)
    expect(far.requests[0]?.signal.aborted).toBe(true)
    far.connection.send('late')
    far.connection.close(1000, '')
    await far.pass(60_000)
    expect(far.requests).toHaveLength(2)
    expect(far.news).toEqual(['opened'])
    expect(far.env.timers.size).toBe(0)
  })

  it('keeps codes from 3000 on, and says nothing of a packet where there is none', async () => {
    const { far } = await openSse()
    far.connection.close(4408, '')
    await far.pass(0)
    expect(far.lines.at(-1)).toBe('POST post=1&close=4408')
    expect(far.last.body).toBe('')
  })

  it('waits for the POST in flight', async () => {
    const { far } = await openSse()
    await far.send('1')
    far.connection.send('bye')
    far.connection.close(4000, '')
    await far.pass(50)
    expect(far.lines.slice(1)).toEqual(['POST post=1'])
    expect(far.last.signal.aborted).toBe(false)
    await far.last.fail()
    await far.pass(100)
    await far.last.answer(204)
    expect(far.lines.slice(1)).toEqual(['POST post=1', 'POST post=1', 'POST post=2&close=4000'])
    expect(far.requests.map(({ init }) => init.keepalive)).toEqual([false, false, false, true])
  })

  it('is no part of a POST that is said again: what may have been heard stays the same', async () => {
    const { far } = await openSse()
    await far.send('1')
    await far.last.fail()
    far.connection.close(4000, '')
    await far.pass(100)
    await far.last.answer(204)
    expect(far.lines.slice(1)).toEqual(['POST post=1', 'POST post=1', 'POST post=2&close=4000'])
  })

  it('is said with the last of several bodies, which alone is the platform’s to keep alive if it is small', async () => {
    const { far } = await openSse()
    await far.send('x'.repeat(65_000))
    const rest = ['y'.repeat(65_000), 'z'.repeat(30_000)]
    for (const packet of rest) far.connection.send(packet)
    far.connection.close(4000, '')
    await far.last.answer(204)
    expect(far.lines.at(-1)).toBe('POST post=2')
    await far.last.answer(204)
    expect(far.lines.at(-1)).toBe('POST post=3&close=4000')
    expect(far.last.init.keepalive).toBe(false)
  })

  it('is not said for ever: a link that cannot say it is left after 5 s', async () => {
    const { far } = await openSse()
    far.connection.close(4408, '')
    await far.pass(4_999)
    expect(far.requests[0]?.signal.aborted).toBe(false)
    await far.pass(1)
    expect(far.requests[0]?.signal.aborted).toBe(true)
    await far.pass(60_000)
    expect(far.requests).toHaveLength(2)
    expect(far.news).toEqual(['opened'])
  })

  it('for silence, while something said is not answered: no farewell waits for its turn, and the stream gives way at once', async () => {
    const { far } = await openSse()
    await far.send('1')
    far.connection.close(4408, '')
    expect(far.requests[0]?.signal.aborted).toBe(true)
    await far.pass(60_000)
    expect(far.lines.at(-1)).toBe('POST post=1')
    expect(far.news).toEqual(['opened'])
  })

  it('is the first that is said, and nothing sent after it leaves or is kept', async () => {
    const { far } = await openSse()
    await far.send('1')
    far.connection.close(4000, '')
    far.connection.close(4001, '')
    far.connection.send('late')
    await far.last.answer(204)
    expect(far.lines.at(-1)).toBe('POST post=2&close=4000')
    expect(far.last.body).toBe('')
    await far.last.answer(204)
    far.connection.send('late')
    expect(far.connection.buffered).toBe(0)
    expect(far.env.timers.size).toBe(0)
  })

  it('of a link that has ended is nothing', async () => {
    const { far, down } = await openSse()
    await down.end()
    far.connection.close(1000, '')
    far.connection.send('late')
    await far.pass(0)
    expect(far.requests).toHaveLength(1)
    expect(far.connection.buffered).toBe(0)
    expect(far.env.timers.size).toBe(0)
  })

  it('before the ticket came takes the opening back', async () => {
    const far = await dialSse()
    far.connection.close(1000, '')
    await far.pass(0)
    expect(far.last.signal.aborted).toBe(true)
    await far.pass(60_000)
    expect(far.requests).toHaveLength(1)
    expect(far.news).toEqual(['opened'])
    expect(far.env.timers.size).toBe(0)
  })

  it('before it was open asks nothing at all', async () => {
    const far = new FakeHttp()
    const dialled = far.dial(sse({ fetch: far.fetch }), [])
    far.connection.close(1000, '')
    await dialled
    await far.pass(60_000)
    expect(far.requests).toEqual([])
    expect(far.news).toEqual([])
  })

  it('in the middle of what is heard ends the hearing', async () => {
    const { far, down } = await openSse()
    far.onPacket = () => far.connection.close(1000, '')
    await down.write('data: last\n\ndata: more\n\n')
    expect(far.news).toEqual(['opened', 'last'])
  })
})
