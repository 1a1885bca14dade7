// What a WebSocket does by the standard.
import { describe, expect, it, vi } from 'vitest'
import { ResilientWebSocket } from '../../src/socket.js'
import { answers, FakeSocket, open, start } from './fakes.js'

describe('the face of a WebSocket', () => {
  it('has the constants on the class and on each instance', async () => {
    const { socket } = await start()
    for (const holder of [ResilientWebSocket, socket])
      expect([holder.CONNECTING, holder.OPEN, holder.CLOSING, holder.CLOSED]).toEqual([0, 1, 2, 3])
  })

  it('goes from connecting to open to closing to closed', async () => {
    const { socket, events } = await start()
    const states = [socket.readyState]
    FakeSocket.last.accept()
    states.push(socket.readyState)
    socket.close(3001, 'enough')
    states.push(socket.readyState)
    FakeSocket.last.end(3001, 'enough')
    await answers()
    expect([...states, socket.readyState]).toEqual([0, 1, 2, 3])
    expect(events).toEqual([
      { type: 'open', readyState: 1 },
      { type: 'close', readyState: 3, code: 3001, reason: 'enough', wasClean: true },
    ])
    expect(FakeSocket.all).toHaveLength(1)
  })

  it('shows url, protocol and extensions of the link', async () => {
    const { socket } = await start()
    expect(socket).toMatchObject({ url: 'ws://fake/', protocol: '', extensions: '' })
    FakeSocket.last.extensions = 'permessage-deflate'
    FakeSocket.last.accept('chat')
    expect(socket).toMatchObject({ url: 'ws://fake/', protocol: 'chat', extensions: 'permessage-deflate' })
  })

  it('has a url before it has dialled, unless a function makes it', () => {
    const WebSocket = FakeSocket as never
    expect(new ResilientWebSocket('ws://fake/a', [], { WebSocket, startClosed: true }).url).toBe('ws://fake/a')
    expect(new ResilientWebSocket(() => 'ws://fake/a', [], { WebSocket, startClosed: true }).url).toBe('')
  })

  it('keeps binaryType across reconnects', async () => {
    const { socket, env } = await start()
    expect([socket.binaryType, FakeSocket.last.binaryType]).toEqual(['blob', 'blob'])
    socket.binaryType = 'arraybuffer'
    socket.binaryType = 'foo' as never
    expect(FakeSocket.last.binaryType).toBe('arraybuffer')
    FakeSocket.last.refuse()
    await env.pass(1_000)
    expect(FakeSocket.all).toHaveLength(2)
    expect([socket.binaryType, FakeSocket.last.binaryType]).toEqual(['arraybuffer', 'arraybuffer'])
  })
})

describe('events', () => {
  it('are of the platform’s classes, and their target is the socket', async () => {
    const { socket } = await open()
    const heard: Event[] = []
    for (const type of ['message', 'close']) socket.addEventListener(type, (event) => heard.push(event))
    FakeSocket.last.say('hello')
    FakeSocket.last.end(4000, 'why')
    const [message, close] = heard
    expect(message).toBeInstanceOf(MessageEvent)
    expect(message).toMatchObject({ data: 'hello', origin: 'ws://fake', target: socket })
    expect(close).toMatchObject({ code: 4000, reason: 'why', wasClean: true, target: socket })
  })

  it('close events are CloseEvents where there are such', async () => {
    class CloseEvent extends Event {
      readonly code: number
      constructor(type: string, { code }: { code: number }) {
        super(type)
        this.code = code
      }
    }
    vi.stubGlobal('CloseEvent', CloseEvent)
    const { socket, first } = await open()
    const heard = new Promise((done) => socket.addEventListener('close', done))
    first.end(4000)
    expect(await heard).toBeInstanceOf(CloseEvent)
    expect(await heard).toMatchObject({ code: 4000 })
    vi.unstubAllGlobals()
  })

  it('once, signal, handleEvent and removeEventListener work', async () => {
    const { socket, first } = await open()
    const heard: string[] = []
    const control = new AbortController()
    const hear = () => heard.push('plain')
    socket.addEventListener('message', () => heard.push('once'), { once: true })
    socket.addEventListener('message', () => heard.push('signal'), { signal: control.signal })
    socket.addEventListener('message', { handleEvent: () => heard.push('object') })
    socket.addEventListener('message', hear)
    first.say(1)
    control.abort()
    socket.removeEventListener('message', hear)
    first.say(2)
    expect(heard).toEqual(['once', 'signal', 'object', 'plain', 'object'])
  })

  it('an on… handler has the place of the first one set, until it is taken out', async () => {
    const { socket, first } = await open()
    const heard: string[] = []
    socket.addEventListener('message', () => heard.push('a'))
    socket.onmessage = () => heard.push('old')
    socket.addEventListener('message', () => heard.push('b'))
    const handler = (socket.onmessage = function () {
      heard.push(this === socket ? 'on' : 'wrong this')
    })
    expect(socket.onmessage).toBe(handler)
    first.say(1)
    socket.onmessage = null
    first.say(2)
    socket.onmessage = handler
    first.say(3)
    expect(heard.join(' ')).toBe('a on b a b a b on')
    socket.onmessage = 'nonsense' as never
    expect(socket.onmessage).toBe(null)
  })

  it('what a listener throws stops nothing', async () => {
    const uncaught: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => uncaught.push(error))
    const { socket, env, first, events } = await open()
    const mistake = new Error('mine')
    socket.onmessage = socket.onclose = () => {
      throw mistake
    }
    first.say(1)
    first.say(2)
    first.end()
    await env.pass(1)
    FakeSocket.last.accept()
    await answers()
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
    expect(uncaught).toEqual([mistake, mistake, mistake])
    expect(events.map(({ type }) => type)).toEqual(['message', 'message', 'close', 'retry', 'open'])
  })
})

describe('close', () => {
  it.each([0, 999, 1001, 1005, 1006, 2999, 5000])('takes no code %i', async (code) => {
    const { socket } = await open()
    for (const leave of [() => socket.close(code), () => socket.reconnect(code)])
      expect(leave).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }))
    expect(socket.readyState).toBe(1)
  })

  it.each([1000, 3000, 4999])('takes code %i', async (code) => {
    const { socket, first } = await open()
    socket.close(code, 'é'.repeat(61))
    expect(first.closes).toEqual([[code, 'é'.repeat(61)]])
  })

  it('takes a reason of 123 bytes, not of 124', async () => {
    const { socket } = await open()
    expect(() => socket.close(1000, 'é'.repeat(62))).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
    expect(() => socket.close(1000, 'x'.repeat(123))).not.toThrow()
  })

  it('waits 3 s for the server, then it is closed all the same', async () => {
    const { socket, env, events } = await open()
    socket.close()
    await env.pass(2_999)
    expect(socket.readyState).toBe(2)
    await env.pass(1)
    expect(events).toEqual([{ type: 'close', readyState: 3, code: 1000, reason: '', wasClean: false }])
    expect(env.timers.size).toBe(0)
  })

  it('while connecting ends in a close event, and a second close does nothing', async () => {
    const { socket, events } = await start()
    socket.close()
    socket.close()
    expect([socket.readyState, FakeSocket.last.closes]).toEqual([2, [[1000, '']]])
    FakeSocket.last.refuse()
    socket.close()
    await answers()
    expect(events).toMatchObject([{ type: 'error' }, { type: 'close', code: 1006, readyState: 3 }])
  })

  it('tells of the end only after it returned', async () => {
    const { socket } = await start({ startClosed: true })
    for (const leave of [() => undefined, () => FakeSocket.last.refuse()]) {
      socket.reconnect()
      await answers()
      leave()
      socket.reconnect()
      socket.close()
      const heard = new Promise<Event>((done) => {
        socket.onclose = done
      })
      expect(await heard).toMatchObject({ type: 'close' })
      socket.onclose = null
    }
  })

  it('of what never began tells of no end', async () => {
    const { socket, events } = await start({ startClosed: true })
    socket.close()
    await answers()
    expect([events, socket.readyState, socket.send('lost'), socket.bufferedAmount]).toEqual([[], 3, false, 4])
  })

  it('is not undone by an open event that was on its way', async () => {
    const { socket, types } = await start()
    socket.send('waits')
    socket.close()
    FakeSocket.last.accept()
    expect([FakeSocket.last.sent, types(), socket.readyState]).toEqual([[], [], 2])
  })

  it('while a url is being made dials no more', async () => {
    let answer: (url: string) => unknown = () => undefined
    const { socket, events } = await start({}, () => new Promise<string>((done) => (answer = done)))
    socket.close()
    answer('ws://late')
    await answers()
    expect(FakeSocket.all).toEqual([])
    expect(events).toMatchObject([{ type: 'close', readyState: 3 }])
  })

  it('still delivers what comes before the end', async () => {
    const { socket, first, events } = await open()
    socket.close()
    first.say('last words')
    first.end(1000)
    await answers()
    expect(events).toMatchObject([{ type: 'message', data: 'last words' }, { type: 'close' }])
  })
})

describe('send', () => {
  it('takes every kind of data while open', async () => {
    const { socket, first } = await open()
    const blob = new Blob(['blob'])
    const bytes = new Uint8Array([0, 1, 2, 3])
    for (const data of ['text', bytes.buffer, bytes.subarray(1, 3), new DataView(bytes.buffer, 2), blob])
      expect(socket.send(data)).toBe(true)
    const sizes = first.sent.map((data) => (data instanceof Blob ? data.size : new Blob([data]).size))
    expect(sizes).toEqual([4, 4, 2, 2, 4])
    expect(first.sent[0]).toBe('text')
    expect(socket.bufferedAmount).toBe(0)
  })

  it('while connecting it waits, in order and as it was, and goes out before the open event', async () => {
    const { socket } = await start()
    const bytes = new Uint8Array([1, 2, 3])
    const sentWhenOpen: number[] = []
    socket.onopen = () => sentWhenOpen.push(FakeSocket.last.sent.length)
    expect([socket.send('a'), socket.send(new Blob(['bc'])), socket.send(bytes.subarray(1)), socket.send('é')]).toEqual(
      [false, false, false, false],
    )
    bytes.fill(9)
    expect(socket.bufferedAmount).toBe(1 + 2 + 2 + 2)
    FakeSocket.last.accept()
    const { sent } = FakeSocket.last
    expect(await Promise.all(sent.map((data) => new Blob([data]).text()))).toEqual(['a', 'bc', '\x02\x03', 'é'])
    expect(sentWhenOpen).toEqual([4])
    FakeSocket.last.bufferedAmount = 7
    expect(socket.bufferedAmount).toBe(7)
  })

  it('after close is dropped, but counted', async () => {
    const { socket, first, env } = await open()
    socket.close()
    expect(socket.send('lost')).toBe(false)
    first.end(1000)
    socket.send(new Uint8Array(3))
    expect(socket.bufferedAmount).toBe(7)
    socket.reconnect()
    await answers()
    FakeSocket.last.accept()
    await env.pass(0)
    expect([FakeSocket.last.sent, socket.bufferedAmount]).toEqual([[], 0])
  })

  it('waits when the native socket has begun to close and has not said so', async () => {
    const { socket, first } = await open()
    first.readyState = 2
    expect(socket.send('kept')).toBe(false)
    first.end()
    await answers()
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual(['kept'])
  })

  it('keeps maxEnqueuedMessages at most, the first ones', async () => {
    const { socket } = await start({ maxEnqueuedMessages: 2 })
    for (const data of ['a', 'b', 'c']) socket.send(data)
    FakeSocket.last.accept()
    expect(FakeSocket.last.sent).toEqual(['a', 'b'])
    expect(socket.send('d')).toBe(true)
  })

  it('makes text of what is neither text nor binary, as natives do', async () => {
    const { socket } = await start()
    socket.send(12 as never)
    expect(socket.bufferedAmount).toBe(2)
    FakeSocket.last.accept()
    for (const data of [true, null, undefined, {}, [1, 2], new Map()]) socket.send(data as never)
    expect(FakeSocket.last.sent).toEqual(['12', 'true', 'null', 'undefined', '[object Object]', '1,2', '[object Map]'])
  })

  it('counts what waits without asking the queue again', async () => {
    const { socket } = await start({ ack: { idOf: (data) => String(data)[0], isAck: () => 'b' } })
    const sizes = ['aa', 'bbb', 'a'].map((data) => {
      socket.send(data)
      return socket.bufferedAmount
    })
    expect(sizes).toEqual([2, 5, 4])
    FakeSocket.last.accept().say('ack of b')
    FakeSocket.last.end()
    expect(socket.bufferedAmount).toBe(1)
    expect([socket.drainQueuedMessages(), socket.bufferedAmount]).toEqual([['a'], 0])
  })

  it('drainQueuedMessages takes back what waits', async () => {
    const { socket } = await start()
    for (const data of ['a', 'b']) socket.send(data)
    expect(socket.drainQueuedMessages()).toEqual(['a', 'b'])
    FakeSocket.last.accept()
    expect([FakeSocket.last.sent, socket.drainQueuedMessages()]).toEqual([[], []])
  })
})
