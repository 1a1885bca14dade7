// The network between two programs of this machine, and what goes wrong in it, at the level of TCP.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** `up` is from the client to the server. */
export type Way = 'up' | 'down'

/**
 * What happens to a link: `fin` and `rst` end it for both sides; `swallow` keeps it open at both ends and carries
 * nothing more (half-open), `swallow-up` and `swallow-down` only one way; `stall` stops reading, so that nothing is lost
 * but the sender's buffers fill.
 */
export type Fault = 'fin' | 'rst' | 'swallow' | 'swallow-up' | 'swallow-down' | 'stall'

/** What happens to those who dial: joined to the server; reset; or let in and never answered. */
export type Reception = 'pass' | 'refuse' | 'hang'

interface Strike {
  fault: Fault
  way: Way
  /** Bytes of that way that still pass, of all links together. */
  left: number
  struck: () => void
}

/** What a way holds at most before it reads no more, bytes: a slow line that took all at once would be a fast one. */
const ROOM = 16_384

/** One way of a link: what came first leaves first, however long each is held. */
class Lane {
  readonly #proxy: FaultProxy
  readonly #from: Socket
  readonly #queue: { due: number; bytes: number; act: () => void }[] = []
  #timer: NodeJS.Timeout | undefined
  /** When the line is free for more. */
  #free = 0
  #held = 0

  constructor(proxy: FaultProxy, from: Socket) {
    this.#proxy = proxy
    this.#from = from
  }

  pass(bytes: number, act: () => void): void {
    const { delay, jitter, rate } = this.#proxy
    const now = performance.now()
    if (!delay && !jitter && rate === Infinity && !this.#queue.length) {
      act()
      return
    }
    this.#free = Math.max(this.#free, now + delay + Math.random() * jitter) + (bytes / rate) * 1_000
    this.#queue.push({ due: this.#free, bytes, act })
    this.#held += bytes
    if (rate < Infinity && this.#held > ROOM) this.#from.pause()
    this.#arm(now)
  }

  #arm(now: number): void {
    const [first] = this.#queue
    if (first) this.#timer ??= setTimeout(() => this.#leave(), first.due - now)
  }

  #leave(): void {
    this.#timer = undefined
    const now = performance.now()
    for (let first; (first = this.#queue[0]) && first.due <= now + 0.5;) {
      this.#queue.shift()
      const wasFull = this.#held > ROOM
      this.#held -= first.bytes
      if (wasFull && this.#held <= ROOM) this.#from.resume()
      first.act()
    }
    this.#arm(now)
  }
}

/** A slow line carries small pieces, so that what is in one does not all arrive at its end. */
const PIECE = 256

class Link {
  readonly client: Socket
  readonly server: Socket
  readonly #proxy: FaultProxy
  readonly #dead = new Set<Way>()

  constructor(proxy: FaultProxy, client: Socket, port: number) {
    this.#proxy = proxy
    this.client = client
    this.server = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    this.#carry(this.client, this.server, 'up')
    this.#carry(this.server, this.client, 'down')
  }

  suffer(fault: Fault): void {
    if (fault === 'fin') for (const one of [this.client, this.server]) one.end()
    else if (fault === 'rst') this.cut()
    else if (fault === 'stall') for (const one of [this.client, this.server]) one.pause()
    else {
      if (fault !== 'swallow-down') this.#dead.add('up')
      if (fault !== 'swallow-up') this.#dead.add('down')
    }
  }

  cut(): void {
    for (const one of [this.client, this.server]) one.resetAndDestroy()
  }

  #carry(from: Socket, to: Socket, way: Way): void {
    const lane = new Lane(this.#proxy, from)
    from.on('data', (chunk) => {
      const piece = this.#proxy.rate < Infinity ? PIECE : chunk.length
      for (let at = 0; at < chunk.length; at += piece) {
        const part = chunk.subarray(at, at + piece)
        lane.pass(part.length, () => this.#arrive(to, way, part))
      }
    })
    from.on('end', () => lane.pass(0, () => this.#dead.has(way) || to.end()))
    from.on('error', () => from.destroy())
    from.on('close', () => {
      lane.pass(0, () => {
        if (!this.#dead.has(way)) to.destroy()
        if (this.client.destroyed) this.#proxy.links.delete(this)
        // Nobody holds the client's end of a dead link any more: the server's may be forgotten, too.
        if (this.client.destroyed && this.#dead.size) this.server.destroy()
      })
    })
  }

  #arrive(to: Socket, way: Way, chunk: Buffer): void {
    if (this.#dead.has(way) || to.destroyed) return
    const { strike } = this.#proxy
    if (!strike || strike.way !== way || chunk.length < strike.left) {
      if (strike?.way === way) strike.left -= chunk.length
      this.#proxy.passed.push({ way, bytes: chunk.length })
      to.write(chunk)
      return
    }
    this.#proxy.strike = undefined
    to.write(chunk.subarray(0, strike.left), () => {
      this.suffer(strike.fault)
      strike.struck()
    })
    // The rest of it never was.
    this.#dead.add(way)
  }
}

export class FaultProxy {
  reception: Reception = 'pass'
  /** Each way, ms. */
  delay = 0
  /** Up to so much more, each time anew, ms; nothing overtakes. */
  jitter = 0
  /** Bytes a second, each way of each link. */
  rate = Infinity
  /** What is to happen, to whichever link it meets. */
  strike: Strike | undefined
  /** Chunks that went through, in order. */
  readonly passed: { way: Way; bytes: number }[] = []
  readonly links = new Set<Link>()
  /** Those that were let in and are never answered. */
  readonly #hanging = new Set<Socket>()
  readonly #server: Server
  readonly #target: () => number

  private constructor(target: () => number) {
    this.#target = target
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.#take(client))
  }

  /** @param target gives the server's port, asked for each link. */
  static async open(target: () => number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Links, answered or not. */
  get size(): number {
    return this.links.size + this.#hanging.size
  }

  /** All links of this moment. */
  suffer(fault: Fault): void {
    for (const link of [...this.links]) link.suffer(fault)
  }

  /** After so many more bytes of one way the link suffers that carries the last of them, in the middle of whatever they are. */
  after(bytes: number, way: Way, fault: Fault): Promise<void> {
    return new Promise((struck) => (this.strike = { fault, way, left: bytes, struck }))
  }

  close(): Promise<void> {
    for (const link of [...this.links]) link.cut()
    for (const client of this.#hanging) client.destroy()
    return new Promise((done) => this.#server.close(() => done()))
  }

  #take(client: Socket): void {
    client.on('error', () => client.destroy())
    if (this.reception === 'pass') this.links.add(new Link(this, client, this.#target()))
    else if (this.reception === 'refuse') client.resetAndDestroy()
    else {
      this.#hanging.add(client)
      client.resume().once('close', () => this.#hanging.delete(client))
    }
  }
}
