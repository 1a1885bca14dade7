import type { ServerOutput } from '../../core/server/contract.js'
import type { Env } from '../../shell/env.js'
import { Close } from '../../wire/close.js'
import type { Packet } from '../../wire/codec.js'
import type { Packed, ServerFrame } from '../../wire/frame.js'
import { Batches, packetsOf, portions } from '../batches.js'
import type { Carrier } from '../carrier.js'
import { framesIn, inputOf, type LinkInput, type Transport } from '../input.js'
import type { Log } from '../log.js'
import { Pacer, type Rates } from '../pacer.js'
import type { Desk, LeaveAsk, LeaveStatus, PostAsk, PostStatus, TakeAsk, Taken } from './desk.js'
import { fromLines, toLine } from './lines.js'
import { Mailbox } from './mailbox.js'
import { Watch } from './watch.js'

export interface HttpLinksOptions extends Rates {
  /** The largest packet taken, bytes. */
  maxPacket: number
  /** Bytes waiting for one client; beyond, its link is gone. */
  maxBuffered: number
  /** Without a reader and without a request for so long a link is gone, ms. */
  pollGrace: number
}

/** How long a closed link still says so to whoever asks, ms: longer than a short poll stays away; `pollGrace`, if that is less. */
const LINGER = 3_000

/** A link that says too much is heard after this at the latest, ms: other nodes wait no longer for an answer. */
const HEARING = 1_000

/** What is counted: bytes to be fetched, and links that said too much and were not heard for a while. */
export interface Counts {
  sent: (transport: Transport, bytes: number) => void
  paced: (transport: Transport) => void
}

const uncounted: Counts = { sent: () => undefined, paced: () => undefined }

/** How long a link outlives its stream, ms. */
const LAST_WORDS = 1_000

interface Link {
  readonly number: number
  readonly transport: Transport
  readonly mailbox: Mailbox
  readonly pacer: Pacer
  /** A POST waits to be heard. */
  isHeldUp: boolean
  /** What it held is free. */
  readonly onGone: () => void
  /** Last request. */
  seenAt: number
  /** By whom it was closed. */
  over?: 'server' | 'client'
  /** Ends the time for which a closed link lingers. */
  forget?: () => void
}

/** Links of this node that are reached by requests. */
export class HttpLinks implements Carrier, Desk {
  readonly #options: HttpLinksOptions
  readonly #env: Env
  readonly #log: Log
  readonly #feed: (input: LinkInput) => void
  readonly #number: () => number
  readonly #count: Counts
  readonly #links = new Map<number, Link>()
  readonly #batches: Batches<Link>
  readonly #watch: Watch
  /** Closed by the server, and the client has not heard it. */
  readonly #untold = new Set<Link>()
  #onEmpty: (() => void) | undefined

  /** @param number the next link's number. */
  constructor(
    options: HttpLinksOptions,
    env: Env,
    log: Log,
    feed: (input: LinkInput) => void,
    number: () => number,
    count = uncounted,
  ) {
    this.#options = options
    this.#env = env
    this.#log = log
    this.#feed = feed
    this.#number = number
    this.#count = count
    this.#batches = new Batches(env, (link, frames) => this.#put(link, frames))
    this.#watch = new Watch(env, options.pollGrace, (grace) => this.#patrol(grace))
  }

  /** A link that begins with these packets. Returns its number. @param onGone is told when nothing is left of it. */
  open(
    user: string,
    packets: readonly Packet[],
    transport: Transport = 'poll',
    onGone: () => void = () => undefined,
  ): number {
    const number = this.#number()
    const pacer = new Pacer(this.#options, this.#env)
    const mailbox = new Mailbox()
    const link: Link = { number, transport, mailbox, pacer, isHeldUp: false, onGone, seenAt: this.#env.now() }
    this.#links.set(number, link)
    this.#watch.start()
    this.#feed({ on: 'opened', link: number, user, transport })
    this.#receive(link, packets)
    return number
  }

  post(ask: PostAsk): Promise<PostStatus> {
    const link = this.#see(ask.link)
    if (!link) return Promise.resolve(410)
    const { wait } = link.pacer
    return wait ? this.#holdUp(link, ask, wait) : Promise.resolve(this.#post(link, ask))
  }

  take({ link: number, hold, ...ask }: TakeAsk): Promise<Taken> {
    const link = this.#see(number)
    if (!link || link.over === 'client') return Promise.resolve({ is: 'gone' })
    const { mailbox } = link
    return new Promise((resolve) => {
      let cancel = (): void => undefined
      mailbox.take(ask, (taken) => {
        cancel()
        link.seenAt = this.#env.now()
        if (taken.is === 'lines' && taken.closed) this.#told(link)
        resolve(taken)
      })
      if (!mailbox.isAwaitedBy(ask.reader)) return
      if (hold > 0) cancel = this.#env.timer(() => mailbox.lapse(ask.reader), hold)
      else mailbox.lapse(ask.reader)
    })
  }

  leave({ link: number, code, reader }: LeaveAsk): Promise<LeaveStatus> {
    const link = this.#links.get(number)
    if (!link || link.over) return Promise.resolve(410)
    const left = (): void => {
      if (isOpen(link) && (reader === undefined || link.mailbox.isReader(reader))) this.#end(link, code)
    }
    // A page that is closed loses its stream first; its last words may still be on their way.
    if (reader === undefined) left()
    else this.#env.timer(left, LAST_WORDS)
    return Promise.resolve(204)
  }

  write({ link: number, frames }: ServerOutput & { do: 'write' }): void {
    const link = this.#links.get(number)
    if (link && !link.over) this.#batches.add(link, frames)
  }

  close({ link: number, code, reason }: ServerOutput & { do: 'close' }): void {
    const link = this.#links.get(number)
    if (!link || link.over) return
    this.#linger(link, 'server')
    this.#untold.add(link)
    link.mailbox.close({ code, reason }, this.#lines(link, this.#batches.take(link)))
    this.#log.debug({ link: number, code }, 'closed')
  }

  empty(): Promise<void> {
    if (!this.#untold.size) return Promise.resolve()
    return new Promise((resolve) => (this.#onEmpty = resolve))
  }

  /** Lets go of everything at once. */
  stop(): void {
    for (const link of this.#links.values()) {
      link.forget?.()
      this.#forget(link)
    }
  }

  #see(number: number): Link | undefined {
    const link = this.#links.get(number)
    if (link) link.seenAt = this.#env.now()
    return link
  }

  /** Who waits for the answer says no more meanwhile; who does not wait is not heard. */
  #holdUp(link: Link, ask: PostAsk, wait: number): Promise<PostStatus> {
    this.#count.paced(link.transport)
    if (link.isHeldUp || wait > HEARING) return Promise.resolve(429)
    link.isHeldUp = true
    return new Promise((resolve) => {
      this.#env.timer(() => {
        link.isHeldUp = false
        resolve(this.#links.has(link.number) ? this.#post(link, ask) : 410)
      }, wait)
    })
  }

  #post(link: Link, { n, text, close }: PostAsk): PostStatus {
    const order = link.mailbox.judge(n)
    if (order === 'wrong') return 409
    if (order === 'again') return 204
    if (link.over === 'client') return 410
    const packets = fromLines(text)
    if (!packets) return 400
    link.mailbox.count()
    // What comes while the server's close is on its way goes nowhere, as on a socket.
    if (isOpen(link)) this.#receive(link, packets)
    if (close !== undefined) {
      if (isOpen(link)) this.#end(link, close)
      // Its last words made the server close: it goes, and will not ask how that was.
      else this.#told(link)
    }
    return 204
  }

  #receive(link: Link, packets: readonly Packet[]): void {
    const { maxPacket } = this.#options
    for (const packet of packets) {
      const bytes = Buffer.byteLength(packet)
      const input = inputOf(link.number, packet, bytes, maxPacket)
      link.pacer.spend(framesIn(input), bytes)
      this.#feed(input)
    }
  }

  #put(link: Link, frames: ServerFrame<Packed>[]): void {
    if (link.over) return
    for (const portion of portions(frames)) {
      link.mailbox.put(this.#lines(link, portion))
      if (link.mailbox.bytes <= this.#options.maxBuffered) continue
      // It asks for much and fetches nothing: the core has stopped pushing long before.
      this.#drop(link)
      return
    }
  }

  #lines(link: Link, frames: ServerFrame<Packed>[]): string[] {
    const packets = [...packetsOf(frames)]
    for (const packet of packets) this.#count.sent(link.transport, Buffer.byteLength(packet))
    return packets.map(toLine)
  }

  /** The client closed it. A POST said again is still answered as before. */
  #end(link: Link, code: number): void {
    this.#linger(link, 'client')
    link.mailbox.clear()
    this.#log.debug({ link: link.number, code }, 'closed')
    this.#feed({ on: 'closed', link: link.number, code })
  }

  /** Nobody is there any more. */
  #drop(link: Link): void {
    this.#forget(link)
    this.#log.debug({ link: link.number, code: Close.abnormal }, 'closed')
    this.#feed({ on: 'closed', link: link.number })
  }

  #linger(link: Link, by: 'server' | 'client'): void {
    link.over = by
    link.forget = this.#env.timer(() => this.#forget(link), Math.min(LINGER, this.#options.pollGrace))
  }

  #forget(link: Link): void {
    this.#links.delete(link.number)
    link.mailbox.clear()
    link.onGone()
    this.#told(link)
    if (!this.#links.size) this.#watch.stop()
  }

  #told(link: Link): void {
    this.#untold.delete(link)
    if (!this.#untold.size) this.#onEmpty?.()
  }

  #patrol(grace: number): void {
    const now = this.#env.now()
    for (const link of this.#links.values()) {
      if (link.mailbox.isAwaited) link.seenAt = now
      else if (!link.over && now - link.seenAt >= grace) this.#drop(link)
    }
  }
}

const isOpen = ({ over }: Link): boolean => !over
