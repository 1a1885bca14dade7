import { Close, type Closing, verdict } from '../wire/close.js'
import { ConnectionError } from '../wire/errors.js'
import type { ClientFrame, Hello, Packed, ServerFrame, Subscribe, Welcome } from '../wire/frame.js'
import { PROTOCOL_VERSION } from '../wire/frame.js'
import { Link, type LinkInput, type LinkOptions, type LinkOutput } from './link.js'
import { type Draft, Outbox, type OutboxOptions, type Settled } from './outbox.js'
import { assertNever, type Machine } from './port.js'
import { Reader, type ReaderOutput } from './reader.js'
import { Rtt } from './rtt.js'
import { type Status, statusOf } from './status.js'

export interface ClientOptions {
  link: Omit<LinkOptions, 'isFatal' | 'rtt' | 'closeTimeout'>
  outbox: OutboxOptions
  /** The public name of this client, and the secret that proves it. */
  id: string
  key: string
}

export type ClientInput<Tag> =
  | Exclude<LinkInput, { on: 'welcomed' | 'heard' }>
  | { on: 'frames'; link: number; frames: ServerFrame[] }
  /** The other side sent what is no frame. */
  | { on: 'broken'; link: number; error: Error }
  | { on: 'send'; draft: Draft<Tag> }
  | { on: 'subscribe'; ch: string; from: Subscribe['from'] }
  | { on: 'unsubscribe'; ch: string }
  | { on: 'history'; id: number; ch: string; from: number; limit: number }

export type ClientOutput<Tag> =
  | Exclude<LinkOutput, { do: 'ping' | 'hangup' }>
  | ReaderOutput
  | Settled<Tag>
  | { do: 'write'; link: number; frames: ClientFrame<Packed>[] }
  /** The server's limit of a packet, bytes. */
  | { do: 'limit'; link: number; max: number }
  | { do: 'status'; status: Status; reason: string }
  | { do: 'sent'; tag: Tag }

/** Before the welcome nothing is known of the server; any takes a packet of 64 KiB. */
const FIRST_FLIGHT = 32_768
/** Room in a packet for what surrounds a body, bytes. */
const ENVELOPE = 1_024

/** The client's decisions: what to say to the server and to the app, and when. */
export class Client<Tag> implements Machine<ClientInput<Tag>, ClientOutput<Tag>> {
  readonly rtt = new Rtt()
  readonly link: Link
  readonly outbox: Outbox<Tag>
  readonly reader = new Reader()
  readonly #options: ClientOptions
  #ticket: string | undefined
  /** Welcomed once: the server may have what was sent, and a link lost is a reconnect. */
  #known = false
  /** A new token was asked for since the last welcome. */
  #renewed = false
  #pings = 0
  #retry: { after: number; spread: number } | undefined
  #reason = ''
  #said = ''

  constructor(options: ClientOptions) {
    this.#options = options
    this.outbox = new Outbox(options.outbox, this.rtt)
    this.link = new Link({
      ...options.link,
      rtt: this.rtt,
      closeTimeout: 0,
      isFatal: (closing) => this.#isFatal(closing),
    })
  }

  get status(): Status {
    return statusOf(this.link.state, this.#known)
  }

  get deadline(): number {
    const { link, outbox, reader } = this
    const always = Math.min(link.deadline, outbox.expiresAt)
    return link.state.is === 'up' ? Math.min(always, outbox.overdueAt, reader.ackAt, reader.askAt) : always
  }

  handle(input: ClientInput<Tag>, now: number): ClientOutput<Tag>[] {
    const outputs = this.#decide(input, now)
    const { status } = this
    const said = `${status} ${this.#reason}`
    if (said === this.#said) return outputs
    this.#said = said
    return [...outputs, { do: 'status', status, reason: this.#reason }]
  }

  #decide(input: ClientInput<Tag>, now: number): ClientOutput<Tag>[] {
    switch (input.on) {
      case 'send':
        return [...this.outbox.push(input.draft), ...this.#forward(now)]
      case 'subscribe':
        this.reader.subscribe(input.ch, input.from)
        return this.#flush(now)
      case 'unsubscribe':
        return this.#write(this.reader.unsubscribe(input.ch))
      case 'history':
        this.reader.history(input.id, input.ch, input.from, input.limit)
        return this.#forward(now)
      case 'opened':
        return this.#opened(input.link, now)
      case 'frames':
        return this.#isCurrent(input.link) ? this.#frames(input.link, input.frames, now) : []
      case 'broken':
        if (!this.#isCurrent(input.link)) return []
        return this.#give(input.link, { code: Close.badFrame, reason: input.error.message, error: input.error }, now)
      case 'ended':
        return this.#isCurrent(input.link) ? this.#ended(input.link, input.closing, now) : []
      case 'tick':
        return this.#tick(now)
      case 'close':
        return [...this.#write([...this.reader.received(), { t: 'bye' }]), ...this.#link(input, now)]
      default:
        return this.#link(input, now)
    }
  }

  #isCurrent(link: number): boolean {
    const { state } = this.link
    return 'link' in state && state.link === link
  }

  #link(input: LinkInput, now: number): ClientOutput<Tag>[] {
    return this.#follow(this.link.handle(input, now))
  }

  /** What the link decided is put into frames, and the ledgers are told when it is gone. */
  #follow(decided: LinkOutput[]): ClientOutput<Tag>[] {
    return decided.flatMap((output): ClientOutput<Tag>[] => {
      switch (output.do) {
        case 'ping':
          return this.#write([...this.reader.received(), { t: 'ping', id: ++this.#pings }])
        case 'drop':
        case 'retry':
        case 'ended':
          this.outbox.interrupt()
          this.reader.interrupt()
          this.#reason = output.closing.reason
          return output.do === 'ended' ? [...this.#settleAll(output.closing), output] : [output]
        case 'open':
          return [output]
        case 'hangup':
          return []
        default:
          return assertNever(output)
      }
    })
  }

  /** What comes after the end is settled at once: it will not be sent. */
  #forward(now: number): ClientOutput<Tag>[] {
    const { state } = this.link
    return state.is === 'closed' ? this.#settleAll(state.closing) : this.#flush(now)
  }

  #settleAll({ reason }: Closing): ClientOutput<Tag>[] {
    return [...this.outbox.close(`the client is closed: ${reason}`), ...this.reader.close()]
  }

  /** Hello, the questions and the first messages leave together. A session resumed waits to hear what the server has. */
  #opened(link: number, now: number): ClientOutput<Tag>[] {
    const outputs = this.#link({ on: 'opened', link }, now)
    if (!this.#isCurrent(link)) return outputs
    this.reader.resume()
    // Without a greeting (a codec of the user's) the link is up at once, and everything is sent anew.
    if (this.link.state.is === 'up') return [...outputs, ...this.#welcomed(now)]
    const { id, key } = this.#options
    const hello: Hello = { t: 'hello', v: PROTOCOL_VERSION, client: id, key, acked: this.outbox.acked }
    if (this.#ticket !== undefined) hello.ticket = this.#ticket
    const { frames, sent } = this.#known ? { frames: [], sent: [] } : this.outbox.pump(now, FIRST_FLIGHT)
    const questions = this.reader.questions(now, this.#patience)
    return [...outputs, { do: 'write', link, frames: [hello, ...questions, ...frames] }, ...sent.map(asSent)]
  }

  #frames(link: number, frames: ServerFrame[], now: number): ClientOutput<Tag>[] {
    const pong = frames.some((frame) => frame.t === 'pong' && frame.id === this.#pings)
    const outputs = this.#link({ on: 'heard', link, pong }, now)
    for (const frame of frames) {
      if (this.#isCurrent(link)) outputs.push(...this.#frame(link, frame, now))
    }
    return [...outputs, ...this.#flush(now)]
  }

  #frame(link: number, frame: ServerFrame, now: number): ClientOutput<Tag>[] {
    const { outbox, reader } = this
    switch (frame.t) {
      case 'welcome':
        return this.#welcome(link, frame, now)
      case 'accepted':
        return frame.only ? outbox.settle(frame.seq) : outbox.ack(frame.seq, now)
      case 'refused':
        return outbox.settle(frame.seq, { code: 'refused', reason: `${frame.code}: ${frame.reason}` })
      case 'message':
        return reader.message(frame, now)
      case 'subscribed':
        return reader.subscribed(frame, now)
      case 'denied':
        return reader.denied(frame)
      case 'page':
        return reader.page(frame)
      case 'ping':
        return this.#write([...reader.received(), { t: 'pong', id: frame.id }])
      case 'pong':
        reader.heads(frame.heads)
        return frame.got === undefined ? [] : outbox.ack(frame.got, now)
      case 'retry':
        this.#retry = frame
        return []
      case 'error':
        return [{ do: 'fault', error: new ConnectionError(frame.code, frame.reason) }]
      default:
        return assertNever(frame)
    }
  }

  #welcome(link: number, { v, idle, ticket, got, window, max }: Welcome, now: number): ClientOutput<Tag>[] {
    if (v !== PROTOCOL_VERSION)
      return this.#give(link, { code: Close.version, reason: `the server speaks version ${String(v)}` }, now)
    const outputs = this.#link({ on: 'welcomed', link, idle }, now)
    this.#ticket = ticket
    outputs.push({ do: 'limit', link, max }, ...this.outbox.ack(got, now))
    return [...outputs, ...this.outbox.agree(window, Math.max(0, max - ENVELOPE)), ...this.#welcomed(now)]
  }

  #welcomed(now: number): ClientOutput<Tag>[] {
    this.#known = true
    this.#renewed = false
    this.#retry = undefined
    this.#reason = ''
    return this.#flush(now)
  }

  #tick(now: number): ClientOutput<Tag>[] {
    const outputs = this.#link({ on: 'tick' }, now)
    outputs.push(...this.outbox.expire(now))
    if (this.link.state.is !== 'up') return outputs
    const overdue = this.outbox.retransmit(now)
    // Overdue on a link that is up: say it again, in case only the message was lost, and ask whether the link lives.
    if (overdue.length) outputs.push(...this.#write(overdue), ...this.#follow(this.link.probe(now)))
    if (now >= this.reader.ackAt) outputs.push(...this.#write(this.reader.received()))
    return [...outputs, ...this.#flush(now)]
  }

  #give(link: number, closing: Closing, now: number): ClientOutput<Tag>[] {
    return [{ do: 'drop', link, closing }, ...this.#ended(link, closing, now)]
  }

  #ended(link: number, closing: Closing, now: number): ClientOutput<Tag>[] {
    const faults: ClientOutput<Tag>[] = closing.error ? [{ do: 'fault', error: closing.error }] : []
    const retry = this.#retry
    this.#retry = undefined
    const told = retry ? { ...closing, retryAfter: retry.after + retry.spread * this.#options.link.random() } : closing
    return [...faults, ...this.#link({ on: 'ended', link, closing: told }, now)]
  }

  #isFatal({ code }: Closing): boolean {
    const said = verdict(code)
    const fatal = said === 'fatal' || (said === 'renew' && this.#renewed)
    this.#renewed ||= said === 'renew'
    return fatal
  }

  /** Sends what may leave now: acknowledgements, questions, and what the window lets out. */
  #flush(now: number): ClientOutput<Tag>[] {
    if (this.link.state.is !== 'up') return []
    const questions = this.reader.questions(now, this.#patience)
    const { frames, sent } = this.outbox.pump(now)
    if (!questions.length && !frames.length) return []
    return [...this.#write([...this.reader.received(), ...questions, ...frames]), ...sent.map(asSent)]
  }

  #write(frames: ClientFrame<Packed>[]): ClientOutput<Tag>[] {
    const { state } = this.link
    return state.is === 'up' && frames.length ? [{ do: 'write', link: state.link, frames }] : []
  }

  /** How long a question may go without an answer, ms. */
  get #patience(): number {
    return Math.max(1_000, 2 * this.rtt.rto)
  }
}

const asSent = <Tag>(tag: Tag): { do: 'sent'; tag: Tag } => ({ do: 'sent', tag })
