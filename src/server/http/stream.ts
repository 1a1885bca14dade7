import type { ServerResponse } from 'node:http'
import type { Env } from '../../shell/env.js'
import type { Desk, Taken } from './desk.js'
import { type Control, toControl } from './lines.js'
import type { Pass } from './pass.js'

/** What makes proxies that gather a little before they pass anything on pass on the rest. */
const PADDING = `:${' '.repeat(2_048)}\n\n`
const KEEP_ALIVE = ': \n\n'

export interface StreamOptions {
  /** Silence after which a comment is sent, ms. */
  keepAlive: number
  /** A client that takes nothing for so long is gone, ms. */
  pollGrace: number
  env: Pick<Env, 'timer'>
}

export interface Source {
  desk: Desk
  pass: Pass
  /** The name of this stream. */
  reader: string
}

/**
 * Writes a link's downlink as an event stream (WHATWG), until the link ends, another reads, or the client is gone;
 * the last of these ends the link.
 * @param taken the first of it.
 */
export async function stream(response: ServerResponse, source: Source, taken: Taken, options: StreamOptions) {
  const { desk, pass, reader } = source
  const { link } = pass
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  response.write(PADDING)
  while (taken.is === 'lines') {
    if (!(await isTakenIn(response, eventsOf(taken, pass), options))) return
    if (taken.closed) break
    const hold = Math.max(0, Math.ceil(Math.min(options.keepAlive, pass.renewIn)))
    taken = await desk.take({ link, reader, again: true, since: taken.first + taken.lines.length - 1, hold })
  }
  response.end()
}

function eventsOf({ first, lines, closed }: Taken & { is: 'lines' }, pass: Pass): string {
  const ticket = pass.renewal()
  const events = [
    ...(ticket === undefined ? [] : [controlOf({ ticket })]),
    ...lines.map((line, at) => `id: ${first + at}\ndata: ${line}\n\n`),
    ...(closed ? [controlOf(closed)] : []),
  ]
  return events.join('') || KEEP_ALIVE
}

/** An event of its own name: a bare EventSource hears packets only. */
const controlOf = (control: Control): string => `event: control\ndata: ${toControl(control)}\n\n`

/** Resolves when the client takes in more; false, and the response is no more, where it does not. */
function isTakenIn(response: ServerResponse, text: string, { pollGrace, env }: StreamOptions): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false)
  if (response.write(text)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const end = (isWell: boolean): void => {
      cancel()
      response.off('drain', onDrain).off('close', onClose)
      resolve(isWell)
    }
    const onDrain = (): void => end(true)
    const onClose = (): void => end(false)
    const cancel = env.timer(() => response.destroy(), pollGrace)
    response.once('drain', onDrain).once('close', onClose)
  })
}
