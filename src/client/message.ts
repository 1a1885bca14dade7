import type { MessageError } from '../wire/errors.js'
import { Emitter, type ListenOptions } from '../shell/emitter.js'

export type MessageState = 'queued' | 'sent' | 'accepted' | 'failed'

interface MessageEvents {
  state: { state: MessageState; error?: MessageError }
}

/** A message on its way. It ends as `accepted` or as `failed`: once, and never both. */
export class OutgoingMessage {
  readonly channel: string
  /** Why it failed. */
  error: MessageError | undefined
  #state: MessageState = 'queued'
  readonly #client: string
  #seq = 0
  /** Made when first asked for: a hundred thousand messages in the queue need no promises. */
  #promise: Promise<this> | undefined
  #settle: (() => void) | undefined
  #events: Emitter<MessageEvents> | undefined

  constructor(client: string, channel: string) {
    this.#client = client
    this.channel = channel
  }

  /** `<client id>:<seq>`, the same that its receivers see; undefined while a `Blob` before it is still being read. */
  get id(): string | undefined {
    return this.#seq ? `${this.#client}:${this.#seq}` : undefined
  }

  /** `queued` here, `sent` to the server at least once, `accepted` by it for good; or `failed`, and `error` says why. */
  get state(): MessageState {
    return this.#state
  }

  /** Resolves when the server has the message for good. Rejects with a {@link MessageError}. */
  get accepted(): Promise<this> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.#state === 'accepted') resolve(this)
        else if (this.error) reject(this.error)
      }
      this.#settle()
    })
    return this.#promise
  }

  /** Listens to `state`; returns the way to stop. */
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

  /** @internal The client's word on it. */
  become(state: MessageState, error?: MessageError): void {
    this.#state = state
    this.error = error
    this.#settle?.()
    this.#events?.emit('state', error ? { state, error } : { state })
  }
}
