// Requests over a person's cable, and their answers as they come in.
import { kindsIn } from './parcels.mjs'

/** A `fetch` whose requests are watched, and are lost with the cable. */
export function fetchOver(cable, rung) {
  const say = (up, body, lost = false) => {
    for (const kind of kindsIn(body)) cable.emit('parcel', { up, kind, rung, lost })
  }
  // A WebSocket that was refused is asked after without a signal.
  return async (url, { signal = new AbortController().signal, ...rest }) => {
    const init = { ...rest, signal }
    if (!cable.plugged) throw new TypeError('Failed to fetch')
    const way = { rung, dead: false }
    const end = () => cable.end(way)
    cable.begin(way)
    init.signal.addEventListener('abort', end)
    say(true, init.body)
    try {
      const response = await fetch(url, init)
      if (way.dead) await nothing(init.signal)
      cable.heard()
      const { status, statusText, headers } = response
      if (status === 204 || !response.body) {
        say(false)
        end()
        return new Response(null, { status, statusText, headers })
      }
      const hear = (text) => say(false, text)
      const body = new ReadableStream(watched(response.body.getReader(), { way, end, hear, cable, init }))
      return new Response(body, { status, statusText, headers })
    } catch (error) {
      end()
      // Nobody tells of a loss when the cable is out.
      if (way.dead) await nothing(init.signal)
      throw error
    }
  }
}

/** The source of a body that says what comes by. */
function watched(reader, { way, end, hear, cable, init }) {
  const decoder = new TextDecoder()
  let empty = true
  const take = (value) => {
    cable.heard()
    const text = decoder.decode(value, { stream: true })
    // What opens a stream, or keeps it open, is no parcel.
    if (!text.startsWith(':') || text.includes('data:')) hear(text)
    empty = false
  }
  return {
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (way.dead) return await nothing(init.signal)
        if (value) take(value)
        if (!done) return controller.enqueue(value)
        if (empty) hear('')
        controller.close()
      } catch (error) {
        if (way.dead) await nothing(init.signal)
        controller.error(error)
      }
      end()
    },
    cancel(reason) {
      end()
      return reader.cancel(reason)
    },
  }
}

/** Waits until whoever asked has had enough. */
function nothing(signal) {
  return new Promise((_, lost) => {
    const end = () => lost(signal.reason)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}
