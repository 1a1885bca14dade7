import type { IncomingMessage } from 'node:http'
import type { Env } from '../../shell/env.js'

export interface BodiesOptions {
  /** The largest packet taken, bytes. */
  maxPacket: number
  /** What a body may take, besides the time that the slowest uplink needs for what has come of it, ms. */
  bodyTimeout: number
  env: Pick<Env, 'now' | 'timer'>
}

/** Bytes a second of the slowest uplink: clients reckon with it, too. */
const SLOWEST = 2_048

/** A text, or what is wrong with it: 400 no UTF-8, 408 too slow, 413 too large; or nothing, where it was cut off. */
export type Body = string | 400 | 408 | 413 | undefined

/** Bodies on their way in: each bounded in bytes and time, and of one link one at once. */
export class Bodies {
  readonly #limit: number
  readonly #options: BodiesOptions
  /** By link: what sends away the body that is under way. */
  readonly #under = new Map<string, () => void>()

  constructor(options: BodiesOptions) {
    this.#options = options
    this.#limit = options.maxPacket * 2 + 65_536
  }

  /** Links with a body under way. */
  get size(): number {
    return this.#under.size
  }

  /** @param link a client has one POST of it in flight, so whatever came before this one was given up. */
  async readOf(link: string, request: IncomingMessage): Promise<Body> {
    this.#under.get(link)?.()
    const sendAway = (): unknown => request.destroy()
    this.#under.set(link, sendAway)
    const body = await this.read(request)
    if (this.#under.get(link) === sendAway) this.#under.delete(link)
    return body
  }

  read(request: IncomingMessage): Promise<Body> {
    if (Number(request.headers['content-length'] ?? 0) > this.#limit) return Promise.resolve(413)
    return new Promise((resolve) => {
      const parts: Buffer[] = []
      let size = 0
      const onData = (part: Buffer): void => {
        size += part.length
        if (size > this.#limit) end(413)
        else parts.push(part)
      }
      const onEnd = (): void => end(toText(Buffer.concat(parts)))
      const onClose = (): void => end(undefined)
      const cancel = this.#time(
        () => size,
        () => end(408),
      )
      const end = (result: Body): void => {
        cancel()
        request.off('data', onData).off('end', onEnd).off('close', onClose).pause()
        resolve(result)
      }
      // The error of a cut connection is followed by its close.
      request.on('error', () => undefined)
      request.on('data', onData).on('end', onEnd).on('close', onClose)
      if (request.destroyed) end(undefined)
    })
  }

  /** What has come buys time for the rest. */
  #time(size: () => number, onLate: () => void): () => void {
    const { bodyTimeout, env } = this.#options
    const since = env.now()
    let cancel = (): void => undefined
    const wait = (): void => {
      const left = since + bodyTimeout + (size() / SLOWEST) * 1_000 - env.now()
      if (left <= 0) onLate()
      else cancel = env.timer(wait, left)
    }
    wait()
    return () => cancel()
  }
}

function toText(bytes: Buffer): string | 400 {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return 400
  }
}
