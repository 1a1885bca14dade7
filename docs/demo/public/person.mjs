// A person: a client of their own, what they said, what they heard. Knows nothing of the page.
import { makeCable } from './cable.mjs'

/* global Holdfast */

export const ROOM = 'harbour'
/** Where one person alone is written to. */
export const inboxOf = (name) => `@${name}`

/** Quicker than the defaults, so that nobody waits to see it work. Read the footnote of the page. */
const settings = {
  heartbeat: { interval: 4_000, timeout: 4_000, retries: 1 },
  reconnect: { cap: 3_000 },
  // Every visit begins at the top of the ladder. Apps keep the default: the next page begins where the last one got through.
  memory: false,
}

/**
 * Emits `change` (the status, a retry or the transport), `said`, `moved` and `settled` (detail: an entry of its own),
 * `heard` (detail: an entry), `note` (likewise), `gap` (detail: { from, to }) and `present` (somebody came or went).
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
  /** Who is in the room: the client's list, kept up to date. */
  presence
  /** The last offset heard of each channel. */
  heads = {}
  #session
  #notes = 0
  /** What is said to each, counted from 1; '' is everybody. */
  #threads = new Map()
  /** What is not settled yet, by the message's id: the next page of this person goes on with it. */
  #open = new Map()

  /** @param session with one the person has an inbox, and may be put away and taken out again. */
  constructor(name, session) {
    super()
    this.name = name
    this.slug = name.toLowerCase().replace(/\W+/g, '-')
    /** Names this person's link in the fault proxy; another tab may hold a namesake. */
    this.peer = `${this.slug}-${tag()}`
    /** Names this life of the person: messages are counted within it. */
    this.run = tag()
    this.#session = session
    this.cable = makeCable()
    this.#start()
  }

  /** The page is closed: no goodbye, and nothing but the session is left of it. */
  get isAway() {
    return this.status === 'away'
  }

  putAway() {
    this.cable.turnOff()
    Object.assign(this, { status: 'away', reason: '', retryAt: undefined })
    this.#emit('change')
  }

  /** A new page: another client, which goes on with the session of the one before. */
  takeOut() {
    Object.assign(this, { status: 'connecting', reason: '' })
    this.#start()
    this.#emit('change')
  }

  /** Something to be told among the messages. */
  note(note) {
    this.#emit('note', { run: 'note', n: ++this.#notes, note })
  }

  /**
   * Never waits: the entry's `state` says how far it has come.
   * @param to the one who is to have it. Default: everybody.
   */
  say(text, to = '') {
    const thread = this.#thread(to)
    const { run, failed } = thread
    const n = ++thread.count
    const said = { name: this.name, run, n, text, ...(to && { to }) }
    const message = this.client.channel(to ? inboxOf(to) : ROOM).send({ ...said, failed })
    const entry = { ...said, own: true, time: Date.now(), state: message.state }
    this.#emit('said', entry)
    this.#follow(entry, message)
    return entry
  }

  #thread(to) {
    const thread = this.#threads.get(to) ?? { run: to ? `${this.run} to ${to}` : this.run, count: 0, failed: [] }
    this.#threads.set(to, thread)
    return thread
  }

  #follow(entry, message) {
    if (this.#session) this.#open.set(message.id, entry)
    message.on('state', () => this.#move(entry, message))
    message.on('receipt', () => this.#move(entry, message))
    // What cannot be sent at all has failed by now.
    if (message.state !== entry.state || message.state === 'failed') this.#move(entry, message)
  }

  #move(entry, { id, state, error, receipt }) {
    Object.assign(entry, { state, error, receipt })
    if (state === 'failed' || (receipt && receipt.count >= receipt.of)) this.#open.delete(id)
    const settles = !entry.settled && !['queued', 'sent'].includes(state)
    if (settles && state === 'failed') this.#fail(entry)
    entry.settled ||= settles
    this.#emit(settles ? 'settled' : 'moved', entry)
  }

  /** The last numbers that failed travel along: whoever listens need not wait for them. */
  #fail({ to, n }) {
    const thread = this.#thread(to ?? '')
    thread.failed = [...thread.failed.slice(-19), n]
  }

  #start() {
    const url = new URL(`realtime?peer=${this.peer}`, location.href)
    const client = Holdfast.createClient({
      ...settings,
      url: url.href,
      token: this.name,
      transports: transportsOver(this.cable),
      page: this.cable.turnOn(),
      ...(this.#session && { session: this.#session }),
    })
    this.client = client
    for (const message of client.messages) {
      const entry = this.#open.get(message.id)
      if (entry) this.#follow(entry, message)
    }
    this.#watch(client)
    this.#read(client)
  }

  /** Of a client whose page is gone nothing is heard. */
  #watch(client) {
    const listen = (type, hear) => client.on(type, (event) => client === this.client && !this.isAway && hear(event))
    listen('status', ({ status, reason }) => {
      if (status === 'online') this.retryAt = undefined
      // The retry before it has said why, when the status does not.
      Object.assign(this, { status, reason: status === 'online' ? '' : reason || this.reason })
      this.#emit('change')
    })
    listen('retry', ({ delay, reason }) => {
      Object.assign(this, { retryAt: performance.now() + delay, reason: reason || this.reason })
      this.#emit('change')
    })
    listen('transport', ({ transport, reason }) => {
      if (transport !== this.rung) this.moves += 1
      Object.assign(this, { rung: transport, rungReason: reason })
      this.#emit('change')
    })
    this.presence = client.presence(ROOM)
    this.presence.on('change', () => this.#emit('present'))
  }

  #read(client) {
    const follow = (name, from) => {
      const channel = client.channel(name)
      const hear = ({ body, own, from, time, offset }) => {
        this.heads[name] = offset
        this.#emit('heard', { ...body, name: from, own: own && body.run === this.run, time, offset })
      }
      channel.on('message', hear, { from })
      channel.on('gap', (gap) => {
        this.heads[name] = Math.max(this.heads[name] ?? 0, gap.to - 1)
        this.#emit('gap', gap)
      })
    }
    follow(ROOM, this.#session ? 'last' : 'oldest')
    if (this.#session) follow(inboxOf(this.name), 'last')
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

/** The four that there are by default, each over this cable. */
function transportsOver({ WebSocket, fetchFor }) {
  return [
    Holdfast.webSocket({ WebSocket, fetch: fetchFor('websocket') }),
    Holdfast.sse({ fetch: fetchFor('sse') }),
    Holdfast.longPoll({ fetch: fetchFor('long-poll') }),
    Holdfast.shortPoll({ fetch: fetchFor('short-poll') }),
  ]
}

const tag = () => Math.random().toString(36).slice(2, 7)
