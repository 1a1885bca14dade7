import { Emitter, type ListenOptions } from '../shell/emitter.js'
import type { Gap } from '../core/inbox.js'
import type { Status } from '../core/status.js'
import { need } from '../shell/options.js'
import { HoldfastError } from '../wire/errors.js'
import type { Message, Page } from '../wire/frame.js'
import { isNumber } from '../wire/shape.js'
import type { OutgoingMessage } from './message.js'

/**
 * Where a reader begins: with what comes `now`, with the `oldest` entry kept, where this device was `last` (the oldest
 * entry for a device that is new here), or at an offset.
 */
export type From = 'now' | 'oldest' | 'last' | number

export interface SendOptions {
  /** Given up after this long, ms. Default: the client's `outbox.ttl`. */
  ttl?: number
  /** The last value wins: it takes the place of a message of the same key that was never sent. */
  key?: string
}

export interface IncomingMessage<Body> {
  body: Body
  /** `<client id>:<seq>` of the sender. */
  id: string
  /** The sender's user id; '' when anonymous. */
  from: string
  /** Its place in the channel's log: 1, 2, 3 …; 0 with a server that has no offsets. */
  offset: number
  /** When the server took it, ms since 1970; 0 with a server that does not say. */
  time: number
  /** Sent by this client. */
  own: boolean
}

export interface ChannelEvents<Body> {
  message: IncomingMessage<Body>
  /**
   * Offsets `from` … `to` (excluded) will not come: the server no longer has them. With `reset` the log began anew,
   * and how much of the old one was missed is not known.
   */
  gap: Gap
  /** The server does not let this client read the channel. */
  error: Error
}

/** What a channel asks of its client. */
export interface ChannelHost {
  readonly id: string
  readonly status: Status
  on(type: 'status', listener: () => void): () => void
  send(channel: string, body: unknown, options: SendOptions): OutgoingMessage
  follow(channel: string, from: From | undefined): void
  history(channel: string, from: number, limit: number): Promise<Page>
}

/** Messages that an iterator holds for its reader; one that is slower than that is told so. */
const MAX_UNREAD = 10_000

/** A log on the server, and this client's place in it. */
export class Channel<Body = unknown> {
  readonly name: string
  readonly #host: ChannelHost
  readonly #events = new Emitter<ChannelEvents<Body>>()

  constructor(host: ChannelHost, name: string) {
    need(typeof name === 'string' && name !== '' && name.length < 256, 'name takes: string, 1 to 255 characters')
    this.#host = host
    this.name = name
  }

  /**
   * Sends a JSON value, or binary. Never throws for being offline: the message waits in the outbox. What cannot be
   * encoded makes this message fail, and no other.
   */
  send(body: Body, options: SendOptions = {}): OutgoingMessage {
    return this.#host.send(this.name, body, options)
  }

  /** Listens. The first to listen to `message` starts the reading; returns the way to stop listening. */
  on<Type extends keyof ChannelEvents<Body>>(
    type: Type,
    listener: (event: ChannelEvents<Body>[Type]) => void,
    options?: ListenOptions & { from?: From },
  ): () => void {
    const { from = 'now' } = options ?? {}
    need(
      ['now', 'oldest', 'last'].includes(from as string) || isNumber(from),
      `from takes: 'now', 'oldest', 'last' or whole number`,
    )
    const off = this.#events.on(type, listener, options)
    if (type === 'message') this.#host.follow(this.name, from)
    return off
  }

  /** Stops reading. Messages to send still leave. */
  leave(): void {
    this.#host.follow(this.name, undefined)
  }

  /**
   * A page of the log, at most 1,000 entries.
   * @param options `from`: the first offset wanted, default 1. `limit`: entries at most, default 100.
   * @throws OptionError for numbers that are none.
   * @throws ConnectionError where the server does not allow it, or the client is closed.
   */
  async history({ from = 1, limit = 100 } = {}): Promise<{
    entries: IncomingMessage<Body>[]
    oldest: number
    next: number
    epoch: string
  }> {
    need(isNumber(from) && isNumber(limit), 'history() takes: whole number')
    const { entries, oldest, next, epoch } = await this.#host.history(this.name, from, limit)
    return { entries: entries.map((entry) => this.#incoming(entry)), oldest, next, epoch }
  }

  /** The messages from now on, in order, until the client is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<IncomingMessage<Body>, void> {
    const unread: IncomingMessage<Body>[] = []
    let wake = (): void => undefined
    const off = this.on('message', (message) => {
      if (unread.length <= MAX_UNREAD) unread.push(message)
      wake()
    })
    const offStatus = this.#host.on('status', () => {
      wake()
    })
    try {
      for (;;) {
        for (let message; (message = unread.shift());) {
          if (unread.length >= MAX_UNREAD)
            throw new HoldfastError('overflow', `the reader is ${MAX_UNREAD} messages behind`)
          yield message
        }
        if (this.#host.status === 'closed') return
        await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      off()
      offStatus()
    }
  }

  /** @internal The client's word. */
  deliver(message: Message): void {
    this.#events.emit('message', this.#incoming(message))
  }

  /** @internal The client's word. */
  tell<Type extends 'gap' | 'error'>(type: Type, event: ChannelEvents<Body>[Type]): void {
    this.#events.emit(type, event)
  }

  #incoming({ body, id = '', from = '', offset = 0, time = 0 }: Partial<Message>): IncomingMessage<Body> {
    return { body: body as Body, id, from, offset, time, own: id.startsWith(`${this.#host.id}:`) }
  }
}
