import type { IncomingMessage, RequestListener, Server as HttpServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { OptionError } from '../wire/errors.js'
import { admit, type Admission, isOriginAllowed } from './auth.js'
import { type Check, checkOptions, hasMethods } from './options.js'
import { answerPlain } from './plain.js'
import { refuse } from './refuse.js'
import type { Settings } from './settings.js'
import type { Sockets } from './sockets.js'

export interface AttachOptions {
  /** The path of the upgrade, exactly. Default '/'. */
  path?: string
}

const isServer = hasMethods('an HTTP server', 'on', 'off', 'listeners', 'listenerCount', 'removeAllListeners')

const isPath: Check = ["a string that begins with '/'", (value) => typeof value === 'string' && value.startsWith('/')]

/** Who comes in: origins, tokens, and what the others are told, before any handshake ends. */
export class Door {
  readonly #settings: Settings
  readonly #sockets: Sockets
  readonly #leaves: (() => void)[] = []
  /** Seconds until it may open again; absent while it is open. */
  #closedFor: number | undefined

  constructor(settings: Settings, sockets: Sockets) {
    this.#settings = settings
    this.#sockets = sockets
  }

  attach(http: HttpServer, options: AttachOptions = {}): void {
    const [takes, test] = isServer
    if (!test(http)) throw new OptionError('bad-option', `attach takes ${takes}`)
    checkOptions(options, { path: isPath })
    const { path = '/' } = options
    const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
      if (pathOf(request) === path) void this.#upgrade(request, stream, head)
      // Somebody else may want it; nobody else is there to refuse it.
      else if (http.listenerCount('upgrade') === 1) refuse(stream, 404)
    }
    http.on('upgrade', onUpgrade)
    const leave = takeRequests(http, path, (request, response) => void this.#plain(request, response))
    this.#leaves.push(leave, () => http.off('upgrade', onUpgrade))
  }

  /** Nobody comes in any more. */
  close(seconds: number): void {
    this.#closedFor = seconds
  }

  /** Lets go of every HTTP server. */
  leave(): void {
    for (const leave of this.#leaves.splice(0)) leave()
  }

  async #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    // Until ws takes the stream over, its errors are ours: one without a listener ends the process.
    const ignore = (): void => undefined
    stream.on('error', ignore)
    const status = await this.#judge(request)
    if (typeof status === 'number') {
      this.#settings.log.info({ status }, 'upgrade refused')
      refuse(stream, status, this.#closedFor)
    } else if (!stream.destroyed) {
      stream.off('error', ignore)
      this.#sockets.accept(request, stream, head, status.user)
    }
  }

  async #judge(request: IncomingMessage): Promise<number | { user: string }> {
    if (this.#closedFor !== undefined) return 503
    if (!isOriginAllowed(request, this.#settings.allowedOrigins)) return 403
    const admission = await this.#admit(request)
    if (admission.is === 'refused') return admission.status
    // It may have been closed while the hook was thinking.
    return this.#isClosed() ? 503 : admission
  }

  #isClosed(): boolean {
    return this.#closedFor !== undefined
  }

  #plain(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return answerPlain(request, response, {
      allowedOrigins: this.#settings.allowedOrigins,
      retryAfter: () => this.#closedFor,
      admit: (one) => this.#admit(one),
    })
  }

  /** A hook that hangs must not hold the connection for ever. */
  async #admit(request: IncomingMessage): Promise<Admission> {
    const { authenticate, authenticateTimeout, env, log } = this.#settings
    let cancel = (): void => undefined
    const timeout = new Promise<Admission>((resolve) => {
      const error = new Error('authenticate took too long')
      cancel = env.timer(() => resolve({ is: 'refused', status: 503, error }), authenticateTimeout)
    })
    const admission = await Promise.race([admit(authenticate, request), timeout])
    cancel()
    if (admission.is === 'refused' && admission.error !== undefined)
      log.error({ err: admission.error }, 'authenticate failed')
    return admission
  }
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/'

/** Requests on the path are ours, all others go to the listeners there were; with none of those they are 404. */
function takeRequests(http: HttpServer, path: string, handle: RequestListener): () => void {
  const others = http.listeners('request') as RequestListener[]
  const listener: RequestListener = (request, response) => {
    if (pathOf(request) === path) handle(request, response)
    else if (others.length) for (const other of others) other.call(http, request, response)
    else if (http.listenerCount('request') === 1) response.writeHead(404).end()
  }
  http.removeAllListeners('request').on('request', listener)
  return () => {
    http.off('request', listener)
    for (const other of others) http.on('request', other)
  }
}
