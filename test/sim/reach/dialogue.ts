import type { ClientOutput } from '../../../src/core/client.js'
import type { Closing } from '../../../src/wire/close.js'
import type { ClientFrame, Packed, ServerFrame } from '../../../src/wire/frame.js'

type Said = ClientFrame<Packed>
type Answer = ServerFrame<Packed> | ServerFrame

/** What happens with one client, at its end and at the server's. */
export type Happening =
  | { is: 'says'; link: number; frame: Said }
  | { is: 'hears'; link: number; frame: ServerFrame }
  /** The server says it, and it may be lost. */
  | { is: 'answers'; frame: Answer }
  /** The server closes a link of this client. */
  | { is: 'closes'; code: number }
  | { is: 'opened'; link: number }
  | { is: 'ended'; link: number; rung: number; closing: Closing }
  | { is: 'does'; output: ClientOutput<unknown> }
  /** A request over HTTP, by the number of its packet; a link ticket with an answer to one. */
  | { is: 'posts'; link: number; post: string }
  | { is: 'ticket'; link: number }
  /** The server has died. @param kept its store has not. */
  | { is: 'crash'; kept: boolean }

/** What was remembered of the steps before. */
export interface Memory {
  link?: number
  seq?: number
  offset?: number
  ch?: string
  epoch?: string
  post?: string
}

export type Step = (what: Happening, memory: Memory) => boolean

/** A dialogue of docs/PROTOCOL.md as a pattern: steps in their order, whatever happens between them. */
export interface Dialogue {
  /** Its number, and for one of several under a number a letter. */
  name: string
  about: string
  steps: Step[]
  /** It is not this one after all. */
  unless?: (what: Happening, memory: Memory, step: number) => boolean
}

/** Everything of a frame may be asked for, whichever it is. */
export const says =
  <T extends Said['t']>(
    t: T,
    also: (frame: Said & { t: T }, memory: Memory, link: number) => unknown = () => true,
  ): Step =>
  (what, memory) =>
    what.is === 'says' && what.frame.t === t && Boolean(also(what.frame as Said & { t: T }, memory, what.link))

export const hears =
  <T extends ServerFrame['t']>(
    t: T,
    also: (frame: ServerFrame & { t: T }, memory: Memory, link: number) => unknown = () => true,
  ): Step =>
  (what, memory) =>
    what.is === 'hears' && what.frame.t === t && Boolean(also(what.frame as ServerFrame & { t: T }, memory, what.link))

export const answers =
  <T extends ServerFrame['t']>(
    t: T,
    also: (frame: ServerFrame & { t: T }, memory: Memory) => unknown = () => true,
  ): Step =>
  (what, memory) =>
    what.is === 'answers' && what.frame.t === t && Boolean(also(what.frame as ServerFrame & { t: T }, memory))

export const does =
  <Do extends ClientOutput<unknown>['do']>(
    name: Do,
    also: (output: ClientOutput<unknown> & { do: Do }, memory: Memory) => unknown = () => true,
  ): Step =>
  (what, memory) =>
    what.is === 'does' &&
    what.output.do === name &&
    Boolean(also(what.output as ClientOutput<unknown> & { do: Do }, memory))

/** The link has ended, told by the network. */
export const ended =
  (also: (what: Happening & { is: 'ended' }, memory: Memory) => unknown): Step =>
  (what, memory) =>
    what.is === 'ended' && Boolean(also(what, memory))

/** Remembers, and is always true. */
export const keep = (memory: Memory, what: Memory): true => {
  Object.assign(memory, what)
  return true
}
