// A person: a client of their own, what they said, what they heard. Knows nothing of the page.
import { makeCable } from './cable.mjs'

/* global Holdfast */

export const ROOM = 'harbour'

/** Quicker than the defaults, so that nobody waits to see it work. Read the footnote of the page. */
const settings = {
  heartbeat: { interval: 4_000, timeout: 4_000, retries: 1 },
  reconnect: { cap: 3_000 },
  // Every visit begins at the top of the ladder. Apps keep the default: the next page begins where the last one got through.
  memory: false,
}

/**
 * Emits `change` (the status, a retry or the transport), `said` and `settled` (detail: an entry of its own), `heard` (detail: an entry),
 * `gap` (detail: { from, to }).
 */
export class Person extends EventTarget {
  status = 'connecting'
  reason = ''
  /** When the next attempt is made, ms on the page's clock. */
  retryAt
  /** The transport that serves, or did last, and why it is not a better one. */
  rung = 'websocket'
  rungReason = ''
  /** How many steps down and climbs there were. */
  moves = 0
  #count = 0
  /** The last numbers that failed: whoever listens need not wait for them. */
  #failed = []

  constructor(name) {
    super()
    this.name = name
    this.slug = name.toLowerCase().replace(/\W+/g, '-')
    /** Names this person's link in the fault proxy; another tab may hold a namesake. */
    this.peer = `${this.slug}-${tag()}`
    /** Names this life of the person: messages are counted within it. */
    this.run = tag()
    this.cable = makeCable()
    const url = new URL(`realtime?peer=${this.peer}`, location.href)
    this.client = Holdfast.createClient({
      ...settings,
      url: url.href,
      transports: transportsOver(this.cable),
      page: this.cable.page,
    })
    this.#listen()
  }

  /** Never waits: the entry's `state` says how far it has come. */
  say(text) {
    const n = ++this.#count
    const message = this.room.send({ name: this.name, run: this.run, n, text, failed: this.#failed })
    const entry = { own: true, name: this.name, run: this.run, n, text, time: Date.now(), state: message.state }
    this.#emit('said', entry)
    message.on('state', ({ state, error }) => this.#move(entry, state, error))
    // What cannot be sent at all has failed by now.
    if (message.state === 'failed') this.#move(entry, message.state, message.error)
    return entry
  }

  #move(entry, state, error) {
    Object.assign(entry, { state, error })
    if (state === 'failed') this.#failed = [...this.#failed.slice(-19), entry.n]
    this.#emit(state === 'accepted' || state === 'failed' ? 'settled' : 'moved', entry)
  }

  #listen() {
    this.client.on('status', ({ status, reason }) => {
      if (status === 'online') this.retryAt = undefined
      // The retry before it has said why, when the status does not.
      Object.assign(this, { status, reason: status === 'online' ? '' : reason || this.reason })
      this.#emit('change')
    })
    this.client.on('retry', ({ delay, reason }) => {
      Object.assign(this, { retryAt: performance.now() + delay, reason: reason || this.reason })
      this.#emit('change')
    })
    this.client.on('transport', ({ transport, reason }) => {
      if (transport !== this.rung) this.moves += 1
      Object.assign(this, { rung: transport, rungReason: reason })
      this.#emit('change')
    })
    this.room = this.client.channel(ROOM)
    const hear = ({ body, own, time, offset }) =>
      this.#emit('heard', { ...body, own: own && body.run === this.run, time, offset })
    this.room.on('message', hear, { from: 'oldest' })
    this.room.on('gap', (gap) => this.#emit('gap', gap))
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

/** The four that there are by default, each over this cable. */
function transportsOver({ WebSocket, fetchFor }) {
  return [
    Holdfast.webSocket({ WebSocket }),
    Holdfast.sse({ fetch: fetchFor('sse') }),
    Holdfast.longPoll({ fetch: fetchFor('long-poll') }),
    Holdfast.shortPoll({ fetch: fetchFor('short-poll') }),
  ]
}

const tag = () => Math.random().toString(36).slice(2, 7)
