// A client core with its clock in the test's hand, and what it decides in words.
import { Client, type ClientInput, type ClientOptions, type ClientOutput } from '../../src/core/client.js'
import type { Reach } from '../../src/core/receipts.js'
import type { ClientFrame, Packed, ServerFrame, Welcome } from '../../src/wire/frame.js'
import { cut, defaults } from './link.js'
import type { Wish } from './outbox.js'

export interface BenchOptions {
  link?: Partial<ClientOptions['link']>
  outbox?: Partial<ClientOptions['outbox']>
  ladder?: ClientOptions['ladder']
  shared?: boolean
}

/** The options of ada's client, with the numbers the house starts from. */
export function clientOptions({ link = {}, outbox = {}, ladder, shared }: BenchOptions = {}): ClientOptions {
  const { backoff, heartbeat, connectTimeout, stableAfter, maxRetries, greets, random } = defaults()
  return {
    link: { backoff, heartbeat, connectTimeout, stableAfter, maxRetries, greets, random, ...link },
    outbox: { maxMessages: 100, maxBytes: 100_000, onFull: 'reject', window: 10, windowBytes: 10_000, ...outbox },
    id: 'ada',
    key: 'secret',
    ...(ladder && { ladder }),
    ...(shared !== undefined && { shared }),
  }
}

export const welcome: Welcome = {
  t: 'welcome',
  v: 1,
  ticket: 'T1',
  resumed: false,
  got: 0,
  idle: 60_000,
  max: 65_536,
  window: 64,
}

export class ClientBench {
  readonly core: Client<string>
  now = 0
  /** The number of the link now in use, or of the last one. */
  current = 0
  #seq = 0
  readonly #alone: boolean

  constructor(options: BenchOptions = {}) {
    this.core = new Client(clientOptions(options))
    this.#alone = !options.ladder
  }

  raw(input: ClientInput<string>, at = this.now): ClientOutput<string>[] {
    this.now = at
    const outputs = this.core.handle(input, at)
    for (const output of outputs)
      if (output.do === 'open') this.current = output.link
      else if (output.do === 'number') this.#seq = Math.max(this.#seq, output.seq)
    // Of one transport there is nothing to tell.
    return outputs.filter((output) => output.do !== 'rung' || !this.#alone)
  }

  feed(input: ClientInput<string>, at?: number): string[] {
    return words(this.raw(input, at))
  }

  /** Goes to each deadline on the way, and lets it pass; says when what came out. */
  until(end: number): [at: number, ...string[]][] {
    const told: [number, ...string[]][] = []
    for (let steps = 0; this.core.deadline <= end; steps++) {
      if (steps > 1_000) throw new Error(`a livelock at ${String(this.now)}`)
      const outputs = this.feed({ on: 'tick' }, Math.max(this.now, this.core.deadline))
      if (outputs.length) told.push([this.now, ...outputs])
    }
    this.now = end
    return told
  }

  /** Dials, if it has not. */
  open(): string[] {
    if (this.core.link.state.is === 'idle') this.feed({ on: 'connect' })
    return this.feed({ on: 'opened', link: this.current })
  }

  up(terms: Partial<Welcome> = {}): this {
    this.open()
    this.hear({ ...welcome, ...terms })
    return this
  }

  hear(...frames: ServerFrame[]): string[] {
    return this.feed({ on: 'frames', link: this.current, frames })
  }

  /** The link is cut, and the next one is dialled and open. Gives what is said on it first. */
  again(): string[] {
    this.feed({ on: 'ended', link: this.current, closing: cut })
    if (this.core.link.state.is === 'waiting') this.until(this.core.deadline)
    return this.open()
  }

  send({ bytes = 10, ch = 'room', key, expiresAt = Infinity }: Wish = {}): string[] {
    const seq = ++this.#seq
    const tag = `m${String(seq)}`
    return this.feed({ on: 'send', draft: { seq, ch, body: `"${tag}"`, bytes, key, expiresAt, tag } })
  }

  follow(ch = 'room', from: 'now' | 'oldest' | 'last' | number = 'now'): string[] {
    return this.feed({ on: 'subscribe', ch, from })
  }

  /** Follows `room` from offset 1 on, on a link that is up. */
  reading(): this {
    this.up()
    this.follow()
    this.hear(subscribed(1))
    return this
  }
}

export const subscribed = (next: number, lost?: [number, number], epoch = 'e1', ch = 'room'): ServerFrame =>
  lost ? { t: 'subscribed', ch, epoch, next, lost } : { t: 'subscribed', ch, epoch, next }

/** Entries of `room` by others, numbered from … to (included). */
export const messages = (from: number, to = from, ch = 'room'): ServerFrame[] =>
  Array.from({ length: to - from + 1 }, (_, n) => {
    const offset = from + n
    return { t: 'message', ch, offset, id: `ben:${String(offset)}`, from: '', time: 0, body: offset }
  })

export const words = (outputs: readonly ClientOutput<string>[]): string[] => outputs.map(word)

function word(output: ClientOutput<string>): string {
  switch (output.do) {
    case 'write':
      return `write ${output.frames.map(frameWord).join(' | ')}`
    case 'settled':
      return `${output.tag} ${output.error?.code ?? 'accepted'}`
    case 'sent':
      return `${output.tag} sent`
    case 'deliver':
      return `deliver ${output.ch} ${String(output.message.offset ?? output.message.id)}`
    case 'gap':
      return `gap ${output.ch} ${String(output.gap.from)}…${String(output.gap.to)}`
    case 'page':
      return `page ${String(output.id)} ${output.page instanceof Error ? output.page.code : 'ok'}`
    case 'receipt':
      return `${output.tag} ${output.receipt ? reachWord(output.receipt) : 'untold'}`
    case 'number':
      return `${output.tag ?? 'last'} number ${String(output.seq)}`
    case 'placed':
      return `${output.tag} at ${String(output.offset)}`
    case 'present':
      return `present ${output.ch} ${output.present.list.map(({ client }) => client).join()}`
    case 'unseen':
      return `unseen ${output.ch} ${output.error.code}`
    case 'fault':
      return ['fault', output.ch, (output.error as { code?: string }).code].filter(Boolean).join(' ')
    case 'status':
      return output.reason ? `${output.status}: ${output.reason}` : output.status
    case 'retry':
      return `retry ${String(output.delay)}`
    case 'open':
      return `open ${String(output.link)}${output.rung ? ` on ${String(output.rung)}` : ''}`
    case 'rung':
      return `rung ${String(output.rung)}`
    case 'limit':
      return `limit ${String(output.max)}`
    case 'drop':
    case 'ended':
      return `${output.do} ${String(output.closing.code)}`
  }
}

const reachWord = ({ count, of, by, gone }: Reach): string =>
  [`${String(count)}/${String(of)}`, by?.client, gone && 'gone'].filter(Boolean).join(' ')

function frameWord(frame: ClientFrame<Packed>): string {
  switch (frame.t) {
    case 'hello':
      return ['hello', frame.acked, frame.ticket].filter((part) => part !== undefined).join(' ')
    case 'send':
      return `send ${String(frame.seq)}${frame.after === undefined ? '' : ` after ${String(frame.after)}`}`
    case 'sub':
      return ['sub', frame.ch, frame.from, frame.epoch].filter((part) => part !== undefined).join(' ')
    case 'history':
      return `history ${String(frame.id)}`
    case 'received':
      return `received ${frame.ch} ${String(frame.offset)}`
    case 'unsub':
      return `unsub ${frame.ch}`
    case 'track':
      return `track ${String(frame.from)}`
    case 'watch':
    case 'unwatch':
      return `${frame.t} ${frame.ch}`
    case 'seen':
      return `seen ${frame.away ? 'away' : 'here'}`
    case 'ping':
    case 'pong':
      return `${frame.t} ${String(frame.id)}`
    case 'bye':
      return 'bye'
  }
}
