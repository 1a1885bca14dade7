// Each transport against the real server, with frames made by hand: no client core in between.
import { describe, expect, it } from 'vitest'
import { longPoll, shortPoll } from '../../src/transports/poll.js'
import { sse } from '../../src/transports/sse.js'
import type { ClientFrame, Packed } from '../../src/wire/frame.js'
import { Device, emptied, start } from './device.world.js'
import { hello, serve } from './server.world.js'

const send = (seq: number, body: Packed, ch = 'room'): ClientFrame<Packed> => ({ t: 'send', seq, ch, body })

describe.each([
  ['sse', () => sse()],
  ['long-poll', () => longPoll()],
  ['short-poll', () => shortPoll({ interval: 50 })],
])('%s', (_, transport) => {
  const open = (url: string, client: string, ...more: ClientFrame<Packed>[]) =>
    new Device(transport(), url, [hello(client), ...more])

  it('greets, takes a message, and answers a ping', async () => {
    const { url } = await start()
    const ann = open(url, 'ann', send(1, '"hi"'))
    expect(await ann.next('welcome')).toMatchObject([{ resumed: false, got: 0 }])
    expect(await ann.next('accepted')).toMatchObject([{ t: 'accepted', seq: 1 }])
    ann.say({ t: 'ping', id: 7 })
    expect(await ann.next('pong')).toMatchObject([{ id: 7, got: 1 }])
  })

  it('brings what others say, bytes as they are', async () => {
    const { url } = await start()
    const bytes = Uint8Array.from({ length: 50_000 }, (_, n) => (n * 31) & 255)
    const ann = open(url, 'ann', { t: 'sub', ch: 'room', from: 'now' })
    await ann.next('subscribed')
    const bob = open(url, 'bob', send(1, bytes), send(2, '"☃ 😀"'), send(3, new Uint8Array()))
    await bob.next('accepted')
    const messages = await ann.next('message', 3)
    expect(messages.map(({ body }) => body)).toEqual([bytes, '☃ 😀', new Uint8Array()])
  })

  it('carries 2,000 messages each way, in order, each once', async () => {
    const { url } = await start()
    const many = 2_000
    const window = 64
    const ann = open(url, 'ann', { t: 'sub', ch: 'room', from: 'now' })
    await ann.next('subscribed')
    for (let seq = 1; seq <= many; seq++) {
      ann.say(send(seq, String(seq)))
      // As many as may be open at a time.
      if (seq % window) continue
      await ann.next('message', seq)
      ann.say({ t: 'received', ch: 'room', offset: seq })
    }
    const messages = await ann.next('message', many)
    expect(messages.map(({ body }) => body)).toEqual(Array.from({ length: many }, (_, n) => n + 1))
    expect((await ann.next('accepted')).at(-1)).toMatchObject({ t: 'accepted', seq: many })
  })

  it('shows its token, and says why it was not let in', async () => {
    const { url } = await start({ authenticate: ({ token }) => (token === 'ключ' ? 'ann' : null) })
    const ann = new Device(transport(), url, [hello('ann')], 'ключ')
    expect(await ann.next('welcome')).toMatchObject([{ user: 'ann' }])
    const bob = new Device(transport(), url, [hello('bob')], 'other')
    expect(await bob.closed).toMatchObject({ code: 4401, clean: false })
  })

  it('is told how it ends', async () => {
    const { url, server } = await start()
    const ann = open(url, 'ann')
    await ann.next('welcome')
    ann.connection.send('no packet')
    expect(await ann.closed).toMatchObject({ code: 4400, clean: true })
    expect(ann.frames.at(-1)).toMatchObject({ t: 'error', code: 'bad-frame' })
    const bob = open(url, 'bob')
    await bob.next('welcome')
    const over = server.close({ after: 0, spread: 0 })
    expect(await bob.closed).toMatchObject({ code: 1012, clean: true })
    await over
  })

  it('leaves no link behind when it goes', async () => {
    const { url, server } = await start()
    const ann = open(url, 'ann')
    await ann.next('welcome')
    expect(server.links).toBe(1)
    ann.say({ t: 'bye' })
    ann.connection.close(1000, '')
    await emptied(server)
  })

  it('is over with a node that is gone', async () => {
    // Its link has nobody to say that it left.
    const { url, http } = await serve({ pollGrace: 100 })
    const ann = open(url, 'ann')
    await ann.next('welcome')
    http.closeAllConnections()
    http.close()
    expect(await ann.closed).toMatchObject({ code: 1006, clean: false })
  })
})
