import type { Reach } from '../core/receipts.js'
import { MessageError } from '../wire/errors.js'
import type { Recipient } from '../wire/frame.js'
import { Emitter, type ListenOptions } from '../shell/emitter.js'

/** In this order, but for `failed`, which may come from any but `delivered`; each may be left out. */
export type MessageState = 'queued' | 'sent' | 'accepted' | 'stored' | 'delivered' | 'failed'

const order: readonly MessageState[] = ['queued', 'sent', 'accepted', 'stored', 'delivered']

/** Who has a message, as far as the server has told. */
export interface Delivery {
  /** Recipients that have it. A recipient is a person, or a device of nobody known; the sender is none. */
  count: number
  /** Recipients that there are. */
  of: number
  /** The one that came last to have it. */
  by?: Recipient
}

interface MessageEvents {
  state: { state: MessageState; error?: MessageError }
  /** Somebody more has it, or is to have it. */
  receipt: Delivery
}

/** A promise made when it is first asked for: a hundred thousand messages in the queue need none. */
class Later<Value> {
  #promise: Promise<Value> | undefined
  #settle: (() => void) | undefined

  /** @param answer the value, the error, or undefined while neither is known. */
  get(answer: () => { value: Value } | { error: MessageError } | undefined): Promise<Value> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#settle = () => {
        const known = answer()
        if (!known) return
        if ('error' in known) reject(known.error)
        else resolve(known.value)
      }
      this.#settle()
    })
    return this.#promise
  }

  settle(): void {
    this.#settle?.()
  }
}

/** A message on its way. The server takes it or does not: `accepted` is settled once; then it is known who has it. */
export class OutgoingMessage {
  readonly channel: string
  /** Why it failed. */
  error: MessageError | undefined
  /** Its place in the channel's log: 1, 2, 3 …; undefined until the server has told it. */
  offset: number | undefined
  /** Who has it; undefined until the server has told. */
  receipt: Delivery | undefined
  #state: MessageState = 'queued'
  readonly #client: string
  #seq = 0
  /** Why nothing will be told of who has it. */
  #untold: MessageError | undefined
  #accepted: Later<this> | undefined
  #delivered: Later<Delivery> | undefined
  #events: Emitter<MessageEvents> | undefined

  constructor(client: string, channel: string) {
    this.#client = client
    this.channel = channel
  }

  /** `<client id>:<seq>`, the same that its receivers see; undefined while a `Blob` before it is still being read. */
  get id(): string | undefined {
    return this.#seq ? `${this.#client}:${this.#seq}` : undefined
  }

  /**
   * `queued` here, `sent` to the server at least once, `accepted` by it for good, `stored` for recipients of whom none
   * is there, `delivered` to one of them at least (`receipt` says how many); or `failed`, and `error` says why.
   */
  get state(): MessageState {
    return this.#state
  }

  /** Resolves when the server has the message for good. Rejects with a {@link MessageError}. */
  get accepted(): Promise<this> {
    this.#accepted ??= new Later()
    return this.#accepted.get(() => {
      const { error } = this
      if (error && error.code !== 'undelivered') return { error }
      return error || order.indexOf(this.#state) > 1 ? { value: this } : undefined
    })
  }

  /**
   * Resolves when the first recipient has it. Rejects with a {@link MessageError}: the message failed; it was deleted
   * before anybody had it (`undelivered`); or it is accepted and will not be told of (`untold`), since the client is
   * closed, a thousand newer messages are waited for, or the server tells nothing.
   */
  get delivered(): Promise<Delivery> {
    this.#delivered ??= new Later()
    return this.#delivered.get(() => {
      if (this.#state === 'delivered' && this.receipt) return { value: this.receipt }
      const error = this.error ?? this.#untold
      return error && { error }
    })
  }

  /** Listens to `state` or `receipt`; returns the way to stop. */
  on<Type extends keyof MessageEvents>(
    type: Type,
    listener: (event: MessageEvents[Type]) => void,
    options?: ListenOptions,
  ): () => void {
    this.#events ??= new Emitter()
    return this.#events.on(type, listener, options)
  }

  /** @internal The client's word on it. */
  number(seq: number): void {
    this.#seq = seq
  }

  /** @internal The client's word on it. No state goes back. */
  become(state: MessageState, error?: MessageError): void {
    if (order.indexOf(state) >= 0 && order.indexOf(state) <= order.indexOf(this.#state)) return
    this.#state = state
    this.error = error
    this.#settle()
    this.#events?.emit('state', error ? { state, error } : { state })
  }

  /** @internal The client's word on it; without a receipt none will come. */
  reach(receipt?: Reach): void {
    if (!receipt) {
      this.#untold ??= new MessageError('untold', 'nothing more will be told of who has it')
      this.#settle()
      return
    }
    const { gone, ...delivery } = receipt
    this.receipt = delivery
    if (gone) this.become('failed', new MessageError('undelivered', 'it was deleted before anybody had it'))
    else this.become(delivery.count ? 'delivered' : 'stored')
    this.#events?.emit('receipt', delivery)
  }

  #settle(): void {
    this.#accepted?.settle()
    this.#delivered?.settle()
  }
}
