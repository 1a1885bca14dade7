import type { IncomingMessage, RequestListener, Server as HttpServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { OptionError } from '../wire/errors.js'
import type { Gate } from './gate.js'
import { end } from './http/answer.js'
import { Pending } from './http/pending.js'
import type { Rungs } from './http/rungs.js'
import { type Check, checkOptions, hasMethods } from './options.js'
import { refuse } from './refuse.js'
import type { Settings } from './settings.js'
import type { Sockets } from './sockets.js'

export interface AttachOptions {
  /** The path of upgrades and requests, exactly. Default '/'. */
  path?: string
}

const isServer = hasMethods('an HTTP server', 'on', 'off', 'listeners', 'listenerCount', 'removeAllListeners')

const isPath: Check = ["a string that begins with '/'", (value) => typeof value === 'string' && value.startsWith('/')]

/** How long answers under way may take when the server leaves, ms. */
const PATIENCE = 3_000

/** Where upgrades and requests come in. */
export class Door {
  readonly #settings: Settings
  readonly #gate: Gate
  readonly #sockets: Sockets
  readonly #rungs: Rungs
  readonly #pending: Pending
  readonly #leaves: (() => void)[] = []

  constructor(settings: Settings, gate: Gate, sockets: Sockets, rungs: Rungs) {
    this.#settings = settings
    this.#gate = gate
    this.#sockets = sockets
    this.#rungs = rungs
    this.#pending = new Pending(settings.env)
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
    const leave = takeRequests(http, path, (request, response) => void this.#request(request, response))
    this.#leaves.push(leave, () => http.off('upgrade', onUpgrade))
  }

  /** Lets go of every HTTP server, when all that was asked is answered. */
  async leave(): Promise<void> {
    await this.#pending.empty(PATIENCE)
    for (const leave of this.#leaves.splice(0)) leave()
  }

  async #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    // Until ws takes the stream over, its errors are ours: one without a listener ends the process.
    const ignore = (): void => undefined
    stream.on('error', ignore)
    const who = await this.#gate.judge(request)
    if (typeof who === 'number') {
      this.#gate.refused('upgrade', who)
      refuse(stream, who, this.#gate.closedFor)
    } else if (stream.destroyed) who.seat.leave()
    else {
      stream.off('error', ignore).once('close', who.seat.leave)
      this.#sockets.accept(request, stream, head, who.user)
    }
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#pending.add(response)
    // A connection that breaks is reported by its close.
    response.on('error', () => undefined)
    try {
      await this.#rungs.answer(request, response)
    } catch (err) {
      this.#settings.log.error({ err }, 'request failed')
      if (response.headersSent) response.destroy()
      else end(response, 500)
    }
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
