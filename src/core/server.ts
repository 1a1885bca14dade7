import { Close } from '../wire/close.js'
import type { FrameError } from '../wire/errors.js'
import { type ClientFrame, type Hello, PROTOCOL_VERSION } from '../wire/frame.js'
import { assertNever, type Machine } from './port.js'
import type { ServerInput, ServerOptions, ServerOutput } from './server/contract.js'
import { Devices } from './server/devices.js'
import { Drain } from './server/drain.js'
import { Effects } from './server/effects.js'
import { Feeds } from './server/feeds.js'
import { floodOf } from './server/flood.js'
import { Follows } from './server/follows.js'
import { Held } from './server/held.js'
import { Library } from './server/history.js'
import { Ledger } from './server/ledger.js'
import { inspect, roundTime } from './server/patrol.js'
import { Peer } from './server/peer.js'
import { Receipts } from './server/receipts.js'
import { Rosters } from './server/rosters.js'
import type { Session } from './server/session.js'
import { Sessions } from './server/sessions.js'
import { Limiter } from './server/limiter.js'
import { Watchers } from './server/watchers.js'

/** The server side of the protocol: links, sessions, messages in and out. All I/O, the store included, is outside. */
export class Server implements Machine<ServerInput, ServerOutput> {
  readonly #options: ServerOptions
  readonly #effects = new Effects()
  readonly #feeds: Feeds
  readonly #library: Library
  readonly #sessions: Sessions
  readonly #rosters: Rosters
  readonly #receipts: Receipts
  readonly #watchers: Watchers
  readonly #devices: Devices
  readonly #limiter: Limiter<Peer>
  readonly #peers = new Map<number, Peer>()
  #drain: Drain | undefined
  /** Patrol goes round then; Infinity while there is nothing to watch. */
  #roundAt = Infinity
  #pings = 0

  constructor(options: ServerOptions) {
    this.#options = options
    const follows = new Follows(this.#effects)
    this.#feeds = new Feeds(this.#effects, options, follows)
    this.#rosters = new Rosters(this.#effects, options, follows)
    this.#receipts = new Receipts(this.#effects, options, this.#rosters)
    this.#watchers = new Watchers(this.#effects, options, this.#rosters)
    this.#devices = new Devices(this.#effects, options)
    this.#library = new Library(this.#effects, options)
    this.#limiter = new Limiter(options)
    this.#sessions = new Sessions(this.#effects, options, new Ledger(this.#feeds, this.#receipts))
  }

  /** Links open now. */
  get links(): number {
    return this.#peers.size
  }

  /** How much is remembered at this moment: with no link and no call under way, nothing. */
  get load(): { links: number; sessions: number; channels: number; calls: number } {
    const parts = [this.#feeds, this.#rosters, this.#receipts, this.#watchers, this.#devices]
    const channels = parts.reduce((sum, { size }) => sum + size, 0)
    return { links: this.links, sessions: this.#sessions.size, channels, calls: this.#effects.pending }
  }

  get deadline(): number {
    const { deadline: devices } = this.#devices
    const told = Math.min(this.#rosters.deadline, this.#receipts.deadline, this.#watchers.deadline, devices)
    const turn = Math.min(this.#limiter.deadline, this.#sessions.deadline, this.#drain?.deadline ?? Infinity)
    return Math.min(this.#roundAt, this.#effects.deadline, this.#feeds.deadline, turn, told)
  }

  handle(input: ServerInput, now: number): ServerOutput[] {
    this.#effects.begin(now, 'link' in input ? input.link : 0)
    this.#dispatch(input, now)
    this.#devices.flush()
    const busy = this.#peers.size > 0 || this.#effects.pending > 0
    if (!busy) this.#roundAt = Infinity
    else if (this.#roundAt === Infinity) this.#roundAt = now + roundTime(this.#options)
    if (!busy && this.#drain) for (const part of [this.#devices, this.#sessions]) part.clear()
    if (!busy && this.#drain?.end()) this.#effects.drained()
    return this.#effects.take()
  }

  #dispatch(input: ServerInput, now: number): void {
    switch (input.on) {
      case 'tick':
        this.#tick(now)
        break
      case 'opened':
        this.#opened(input.link, input.user ?? '', now)
        break
      case 'frames':
        this.#frames(this.#peers.get(input.link), input.frames, now)
        break
      case 'broken':
        broken(this.#peers.get(input.link), input.error)
        break
      case 'closed':
        this.#peers.get(input.link)?.leave()
        break
      case 'done':
        this.#effects.done(input.op, input.result)
        break
      case 'failed':
        this.#effects.failed(input.op, input.error)
        break
      case 'changed':
        this.#feeds.changed(input.change)
        this.#rosters.changed(input.change)
        break
      case 'drain':
        this.#goDown(input.after, input.spread, now)
        break
      default:
        assertNever(input)
    }
  }

  #tick(now: number): void {
    if (now >= this.#feeds.deadline) this.#feeds.retry()
    for (const part of [this.#effects, this.#sessions, this.#devices]) part.tick(now)
    for (const part of [this.#rosters, this.#receipts, this.#watchers]) part.tick(now)
    this.#drain?.proceed(this.#peers.values(), now)
    for (const peer of this.#limiter.due(now)) this.#admit(peer)
    if (now >= this.#roundAt) this.#patrol(now)
  }

  #goDown(after: number, spread: number, now: number): void {
    this.#drain ??= new Drain(after, spread, this.#peers.size - this.#limiter.waiting.size, now)
    // Nobody is welcomed any more who was not: `spread` parts them when they come back.
    for (const peer of [...this.#limiter.waiting]) this.#drain.dismiss(peer)
    this.#drain.proceed(this.#peers.values(), now)
  }

  #opened(link: number, user: string, now: number): void {
    const away = this.#limiter.enter(this.#peers.size, now)
    const peer = new Peer(link, user, this.#effects, this.#options.guarded, (gone) => this.#gone(gone))
    this.#peers.set(link, peer)
    if (this.#drain) this.#drain.dismiss(peer)
    else if (away !== undefined) peer.dismiss(Close.tryLater, away, 0, 'the server is full')
  }

  #gone(peer: Peer): void {
    this.#peers.delete(peer.link)
    this.#limiter.leave(peer)
    for (const part of [this.#feeds, this.#receipts, this.#watchers]) part.leave(peer)
    const session = this.#sessions.of(peer)
    if (session) this.#devices.lose(peer, session.client)
    this.#sessions.leave(peer)
  }

  #frames(peer: Peer | undefined, frames: readonly ClientFrame[], now: number): void {
    if (!peer) return
    peer.heardAt = now
    const flood = floodOf(peer.stage, frames, this.#effects.under(peer.link))
    if (flood === undefined) this.#perform(peer, frames)
    else peer.fault(Close.overloaded, 'flood', flood)
  }

  /** In order; behind a hello everything waits for its answer. */
  #perform(peer: Peer, frames: readonly ClientFrame[]): void {
    let ping: number | undefined
    for (const [at, frame] of frames.entries()) {
      const { stage } = peer
      if (stage.is === 'gone') return
      if ('held' in stage) {
        stage.held.add(frames.slice(at))
        break
      }
      if (frame.t === 'hello') this.#hello(peer, frame)
      // Whoever tries several links at once asks on each, and says hello on one.
      else if (frame.t === 'ping') ping = frame.id
      else if (stage.is === 'new') peer.fault(Close.badFrame, 'no-hello', 'the first frame of a link is hello')
      else this.#obey(peer, this.#sessions.of(peer), frame)
    }
    this.#sessions.of(peer)?.flush()
    // One answer a packet, however many pings are in it.
    if (ping !== undefined) this.#beat('pong', ping, peer)
  }

  #hello(peer: Peer, hello: Hello): void {
    if (peer.stage.is === 'open' && peer.stage.hello.client !== hello.client) {
      peer.fault(Close.badFrame, 'bad-hello', 'a link has one client')
      return
    }
    const { is } = peer.stage
    peer.stage = { is: 'waiting', hello, held: new Held() }
    // Who speaks another version may not know how to wait, and is not welcomed anyway.
    if (is === 'open' || hello.v !== PROTOCOL_VERSION) this.#admit(peer)
    else this.#queue(peer)
  }

  /** A link's first hello is answered when it is its turn. */
  #queue(peer: Peer): void {
    const turn = this.#limiter.greet(peer, this.#effects.now)
    if (turn.is === 'in') this.#admit(peer)
    else if (this.#drain) this.#drain.dismiss(peer)
    else if (turn.is === 'waits') peer.tell({ t: 'wait', after: turn.after })
    else peer.dismiss(Close.tryLater, turn.after, 0, 'the server is full')
  }

  #admit(peer: Peer): void {
    if (peer.stage.is !== 'waiting') return
    const { hello, held } = peer.stage
    // While it waited, nothing was expected of it.
    peer.heardAt = this.#effects.now
    peer.stage = { is: 'opening', hello, held }
    this.#sessions.greet(peer, hello, () => {
      this.#devices.come(peer, hello.client)
      this.#perform(peer, held.frames)
    })
  }

  #obey(peer: Peer, session: Session | undefined, frame: Exclude<ClientFrame, { t: 'hello' | 'ping' }>): void {
    switch (frame.t) {
      case 'send':
        session?.offer(peer, frame)
        break
      case 'sub':
        if (session) this.#feeds.subscribe(peer, session.client, frame)
        break
      case 'unsub':
        if (session) this.#feeds.unsubscribe(peer, session.client, frame)
        break
      case 'received':
        this.#feeds.receive(peer, frame)
        break
      case 'history':
        this.#library.ask(peer, frame)
        break
      case 'track':
        if (session) this.#receipts.track(peer, session.client, frame.from)
        break
      case 'watch':
        this.#watchers.watch(peer, frame.ch)
        break
      case 'unwatch':
        this.#watchers.unwatch(peer, frame.ch)
        break
      case 'seen':
        if (session) this.#devices.look(session.client, frame.away)
        break
      case 'pong':
        break
      case 'bye':
        session?.flush()
        if (session) this.#devices.forget(session.client)
        session?.leave(frame.acked)
        peer.close(Close.normal, 'bye')
        break
      default:
        assertNever(frame)
    }
  }

  /** A heartbeat repairs: it carries what this side has, and what it has not heard of. */
  #beat(t: 'ping' | 'pong', id: number, peer: Peer): void {
    const got = this.#sessions.of(peer)?.seq
    const heads = this.#feeds.heads(peer)
    const { news } = peer
    peer.tell({ t, id, ...(got !== undefined && { got }), ...(heads && { heads }), ...(news && { news }) })
  }

  /** Looks at every link. A round that comes late means that this process was held: nobody is judged for that. */
  #patrol(now: number): void {
    const { idle, callTimeout } = this.#options
    const late = now - this.#roundAt > idle / 4
    this.#roundAt = now + roundTime(this.#options)
    this.#effects.expire(now - callTimeout)
    for (const peer of this.#peers.values()) {
      if (late) peer.heardAt = Math.max(peer.heardAt, now - idle / 2)
      const finding = inspect(peer, this.#options, now)
      if (finding === 'quiet') this.#beat('ping', ++this.#pings, peer)
      else if (finding === 'dead') peer.close(Close.timeout, 'silent for too long')
      else if (finding === 'mute') peer.fault(Close.timeout, 'no-hello', 'no hello in time')
    }
  }
}

const broken = (peer: Peer | undefined, { code, message }: FrameError): void =>
  peer?.fault(code === 'too-big' ? Close.tooBig : Close.badFrame, code, message)
