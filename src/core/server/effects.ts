import type { Noted, Packed, ServerFrame } from '../../wire/frame.js'
import type {
  AskOf,
  CallName,
  CallRequest,
  CallResult,
  LogFields,
  LogLevel,
  ResultOf,
  ServerOutput,
} from './contract.js'
import { Notes } from './notes.js'

/** What came of a call: its result, or nothing. */
export type Answer<Result> = { is: 'known'; result: Result } | { is: 'failed' }

interface Call {
  name: CallName
  at: number
  /** Whose doing it is: a link, or 0, nobody's. */
  link: number
  then: (answer: Answer<CallResult>) => void
}

/** What the machine wants done, gathered while it handles one input; and the questions it waits for. */
export class Effects {
  /** The time of the input now handled. */
  now = 0
  /** Whose input is now handled: a link's, or 0, nobody's. */
  #link = 0
  #frames = new Map<number, ServerFrame<Packed>[]>()
  readonly #notes = new Notes()
  #others: ServerOutput[] = []
  #ops = 0
  readonly #calls = new Map<number, Call>()
  /** Calls under way by link. */
  readonly #under = new Map<number, number>()
  /** What does not answer at present: each outage is logged once. */
  readonly #outages = new Set<Outage>()

  /** Calls under way. */
  get pending(): number {
    return this.#calls.size
  }

  /** Calls under way that this link has caused, by itself or by what it had asked before. */
  under(link: number): number {
    return this.#under.get(link) ?? 0
  }

  begin(now: number, link: number): void {
    this.now = now
    this.#link = link
  }

  /** Frames for one link leave together. */
  write(link: number, frame: ServerFrame<Packed>): void {
    const frames = this.#frames.get(link)
    if (frames) frames.push(frame)
    else this.#frames.set(link, [frame])
  }

  /** Not at once: with the next frames of this link, or after a while. */
  note(link: number, frame: Noted): void {
    this.#notes.add(link, frame, this.now)
  }

  /** When to `tick`. */
  get deadline(): number {
    return this.#notes.deadline
  }

  tick(now: number): void {
    // A packet for each: `take` puts in what waits.
    for (const link of this.#notes.due(now)) this.#frames.set(link, this.#frames.get(link) ?? [])
  }

  /** Nothing is written to this link any more, but for what is gathered. */
  forget(link: number): void {
    this.#notes.take(link)
  }

  close(link: number, code: number, reason: string): void {
    this.#others.push({ do: 'close', link, code, reason })
  }

  log(level: LogLevel, event: string, fields: LogFields): void {
    this.#others.push({ do: 'log', level, event, fields })
  }

  follow(ch: string, wanted: boolean): void {
    this.#others.push({ do: 'follow', ch, wanted })
  }

  drained(): void {
    this.#others.push({ do: 'drained' })
  }

  call<Name extends CallName>(call: Name, ask: AskOf<Name>, then: (answer: Answer<ResultOf<Name>>) => void): void {
    const op = ++this.#ops
    // The op number is what ties a result to its call, and so to its type: these are the only casts.
    this.#calls.set(op, { name: call, at: this.now, link: this.#link, then: then as Call['then'] })
    if (this.#link) this.#under.set(this.#link, this.under(this.#link) + 1)
    this.#others.push({ do: 'call', op, request: { call, ask } as CallRequest })
  }

  done(op: number, result: CallResult): void {
    const call = this.#end(op)
    if (!call) return
    const outage = outageOf(call)
    if (this.#outages.delete(outage)) this.log('info', 'recovered', { what: outage })
    call.then({ is: 'known', result })
  }

  failed(op: number, error: unknown): void {
    const call = this.#end(op)
    if (!call) return
    const outage = outageOf(call)
    if (!this.#outages.has(outage)) {
      this.#outages.add(outage)
      const err = error instanceof Error ? error : new Error(String(error))
      this.log('error', 'failing', { what: outage, call: call.name, err })
    }
    call.then({ is: 'failed' })
  }

  /** Fails what was asked at or before `since`; a later answer is ignored. */
  expire(since: number): void {
    for (const [op, { at }] of this.#calls) {
      if (at > since) break
      this.failed(op, new Error('no answer within the call timeout'))
    }
  }

  /** Everything gathered: frames first, for a close ends what can be written. */
  take(): ServerOutput[] {
    const outputs: ServerOutput[] = []
    for (const [link, frames] of this.#frames)
      outputs.push({ do: 'write', link, frames: [...frames, ...this.#notes.take(link)] })
    outputs.push(...this.#others)
    this.#frames = new Map()
    this.#others = []
    return outputs
  }

  #end(op: number): Call | undefined {
    const call = this.#calls.get(op)
    this.#calls.delete(op)
    if (!call) return undefined
    // What follows from the answer is the doing of whoever asked.
    const { link } = call
    this.#link = link
    if (this.under(link) > 1) this.#under.set(link, this.under(link) - 1)
    else this.#under.delete(link)
    return call
  }
}

type Outage = 'store' | 'authorize' | 'review'

const outageOf = ({ name }: Call): Outage => (name === 'authorize' || name === 'review' ? name : 'store')
