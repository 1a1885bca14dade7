import { describe, expect, it, vi } from 'vitest'
import type { IncomingMessage } from '../../src/index.js'
import type { Packed, ServerFrame } from '../../src/wire/frame.js'
import { answers } from '../socket/fakes.js'
import { dialled, online } from '../support/fake-transport.js'

const entry = (offset: number, id = `ben:${String(offset)}`, body: Packed = `"${String(offset)}"`) =>
  ({ t: 'message', ch: 'room', offset, id, from: 'b', time: 7, body }) satisfies ServerFrame<Packed>
const started = { t: 'subscribed', ch: 'room', epoch: 'e', next: 1 } as const

async function reading() {
  const rig = await online()
  const room = rig.client.channel<string>('room')
  const got: IncomingMessage<string>[] = []
  const off = room.on('message', (message) => got.push(message))
  rig.transport.last.hear(started)
  return { ...rig, room, got, off }
}

describe('a channel', () => {
  it('is the same object for the same name', async () => {
    const { client } = await dialled()
    expect(client.channel('a')).toBe(client.channel('a'))
    expect(client.channel('a')).not.toBe(client.channel('b'))
  })
  it.each(['', 'x'.repeat(256), 5, undefined])('must have a name that the server takes: not %s', async (name) => {
    const { client } = await dialled()
    expect(() => client.channel(name as string)).toThrow(
      expect.objectContaining({
        name: 'OptionError',
        message: expect.stringContaining('1 to 255 characters') as string,
      }),
    )
  })
  it('begins to read with the first listener, from where that says', async () => {
    const { client, transport } = await online()
    client.channel('a').on('gap', () => undefined)
    client.channel('b').on('message', () => undefined)
    client.channel('c').on('message', () => undefined, { from: 'oldest' })
    client.channel('c').on('message', () => undefined, { from: 'now' })
    client.channel('d').on('message', () => undefined, { from: 9 })
    await answers()
    expect(transport.last.frames).toMatchObject([
      { t: 'sub', ch: 'b', from: 'now' },
      { t: 'sub', ch: 'c', from: 'oldest' },
      { t: 'sub', ch: 'd', from: 9 },
    ])
  })
  it('hands on what is in a message, and says which are its own', async () => {
    const { transport, got } = await reading()
    transport.last.hear(entry(1), entry(2, 'n1:1'), entry(3, 'n11:1'))
    expect(got).toEqual([
      { body: '1', id: 'ben:1', from: 'b', offset: 1, time: 7, own: false },
      { body: '2', id: 'n1:1', from: 'b', offset: 2, time: 7, own: true },
      { body: '3', id: 'n11:1', from: 'b', offset: 3, time: 7, own: false },
    ])
  })
  it('stops telling a listener that is off, or whose signal is aborted, also beforehand', async () => {
    const { transport, room, got, off } = await reading()
    const control = new AbortController()
    const heard = vi.fn()
    room.on('message', heard, { signal: control.signal })
    room.on('message', heard, { signal: AbortSignal.abort() })
    transport.last.hear(entry(1))
    expect(heard).toHaveBeenCalledTimes(1)
    control.abort()
    off()
    transport.last.hear(entry(2))
    expect(heard).toHaveBeenCalledTimes(1)
    expect(got).toHaveLength(1)
  })
  it('that is left is not read any more, and can be joined again', async () => {
    const { transport, room, got } = await reading()
    await answers()
    transport.last.packets.length = 0
    room.leave()
    await answers()
    expect(transport.last.frames).toMatchObject([{ t: 'unsub', ch: 'room' }])
    transport.last.hear(entry(1))
    expect(got).toEqual([])
    room.on('message', () => undefined, { from: 'oldest' })
    transport.last.hear(started, entry(1))
    expect(got).toHaveLength(1)
  })
  it('tells of gaps and denials', async () => {
    const { client, transport } = await online()
    const room = client.channel('room')
    const [gap, error] = [vi.fn(), vi.fn()]
    room.on('gap', gap)
    room.on('error', error)
    room.on('message', () => undefined, { from: 1 })
    transport.last.hear({ ...started, next: 5, lost: [1, 5] })
    expect(gap).toHaveBeenCalledWith({ from: 1, to: 5 })
    client.channel('other').on('message', () => undefined)
    transport.last.hear({ t: 'denied', ch: 'other', code: 'forbidden', reason: 'no' })
    expect(error).not.toHaveBeenCalled()
  })
  it('a listener that throws stops neither the others nor the client, and is not hidden', async () => {
    const { transport, room, got } = await reading()
    const thrown: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => thrown.push(error))
    room.on('message', () => {
      throw new Error('mine')
    })
    const after = vi.fn()
    room.on('message', after)
    transport.last.hear(entry(1), entry(2))
    await answers()
    process.removeAllListeners('uncaughtException')
    for (const other of others) process.on('uncaughtException', other)
    expect(got).toHaveLength(2)
    expect(after).toHaveBeenCalledTimes(2)
    expect(thrown).toEqual([new Error('mine'), new Error('mine')])
  })
})

describe('history', () => {
  const page = { t: 'page', id: 1, ch: 'room', epoch: 'e', oldest: 3, next: 9 } as const

  it('gives entries as messages, with the bounds of the log', async () => {
    const { client, transport } = await online()
    const asked = client.channel('room').history({ from: 3, limit: 2 })
    await answers()
    expect(transport.last.frames).toEqual([{ t: 'history', id: 1, ch: 'room', from: 3, limit: 2 }])
    transport.last.hear({ ...page, entries: [entry(3), entry(4)] })
    const { entries, ...bounds } = await asked
    expect(bounds).toEqual({ oldest: 3, next: 9, epoch: 'e' })
    expect(entries.map(({ offset, body }) => [offset, body])).toEqual([
      [3, '3'],
      [4, '4'],
    ])
  })
  it('is answered to the one who asked', async () => {
    const { client, transport } = await online()
    const [first, second] = [client.channel('room').history(), client.channel('room').history()]
    transport.last.hear(
      { ...page, id: 2, entries: [] },
      { t: 'denied', ch: 'room', id: 1, code: 'forbidden', reason: 'no' },
    )
    await expect(first).rejects.toMatchObject({ name: 'ConnectionError', code: 'forbidden' })
    await expect(second).resolves.toMatchObject({ entries: [] })
  })
  it('rejects when the client closes, and afterwards', async () => {
    const { client } = await online()
    const asked = client.channel('room').history()
    client.close()
    await expect(asked).rejects.toMatchObject({ name: 'ConnectionError', code: 'closed' })
    await expect(client.channel('room').history()).rejects.toMatchObject({ code: 'closed' })
  })
  it.each([{ from: -1 }, { from: 1.5 }, { limit: Infinity }, { limit: -3 }, { from: NaN }, { from: '1' as never }])(
    'rejects %o here: the server would end the link for it, again and again',
    async (options) => {
      const { client, transport } = await online()
      await expect(client.channel('room').history(options)).rejects.toMatchObject({ name: 'OptionError' })
      await answers()
      expect(transport.last.packets).toEqual([])
    },
  )
})

describe('a position to read from', () => {
  it.each([-1, 1.5, NaN, 'newest', null])(
    'is not %s: said here, for the server would end the link for it',
    async (from) => {
      const { client, transport } = await online()
      expect(() => client.channel('room').on('message', () => undefined, { from: from as never })).toThrow(
        expect.objectContaining({ name: 'OptionError' }),
      )
      await answers()
      expect(transport.last.packets).toEqual([])
    },
  )
})

describe('for await', () => {
  it('gives the messages in order, waits for more, and stops listening when left', async () => {
    const { client, transport } = await online()
    const room = client.channel<string>('room')
    const got: string[] = []
    const reader = (async () => {
      for await (const { body } of room) if (got.push(body) === 3) return
    })()
    await answers()
    transport.last.hear(started, entry(1), entry(2))
    await answers()
    expect(got).toEqual(['1', '2'])
    transport.last.hear(entry(3), entry(4))
    await reader
    expect(got).toEqual(['1', '2', '3'])
  })
  it('tells a reader that is 10,000 behind, instead of filling the memory', async () => {
    const { client, transport } = await online()
    const all = client.channel<string>('room')[Symbol.asyncIterator]()
    const first = all.next()
    await answers()
    transport.last.hear(started, entry(1))
    await first
    for (let n = 2; n < 10_100; n++) transport.last.hear(entry(n))
    await expect(all.next()).rejects.toMatchObject({ name: 'HoldfastError', code: 'overflow' })
    expect(await all.next()).toEqual({ done: true, value: undefined })
  })
  it('a reader who is only 10,000 behind misses nothing', async () => {
    const { client, transport } = await online()
    const all = client.channel<string>('room')[Symbol.asyncIterator]()
    const first = all.next()
    await answers()
    transport.last.hear(started, entry(1))
    await first
    for (let n = 2; n < 10_002; n++) transport.last.hear(entry(n))
    for (let n = 2; n < 10_002; n++) expect((await all.next()).value?.offset).toBe(n)
  })
  it('ends when the client is closed', async () => {
    const { client } = await online()
    const all = client.channel('room')[Symbol.asyncIterator]()
    const next = all.next()
    await answers()
    client.close()
    expect(await next).toEqual({ done: true, value: undefined })
  })
})
