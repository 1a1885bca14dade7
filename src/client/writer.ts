import type { Draft } from '../core/outbox.js'
import { pack, sizeOf } from '../wire/body.js'
import type { Codec } from '../wire/codec.js'
import { MessageError } from '../wire/errors.js'
import type { SendOptions } from './channel.js'
import { OutgoingMessage } from './message.js'

interface WriterOptions {
  /** The client's id. */
  id: string
  codec: Codec
  /** Time to live of a message that names none, ms. */
  ttl: number
  now: () => number
  push: (draft: Draft<OutgoingMessage>) => void
}

/** Makes messages of what the app sends, and numbers them in that order. */
export class Writer {
  /** The last number given. */
  seq = 0
  readonly #options: WriterOptions
  /** Blobs are read one after the other, and so many messages wait for it: order is kept. */
  #reading = Promise.resolve()
  #unread = 0

  constructor(options: WriterOptions) {
    this.#options = options
  }

  send(ch: string, body: unknown, { ttl = this.#options.ttl, key }: SendOptions): OutgoingMessage {
    const message = new OutgoingMessage(this.#options.id, ch)
    // What is no time is no time to live: one NaN in the ledger would stop every deadline.
    const expiresAt = this.#options.now() + (Math.max(0, ttl) || 0)
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
    const seq = ++this.seq
    tag.number(seq)
    try {
      const body = pack(value)
      const ch = tag.channel
      this.#options.codec.check?.({ t: 'send', seq, ch, body })
      this.#options.push({ seq, ch, body, bytes: sizeOf(body), key, expiresAt, tag })
    } catch (error) {
      tag.become('failed', error as MessageError)
    }
  }
}
