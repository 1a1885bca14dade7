import type { LinkState } from '../../src/core/link.js'
import type { Status } from '../../src/core/status.js'
import type { Packet } from '../../src/wire/codec.js'
import { Close, type Closing } from '../../src/wire/close.js'
import type { ClientFrame, ServerFrame } from '../../src/wire/frame.js'
import type { Fail } from './invariants.js'
import type { Weather } from './weather.js'

/** A link as its client's outputs and inputs tell of it. */
interface Dialled {
  link: number
  at: number
  openedAt: number | undefined
  heardAt: number
  welcomed: boolean
  over: boolean
  /** Packets written to it. */
  written: number
  max: number
  /** The server has sent it away for so long, ms. */
  sentAway: number | undefined
  /** Every message up to this one is the server's, as it has said on this link. */
  got: number
}

type Call = 'connect' | 'reconnect' | 'wake' | 'online' | 'suspend' | 'close'

/** No dial in a minute beyond so many: with the backoff at its shortest there are some dozens. */
const DIALS = 70
const MINUTE = 60_000
/** A heartbeat is no quicker than that with its verdict, ms. */
const LEAST_PATIENCE = 1_000
/** Before the welcome, every server takes this much, bytes. */
const FIRST_PACKET = 65_536

/** What must hold of one client's links and of what it says of them. */
export class LinkInvariants {
  readonly #fail: Fail
  readonly #weather: Weather
  #link: Dialled | undefined
  #links = 0
  /** What the app or the page has called for, and when: it counts at that moment only. */
  #call: { what: Call; at: number } | undefined
  /** Nobody but the app may dial before. */
  #notBefore = 0
  #holdUntil = 0
  #dials: number[] = []
  #status: Status = 'connecting'
  #closed = false

  constructor(weather: Weather, fail: Fail) {
    this.#weather = weather
    this.#fail = fail
  }

  /** Whether this is the link that counts now. */
  isCurrent(link: number): boolean {
    return this.#link?.link === link && !this.#link.over
  }

  /** 9: each dial has a cause, and the link before it is over. 10: who is sent away stays away. 11: nobody storms. */
  dialHasCause(link: number, now: number): void {
    const last = this.#link
    const called = this.#called(now)
    const byApp = called === 'connect' || called === 'reconnect'
    if (link <= this.#links) this.#fail('9 dialHasCause', `link ${link} after link ${this.#links}`)
    if (last && !last.over) this.#fail('9 dialHasCause', `link ${last.link} is not over`)
    if (!last && !byApp) this.#fail('9 dialHasCause', 'nobody asked')
    if (now < this.#notBefore && !called) this.#fail('9 dialHasCause', `before ${this.#notBefore.toFixed(1)}`)
    if (now < this.#holdUntil && !byApp) this.#fail('10 holdIsKept', `before ${this.#holdUntil.toFixed(1)}`)
    if (this.#closed && !byApp) this.#fail('12 closedIsFinal', 'a dial after the end')
    this.#dials = [...this.#dials.filter((at) => at > now - MINUTE), now]
    if (this.#dials.length > DIALS) this.#fail('11 dialsAreSpread', `${this.#dials.length} dials within a minute`)
    this.#closed = false
    this.#links = link
    this.#link = {
      link,
      at: now,
      openedAt: undefined,
      heardAt: now,
      welcomed: false,
      over: false,
      written: 0,
      max: FIRST_PACKET,
      sentAway: undefined,
      got: 0,
    }
  }

  /** The app or the page did something that may lead to a dial. */
  calls(what: Call, now: number): void {
    this.#call = { what, at: now }
    if (what === 'connect' || what === 'reconnect') this.#holdUntil = 0
    if (what !== 'close') this.#notBefore = what === 'suspend' && !this.#closed && this.#links ? Infinity : 0
  }

  opened(link: number, now: number): void {
    if (this.#link && this.isCurrent(link)) {
      this.#link.openedAt = now
      this.#link.heardAt = now
    }
  }

  heard(link: number, now: number, frames: readonly ServerFrame[]): void {
    if (!this.#link || !this.isCurrent(link)) return
    this.#link.heardAt = now
    for (const frame of frames) {
      if (frame.t === 'welcome') {
        this.#link.welcomed = true
        this.#link.sentAway = undefined
      }
      if (frame.t === 'retry') this.#link.sentAway = frame.after
      // What is accepted before the welcome is not believed (docs/PROTOCOL.md), so it does not count here.
      const accepted = frame.t === 'accepted' && this.#link.welcomed ? frame.seq : 0
      const got = 'got' in frame ? (frame.got ?? 0) : accepted
      this.#link.got = Math.max(this.#link.got, got)
    }
  }

  ended(link: number, now: number): void {
    if (this.#link && this.isCurrent(link)) this.#over(this.#link, now)
  }

  /** 9: a link is given up only when it has been silent for too long, or when somebody said so. */
  dropHasCause(link: number, { code, reason }: Closing, now: number): void {
    const last = this.#link
    if (!last || !this.isCurrent(link)) return this.#fail('9 dialHasCause', `link ${link} was dropped twice`)
    const { timeout, retries, connectTimeout } = this.#weather.limits
    if (code === Close.timeout) {
      const least = last.welcomed ? Math.min(LEAST_PATIENCE, timeout / (retries + 1)) : connectTimeout
      const since = last.welcomed ? last.heardAt : (last.openedAt ?? last.at)
      if (now - since < least - 0.01) this.#fail('9 dialHasCause', `given up ${now - since} ms after it was heard`)
      this.#over(last, now)
      return
    }
    if (last.sentAway !== undefined) {
      this.#over(last, now)
      return
    }
    if (!this.#called(now)) this.#fail('9 dialHasCause', `dropped for no cause: ${code} ${reason}`)
    last.over = true
  }

  /** A dial is announced: not before. */
  retries(delay: number, now: number): void {
    this.#notBefore = now + Math.min(delay, MAX_PAUSE) - 0.01
  }

  /** 13: a link begins with hello, said once. 14: a packet is never larger than the server takes. */
  packetIsProper(link: number, frames: readonly ClientFrame[], packets: readonly Packet[]): void {
    const last = this.#link
    if (last?.link !== link) return
    frames.forEach(({ t }, at) => {
      const first = last.written === 0 && at === 0
      if ((t === 'hello') !== first) this.#fail('13 helloFirst', `${t} as frame ${at} of packet ${last.written}`)
    })
    last.written++
    const size = Math.max(
      ...packets.map((packet) => (typeof packet === 'string' ? Buffer.byteLength(packet) : packet.length)),
    )
    if (size > last.max) this.#fail('14 packetFits', `${size} bytes, the server takes ${last.max}`)
  }

  /** 9: a link that is over is left alone. 23: what the server has is not sent to it again. */
  writeHasPoint(link: number, frames: readonly ClientFrame[]): void {
    if (!this.isCurrent(link)) this.#fail('9 dialHasCause', `written to link ${link}, which is over`)
    for (const frame of frames)
      if (frame.t === 'send' && frame.seq <= (this.#link?.got ?? 0))
        this.#fail('23 writeHasPoint', `${frame.seq} again, the server has ${this.#link?.got ?? 0}`)
  }

  max(link: number): number {
    return this.#link?.link === link && this.#link.welcomed ? this.#link.max : Infinity
  }

  limit(link: number, max: number): void {
    if (this.#link?.link === link) this.#link.max = max
  }

  /** 12: what is said is what is, `online` means welcomed, and `closed` is said only when the app wants it so. */
  statusIsTrue(said: Status, is: Status, state: LinkState, now: number): void {
    if (said !== is) this.#fail('12 statusIsTrue', `said ${said}, is ${is}`)
    if (said === 'online' && !(this.#link?.welcomed && !this.#link.over && state.is === 'up'))
      this.#fail('12 statusIsTrue', 'online without a welcome')
    if (said === 'closed' && this.#called(now) !== 'close' && this.#status !== 'closed')
      this.#fail('12 closedIsFinal', 'closed, and the app did not ask')
    if (said === 'closed') this.#closed = true
    this.#status = said
  }

  /** 12: the last word is still true. */
  statusStands(is: Status): void {
    if (this.#status !== is) this.#fail('12 statusIsTrue', `${is}, but the last word was ${this.#status}`)
  }

  #called(now: number): Call | undefined {
    return this.#call?.at === now ? this.#call.what : undefined
  }

  #over(last: Dialled, now: number): void {
    last.over = true
    if (last.sentAway !== undefined) this.#holdUntil = now + last.sentAway - 0.01
  }
}

/** Without a network a look is taken this often all the same, ms; before that, `retry` says Infinity. */
const MAX_PAUSE = 30_000
