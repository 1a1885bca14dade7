import { Client as Core, type ClientInput, type ClientOutput } from '../core/client.js'
import type { Draft } from '../core/outbox.js'
import { type Tick } from '../core/port.js'
import type { Status } from '../core/status.js'
import { Emitter, type ListenOptions } from '../shell/emitter.js'
import { createEnv, type Env } from '../shell/env.js'
import { Links } from '../shell/links.js'
import { type Feed, run } from '../shell/run.js'
import { Close } from '../wire/close.js'
import { clientCodec } from '../wire/codec.js'
import type { ClientFrame, Packed, Page, ServerFrame } from '../wire/frame.js'
import { Channel, type ChannelHost, type From, type SendOptions } from './channel.js'
import { hear } from './hear.js'
import { Journal, type JournalEntry } from './journal.js'
import type { Keeper } from './keeper.js'
import type { OutgoingMessage } from './message.js'
import { Presence } from './presence.js'
import type { ClientEvents, ClientStats } from './events.js'
import { check, type ReadyOptions, settle } from './options.js'
import { Recovery } from './recovery.js'
import { Rungs } from './rungs.js'
import { targetOf } from './target.js'
import { Writer } from './writer.js'

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
  readonly #events = new Emitter<ClientEvents>()
  readonly #channels = new Map<string, Channel<never>>()
  readonly #presences = new Map<string, Presence>()
  readonly #pages = new Map<number, (page: Page | Promise<never>) => void>()
  readonly #journal = new Journal()
  readonly #writer: Writer
  readonly #keeper: Keeper | undefined
  readonly #options: ReadyOptions
  readonly #rungs: Rungs
  #mute: (() => void) | undefined
  #asked = 0
  readonly #recovery = new Recovery()

  readonly #report = (error: Error): void => {
    this.#actions.fault({ do: 'fault', error })
  }

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
      this.#rungs.keep(this.#core.ledgers.rtt.srtt)
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
    settled: ({ tag, error, tracked }) => {
      tag.become(error ? 'failed' : 'accepted', error)
      if (error) this.#keeper?.touch()
      if (!tracked) tag.reach()
    },
    number: ({ tag, seq }) => {
      tag?.number(seq)
      this.#writer.seq = Math.max(this.#writer.seq, seq)
    },
    placed: ({ tag, offset }) => {
      tag.offset = offset
    },
    receipt: ({ tag, receipt }) => {
      tag.reach(receipt)
    },
    present: ({ ch, present }) => {
      this.#presences.get(ch)?.tell(present)
    },
    unseen: ({ ch, error }) => {
      this.#presences.get(ch)?.fail(error)
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
      this.#recovery.hear(status, this.#env.now(), this.#core.link.dials)
      if (status === 'closed') this.#keeper?.end()
      this.#journal.add(reason ? `${status}: ${reason}` : status)
      this.#events.emit('status', output)
    },
    retry: ({ attempt, delay, closing: { reason } }) => {
      const next = delay < Infinity ? `next try in ${Math.round(delay)} ms` : 'waiting for the network'
      this.#rungs.keep(this.#core.ledgers.rtt.srtt)
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
    this.#keeper = options.session ? options.session.open() : undefined
    const { id, key } = this.#keeper?.name ?? core
    this.id = id
    this.#options = options
    this.#env = env
    this.#rungs = new Rungs(options)
    this.#core = new Core({ ...core, id, key, shared: this.#keeper !== undefined, ladder: this.#rungs.ladder })
    const perform = (output: ClientOutput<Tag>): void => {
      const act = this.#actions[output.do] as (output: ClientOutput<Tag>) => void
      act(output)
    }
    this.#feed = run(this.#core, env, perform, true)
    const push = (draft: Draft<Tag>): void => {
      this.#feed({ on: 'send', draft })
      this.#keeper?.touch()
    }
    this.#writer = new Writer({ id, codec, ttl, now: env.now, push })
    this.#links = new Links({
      codec,
      transports: this.#rungs.all,
      target: () => targetOf(options, codec),
      env,
      feed: this.#feed,
      report: this.#report,
    })
    this.#resume(key)
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

  /**
   * Who is in a channel, kept up to date: begins to watch, and goes on until `stop()`. The same object until then. The
   * server has to tell who is there (`welcome.receipts`), and to allow it (`error`).
   */
  presence(name: string): Presence {
    let presence = this.#presences.get(name)
    if (!presence) {
      presence = new Presence(this.channel(name).name, () => {
        if (this.#presences.delete(name)) this.#feed({ on: 'unwatch', ch: name })
      })
      this.#presences.set(name, presence)
      this.#feed({ on: 'watch', ch: name })
    }
    return presence
  }

  /** The messages not yet accepted, and those not yet with everybody; also what the page before this one has left. */
  get messages(): OutgoingMessage[] {
    const { items, tracked } = this.#core.ledgers.kept
    return [...tracked, ...items].map(({ tag }) => tag)
  }

  stats(): ClientStats {
    const { link, ledgers } = this.#core
    const { rtt, outbox, reader } = ledgers
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
      recovery: this.#recovery.took,
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
  send(ch: string, body: unknown, options: SendOptions): OutgoingMessage {
    return this.#writer.send(ch, body, options)
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

  /** Goes on where the page before this one was. */
  #resume(key: string): void {
    const [core, writer, feed, report] = [this.#core, this.#writer, this.#feed, this.#report]
    const { id, now, timer } = this.#env
    this.#keeper?.begin({ id: this.id, key, page: id(), now, timer, core, writer, feed, report })
  }

  #listen(): void {
    const { network, page = globalThis } = this.#options
    this.#mute ??= hear(network, page, (input) => {
      if (this.#keeper?.hear(input) !== false) this.#feed(input)
    })
  }
}
