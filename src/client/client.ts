import { Client as Core, type ClientInput, type ClientOutput } from '../core/client.js'
import { type Tick } from '../core/port.js'
import type { Status } from '../core/status.js'
import { Emitter, type ListenOptions } from '../shell/emitter.js'
import { createEnv, type Env } from '../shell/env.js'
import { Links } from '../shell/links.js'
import { type Feed, run } from '../shell/run.js'
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
import { check, type ReadyOptions, settle } from './options.js'
import { Rungs } from './rungs.js'
import { targetOf } from './target.js'

type Tag = OutgoingMessage

/**
 * A connection that heals itself, and channels over it. {@link createClient} makes one that has all transports; made
 * by its constructor it has those that it is given, and a bundle has no others.
 */
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
  readonly #pages = new Map<number, (page: Page | Promise<never>) => void>()
  readonly #journal = new Journal()
  readonly #ttl: number
  readonly #options: ReadyOptions
  readonly #rungs: Rungs
  #mute: (() => void) | undefined
  #seq = 0
  #asked = 0
  #lostAt: number | undefined
  #recovery: number | undefined
  /** Blobs are read one after the other, and so many messages wait for it: order is kept. */
  #reading = Promise.resolve()
  #unread = 0

  /** What is done with each output of the core. What the app is to know, the journal has as well. */
  readonly #actions: { [Do in ClientOutput<Tag>['do']]: (output: ClientOutput<Tag> & { do: Do }) => void } = {
    open: ({ link, rung, fresh }) => {
      this.#links.open(link, rung, fresh)
    },
    rung: ({ rung, reason }) => {
      const before = this.#rungs.serving
      this.#rungs.serve(rung)
      const { serving: transport } = this.#rungs
      if (transport === undefined || transport === before) return
      this.#rungs.keep(this.#core.rtt.srtt)
      this.#journal.add(`over ${transport}${reason && `: ${reason}`}`)
      this.#events.emit('transport', { transport, reason })
    },
    write: ({ link, frames }) => {
      this.#links.write(link, frames)
    },
    limit: ({ link, max }) => {
      this.#links.limit(link, max)
    },
    drop: ({ link, closing }) => {
      this.#links.drop(link, closing)
    },
    ended: () => undefined,
    sent: ({ tag }) => {
      tag.become('sent')
    },
    settled: ({ tag, error }) => {
      tag.become(error ? 'failed' : 'accepted', error)
    },
    deliver: ({ ch, message }) => {
      this.#channels.get(ch)?.deliver(message)
    },
    page: ({ id, page }) => {
      this.#pages.get(id)?.(page instanceof Error ? Promise.reject(page) : page)
      this.#pages.delete(id)
    },
    status: (output) => {
      const { status, reason } = output
      this.#clock(status)
      this.#journal.add(reason ? `${status}: ${reason}` : status)
      this.#events.emit('status', output)
    },
    retry: ({ attempt, delay, closing: { reason } }) => {
      const next = delay < Infinity ? `next try in ${Math.round(delay)} ms` : 'waiting for the network'
      this.#rungs.keep(this.#core.rtt.srtt)
      this.#journal.add(`${reason}; ${next}`)
      this.#events.emit('retry', { attempt, delay, reason })
    },
    gap: ({ ch, gap }) => {
      this.#journal.add(`${ch}: offsets ${gap.from} to ${gap.to} are gone`)
      this.#channels.get(ch)?.tell('gap', gap)
    },
    fault: ({ ch, error }) => {
      this.#journal.add(String(error))
      if (ch === undefined) this.#events.emit('error', error)
      else this.#channels.get(ch)?.tell('error', error)
    },
  }

  constructor(options: ReadyOptions) {
    const settled = check(options)
    const env = { ...createEnv(), ...options.env }
    const { codec = clientCodec } = options
    const { ttl, ...core } = settle(settled, codec, env)
    this.id = core.id
    this.#options = options
    this.#env = env
    this.#ttl = ttl
    this.#codec = codec
    this.#rungs = new Rungs(options)
    this.#core = new Core({ ...core, ladder: this.#rungs.ladder })
    this.#feed = run(this.#core, env, (output) => {
      const act = this.#actions[output.do] as (output: ClientOutput<Tag>) => void
      act(output)
    })
    this.#links = new Links({
      codec,
      transports: this.#rungs.all,
      target: () => targetOf(options, codec),
      env,
      feed: this.#feed,
      report: (error) => {
        this.#actions.fault({ do: 'fault', error })
      },
    })
    this.#listen()
    this.#feed({ on: 'connect' })
  }

  /** `connecting`, `online`, `reconnecting`, `offline` or `closed`. */
  get status(): Status {
    return this.#core.status
  }

  /** The name of the transport that serves: `websocket`, `sse`, `long-poll` or `short-poll`; undefined while none does. */
  get transport(): string | undefined {
    return this.status === 'online' ? this.#rungs.serving : undefined
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
    // The name decides the type of body, and only the app knows how.
    return known as unknown as Channel<Body>
  }

  stats(): ClientStats {
    const { rtt, outbox, reader, link } = this.#core
    return {
      rtt: rtt.srtt,
      rto: rtt.rto,
      queued: outbox.size,
      inFlight: outbox.inFlight,
      bytes: outbox.bytes,
      retransmits: outbox.retransmits,
      duplicates: reader.duplicates,
      gaps: reader.gaps,
      reconnects: Math.max(0, link.dials - 1),
      recovery: this.#recovery,
    }
  }

  /** What happened to the connection lately, oldest first. The last disconnect is among it, in words. */
  explain(): JournalEntry[] {
    return this.#journal.entries
  }

  /** Dials anew at once, whatever the link says of itself. Also after the end. */
  reconnect(): void {
    this.#listen()
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
    if (this.#unread || (typeof Blob !== 'undefined' && body instanceof Blob)) {
      this.#unread++
      this.#reading = this.#reading
        .then(async () => {
          this.#push(message, body instanceof Blob ? await body.arrayBuffer() : body, expiresAt, key)
        })
        .catch((cause: unknown) => {
          message.become('failed', new MessageError('not-encodable', 'the Blob could not be read', { cause }))
        })
        .finally(() => this.#unread--)
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
      tag.become('failed', error as MessageError)
    }
  }

  /** @internal For channels. */
  follow(ch: string, from: From | undefined): void {
    this.#feed(from === undefined ? { on: 'unsubscribe', ch } : { on: 'subscribe', ch, from })
  }

  /** @internal For channels. */
  history(ch: string, from: number, limit: number): Promise<Page> {
    return new Promise((resolve) => {
      const id = ++this.#asked
      this.#pages.set(id, resolve)
      this.#feed({ on: 'history', id, ch, from, limit })
    })
  }

  #listen(): void {
    const { network, page = globalThis } = this.#options
    this.#mute ??= hear(network, page, (on) => {
      this.#feed({ on })
    })
  }

  /** From the loss to service again. */
  #clock(status: Status): void {
    const now = this.#env.now()
    if (status !== 'online') this.#lostAt ??= now
    else if (this.#lostAt !== undefined) {
      if (this.#core.link.dials > 1) this.#recovery = now - this.#lostAt
      this.#lostAt = undefined
    }
  }
}
