import type { Client, ClientInput, ClientOutput } from '../../../src/core/client.js'
import type { Tick } from '../../../src/core/port.js'
import { Close, type Closing } from '../../../src/wire/close.js'
import { MessageError } from '../../../src/wire/errors.js'
import type { Recorder } from './recorder.js'
import type { Rungs } from './tables.js'

/** Puts a listener before the entries of a client's machines: what they are told, in which state, and what they say. */
export function watchClient<Tag>(client: string, core: Client<Tag>, seen: Recorder): void {
  const handle = core.handle.bind(core)
  const rungOf = new Map<number, number>()
  core.handle = (input: ClientInput<Tag> | Tick, now) => {
    seen.note('client', core.status, input.on)
    if ('link' in input) hear(client, input, rungOf.get(input.link) ?? 0, seen)
    const outputs = handle(input as ClientInput<Tag>, now)
    for (const output of outputs) {
      if (output.do === 'open') rungOf.set(output.link, output.rung)
      say(client, output, seen)
    }
    return outputs
  }
  const { link } = core
  const take = link.handle.bind(link)
  link.handle = (input, now) => {
    seen.note('link', link.state.is, input.on)
    return take(input, now)
  }
  watchLadder(core, seen)
}

function hear<Tag>(client: string, input: ClientInput<Tag> & { link: number }, rung: number, seen: Recorder): void {
  const { link } = input
  if (input.on === 'opened') seen.plays.happened(client, { is: 'opened', link })
  if (input.on === 'ended') {
    seen.note('codes', 'the client hears', String(input.closing.code))
    seen.plays.happened(client, { is: 'ended', link, rung, closing: input.closing })
  }
  if (input.on !== 'frames') return
  for (const frame of input.frames) {
    seen.note('frames', 'the client hears', frame.t)
    if (frame.t === 'error' || frame.t === 'refused' || frame.t === 'denied') seen.note('codes', frame.t, frame.code)
    seen.plays.happened(client, { is: 'hears', link, frame })
  }
}

function say<Tag>(client: string, output: ClientOutput<Tag>, seen: Recorder): void {
  seen.note('machines', 'the client does', output.do)
  if (output.do === 'write') {
    const { link } = output
    for (const frame of output.frames) {
      seen.note('frames', 'the client says', frame.t)
      seen.plays.happened(client, { is: 'says', link, frame })
    }
    return
  }
  if (output.do === 'settled') {
    const { error } = output
    seen.note('codes', 'settled', error instanceof MessageError ? error.code : 'accepted')
  } else if (output.do === 'drop') seen.note('codes', 'the client drops', String(output.closing.code))
  seen.plays.happened(client, { is: 'does', output })
}

/** It has no one entry, and shows of its state what others need. */
function watchLadder<Tag>({ route: { ladder } }: Client<Tag>, seen: Recorder): void {
  let [begun, won] = [false, false]
  const where = (): Rungs => {
    const served = ladder.front !== undefined
    if (!begun) return 'idle'
    if (!won) return served ? 'greeting' : 'racing'
    return !served ? 'crossing' : ladder.mover === undefined ? 'serving' : 'moving'
  }
  const wrap = <Args extends unknown[], Result>(
    method: (...args: Args) => Result,
    nameOf: (...args: Args) => string,
    then: () => void = () => undefined,
  ): ((...args: Args) => Result) => {
    const call = method.bind(ladder)
    return (...args) => {
      seen.note('ladder', where(), nameOf(...args))
      then()
      return call(...args)
    }
  }
  ladder.start = wrap(
    ladder.start,
    () => 'start',
    () => (begun = true),
  )
  ladder.opened = wrap(ladder.opened, () => 'opened')
  ladder.useful = wrap(ladder.useful, () => 'useful')
  ladder.waits = wrap(ladder.waits, () => 'waits')
  ladder.won = wrap(
    ladder.won,
    () => 'won',
    () => (won = true),
  )
  ladder.ended = wrap(ladder.ended, (_link, closing) => endOf(closing))
  ladder.tick = wrap(ladder.tick, () => 'tick')
  ladder.renew = wrap(ladder.renew, () => 'renew')
  ladder.stop = wrap(
    ladder.stop,
    () => 'stop',
    () => ([begun, won] = [false, false]),
  )
}

const endOf = ({ code, retryAfter }: Closing): 'away' | 'cut' | 'closed' =>
  retryAfter !== undefined ? 'away' : code === Close.abnormal ? 'cut' : 'closed'
