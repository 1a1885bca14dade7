import type { Redis } from 'ioredis'
import { HoldfastError } from '../../../wire/errors.js'
import type { Reply } from './codec.js'
import type { Script } from './scripts.js'

type Argument = string | Buffer

/** A script on its way into Redis. */
export type Run = (script: Script, args: readonly Argument[]) => Promise<Reply>

/** The connection for calls. One that was made anew is looked at before any call goes over it. */
export class Line {
  readonly #redis: Redis
  readonly #look: (redis: Redis) => Promise<void>
  #open = false
  /** Why there is none. */
  #reason = 'not connected yet'
  #onLooked = (_error?: Error): void => undefined

  /** @param look rejects when this Redis cannot be used. */
  constructor(redis: Redis, look: (redis: Redis) => Promise<void>) {
    this.#redis = redis
    this.#look = look
    redis.on('error', ({ message }) => (this.#reason = message))
    redis.on('ready', () => void this.#begin())
    redis.on('close', () => (this.#open = false))
  }

  /** Resolves when the first connection is made, rejects when that fails. */
  async connect(): Promise<void> {
    const looked = new Promise<void>((resolve, reject) => {
      this.#onLooked = (error) => (error ? reject(error) : resolve())
    })
    looked.catch(() => undefined)
    try {
      await this.#redis.connect()
      await looked
    } catch (cause) {
      this.#redis.disconnect()
      throw this.#unreachable(cause)
    }
  }

  run: Run = async ({ sha }, args) => {
    if (!this.#writable) throw this.#unreachable()
    return (await this.#told(this.#redis.callBuffer('EVALSHA', sha, 0, ...args))) as Reply
  }

  /** Its errors tell of the whole command: of bodies and keys, which are nothing for a log. */
  async #told<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer
    } catch (error) {
      delete (Object(error) as { command?: unknown }).command
      throw error
    }
  }

  publish(topic: string, text: string): Promise<unknown> {
    return this.#writable ? this.#told(this.#redis.publish(topic, text)) : Promise.reject(this.#unreachable())
  }

  close(): void {
    this.#redis.disconnect()
  }

  /** One that is about to end takes nothing more. */
  get #writable(): boolean {
    return this.#open && this.#redis.stream.writable
  }

  async #begin(): Promise<void> {
    const { stream } = this.#redis
    try {
      await this.#look(this.#redis)
      // It may have ended meanwhile, and another one begun.
      if (stream !== this.#redis.stream || this.#redis.status !== 'ready') return
      this.#open = true
      this.#onLooked()
    } catch (error) {
      const failed = error instanceof Error ? error : new Error(String(error))
      this.#reason = failed.message
      this.#onLooked(failed)
      if (stream === this.#redis.stream && this.#redis.status === 'ready') this.#redis.disconnect(true)
    }
  }

  #unreachable(cause?: unknown): HoldfastError {
    return new HoldfastError('store-unreachable', `Redis cannot be used: ${this.#reason}`, { cause })
  }
}
