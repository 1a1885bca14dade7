/** Run in a page, as text: they may use nothing but the page's own globals. Each gives plain data that tells what happened. */
type Probe = (Socket: typeof WebSocket, url: string) => unknown

export const probes: Record<string, Probe> = {
  'constants, on the class and on the object': (Socket, url) => {
    const socket = new Socket(url)
    socket.close()
    const names = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const
    return names.map((name) => [Socket[name], socket[name]])
  },

  'the states of a life': async (Socket, url) => {
    const socket = new Socket(url)
    const states: unknown[] = [socket.readyState]
    await new Promise((resolve) => (socket.onopen = resolve))
    states.push(socket.readyState)
    socket.close(3000, 'enough')
    states.push(socket.readyState)
    await new Promise((resolve) => (socket.onclose = resolve))
    return [...states, socket.readyState]
  },

  'url, protocol and extensions, before and after the opening': async (Socket, url) => {
    const socket = new Socket(url, ['one', 'two'])
    const before = [socket.protocol, socket.extensions]
    await new Promise((resolve) => (socket.onopen = resolve))
    const { protocol, extensions } = socket
    socket.close()
    return { before, url: socket.url, protocol, extensions }
  },

  'the classes and the fields of the events': async (Socket, url) => {
    const socket = new Socket(url)
    const seen: unknown[] = []
    const tell = (event: Event) => {
      const { type, bubbles, cancelable, target } = event
      const { data, origin, lastEventId } = event as MessageEvent<unknown>
      const { code, reason, wasClean } = event as CloseEvent
      const classes = [MessageEvent, CloseEvent, Event].filter((kind) => event instanceof kind).map(({ name }) => name)
      seen.push({ type, bubbles, cancelable, self: target === socket, classes, data, origin, lastEventId })
      seen.push({ code, reason, wasClean })
    }
    for (const type of ['open', 'message', 'error', 'close']) socket.addEventListener(type, tell)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    socket.send('hello')
    await new Promise((resolve) => socket.addEventListener('message', resolve))
    socket.send('close 4001')
    await new Promise((resolve) => socket.addEventListener('close', resolve))
    return seen
  },

  'a server that is not there': async (Socket) => {
    const socket = new Socket('ws://127.0.0.1:9')
    const seen: unknown[] = []
    socket.onerror = ({ type }) => seen.push(type)
    await new Promise<void>((resolve) => {
      socket.onclose = ({ type, code, reason, wasClean }) => {
        seen.push([type, code, reason, wasClean])
        resolve()
      }
    })
    return seen
  },

  'what it sends, and what comes back as a Blob': async (Socket, url) => {
    const socket = new Socket(url)
    await new Promise((resolve) => (socket.onopen = resolve))
    const { buffer } = Uint8Array.of(1, 2, 3, 4)
    const sent = ['text ü', '', buffer, new Uint8Array(buffer, 1, 2), new DataView(buffer, 2), new Blob(['blob'])]
    const back: unknown[] = []
    for (const data of sent) {
      socket.send(data)
      const { data: answer } = await new Promise<MessageEvent<string | Blob>>((resolve) => (socket.onmessage = resolve))
      back.push(
        typeof answer === 'string' ? answer : [answer instanceof Blob, [...new Uint8Array(await answer.arrayBuffer())]],
      )
    }
    socket.close()
    return back
  },

  binaryType: async (Socket, url) => {
    const socket = new Socket(url)
    const types: unknown[] = [socket.binaryType]
    socket.binaryType = 'arraybuffer'
    types.push(socket.binaryType)
    await new Promise((resolve) => (socket.onopen = resolve))
    socket.send(Uint8Array.of(7))
    const { data } = await new Promise<MessageEvent<ArrayBuffer>>((resolve) => (socket.onmessage = resolve))
    types.push(data instanceof ArrayBuffer, [...new Uint8Array(data)], socket.binaryType)
    socket.close()
    return types
  },

  bufferedAmount: async (Socket, url) => {
    const socket = new Socket(url)
    const amounts = [socket.bufferedAmount]
    await new Promise((resolve) => (socket.onopen = resolve))
    socket.send('ü'.repeat(1_000))
    socket.send(new Uint8Array(500))
    amounts.push(socket.bufferedAmount)
    await new Promise((resolve) => (socket.onmessage = resolve))
    amounts.push(socket.bufferedAmount)
    socket.close()
    socket.send('lost')
    await new Promise((resolve) => (socket.onclose = resolve))
    socket.send('lost too')
    return [...amounts, socket.bufferedAmount]
  },

  'what close() does not take': (Socket, url) => {
    const wrong = [
      ...[[0], [999], [1001], [1005], [1006], [2999], [5000], [65_536], [-1], [NaN]],
      ...[
        [1000, 'x'.repeat(124)],
        [3000, 'ü'.repeat(62)],
      ],
    ]
    return (wrong as [number, string?][]).map(([code, reason]) => {
      const socket = new Socket(url)
      try {
        socket.close(code, reason)
        return ['nothing', socket.readyState]
      } catch (error) {
        const { name, code: legacy } = error as DOMException
        socket.close()
        return [error instanceof DOMException, name, legacy]
      }
    })
  },

  'what close() takes': async (Socket, url) => {
    const taken: [number?, string?][] = [[], [1000], [3000, 'x'.repeat(123)], [4999, 'ü'.repeat(61)]]
    const closed: unknown[] = []
    for (const [code, reason] of taken) {
      const socket = new Socket(url)
      await new Promise((resolve) => (socket.onopen = resolve))
      if (code === undefined) socket.close()
      else socket.close(code, reason)
      const event = await new Promise<CloseEvent>((resolve) => (socket.onclose = resolve))
      closed.push(code === undefined ? event.wasClean : [event.code, event.reason, event.wasClean])
    }
    return closed
  },

  'once, signal, handleEvent and a listener said twice': async (Socket, url) => {
    const socket = new Socket(url)
    const heard: string[] = []
    const control = new AbortController()
    const twice = () => heard.push('twice')
    socket.addEventListener('message', () => heard.push('once'), { once: true })
    socket.addEventListener('message', () => heard.push('signal'), { signal: control.signal })
    socket.addEventListener('message', { handleEvent: ({ type }) => void heard.push(`object ${type}`) })
    socket.addEventListener('message', twice)
    socket.addEventListener('message', twice)
    await new Promise((resolve) => (socket.onopen = resolve))
    for (let round = 0; round < 2; round++) {
      socket.send('x')
      await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
      control.abort()
    }
    socket.removeEventListener('message', twice)
    socket.close()
    return heard
  },

  'handlers: their place, their this, what is no function': async (Socket, url) => {
    const socket = new Socket(url)
    const heard: unknown[] = [socket.onopen, socket.onmessage, socket.onerror, socket.onclose]
    socket.onmessage = () => heard.push('first')
    socket.addEventListener('message', () => heard.push('listener'))
    socket.onmessage = function () {
      heard.push('second', this === socket)
    }
    Object.assign(socket, { onclose: 'no function' })
    heard.push(socket.onclose)
    await new Promise((resolve) => (socket.onopen = resolve))
    socket.send('x')
    await new Promise((resolve) => socket.addEventListener('message', resolve))
    socket.onmessage = null
    heard.push(socket.onmessage)
    socket.close()
    return heard
  },

  'close() while it is connecting': async (Socket, url) => {
    const socket = new Socket(url)
    socket.close()
    const { code, wasClean } = await new Promise<CloseEvent>((resolve) => (socket.onclose = resolve))
    return [code, wasClean, socket.readyState]
  },

  'an EventTarget, by its own name': (Socket, url) => {
    const socket = new Socket(url)
    socket.close()
    const seen: string[] = []
    socket.addEventListener('app', ({ type }) => seen.push(type))
    return [socket instanceof EventTarget, socket instanceof Socket, socket.dispatchEvent(new Event('app')), seen]
  },
}
