import type { Redis } from 'ioredis'

/** One thing to listen to. */
export interface Topic {
  onText: (text: string) => void
  /** From now on it is heard: also after a time in which it was not. */
  onHeard?: () => void
}

/** Topics in one `SUBSCRIBE`. */
const AT_ONCE = 500

/** The connection that listens: Redis tells a topic to those who have subscribed to it. */
export class Ear {
  readonly #redis: Redis
  readonly #topics = new Map<string, Topic>()
  readonly #pulse: NodeJS.Timeout

  /** @param pulse how often it asks for a sign of life, ms: who only listens does not notice that nobody speaks. */
  constructor(redis: Redis, pulse: number) {
    this.#redis = redis
    // The line says what is wrong with this Redis.
    redis.on('error', () => undefined)
    redis.on('ready', () => this.#subscribe([...this.#topics.keys()]))
    redis.on('message', (name: string, text: string) => this.#topics.get(name)?.onText(text))
    this.#pulse = setInterval(() => this.#beat(), pulse)
    this.#pulse.unref()
  }

  connect(): Promise<void> {
    return this.#redis.connect()
  }

  listen(name: string, topic: Topic): void {
    this.#topics.set(name, topic)
    if (this.#redis.status === 'ready') this.#subscribe([name])
  }

  ignore(name: string): void {
    if (!this.#topics.delete(name) || this.#redis.status !== 'ready') return
    this.#redis.unsubscribe(name).catch(() => this.#anew())
  }

  close(): void {
    clearInterval(this.#pulse)
    this.#topics.clear()
    this.#redis.disconnect()
  }

  #subscribe(names: string[]): void {
    for (let start = 0; start < names.length; start += AT_ONCE) {
      const some = names.slice(start, start + AT_ONCE)
      this.#redis.subscribe(...some).then(
        () => some.forEach((name) => this.#topics.get(name)?.onHeard?.()),
        () => this.#anew(),
      )
    }
  }

  #beat(): void {
    if (this.#redis.status === 'ready') this.#redis.ping().catch(() => this.#anew())
  }

  /** What does not work on this connection may work on the next; one that is gone makes room for it by itself. */
  #anew(): void {
    if (this.#redis.status === 'ready') this.#redis.disconnect(true)
  }
}
