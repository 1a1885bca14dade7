import type { Server } from '../../../src/core/server.js'
import type { ServerInput, ServerOutput } from '../../../src/core/server/contract.js'
import type { Tick } from '../../../src/core/port.js'
import type { Recorder } from './recorder.js'
import type { Stage } from './tables.js'

/** A link, as far as what goes in and comes out tells. */
interface Known {
  stage: Stage
  client: string
}

/** Puts a listener before the entry of the server's machine. It follows each link by what goes in and comes out. */
export function watchServer(server: Server, seen: Recorder): void {
  const links = new Map<number, Known>()
  const calls = new Map<number, string>()
  const handle = server.handle.bind(server)
  server.handle = (input: ServerInput | Tick, now) => {
    seen.note('machines', 'the server is told', input.on)
    hear(input, links, seen)
    const call = 'op' in input ? calls.get(input.op) : undefined
    if (call !== undefined) seen.note('calls', call, input.on)
    if ('op' in input) calls.delete(input.op)
    const outputs = handle(input, now)
    for (const output of outputs) {
      if (output.do === 'call') calls.set(output.op, output.request.call)
      say(output, links, seen)
    }
    return outputs
  }
}

function hear(input: ServerInput, links: Map<number, Known>, seen: Recorder): void {
  if (input.on === 'opened') links.set(input.link, { stage: 'new', client: '' })
  if (!('link' in input) || input.on === 'opened') return
  const known = links.get(input.link)
  if (!known) return
  if (input.on === 'frames') {
    for (const frame of input.frames) {
      seen.note('frames', 'the server hears', frame.t)
      seen.note('stage', known.stage, frame.t)
      if (frame.t !== 'hello') continue
      known.client = frame.client
      if (known.stage === 'new') known.stage = 'greeting'
    }
  } else {
    seen.note('stage', known.stage, input.on)
    known.stage = 'over'
  }
}

function say(output: ServerOutput, links: Map<number, Known>, seen: Recorder): void {
  seen.note('machines', 'the server does', output.do)
  if (output.do !== 'write' && output.do !== 'close') return
  const known = links.get(output.link)
  if (!known) return
  if (output.do === 'close') {
    seen.note('codes', 'the server closes', String(output.code))
    seen.plays.happened(known.client, { is: 'closes', code: output.code })
    known.stage = 'over'
    return
  }
  for (const frame of output.frames) {
    seen.note('frames', 'the server says', frame.t)
    if (frame.t === 'welcome') known.stage = 'open'
    seen.plays.happened(known.client, { is: 'answers', frame })
  }
}
