import { longPoll, shortPoll } from '../../src/transports/poll.js'
import { sse } from '../../src/transports/sse.js'
import type { HttpOptions } from '../../src/transports/request.js'
import type { Transport } from '../../src/transports/transport.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import { type Asking, type Piece, Question, Received, Reply } from './exchange.js'
import type { Weather } from './weather.js'
import type { Box, Way, Wire } from './wire.js'

/** The server, as requests find it. */
export interface Site {
  readonly up: boolean
  /** A request has come; what it returns tells the server that whoever asked is gone. */
  asked(question: Question, reply: Reply): () => void
}

/** What the network does to all that it carries. */
export interface Ways {
  readonly calm: boolean
  boxOf(user: string, rung: number): Box
  /** The accident that this text meets, if there is one: ms that it is held up, Infinity where it is lost. */
  mishap(wire: Wire, way: Way, text: string): number
  /** Whether a side hears of the end of a connection. */
  told(): boolean
  delay(): number
  note(who: string, what: string, detail: () => string): void
  /** A request with the number of a packet, or an answer with a link ticket. */
  happened(wire: Wire, what: { is: 'posts'; post: string } | { is: 'ticket' }): void
}

/** One request and its answer on their way. */
interface Exchange {
  wire: Wire
  /** By the client: it is given up, or all of the answer is there. */
  over: boolean
  /** Nothing comes any more, and nobody knows. */
  stalled: boolean
  /** Tells the server that nobody waits for the answer. */
  gone: () => void
  received: Received | undefined
  resolve: (response: Response) => void
  reject: (error: Error) => void
  /** When the last piece is there. */
  arrival: number
  /** What a box keeps until the answer is complete. */
  held: Piece[]
}

/**
 * HTTP: the real leaves of the client (src/transports), and requests on their way to the real rungs of the server, lost,
 * doubled, late; answers lost after the server acted, cut at any point, kept back by a box.
 */
export class Requests {
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #weather: Weather
  readonly #site: Site
  readonly #ways: Ways
  readonly #open = new Set<Exchange>()

  constructor(clock: Clock, dice: Dice, weather: Weather, site: Site, ways: Ways) {
    this.#clock = clock
    this.#dice = dice
    this.#weather = weather
    this.#site = site
    this.#ways = ways
  }

  /** A link by the leaf of its rung. Its token says which wire it is, for the checks. */
  dial(wire: Wire): void {
    const { near } = wire
    const on = {
      opened: () => {
        wire.open = true
        near.opened()
      },
      received: near.received,
      closed: (closing: Parameters<typeof near.ended>[0]) => {
        wire.told = true
        near.ended(closing)
      },
    }
    const target = { url: 'http://holdfast', token: `${wire.user}#${wire.number}#${near.client}`, protocols: [] }
    wire.leaf = this.#leafOf(wire).open(target, on, near.clock)
  }

  /** All that is under way on this wire is cut. @param unheard the server hears nothing of it. */
  cut(wire: Wire, unheard = false): void {
    for (const one of this.#open) {
      if (one.wire !== wire) continue
      if (unheard) one.gone = () => undefined
      this.#cut(one)
    }
  }

  /** A box has changed its mind: also about what is under way. */
  obstruct(user: string): void {
    for (const one of this.#open) if (one.wire.user === user) this.#meet(one)
  }

  /** The server is gone: connections are reset at once, or vanish. */
  reset(): void {
    for (const one of this.#open) {
      one.gone = () => undefined
      if (this.#ways.told()) this.#fail(one, this.#ways.delay())
      else one.stalled = true
    }
  }

  #leafOf(wire: Wire): Transport {
    const { timeout, hold } = this.#weather.requests
    const options: HttpOptions = { timeout, fetch: this.#fetchOf(wire) }
    if (wire.rung === 1) return sse(options)
    return wire.rung === 2 ? longPoll({ ...options, hold }) : shortPoll(options)
  }

  #fetchOf(wire: Wire): typeof fetch {
    return (_url, { method = 'GET', headers, body, signal } = {}) =>
      new Promise((resolve, reject) => {
        const one = { ...this.#exchange(wire), resolve, reject }
        this.#open.add(one)
        signal?.addEventListener('abort', () => this.#abandon(one))
        const asking = {
          method,
          headers: headers as Record<string, string>,
          body: typeof body === 'string' ? body : '',
        }
        this.#ways.note(wire.user, method, () => `${asking.headers['holdfast']} ${asking.body.slice(0, 300)}`)
        const { post } = Object.fromEntries(new URLSearchParams(asking.headers['holdfast']))
        if (post !== undefined) this.#ways.happened(wire, { is: 'posts', post })
        this.#leave(one, asking)
      })
  }

  #exchange(wire: Wire): Exchange {
    const nothing = (): void => undefined
    const way = { gone: nothing, resolve: nothing, reject: nothing, received: undefined, arrival: 0, held: [] }
    return { wire, over: false, stalled: false, ...way }
  }

  #leave(one: Exchange, asking: Asking): void {
    const { refuse, hang, requests } = this.#weather
    const dice = this.#dice
    const hostile = !this.#ways.calm
    // Who has no ticket yet dials.
    const dials = !asking.headers['authorization']?.includes('holdfast.link.')
    const mishap = this.#ways.mishap(one.wire, 'up', asking.body)
    if (!this.#meet(one)) return
    if (mishap === Infinity || (hostile && dice.chance(requests.lost))) this.#lose(one)
    else if (hostile && dials && dice.chance(hang)) one.stalled = true
    else if (!this.#site.up || (hostile && dials && dice.chance(refuse))) this.#fail(one, this.#ways.delay())
    else {
      this.#carry(
        one,
        asking,
        mishap + this.#ways.delay() + (hostile && dice.chance(requests.late) ? dice.between(0, LATE) : 0),
      )
      if (hostile && dice.chance(requests.doubled)) this.#double(one.wire, asking)
    }
  }

  /** Some box says it again, and waits for no answer, or not for long. */
  #double(wire: Wire, asking: Asking): void {
    const ghost = { ...this.#exchange(wire), over: true }
    const wait = this.#ways.delay() + this.#dice.pick([0, this.#dice.between(0, LATE)])
    this.#carry(ghost, asking, wait)
    this.#clock.after(wait + this.#dice.pick([1, 1_000]), () => ghost.gone())
  }

  #carry(one: Exchange, asking: Asking, wait: number): void {
    this.#clock.after(wait, () => {
      if (!this.#meet(one) || one.wire.isBlack('up')) return
      if (!this.#site.up) return this.#fail(one, this.#ways.delay())
      one.gone = this.#site.asked(new Question(asking), new Reply((piece) => this.#answer(one, piece)))
    })
  }

  /** What a box on the way lets pass; what it does not is seen to. */
  #meet(one: Exchange): boolean {
    const box = this.#ways.boxOf(one.wire.user, one.wire.rung)
    if (box === 'refuse') this.#fail(one, this.#ways.delay())
    if (box === 'hang' || box === 'mute') one.stalled = true
    return box === 'pass' || box === 'buffer'
  }

  #answer(one: Exchange, piece: Piece): void {
    if (one.over || one.stalled) return
    const text = piece.is === 'text' ? piece.text : ''
    const { unanswered } = this.#weather.requests
    const isHit = this.#ways.mishap(one.wire, 'down', text) === Infinity
    const isLost = !this.#ways.calm && this.#dice.chance(piece.is === 'end' ? 0 : unanswered)
    const at = Math.max(this.#clock.now + this.#ways.delay(), one.arrival)
    one.arrival = at
    const wait = at - this.#clock.now
    if (isHit || isLost) {
      // Some of it may come before the rest is lost.
      if (text && !isHit)
        this.#clock.after(wait, () => this.#bring(one, { is: 'text', text: text.slice(0, text.length / 2) }))
      this.#clock.after(wait, () => this.#lose(one))
    } else this.#clock.after(wait, () => this.#bring(one, piece))
  }

  #bring(one: Exchange, piece: Piece): void {
    if (one.over || one.stalled || one.wire.isBlack('down')) return
    one.held.push(piece)
    const isKept = this.#ways.boxOf(one.wire.user, one.wire.rung) === 'buffer' && piece.is !== 'end'
    if (isKept) return
    const pieces = one.held.splice(0)
    one.wire.near.hear(() => {
      for (const each of pieces) this.#take(one, each)
    })
  }

  #take(one: Exchange, piece: Piece): void {
    if (one.over) return
    if (piece.is === 'head') {
      one.received = new Received(piece)
      // What the leaves use of a `Response` is there.
      one.resolve(one.received as unknown as Response)
    } else if (piece.is === 'text') {
      if (piece.text.includes('#{"ticket"')) this.#ways.happened(one.wire, { is: 'ticket' })
      const bytes = Buffer.from(piece.text)
      const middle = this.#dice.int(0, bytes.length)
      if (middle) one.received?.push(bytes.subarray(0, middle))
      if (middle < bytes.length) one.received?.push(bytes.subarray(middle))
    } else {
      one.received?.end()
      this.#end(one)
    }
  }

  /** A request, or its answer, is lost: its client is told, for the connection is gone, or waits. */
  #lose(one: Exchange): void {
    // What was said behind it does not come either, also before anybody knows.
    one.stalled = true
    if (this.#dice.chance(0.5)) this.#cut(one)
  }

  #cut(one: Exchange): void {
    if (this.#ways.told()) this.#fail(one, this.#ways.calm ? 1 : this.#dice.pick([0, 50, 2_000]))
    else one.stalled = true
    this.#tellServer(one)
  }

  #fail(one: Exchange, wait: number): void {
    this.#clock.after(wait, () => one.wire.near.hear(() => this.#break(one, new TypeError('the connection is gone'))))
  }

  /** By the client. */
  #abandon(one: Exchange): void {
    this.#break(one, new Error('aborted'))
    this.#tellServer(one)
  }

  #break(one: Exchange, error: Error): void {
    if (one.over) return
    one.received?.end(error)
    one.reject(error)
    this.#end(one)
  }

  #end(one: Exchange): void {
    one.over = true
    this.#open.delete(one)
  }

  #tellServer(one: Exchange): void {
    if (this.#ways.told()) this.#clock.after(this.#ways.delay(), () => one.gone())
  }
}

/** A request that is late comes within that, ms. */
const LATE = 3_000
