import type { Server as HttpServer } from 'node:http'
import type { AttachOptions } from './door.js'
import type { ReadOptions, ServerPage } from './owner.js'
import type { Published, PublishOptions } from './publish.js'

export interface CloseOptions {
  /** Clients stay away so long, ms. Default 1,000. */
  after?: number
  /** The last client is sent away so much later than the first, and their return is spread as widely, ms. Default 4,000. */
  spread?: number
}

/** A running server: what `createServer` gives. */
export interface HoldfastServer {
  /** Takes upgrades and requests on a path of an HTTP server. Returns the server itself. Throws `OptionError`. */
  attach(httpServer: HttpServer, options?: AttachOptions): HoldfastServer
  /**
   * Tells all clients to come back later, closes their links over `spread` ms, and resolves when the last one is gone
   * and everything taken is stored. The HTTP server stays as it is, a store passed in stays open.
   */
  close(options?: CloseOptions): Promise<void>
  /**
   * Sends a message of the server's own to a channel: neither `authorize` nor `onMessage` is asked. Resolves when it is in the log.
   * A store that fails is asked again for `callTimeout`; then it rejects with a `MessageError`: `expired` (it is not stored) or
   * `in-doubt` (it may be). Other codes: `not-encodable`, `too-big`, `queue-full`, `refused` (a full inbox), `closed`.
   * Messages to a channel stand in the order of the calls. Rejects with `OptionError` for what it does not take.
   */
  publish(channel: string, body: unknown, options?: PublishOptions): Promise<Published>
  /** Reads a channel's log. Rejects with `HoldfastError`: `unavailable` when the store fails; `OptionError`. */
  read(channel: string, options?: ReadOptions): Promise<ServerPage>
  /** What this server has done and does, as text that Prometheus reads (format 0.0.4). No label names a channel or a user. */
  metrics(): Promise<string>
  /** Links open now. */
  readonly links: number
}
