// The box in the way that looks at HTTP, as proxies of hotels and offices do: it carries a request and its answer, and
// by its settings keeps event streams to itself or cuts what takes long.
import { request as ask } from 'node:http'
import { delay } from './latency.mjs'
import { LineFilter } from './line-filter.mjs'

/** What can be done to what. WebSockets are not HTTP for long: those are the fault proxy's. */
export const BOX = {
  websocket: ['pass', 'refuse', 'hang'],
  streams: ['pass', 'keep'],
  requests: ['pass', 'cut', 'cut-soon'],
}
export const OPEN_BOX = { websocket: 'pass', streams: 'pass', requests: 'pass' }

/** How long a request may take, ms. */
const LIMITS = { cut: 3_000, 'cut-soon': 400 }

/** One request and its answer. While it is `silent`, nothing of it gets through. */
export class Exchange {
  #request
  #response
  #peer
  #upstream
  #link
  #since = performance.now()
  #timer
  #silent = false
  /** What of a stream is kept back. */
  #kept = ''
  #filter

  /** @param peer the person's network; `port` is the server's */
  constructor(request, response, peer, port) {
    this.#request = request
    this.#response = response
    this.#peer = peer
    const ticket = /^Bearer holdfast\.link\.(\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (ticket) this.#belong(peer.http.of(ticket))
    this.#filter = new LineFilter({ lose: (kind) => peer.loseAck(kind), control: (said) => this.#hear(said) })
    peer.exchanges.add(this)
    response.once('close', () => this.#over())
    response.on('error', () => response.destroy())
    request.on('error', () => response.destroy())
    this.obey()
    // What nobody reads is thrown away, so that its end is seen.
    if (this.silent) request.resume()
    else this.#carry(port)
  }

  get silent() {
    return this.#silent || Boolean(this.#link?.silent)
  }

  get isStream() {
    return /text\/event-stream/.test(this.#request.headers.accept ?? '')
  }

  silence() {
    this.#silent = true
  }

  /** Both sides see the connection end. */
  cut() {
    this.#response.destroy()
  }

  /** Looks at the settings: at the start, and when they change. */
  obey() {
    const { streams, requests } = this.#peer.box
    clearTimeout(this.#timer)
    const limit = LIMITS[requests]
    if (limit) this.#timer = setTimeout(() => this.#expire(), this.#since + limit - performance.now())
    if (streams === 'pass') this.#release()
  }

  #carry(port) {
    const { method, url, headers } = this.#request
    const up = delay()
    const down = delay()
    const { connection: _, ...rest } = headers
    const upstream = ask({ host: '127.0.0.1', port, method, path: url, headers: rest, agent: false })
    this.#upstream = upstream
    const ifHeard = (act) => () => this.silent || this.#response.destroyed || act()
    const broken = () => down(ifHeard(() => this.cut()))
    this.#request.on('data', (chunk) => up(ifHeard(() => upstream.write(chunk))))
    this.#request.on('end', () => up(ifHeard(() => upstream.end())))
    upstream.on('error', broken)
    upstream.on('response', (answer) => {
      down(ifHeard(() => this.#head(answer)))
      answer.on('data', (chunk) => down(ifHeard(() => this.#pass(this.#filter.pass(chunk), answer))))
      answer.once('end', () => down(ifHeard(() => this.#finish())))
      answer.once('error', broken)
    })
  }

  #head({ statusCode, headers }) {
    const { 'content-length': _, connection: __, 'keep-alive': ___, ...rest } = headers
    this.#response.writeHead(statusCode, rest).flushHeaders()
    if (this.#link && [401, 410].includes(statusCode)) this.#peer.http.end(this.#link)
  }

  #pass(text, answer) {
    if (this.isStream && this.#peer.box.streams === 'keep') this.#kept += text
    else if (text && !this.#response.write(text)) {
      answer.pause()
      this.#response.once('drain', () => answer.resume())
    }
  }

  #release() {
    if (this.#kept && !this.silent) this.#response.write(this.#kept)
    this.#kept = ''
  }

  #finish() {
    const last = this.#filter.end()
    // Even a box that keeps a stream to itself passes it on once it is whole.
    this.#release()
    this.#response.end(last)
  }

  /** It took too long. */
  #expire() {
    if (this.silent) return
    if (this.#response.headersSent) this.cut()
    else this.#response.writeHead(504, { 'content-length': 0 }).end()
    this.#upstream?.destroy()
  }

  #hear({ ticket, code }) {
    if (ticket && this.#link) this.#peer.http.name(ticket, this.#link)
    else if (ticket) this.#belong(this.#peer.http.of(ticket))
    else if (code && this.#link) this.#peer.http.end(this.#link)
  }

  #belong(link) {
    this.#link = link
    this.#peer.http.join(link, this)
  }

  #over() {
    clearTimeout(this.#timer)
    this.#upstream?.destroy()
    this.#peer.exchanges.delete(this)
    const closes = this.isStream || /[?&]close=/.test(this.#request.url)
    if (this.#link) this.#peer.http.leave(this.#link, this, closes)
  }
}
