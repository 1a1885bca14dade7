// Messages that wait for an acknowledgement, and messages that come twice.
import { describe, expect, it, vi } from 'vitest'
import { remember } from '../../src/socket/dedupe.js'
import { answers, FakeSocket, open as openSocket, start } from './fakes.js'

interface Message {
  id?: number
  ack?: number
}
const read = (data: unknown) => JSON.parse(data as string) as Message
const ack = { idOf: (data: unknown) => read(data).id, isAck: (data: unknown) => read(data).ack }
const open = (timeout?: number) => openSocket({ ack: { ...ack, timeout } })
const message = (id: number) => JSON.stringify({ id })
const acked = (id: number) => JSON.stringify({ ack: id })

describe('ack', () => {
  it('sends again what is overdue, the waits doubling up to 30 s', async () => {
    const { socket, env, first } = await open(1_000)
    socket.send(message(1))
    const sentAt: number[] = []
    for (let second = 1; second <= 95; second++) {
      const before = first.sent.length
      await env.pass(1_000)
      if (first.sent.length > before) sentAt.push(second)
    }
    expect(sentAt).toEqual([1, 3, 7, 15, 31, 61, 91])
  })

  it('sends nothing again once it is acknowledged, and shows the ack to the app', async () => {
    const { socket, env, first, types } = await open()
    socket.send(message(1))
    socket.send(message(2))
    first.say(acked(1))
    await env.pass(1_000)
    first.say(acked(2))
    await env.pass(100_000)
    expect(first.sent).toEqual([message(1), message(2), message(2)])
    expect(types()).toEqual(['message', 'message'])
    expect(env.timers.size).toBeLessThanOrEqual(1)
  })

  it('waits by the measured round trip; a repeated message measures nothing', async () => {
    const { socket, env, first } = await open()
    socket.send(message(1))
    await env.pass(600)
    first.say(acked(1))
    socket.send(message(2))
    await env.pass(1_799)
    expect(first.sent).toHaveLength(2)
    await env.pass(1)
    expect(first.sent).toHaveLength(3)
    first.say(acked(2))
    socket.send(message(3))
    await env.pass(1_799)
    expect(first.sent).toHaveLength(4)
    await env.pass(1)
    expect(first.sent).toHaveLength(5)
  })

  it('sends again on each new link what is not acknowledged, in order, between what waited', async () => {
    const { socket, first } = await open()
    for (const id of [1, 2, 3]) socket.send(message(id))
    first.say(acked(2))
    first.end()
    await answers()
    socket.send('{}')
    socket.send(message(4))
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual([message(1), message(3), '{}', message(4)])
    FakeSocket.last.end()
    expect(socket.drainQueuedMessages()).toEqual([message(1), message(3), message(4)])
  })

  it('takes isAck for a yes, and idOf for which', async () => {
    const either = (data: unknown) => read(data).id ?? read(data).ack
    const { socket, first } = await openSocket({ ack: { idOf: either, isAck: (data) => read(data).ack !== undefined } })
    socket.send(message(0))
    first.say('{}')
    expect(socket.drainQueuedMessages()).toEqual([message(0)])
    socket.send(message(0))
    first.say(acked(0))
    expect(socket.drainQueuedMessages()).toEqual([])
  })

  it('asks the link at once when an ack is overdue, and replaces a dead one', async () => {
    const { socket, env, first } = await openSocket({ ack, heartbeat: {} })
    socket.send(message(1))
    await env.pass(1_000)
    expect(first.sent).toEqual([message(1), message(1), 'ping'])
    await env.pass(2_000)
    expect(first.closes).toHaveLength(1)
    await answers()
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual([message(1)])
  })

  it('does not count time without a link', async () => {
    const { socket, env } = await start({ ack })
    socket.send(message(1))
    await env.pass(9_000)
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual([message(1)])
    await env.pass(999)
    expect(FakeSocket.last.sent).toHaveLength(1)
  })

  it('an id said again takes the place of the first', async () => {
    const { socket } = await start({ ack })
    socket.send('{"id":1,"v":"old"}')
    socket.send('{"id":1,"v":"new"}')
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual(['{"id":1,"v":"new"}'])
  })

  it('reports what throws, and sends and delivers all the same', async () => {
    const { socket, first, types } = await open()
    socket.send('not json')
    first.say('not json')
    expect(first.sent).toEqual(['not json'])
    expect(types()).toEqual(['error', 'error', 'message'])
  })
})

describe('dedupe', () => {
  const idOf = (data: unknown) => read(data).id
  const ids = (events: { data?: unknown }[]) => events.map(({ data }) => read(data).id)

  it('delivers each id once, whatever the link; no id, always', async () => {
    const { first, events } = await openSocket({ dedupe: { idOf } })
    for (const id of [1, 2, 1]) first.say(message(id))
    first.end()
    await answers()
    FakeSocket.last.accept()
    for (const data of [message(2), message(3), '{}', '{}']) FakeSocket.last.say(data)
    expect(ids(events.filter(({ type }) => type === 'message'))).toEqual([1, 2, 3, undefined, undefined])
  })

  it('forgets the oldest id over maxCount', async () => {
    const { first, events } = await openSocket({ dedupe: { idOf, maxCount: 2 } })
    for (const id of [1, 2, 1, 3, 2, 1]) first.say(message(id))
    expect(ids(events)).toEqual([1, 2, 3, 1])
  })

  it('counts an id that came again after maxAge as the newest', async () => {
    const { env, first, events } = await openSocket({ dedupe: { idOf, maxCount: 2, maxAge: 1_000 } })
    for (const id of [1, 2]) first.say(message(id))
    await env.pass(1_001)
    for (const id of [1, 3, 1]) first.say(message(id))
    expect(ids(events)).toEqual([1, 2, 1, 3])
  })

  it('keeps no id that is too old', () => {
    const dropped = vi.spyOn(Map.prototype, 'delete')
    const seen = remember({ maxCount: 10_000, maxAge: 1_000 })
    for (let id = 1; id <= 100; id++) seen(id, id * 100)
    expect(dropped.mock.results.filter(({ value }) => value === true).length).toBe(100 - 11)
    dropped.mockRestore()
  })

  it('forgets an id after maxAge', async () => {
    const { env, first, events } = await openSocket({ dedupe: { idOf, maxAge: 1_000 } })
    first.say(message(1))
    await env.pass(1_000)
    first.say(message(1))
    await env.pass(1)
    first.say(message(1))
    expect(ids(events)).toEqual([1, 1])
  })
})
