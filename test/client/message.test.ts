import { afterEach, describe, expect, it, vi } from 'vitest'
import { MessageError } from '../../src/index.js'
import { answers } from '../socket/fakes.js'
import { dialled, online } from '../support/fake-transport.js'

const uncaught: unknown[] = []
const note = (error: unknown) => uncaught.push(error)

afterEach(() => {
  process.off('uncaughtException', note)
  uncaught.length = 0
})

describe('a message', () => {
  it('is queued, sent, accepted; its promise is the message', async () => {
    const { client, transport } = await dialled()
    const message = client.channel('room').send('hi')
    const states: string[] = [message.state]
    message.on('state', ({ state }) => states.push(state))
    transport.last.accept()
    transport.last.hear({ t: 'accepted', seq: 1 })
    expect(states).toEqual(['queued', 'sent', 'accepted'])
    expect(message.state).toBe('accepted')
    expect(message.error).toBeUndefined()
    await expect(message.accepted).resolves.toBe(message)
  })
  it('has the id that its receivers see, and numbers without holes', async () => {
    const { client, transport } = await online()
    const room = client.channel('room')
    expect([room.send(1), room.send(2)].map(({ id }) => id)).toEqual(['n1:1', 'n1:2'])
    await answers()
    expect(transport.last.frames).toMatchObject([{ seq: 1 }, { seq: 2 }])
  })
  it('fails once, with an error that says why, whenever its promise is asked for', async () => {
    const { client, transport } = await online()
    const message = client.channel('room').send('hi')
    const early = message.accepted.catch((error: unknown) => error)
    transport.last.hear({ t: 'refused', seq: 1, code: 'forbidden', reason: 'not here' })
    transport.last.hear({ t: 'accepted', seq: 1 })
    expect(message.state).toBe('failed')
    expect(await early).toBe(message.error)
    await expect(message.accepted).rejects.toMatchObject({
      name: 'MessageError',
      code: 'refused',
      message: 'forbidden: not here',
    })
  })
  it('tells its state once each, also when the server repeats itself', async () => {
    const { client, transport } = await online()
    const message = client.channel('room').send('hi')
    const seen = vi.fn()
    message.on('state', seen)
    transport.last.hear({ t: 'accepted', seq: 1 }, { t: 'accepted', seq: 1 })
    transport.last.hear({ t: 'refused', seq: 1, code: 'x', reason: '' })
    transport.last.end()
    client.close()
    expect(seen.mock.calls).toEqual([[{ state: 'accepted' }]])
  })
  it('makes no promise that nobody asked for: a failure without a listener disturbs nobody', async () => {
    process.on('unhandledRejection', note)
    const { client } = await dialled()
    const message = client.channel('room').send('hi')
    client.close()
    await answers()
    process.off('unhandledRejection', note)
    expect(message.state).toBe('failed')
    expect(message.accepted).toBe(message.accepted)
    await expect(message.accepted).rejects.toBeInstanceOf(MessageError)
    expect(uncaught).toEqual([])
  })
  it('stops telling when the listener or its signal says so', async () => {
    const { client } = await dialled()
    const message = client.channel('room').send('hi')
    const [off, aborted] = [vi.fn(), vi.fn()]
    const control = new AbortController()
    message.on('state', off)()
    message.on('state', aborted, { signal: control.signal })
    control.abort()
    client.close()
    expect(off).not.toHaveBeenCalled()
    expect(aborted).not.toHaveBeenCalled()
  })
})

describe('what cannot be sent', () => {
  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['undefined', undefined],
    ['a bigint', 1n],
    [
      'a cycle',
      (() => {
        const a: { a?: unknown } = {}
        a.a = a
        return a
      })(),
    ],
    ['a __proto__ key', JSON.parse('{"__proto__":1}')],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw new Error('no')
        },
      },
    ],
  ])('%s fails alone', async (_what, body) => {
    const { client, transport } = await online()
    const room = client.channel('room')
    const bad = room.send(body)
    const good = room.send('yes')
    await expect(bad.accepted).rejects.toMatchObject({ code: 'not-encodable' })
    await answers()
    expect(transport.last.frames).toEqual([{ t: 'send', seq: 2, after: 0, ch: 'room', body: 'yes' }])
    transport.last.hear({ t: 'accepted', seq: 2 })
    expect(good.state).toBe('accepted')
  })
  it.each([NaN, -1, 'soon'])('a ttl of %s harms that message alone: the client goes on', async (ttl) => {
    const { client, transport, env } = await online()
    const room = client.channel('room')
    const bad = room.send('bad', { ttl: ttl as number })
    const good = room.send('good')
    await expect(bad.accepted).rejects.toBeInstanceOf(MessageError)
    await answers()
    transport.last.hear({ t: 'accepted', seq: 2 })
    expect(good.state).toBe('accepted')
    transport.last.packets.length = 0
    await env.pass(15_000)
    expect(transport.last.frames).toContainEqual({ t: 'ping', id: 1 })
  })
  it('a time to live that has passed: surely not taken if never sent, else in doubt', async () => {
    const { client, transport, env } = await dialled()
    const room = client.channel('room')
    const never = room.send('a', { ttl: 100 })
    await env.pass(100)
    expect(never.error?.code).toBe('expired')
    transport.last.accept()
    const sent = room.send('b', { ttl: 100 })
    await env.pass(100)
    expect(sent.error?.code).toBe('in-doubt')
  })
  it('the last value of a key wins while nothing was sent', async () => {
    const { client, transport } = await dialled()
    const room = client.channel('room')
    const typing = [1, 2, 3].map((body) => room.send(body, { key: 'typing' }))
    expect(typing.map(({ error }) => error?.code)).toEqual(['superseded', 'superseded', undefined])
    transport.last.accept()
    await answers()
    expect(transport.last.frames.at(-1)).toMatchObject({ t: 'send', seq: 3, body: 3 })
  })
})

describe('a body', () => {
  it('is a snapshot: what changes after send() is not sent', async () => {
    const { client, transport } = await dialled()
    const room = client.channel('room')
    const value = { n: 1 }
    const bytes = new Uint8Array([1, 2])
    room.send(value)
    room.send(bytes)
    value.n = 2
    bytes[0] = 9
    transport.last.accept()
    await answers()
    const bodies = transport.last.frames.flatMap((frame) => (frame.t === 'send' ? [frame.body] : []))
    expect(bodies).toEqual([{ n: 1 }, new Uint8Array([1, 2])])
  })
  it('a Blob is read, and what comes after it waits: the order is kept', async () => {
    const { client, transport } = await online()
    const room = client.channel('room')
    const before = room.send('before')
    const blob = room.send(new Blob(['ab']))
    const after = room.send('after')
    expect([before.id, blob.id, after.id]).toEqual(['n1:1', undefined, undefined])
    await vi.waitFor(() => expect(after.id).toBe('n1:3'))
    await answers()
    const bodies = transport.last.frames.flatMap((frame) => (frame.t === 'send' ? [frame.body] : []))
    expect(bodies).toEqual(['before', new Uint8Array([97, 98]), 'after'])
    // Nobody waits any more.
    expect(room.send('later').id).toBe('n1:4')
  })
  it('a Blob that cannot be read fails alone', async () => {
    const { client } = await online()
    const room = client.channel('room')
    const blob = new Blob(['x'])
    blob.arrayBuffer = () => Promise.reject(new Error('gone'))
    const bad = room.send(blob)
    const good = room.send('good')
    await expect(bad.accepted).rejects.toMatchObject({ code: 'not-encodable' })
    await vi.waitFor(() => expect(good.id).toBe('n1:1'))
  })
  it('a Blob that is read after the close fails as all do', async () => {
    const { client } = await online()
    const message = client.channel('room').send(new Blob(['x']))
    client.close()
    await expect(message.accepted).rejects.toMatchObject({ code: 'closed' })
  })
})
