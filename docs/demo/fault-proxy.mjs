// The network between browser and server, and all that goes wrong in it. Each person (`?peer=`) has faults of their own.
import { EventEmitter } from 'node:events'
import { connect } from 'node:net'
import { AckFilter } from './ack-filter.mjs'
import { delay } from './latency.mjs'

/** Emits `change` when a person's faults or number of links change. */
export class FaultProxy extends EventEmitter {
  #peers = new Map()
  #port

  /** @param port gives the server's port, or nothing while there is no server */
  constructor(port) {
    super()
    this.#port = port
  }

  /** What is wrong with whose network. `silent` links are open at both ends and carry nothing. */
  state() {
    const peers = [...this.#peers].map(([name, { links, refusing, acksToLose }]) => {
      const silent = [...links].filter((link) => link.silent).length
      return [name, { links: links.size - silent, silent, refusing, acksToLose }]
    })
    return Object.fromEntries(peers)
  }

  /** The links of this moment fall silent for ever, as when a router forgets them. New ones work. */
  blackhole(name) {
    for (const link of this.#peer(name).links) link.silent = true
    this.#changed(name)
  }

  /** Cuts what there is and turns away what comes, until `heal`. */
  refuse(name) {
    const peer = this.#peer(name)
    peer.refusing = true
    for (const link of [...peer.links]) if (!link.silent) link.cut()
    this.#changed(name)
  }

  /** The next acks on their way to the browser do not arrive. */
  loseAcks(name, count) {
    this.#peer(name).acksToLose = count
    this.#changed(name)
  }

  heal(name) {
    Object.assign(this.#peer(name), { refusing: false, acksToLose: 0 })
    this.#changed(name)
  }

  close() {
    for (const { links } of this.#peers.values()) for (const link of [...links]) link.cut()
  }

  /** Takes an upgrade request and joins the browser's socket to one of the server's. */
  link(request, browser, head) {
    const name = new URL(request.url, 'http://demo').searchParams.get('peer') ?? ''
    const port = this.#port()
    const peer = this.#peer(name)
    if (peer.refusing || !port) {
      browser.resetAndDestroy()
      this.#changed(name)
      return
    }
    const link = join(browser, connect(port, '127.0.0.1'), this.#acks(name, peer), () => {
      peer.links.delete(link)
      this.#changed(name)
    })
    peer.links.add(link)
    link.server.write(opening(request))
    link.server.write(head)
    this.#changed(name)
  }

  #acks(name, peer) {
    return new AckFilter(() => {
      if (peer.acksToLose === 0) return false
      peer.acksToLose -= 1
      this.#changed(name)
      return true
    })
  }

  #peer(name) {
    const peer = this.#peers.get(name) ?? { links: new Set(), refusing: false, acksToLose: 0 }
    this.#peers.set(name, peer)
    return peer
  }

  #changed(name) {
    const { links, refusing, acksToLose } = this.#peer(name)
    if (links.size === 0 && !refusing && acksToLose === 0) this.#peers.delete(name)
    this.emit('change')
  }
}

/** Two sockets, one link. While it is `silent`, bytes and closings are swallowed both ways. */
function join(browser, server, acks, ended) {
  const link = { server, silent: false, cut }
  let over = false
  function cut() {
    if (over) return
    over = true
    browser.destroy()
    server.destroy()
    ended()
  }
  carry(browser, server, link, (chunk) => chunk)
  carry(server, browser, link, (chunk) => acks.pass(chunk))
  // The browser gives a silent link up after a minute, or leaves.
  for (const event of ['end', 'close']) browser.once(event, () => link.silent && cut())
  return link
}

/** What is on its way when the harm is done is harmed: all is decided on arrival. */
function carry(from, to, link, filter) {
  const later = delay()
  const arrive = (chunk) => {
    const bytes = link.silent ? undefined : filter(chunk)
    if (!bytes?.length || !to.writable || to.write(bytes)) return
    from.pause()
    to.once('drain', () => from.resume())
  }
  const end = () => link.silent || to.end(link.cut)
  from.setNoDelay(true)
  from.on('error', () => from.destroy())
  from.on('data', (chunk) => later(() => arrive(chunk)))
  from.once('end', () => later(end))
  from.once('close', () => later(end))
}

/** The request as it came, but uncompressed: the ack filter reads along. */
function opening({ method, url, rawHeaders }) {
  let text = `${method} ${url} HTTP/1.1\r\n`
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!/^sec-websocket-extensions$/i.test(rawHeaders[at])) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`
  }
  return `${text}\r\n`
}
