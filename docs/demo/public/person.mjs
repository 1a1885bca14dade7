// A person: a client of their own, what they said, what they heard. Knows nothing of the page.
import { makeCable } from './cable.mjs'

/* global Holdfast */

export const ROOM = 'harbour'

/** Quicker than the defaults, so that nobody waits to see it work. Read the footnote of the page. */
const settings = {
  heartbeat: { interval: 4_000, timeout: 4_000, retries: 1 },
  reconnect: { cap: 3_000 },
}

/**
 * Emits `change` (the status or a retry), `said` and `settled` (detail: an entry of its own), `heard` (detail: an entry),
 * `gap` (detail: { from, to }).
 */
export class Person extends EventTarget {
  status = 'connecting'
  reason = ''
  /** When the next attempt is made, ms on the page's clock. */
  retryAt
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
    const url = new URL(`realtime?peer=${this.peer}`, location.href.replace(/^http/, 'ws'))
    const { WebSocket, page } = this.cable
    const transport = Holdfast.webSocket({ WebSocket })
    this.client = Holdfast.createClient({ ...settings, url: url.href, transport, page })
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

const tag = () => Math.random().toString(36).slice(2, 7)
