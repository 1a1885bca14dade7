import { assertNever } from '../core/port.js'
import type { CallResult, LogFields, ServerInput, ServerOutput } from '../core/server/contract.js'
import type { Fate } from '../core/store.js'
import { Close } from '../wire/close.js'
import type { Packed, ServerFrame } from '../wire/frame.js'
import type { LinkInput, Transport } from './input.js'
import { Tally } from './tally.js'

type Observe = (call: string, result: 'ok' | 'failed', seconds: number) => void

/** Codes of refusals that are the server's own; a hook may say what it likes, and a label must not. */
const REFUSALS = new Set(['forbidden', 'not-encodable', 'too-big', 'inbox-full'])
const CLOSES = new Set<number>(Object.values(Close))

/** What the core hears and says, in numbers. It decides nothing, and no label names a channel, a user or a client. */
export class Metrics {
  readonly links = new Tally('websocket', 'stream', 'poll')
  readonly opened = new Tally('websocket', 'stream', 'poll')
  readonly closed = new Tally()
  readonly received = new Tally()
  readonly sent = new Tally()
  readonly receivedBytes = new Tally('websocket', 'stream', 'poll')
  readonly sentBytes = new Tally('websocket', 'stream', 'poll')
  readonly paced = new Tally('websocket', 'stream', 'poll')
  readonly malformed = new Tally('bad-frame', 'too-big')
  readonly faults = new Tally()
  readonly refused = new Tally(...REFUSALS, 'hook')
  readonly rejected = new Tally()
  readonly dismissed = new Tally()
  readonly calls = new Tally()
  accepted = 0
  duplicates = 0
  published = 0
  sessions = 0
  channels = 0
  readonly #open = new Map<number, { transport: Transport; hasSession: boolean; isDismissed: boolean }>()
  readonly #now: () => number
  readonly #observe: Observe

  /** @param now seconds. @param observe what a call took. */
  constructor(now: () => number, observe: Observe) {
    this.#now = now
    this.#observe = observe
  }

  /** Times a call of the core's or of the server's own. */
  async time<Result>(call: string, answer: Promise<Result>): Promise<Result> {
    const since = this.#now()
    this.calls.add(call)
    let result: 'ok' | 'failed' = 'failed'
    try {
      const value = await answer
      result = 'ok'
      return value
    } finally {
      this.calls.add(call, -1)
      this.#observe(call, result, this.#now() - since)
    }
  }

  input(input: ServerInput & LinkInput): void {
    switch (input.on) {
      case 'opened':
        this.#opened(input.link, input.transport ?? 'websocket')
        break
      case 'frames':
        for (const { t } of input.frames) this.received.add(t)
        this.#bytes(this.receivedBytes, input.link, input.bytes)
        break
      case 'broken':
        this.malformed.add(input.error.code)
        this.#bytes(this.receivedBytes, input.link, input.bytes)
        break
      case 'closed':
        this.#closed(input.link, input.code ?? Close.abnormal)
        break
      case 'done':
        this.#appended(input.result)
        break
      case 'tick':
      case 'failed':
      case 'changed':
      case 'drain':
        break
      default:
        assertNever(input)
    }
  }

  output(output: ServerOutput): void {
    switch (output.do) {
      case 'write':
        for (const frame of output.frames) this.#said(output.link, frame)
        break
      case 'close':
        if (this.#open.get(output.link)?.isDismissed) this.dismissed.add(String(output.code))
        this.#closed(output.link, output.code)
        break
      case 'log':
        this.#logged(output.event, output.fields)
        break
      case 'follow':
        this.channels += output.wanted ? 1 : -1
        break
      case 'call':
      case 'drained':
        break
      default:
        assertNever(output)
    }
  }

  /** Packets that left. */
  wrote(transport: Transport, bytes: number): void {
    this.sentBytes.add(transport, bytes)
  }

  #opened(link: number, transport: Transport): void {
    this.#open.set(link, { transport, hasSession: false, isDismissed: false })
    this.links.add(transport)
    this.opened.add(transport)
  }

  /** The first news of the end counts. */
  #closed(link: number, code: number): void {
    const open = this.#open.get(link)
    if (!open) return
    this.#open.delete(link)
    this.links.add(open.transport, -1)
    if (open.hasSession) this.sessions--
    this.closed.add(CLOSES.has(code) ? String(code) : 'other')
  }

  #bytes(tally: Tally, link: number, bytes = 0): void {
    const open = this.#open.get(link)
    if (open) tally.add(open.transport, bytes)
  }

  #said(link: number, frame: ServerFrame<Packed>): void {
    this.sent.add(frame.t)
    if (frame.t === 'refused') this.refused.add(REFUSALS.has(frame.code) ? frame.code : 'hook')
    const open = this.#open.get(link)
    if (!open) return
    if (frame.t === 'retry') open.isDismissed = true
    if (frame.t === 'welcome' && !open.hasSession) {
      open.hasSession = true
      this.sessions++
    }
  }

  /** Of the store's answers only that to `append` is `done`. */
  #appended(result: CallResult): void {
    const { is: what, fates = [] } = Object(result) as { is?: unknown; fates?: readonly Fate[] }
    if (what !== 'done') return
    for (const { is } of fates) {
      if (is === 'stored') this.accepted++
      else if (is === 'duplicate') this.duplicates++
    }
  }

  #logged(event: string, { code, count }: LogFields): void {
    if (event === 'fault') this.faults.add(String(code))
    else if (event === 'repeated') this.duplicates += Number(count)
  }
}
