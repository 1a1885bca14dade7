import { Client as Core, type ClientInput, type ClientOutput } from '../core/client.js'
import { assertNever, type Tick } from '../core/port.js'
import type { Status } from '../core/status.js'
import { Emitter, type ListenOptions } from '../shell/emitter.js'
import { createEnv, type Env } from '../shell/env.js'
import { Links } from '../shell/links.js'
import { type Feed, run } from '../shell/run.js'
import { webSocket } from '../transports/websocket.js'
import { pack, sizeOf } from '../wire/body.js'
import { Close } from '../wire/close.js'
import { clientCodec, type Codec } from '../wire/codec.js'
import { MessageError } from '../wire/errors.js'
import type { ClientFrame, Packed, Page, ServerFrame } from '../wire/frame.js'
import { Channel, type ChannelHost, type From, type SendOptions } from './channel.js'
import { hear } from './hear.js'
import { Journal, type JournalEntry } from './journal.js'
import { OutgoingMessage } from './message.js'
import type { ClientEvents, ClientStats } from './events.js'
import { type CreateClientOptions, settle } from './options.js'
import { targetOf } from './target.js'

type Tag = OutgoingMessage

const unknownWord = (what: string, reason: string): string => (reason ? `${what}: ${reason}` : what)

/** A connection that heals itself, and channels over it. Made by {@link createClient}. */
export class Client implements ChannelHost {
  /** Random, public: the first half of every message id. */
  readonly id: string
  readonly #core: Core<Tag>
  readonly #env: Env
  readonly #links: Links<ClientFrame<Packed>, ServerFrame>
  readonly #feed: Feed<Exclude<ClientInput<Tag>, Tick>>
  readonly #codec: Codec
  readonly #events = new Emitter<ClientEvents>()
  readonly #channels = new Map<string, Channel<never>>()
  readonly #pages = new Map<number, { resolve: (page: Page) => void; reject: (error: Error) => void }>()
  readonly #journal = new Journal()
  readonly #ttl: number
  readonly #hear: () => () => void
  #mute: (() => void) | undefined
  #seq = 0
  #asked = 0
  #dials = 0
  #lostAt: number | undefined
  #recovery: number | undefined
  /** A Blob is being read: what comes after it waits, for order is kept. */
  #reading: Promise<void> | undefined

  constructor(options: CreateClientOptions) {
    const env = { ...createEnv(), ...options.env }
    const { codec = clientCodec, page = globalThis, network } = options
    const { ttl, ...core } = settle({ ...options, codec }, env)
    this.id = core.id
    this.#env = env
    this.#ttl = ttl
    this.#codec = codec
    this.#core = new Core(core)
    this.#feed = run(this.#core, env, (output) => {
      this.#perform(output)
    })
    this.#links = new Links({
      codec,
      transport: options.transport ?? webSocket(),
      target: () => targetOf(options, codec),
      defer: env.defer,
      feed: this.#feed,
    })
    this.#hear = () =>
      hear(network, page, (on) => {
        this.#feed({ on })
      })
    this.#mute = this.#hear()
    this.#feed({ on: 'connect' })
  }

  /** `connecting`, `online`, `reconnecting`, `offline` or `closed`. */
  get status(): Status {
    return this.#core.status
  }

  /** Listens; returns the way to stop. */
  on<Type extends keyof ClientEvents>(
    type: Type,
    listener: (event: ClientEvents[Type]) => void,
    options?: ListenOptions,
  ): () => void {
    return this.#events.on(type, listener, options)
  }

  /** The channel of this name, always the same object. */
  channel<Body = unknown>(name: string): Channel<Body> {
    const known = this.#channels.get(name) ?? new Channel<never>(this, name)
    this.#channels.set(name, known)
    return known as unknown as Channel<Body>
  }

  stats(): ClientStats {
    const { rtt, outbox, reader } = this.#core
    const { size: queued, inFlight, bytes, retransmits } = outbox
    const { duplicates, gaps } = reader
    const reconnects = Math.max(0, this.#dials - 1)
    return {
      rtt: rtt.srtt,
      rto: rtt.rto,
      queued,
      inFlight,
      bytes,
      retransmits,
      duplicates,
      gaps,
      reconnects,
      recovery: this.#recovery,
    }
  }

  /** What happened to the connection lately, oldest first. The last disconnect is among it, in words. */
  explain(): JournalEntry[] {
    return this.#journal.entries
  }

  /** Dials anew at once, whatever the link says of itself. Also after the end. */
  reconnect(): void {
    this.#mute ??= this.#hear()
    this.#feed({ on: 'reconnect', code: Close.normal, reason: 'the app asked for a new link' })
  }

  /** Ends it: every message not accepted fails, no timer, socket or listener is left. */
  close(): void {
    this.#mute?.()
    this.#mute = undefined
    this.#feed({ on: 'close', code: Close.normal, reason: 'closed by the app' })
  }

  /** @internal For channels. */
  send(ch: string, body: unknown, { ttl = this.#ttl, key }: SendOptions): OutgoingMessage {
    const message = new OutgoingMessage(this.id, ch)
    // What is no time is no time to live: one NaN in the ledger would stop every deadline.
    const expiresAt = this.#env.now() + (Math.max(0, ttl) || 0)
    if (this.#reading || (typeof Blob !== 'undefined' && body instanceof Blob)) {
      const read = async (): Promise<void> => {
        this.#push(message, body instanceof Blob ? await body.arrayBuffer() : body, expiresAt, key)
      }
      const reading = (this.#reading ?? Promise.resolve()).then(read).catch((cause: unknown) => {
        message.become('failed', new MessageError('not-encodable', 'the Blob could not be read', { cause }))
      })
      this.#reading = reading
      void reading.then(() => {
        if (this.#reading === reading) this.#reading = undefined
      })
    } else this.#push(message, body, expiresAt, key)
    return message
  }

  #push(tag: OutgoingMessage, value: unknown, expiresAt: number, key: string | undefined): void {
    const seq = ++this.#seq
    tag.number(seq)
    try {
      const body = pack(value)
      const ch = tag.channel
      this.#codec.check?.({ t: 'send', seq, ch, body })
      this.#feed({ on: 'send', draft: { seq, ch, body, bytes: sizeOf(body), key, expiresAt, tag } })
    } catch (error) {
      tag.become(
        'failed',
        error instanceof MessageError ? error : new MessageError('not-encodable', String(error), { cause: error }),
      )
    }
  }

  /** @internal For channels. */
  follow(ch: string, from: From | undefined): void {
    this.#feed(from === undefined ? { on: 'unsubscribe', ch } : { on: 'subscribe', ch, from })
  }

  /** @internal For channels. */
  history(ch: string, from: number, limit: number): Promise<Page> {
    return new Promise((resolve, reject) => {
      const id = ++this.#asked
      this.#pages.set(id, { resolve, reject })
      this.#feed({ on: 'history', id, ch, from, limit })
    })
  }

  #perform(output: ClientOutput<Tag>): void {
    switch (output.do) {
      case 'open':
        this.#dials++
        this.#links.open(output.link)
        return
      case 'write':
        this.#links.write(output.link, output.frames)
        return
      case 'limit':
        this.#links.limit(output.link, output.max)
        return
      case 'drop':
        this.#links.drop(output.link, output.closing)
        return
      case 'sent':
        output.tag.become('sent')
        return
      case 'settled':
        output.tag.become(output.error ? 'failed' : 'accepted', output.error)
        return
      case 'deliver':
        this.#channels.get(output.ch)?.deliver(output.message)
        return
      case 'page':
        this.#answer(output.id, output.page)
        return
      case 'ended':
        return
      default:
        this.#tell(output)
    }
  }

  #answer(id: number, page: Page | Error): void {
    const asked = this.#pages.get(id)
    this.#pages.delete(id)
    if (page instanceof Error) asked?.reject(page)
    else asked?.resolve(page)
  }

  /** What the app is to know, and the journal with it. */
  #tell(output: ClientOutput<Tag> & { do: 'status' | 'retry' | 'gap' | 'fault' }): void {
    switch (output.do) {
      case 'status':
        this.#clock(output.status)
        this.#journal.add(unknownWord(output.status, output.reason))
        this.#events.emit('status', output)
        return
      case 'retry': {
        const { attempt, delay, closing } = output
        const { reason } = closing
        const next = delay < Infinity ? `next try in ${Math.round(delay)} ms` : 'waiting for the network'
        this.#journal.add(`${reason}; ${next}`)
        this.#events.emit('retry', { attempt, delay, reason })
        return
      }
      case 'gap':
        this.#journal.add(`${output.ch}: offsets ${output.gap.from} to ${output.gap.to} are gone`)
        this.#channels.get(output.ch)?.tell('gap', output.gap)
        return
      case 'fault':
        this.#journal.add(String(output.error))
        if (output.ch === undefined) this.#events.emit('error', output.error)
        else this.#channels.get(output.ch)?.tell('error', output.error)
        return
      default:
        assertNever(output)
    }
  }

  /** From the loss to service again. */
  #clock(status: Status): void {
    const now = this.#env.now()
    if (status !== 'online') this.#lostAt ??= now
    else if (this.#lostAt !== undefined) {
      if (this.#dials > 1) this.#recovery = now - this.#lostAt
      this.#lostAt = undefined
    }
  }
}

/**
 * Connects, and stays connected until `close()`.
 * @throws OptionError for an option with a value it does not take.
 */
export function createClient(options: CreateClientOptions): Client {
  return new Client(options)
}
