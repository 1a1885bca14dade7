import { EventEmitter } from 'node:events'

/** An answer travels in pieces, in their order. */
export type Piece =
  { is: 'head'; status: number; headers: Record<string, string> } | { is: 'text'; text: string } | { is: 'end' }

/** A request as its client made it. */
export interface Asking {
  method: string
  headers: Record<string, string>
  body: string
}

/** A request as the server sees it: Node's `IncomingMessage`, as far as the server reads it. */
export class Question extends EventEmitter {
  readonly method: string
  readonly url = '/'
  readonly headers: Record<string, string>
  destroyed = false
  /** Of an address that nobody knows. */
  readonly socket = {}

  constructor({ method, headers, body }: Asking) {
    super()
    this.method = method
    this.headers = headers
    this.on('newListener', (name) => {
      // Node's `queueMicrotask` makes a resource of each, and takes three times as long.
      if (name === 'data') void Promise.resolve().then(() => this.#flow(body))
    })
  }

  pause(): this {
    return this
  }

  resume(): this {
    return this
  }

  /** Whoever reads it has no more use for it. */
  destroy(): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.emit('close')
    return this
  }

  #flow(body: string): void {
    if (this.destroyed) return
    if (body) this.emit('data', Buffer.from(body))
    this.emit('end')
  }
}

/** Pieces of one answer: the longest stream here has far fewer. */
const MOST = 20_000

/** An answer as the server gives it: Node's `ServerResponse`, as far as the server uses it. */
export class Reply extends EventEmitter {
  headersSent = false
  destroyed = false
  writableFinished = false
  readonly #say: (piece: Piece) => void
  #pieces = 0

  constructor(say: (piece: Piece) => void) {
    super()
    this.#say = say
  }

  setHeader(): this {
    return this
  }

  writeHead(status: number, headers: Record<string, string> = {}): this {
    this.headersSent = true
    this.#say({ is: 'head', status, headers })
    return this
  }

  write(text: string): boolean {
    // Promises that follow one another at once would never let time go on.
    if (++this.#pieces > MOST) throw new Error('an answer without end')
    if (!this.destroyed) this.#say({ is: 'text', text })
    return true
  }

  end(text = ''): this {
    if (this.destroyed || this.writableFinished) return this
    if (text) this.write(text)
    this.writableFinished = true
    this.#say({ is: 'end' })
    this.emit('close')
    return this
  }

  /** The connection is gone. */
  destroy(): this {
    if (this.destroyed || this.writableFinished) return this
    this.destroyed = true
    this.emit('close')
    return this
  }
}

/** An answer as the client reads it: a `Response`, as far as the leaves use it. */
export class Received {
  readonly status: number
  readonly ok: boolean
  readonly redirected = false
  readonly url = ''
  readonly headers: { get: (name: string) => string | null }
  readonly body = { getReader: () => ({ read: () => this.#read() }) }
  readonly #parts: Uint8Array[] = []
  #end: { error: Error | undefined } | undefined
  #wake: (() => void) | undefined

  constructor({ status, headers }: Piece & { is: 'head' }) {
    this.status = status
    this.ok = status >= 200 && status < 300
    this.headers = { get: (name) => headers[name] ?? null }
  }

  push(part: Uint8Array): void {
    this.#parts.push(part)
    this.#wake?.()
  }

  /** Nothing follows; with an error, more should have. */
  end(error?: Error): void {
    this.#end ??= { error }
    this.#wake?.()
  }

  async text(): Promise<string> {
    const parts: Uint8Array[] = []
    for (;;) {
      const { done, value } = await this.#read()
      if (done) return Buffer.concat(parts).toString()
      if (value) parts.push(value)
    }
  }

  async #read(): Promise<{ done: boolean; value: Uint8Array | undefined }> {
    while (!this.#parts.length && !this.#end) await new Promise<void>((wake) => (this.#wake = wake))
    // What came before an error is lost with it, as on a connection that is reset.
    if (this.#end?.error) throw this.#end.error
    const value = this.#parts.shift()
    return { done: value === undefined, value }
  }
}
