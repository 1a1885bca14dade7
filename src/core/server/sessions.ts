import { Close } from '../../wire/close.js'
import { type Hello, PROTOCOL_VERSION } from '../../wire/frame.js'
import type { Opened } from '../store.js'
import type { ServerOptions } from './contract.js'
import type { Answer, Effects } from './effects.js'
import { Farewells } from './farewells.js'
import type { Peer } from './peer.js'
import { type Journal, Session } from './session.js'

/** Clients turned away for a store that fails come back within this, ms. */
const AWAY = { after: 1_000, spread: 4_000 }

/** Who is who: a client has one session, and a session one link, the latest. */
export class Sessions {
  readonly #effects: Effects
  readonly #options: ServerOptions
  readonly #journal: Journal
  readonly #sessions = new Map<string, Session>()
  readonly #holders = new Map<Peer, Session>()
  readonly #farewells: Farewells

  constructor(effects: Effects, options: ServerOptions, journal: Journal) {
    this.#effects = effects
    this.#options = options
    this.#journal = journal
    this.#farewells = new Farewells(effects)
  }

  get size(): number {
    return this.#sessions.size + this.#holders.size + this.#farewells.size
  }

  /** When to `tick`. */
  get deadline(): number {
    return this.#farewells.deadline
  }

  tick(now: number): void {
    this.#farewells.tick(now)
  }

  /** This node goes down. */
  clear(): void {
    this.#farewells.clear()
  }

  /** The session that this link holds. */
  of(peer: Peer): Session | undefined {
    return this.#holders.get(peer)
  }

  /** Claims the client id; `then` follows the welcome. */
  greet(peer: Peer, hello: Hello, then: () => void): void {
    const { client, key, acked, ticket } = hello
    if (hello.v !== PROTOCOL_VERSION) {
      peer.fault(Close.version, 'version', `this server speaks version ${PROTOCOL_VERSION}`)
      return
    }
    if (ticket !== undefined) this.#inspect(peer, client, ticket)
    this.#effects.call('open', { client, key, user: peer.user, acked }, (answer) => {
      if (!peer.gone && this.#admit(peer, hello, answer)) then()
    })
  }

  leave(peer: Peer): void {
    this.#holders.get(peer)?.detach(peer)
    this.#holders.delete(peer)
  }

  /** The key is what binds; a ticket that proves nothing is only worth a line in the log. */
  #inspect(peer: Peer, client: string, ticket: string): void {
    const grant = this.#options.verify(ticket)
    if (grant?.client !== client || grant.user !== peer.user)
      this.#effects.log('debug', 'ticket-ignored', { link: peer.link })
  }

  #admit(peer: Peer, hello: Hello, answer: Answer<Opened>): boolean {
    if (answer.is === 'failed') {
      peer.dismiss(Close.tryLater, AWAY.after, AWAY.spread, 'the store does not answer')
      return false
    }
    if (answer.result.is === 'left') {
      peer.fault(Close.forbidden, 'left', 'this client has left for good')
      return false
    }
    if (answer.result.is === 'taken') {
      peer.fault(Close.forbidden, 'taken', 'this client id belongs to another key, or to another user')
      return false
    }
    const { seq, known } = answer.result
    const session = this.#sessionOf(hello.client)
    const { peer: holder } = session
    if (holder && holder.link > peer.link) {
      peer.close(Close.replaced, 'a later link has this session')
      return false
    }
    peer.stage = { is: 'open', hello, got: seq }
    session.attach(peer, seq)
    this.#holders.set(peer, session)
    if (holder !== peer) holder?.close(Close.replaced, 'a later link has this session')
    this.#effects.log('debug', 'welcome', { link: peer.link, client: hello.client, resumed: known, seq })
    this.#welcome(peer, hello.client, seq, known)
    return true
  }

  #welcome(peer: Peer, client: string, got: number, resumed: boolean): void {
    const { idle, maxPacket: max, window, sign, wall } = this.#options
    const { user } = peer
    const ticket = sign({ client, user })
    const terms = { ticket, resumed, got, idle, max, window, receipts: true, time: wall() }
    peer.tell({ t: 'welcome', v: PROTOCOL_VERSION, ...terms, ...(user && { user }) })
  }

  #sessionOf(client: string): Session {
    let session = this.#sessions.get(client)
    if (!session) {
      session = new Session(client, this.#effects, this.#options, this.#journal, {
        idle: (one) => {
          if (this.#sessions.get(client) === one) this.#sessions.delete(client)
        },
        left: (acked) => {
          this.#farewells.say(client, acked)
        },
      })
      this.#sessions.set(client, session)
    }
    return session
  }
}
