import type { LinkState } from '../../src/core/link.js'
import type { Status } from '../../src/core/status.js'
import type { Packet } from '../../src/wire/codec.js'
import { Close, type Closing } from '../../src/wire/close.js'
import type { ClientFrame, ServerFrame } from '../../src/wire/frame.js'
import type { Fail } from './invariants.js'
import { STAGGER, type Weather } from './weather.js'

/** A link as its client's outputs and inputs tell of it. */
interface Dialled {
  link: number
  rung: number
  at: number
  heardAt: number
  /** When something was heard that this side had caused. */
  answeredAt: number
  /** Its greeting was said. */
  greeted: boolean
  welcomed: boolean
  welcomedAt: number
  opened: boolean
  /** It has shown that it carries both ways. */
  ponged: boolean
  /** What was known of it when hello was said on it; undefined before. */
  hello: { ponged: boolean } | undefined
  max: number
  /** The server has sent it away for so long, ms. */
  sentAway: number | undefined
  /** Every message up to this one is the server's, as it has said on this link. */
  got: number
}

/** A dial as the client orders it. */
interface Order {
  link: number
  rung: number
}

type Call = 'connect' | 'reconnect' | 'wake' | 'online' | 'suspend' | 'close'

/** No dial in a minute beyond so many: with the backoff at its shortest there are some dozens. */
const DIALS = 70
const MINUTE = 60_000
/** A heartbeat is no quicker than that with its verdict, ms. */
const LEAST_PATIENCE = 1_000
/** Nobody is given up for want of an answer before so long without any, ms. */
const UNANSWERED = 2_000
/** Before the welcome, every server takes this much, bytes. */
const FIRST_PACKET = 65_536

/** What must hold of one client's links and of what it says of them. */
export class LinkInvariants {
  readonly #fail: Fail
  readonly #weather: Weather
  /** Those that are not over. */
  readonly #alive = new Map<number, Dialled>()
  /** The one welcomed last. */
  #serving: Dialled | undefined
  #links = 0
  #greetedAt: number | undefined
  /** The attempt now under way, and the last dial in it. */
  #begunAt = 0
  #dialledAt = 0
  /** When a link was last over. */
  #overAt = -1
  #retriedAt = -1
  /** What the app or the page has called for, and when: it counts at that moment only. */
  #call: { what: Call; at: number } | undefined
  /** Nobody but the app may dial before. */
  #notBefore = 0
  #holdUntil = 0
  /** What one of several links was told counts for those that might follow: nobody is put out of service for it. */
  #climbHold = 0
  #awayAt = -1
  #servedUntil = 0
  /** By transport: links in a row that were cut young, and when the last was. */
  readonly #deaths = new Map<number, { count: number; at: number }>()
  #dials: number[] = []
  #attempts: number[] = []
  #status: Status = 'connecting'
  #closed = false

  constructor(weather: Weather, fail: Fail) {
    this.#weather = weather
    this.#fail = fail
  }

  /** Links that are not over. */
  get alive(): number {
    return this.#alive.size
  }

  /** Whether this link is not over. */
  isCurrent(link: number): boolean {
    return this.#alive.has(link)
  }

  /** 9: each dial has a cause. 10: who is sent away stays away. 11: nobody storms. */
  dialHasCause({ link, rung }: Order, now: number): void {
    const called = this.#called(now)
    const byApp = called === 'connect' || called === 'reconnect'
    if (link <= this.#links) this.#fail('9 dialHasCause', `link ${link} after link ${this.#links}`)
    const climbs = this.#isServed() && this.#alive.size > 0
    const hold = climbs ? this.#climbHold : this.#holdUntil
    if (now < hold && !byApp) this.#fail('10 holdIsKept', `before ${hold.toFixed(1)}`)
    // One has failed, and the attempt goes on with the next.
    const goesOn = this.#overAt === now && this.#retriedAt !== now && !called
    if (!this.#alive.size && !goesOn) this.#attempt(now, called)
    else if (climbs) this.#climb(rung, now)
    else this.#race(rung, now)
    const since = now - MINUTE
    this.#dials = [...this.#dials.filter((at) => at > since), now]
    if (this.#dials.length > DIALS * this.#weather.rungs)
      this.#fail('11 dialsAreSpread', `${this.#dials.length} dials within a minute`)
    this.#links = link
    this.#dialledAt = now
    this.#alive.set(link, {
      link,
      rung,
      at: now,
      heardAt: now,
      answeredAt: now,
      greeted: false,
      welcomed: false,
      welcomedAt: 0,
      opened: false,
      ponged: false,
      hello: undefined,
      max: FIRST_PACKET,
      sentAway: undefined,
      got: 0,
    })
  }

  /** The first dial of an attempt: the links before it are over, and it is time. */
  #attempt(now: number, called: Call | undefined): void {
    const byApp = called === 'connect' || called === 'reconnect'
    if (!this.#links && !byApp) this.#fail('9 dialHasCause', 'nobody asked')
    if (now < this.#notBefore && !called) this.#fail('9 dialHasCause', `before ${this.#notBefore.toFixed(1)}`)
    if (this.#closed && !byApp) this.#fail('12 closedIsFinal', 'a dial after the end')
    this.#attempts = [...this.#attempts.filter((at) => at > now - MINUTE), now]
    if (this.#attempts.length > DIALS)
      this.#fail('11 dialsAreSpread', `${this.#attempts.length} attempts within a minute`)
    this.#closed = false
    this.#begunAt = now
    this.#climbHold = 0
    this.#greetedAt = undefined
    this.#serving = undefined
  }

  /** While nobody serves: one transport a while after the other, or at once when one has failed; none twice. */
  #race(rung: number, now: number): void {
    const twice = [...this.#alive.values()].some((one) => one.rung === rung)
    if (twice) this.#fail('25 raceIsFair', `transport ${rung} twice at once`)
    if (now < this.#dialledAt + STAGGER - 0.01 && this.#overAt !== now)
      this.#fail('25 raceIsFair', `transport ${rung} before its time`)
  }

  /** Where one has failed after all were tried, and nobody is open, the attempt is over in a while. @param awake since when, ms */
  raceEnds(failures: number, awake: number, now: number): void {
    const tried = !this.#isServed() && this.#alive.size > 0 && this.#overAt > this.#dialledAt
    const since = Math.max(this.#overAt, awake)
    if (
      tried &&
      now - since > STRAGGLER * (failures + 1) + 1 &&
      [...this.#alive.values()].every(({ opened }) => !opened)
    )
      this.#fail('25 raceIsFair', `nothing happens since ${since}`)
  }

  /** The session is on its way to another link, and nobody serves: that is over in a while. @param awake since when, ms */
  moveEnds(awake: number, now: number): void {
    const moving = this.#serving && !this.#alive.has(this.#serving.link) && this.#alive.size > 0
    if (moving && now - Math.max(this.#servedUntil, awake) > MOVE + 1)
      this.#fail('27 oneServes', `nobody since ${this.#servedUntil}`)
  }

  /** While one serves: only for a better one, and one that does not die young over and over. */
  #climb(rung: number, now: number): void {
    if (rung >= (this.#serving?.rung ?? 0)) this.#fail('26 climbGoesUp', `transport ${rung} beside a better one`)
    const { count = 0, at = 0 } = this.#deaths.get(rung) ?? {}
    if (count > 1 && now < at + REST - 0.01) this.#fail('26 climbGoesUp', `transport ${rung} has to rest`)
  }

  /** A link that served has ended. Cut before its time it is a bad sign; otherwise nothing is known. */
  #died({ rung, welcomedAt }: Dialled, code: number, now: number): void {
    const { count = 0 } = this.#deaths.get(rung) ?? {}
    this.#servedUntil = now
    const young = code === Close.abnormal && now - welcomedAt < YOUNG - 0.01
    this.#deaths.set(rung, { count: young ? count + 1 : 0, at: now })
  }

  #isServed(): boolean {
    return this.#serving !== undefined
  }

  #isGreeted(): boolean {
    return [...this.#alive.values()].some(({ greeted }) => greeted)
  }

  /** The app or the page did something that may lead to a dial. */
  calls(what: Call, now: number): void {
    this.#call = { what, at: now }
    if (what === 'online') this.#deaths.clear()
    if (what === 'connect' || what === 'reconnect') this.#holdUntil = 0
    if (what !== 'close') this.#notBefore = what === 'suspend' && !this.#closed && this.#links ? Infinity : 0
  }

  opened(link: number, now: number): void {
    const one = this.#alive.get(link)
    if (!one) return
    one.heardAt = now
    one.opened = true
  }

  heard(link: number, now: number, frames: readonly ServerFrame[]): void {
    const one = this.#alive.get(link)
    if (!one) return
    one.heardAt = now
    if (frames.some(({ t }) => !['message', 'delivered', 'present', 'ping', 'large'].includes(t))) one.answeredAt = now
    for (const frame of frames) {
      if (frame.t === 'welcome' && one.greeted) {
        if (!one.welcomed) one.welcomedAt = now
        one.welcomed = true
        one.sentAway = undefined
        this.#serving = one
        this.#holdUntil = 0
      }
      one.ponged ||= frame.t === 'pong' || frame.t === 'wait'
      if (frame.t === 'retry') one.sentAway = frame.after
      // What is accepted before the welcome is not believed (docs/PROTOCOL.md), so it does not count here.
      const accepted = frame.t === 'accepted' && one.welcomed ? frame.seq : 0
      const got = 'got' in frame ? (frame.got ?? 0) : accepted
      one.got = Math.max(one.got, got)
    }
  }

  ended(link: number, { code, retryAfter }: Closing, now: number): void {
    const one = this.#alive.get(link)
    if (!one) return
    // Even to be sent away takes a transport that carries both ways.
    if (retryAfter !== undefined) this.#deaths.delete(one.rung)
    if (one === this.#serving) this.#died(one, code, now)
    this.#over(one, now)
  }

  /** 9: a link is given up only when it has been silent for too long, when another serves, or when somebody said so. */
  dropHasCause(link: number, { code, reason }: Closing, now: number): void {
    const one = this.#alive.get(link)
    if (!one) return this.#fail('9 dialHasCause', `link ${link} was dropped twice`)
    const { timeout, retries, connectTimeout } = this.#weather.limits
    const others = [...this.#alive.values()].filter((other) => other !== one)
    // With the link that serves, or the last of an attempt, go the others.
    const goesAlong = this.#overAt === now && code !== Close.normal
    if (goesAlong && code === Close.replaced && this.#isServed() && one.hello && !one.welcomed)
      this.#fail('27 oneServes', `link ${link} was to take over`)
    // All others were refused a while ago, and nobody has said hello: it is time to try again.
    const late = !this.#isServed() && now - this.#overAt > STRAGGLER - 0.01 && !this.#isGreeted()
    // A climb is over after its time, also when the link that served has just gone.
    const climbed = reason.startsWith('no welcome') && now - one.at > MOVE - 0.01
    if (goesAlong || late || climbed) {
      // It needs no cause of its own.
    } else if (code === Close.timeout && reason.startsWith('nothing')) {
      const since = now - one.answeredAt
      if (since < UNANSWERED - 0.01) this.#fail('9 dialHasCause', `given up ${since} ms after it had answered`)
    } else if (code === Close.timeout) {
      const least = this.#isServed() ? Math.min(LEAST_PATIENCE, timeout / (retries + 1)) : connectTimeout
      const served = one.welcomed ? one.heardAt : (this.#serving?.heardAt ?? one.heardAt)
      const since = this.#isServed() ? served : (this.#greetedAt ?? this.#begunAt)
      if (now - since < least - 0.01) this.#fail('9 dialHasCause', `given up ${now - since} ms after it was heard`)
    } else if (one.sentAway === undefined && !this.#called(now)) {
      // Another has shown that it carries both ways; or it was a climb, which is over.
      const beaten = others.some(({ welcomed, ponged }) => welcomed || ponged)
      const lost = others.length > 0 || this.#overAt === now
      if (!this.#isServed() && one.hello?.ponged && !others.some(({ welcomed }) => welcomed))
        this.#fail('25 raceIsFair', `link ${link} has answered, and is dropped for another that is not welcomed`)
      if (code !== Close.normal || (!beaten && !(this.#isServed() && lost)))
        this.#fail('9 dialHasCause', `dropped for no cause: ${code} ${reason}`)
    }
    if (one === this.#serving) this.#died(one, code, now)
    this.#over(one, now)
  }

  /** A dial is announced: not before. */
  retries(delay: number, now: number): void {
    this.#retriedAt = now
    this.#notBefore = now + Math.min(delay, MAX_PAUSE) - 0.01
  }

  /** 13: hello is said once, and only a ping may come before it. 14: a packet is never larger than the server takes. */
  packetIsProper(link: number, frames: readonly ClientFrame[], packets: readonly Packet[], now: number): void {
    const one = this.#alive.get(link)
    if (!one) return
    for (const { t } of frames) {
      if (t === 'hello' ? one.greeted : !one.greeted && t !== 'ping')
        this.#fail('13 helloFirst', `${t} on link ${link}`)
      one.greeted ||= t === 'hello'
      if (t === 'hello') this.#greetedAt = now
    }
    const size = Math.max(
      ...packets.map((packet) => (typeof packet === 'string' ? Buffer.byteLength(packet) : packet.length)),
    )
    if (size > one.max) this.#fail('14 packetFits', `${size} bytes, the server takes ${one.max}`)
  }

  /** 9: a link that is over is left alone. 23: what the server has is not sent to it again. 27: one link serves. */
  writeHasPoint(link: number, frames: readonly ClientFrame[]): void {
    const one = this.#alive.get(link)
    if (!one) return this.#fail('9 dialHasCause', `written to link ${link}, which is over`)
    const aside = this.#serving && this.#alive.has(this.#serving.link) && this.#serving.link !== link
    for (const frame of frames) {
      if (frame.t === 'hello') one.hello = { ponged: one.ponged }
      if (frame.t === 'send' && frame.seq <= one.got)
        this.#fail('23 writeHasPoint', `${frame.seq} again, the server has ${one.got}`)
      if (aside && frame.t !== 'hello' && frame.t !== 'ping')
        this.#fail('27 oneServes', `${frame.t} on link ${link}, beside the one that serves`)
    }
  }

  max(link: number): number {
    const one = this.#alive.get(link)
    return one?.welcomed ? one.max : Infinity
  }

  limit(link: number, max: number): void {
    const one = this.#alive.get(link)
    if (one) one.max = max
  }

  /** 12: what is said is what is, `online` means welcomed, and `closed` is said only when the app wants it so. */
  statusIsTrue(said: Status, is: Status, state: LinkState, now: number): void {
    if (said !== is) this.#fail('12 statusIsTrue', `said ${said}, is ${is}`)
    if (said === 'online' && !(this.#serving && this.isCurrent(this.#serving.link) && state.is === 'up'))
      this.#fail('12 statusIsTrue', 'online without a welcome')
    if (said === 'closed' && this.#called(now) !== 'close' && this.#status !== 'closed')
      this.#fail('12 closedIsFinal', 'closed, and the app did not ask')
    if (said === 'closed') this.#closed = true
    this.#status = said
  }

  /**
   * 12: the last word is still true. 25: in a race, one that is open has said hello. 27: with the welcome of one link, all
   * that were there before it go.
   */
  statusStands(is: Status): void {
    const racing = this.#isServed() ? [] : [...this.#alive.values()].filter(({ opened }) => opened)
    if (racing.length && !racing.some(({ hello }) => hello)) this.#fail('25 raceIsFair', 'hello is said by nobody')
    const { link, welcomedAt } = this.#serving ?? { link: 0, welcomedAt: 0 }
    for (const other of this.#alive.values())
      if (this.#alive.has(link) && other.link !== link && other.at < welcomedAt)
        this.#fail('27 oneServes', `link ${other.link} stays beside link ${link}`)
    if (this.#status !== is) this.#fail('12 statusIsTrue', `${is}, but the last word was ${this.#status}`)
  }

  #called(now: number): Call | undefined {
    return this.#call?.at === now ? this.#call.what : undefined
  }

  #over(one: Dialled, now: number): void {
    this.#alive.delete(one.link)
    this.#overAt = now
    if (one.sentAway !== undefined) {
      this.#deaths.delete(one.rung)
      this.#climbHold = now + one.sentAway - 0.01
      this.#awayAt = now
    }
    // What one of several was told ends the attempt, or counts for the others of it: they were let in.
    if (!this.#alive.size && this.#awayAt === now) this.#holdUntil = this.#climbHold
  }
}

/** One that is neither refused nor open gets so long beyond the others, ms. */
const STRAGGLER = 2_000
/** A welcome may take so long once the link before is gone, ms. */
const MOVE = 2_000
/** A link that is cut before that age dies young; two make their transport rest for so long, ms. */
const YOUNG = 10_000
const REST = 60_000
/** Without a network a look is taken this often all the same, ms; before that, `retry` says Infinity. */
const MAX_PAUSE = 30_000
