// The network between browser and server, and all that goes wrong in it. Each person (`?peer=`) has faults of their own.
import { EventEmitter } from 'node:events'
import { connect } from 'node:net'
import { AckFilter } from './ack-filter.mjs'
import { Exchange, OPEN_BOX } from './http-box.mjs'
import { HttpLinks } from './http-link.mjs'
import { join, opening } from './socket-link.mjs'

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
    const peers = [...this.#peers].map(([name, { links, refusing, acksToLose, box }]) => {
      const silent = [...links].filter((link) => link.silent).length
      return [name, { links: links.size - silent, silent, refusing, acksToLose, box }]
    })
    return Object.fromEntries(peers)
  }

  /** The links of this moment fall silent for ever, as when a router forgets them. New ones work. */
  blackhole(name) {
    const { links, exchanges } = this.#peer(name)
    for (const link of links) link.silent = true
    for (const exchange of exchanges) exchange.silence()
    this.#changed(name)
  }

  /** Cuts what there is and turns away what comes, until `heal`. */
  refuse(name) {
    const peer = this.#peer(name)
    peer.refusing = true
    for (const one of [...peer.links, ...peer.exchanges]) if (!one.silent) one.cut()
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

  /** From now on the box in the way does so to WebSockets, streams or requests: see `BOX`. */
  setBox(name, part, mode) {
    const peer = this.#peer(name)
    peer.box = { ...peer.box, [part]: mode }
    if (part === 'websocket') {
      for (const socket of peer.hanging.splice(0)) socket.destroy()
      for (const link of [...peer.links]) if (mode !== 'pass' && !link.exchanges && !link.silent) link.cut()
    }
    for (const exchange of peer.exchanges) exchange.obey()
    this.#changed(name)
  }

  close() {
    for (const { links, exchanges, hanging } of this.#peers.values()) {
      for (const one of [...links, ...exchanges]) one.cut()
      for (const socket of hanging) socket.destroy()
    }
  }

  /** Takes an upgrade request and joins the browser's socket to one of the server's. */
  link(request, browser, head) {
    const name = nameIn(request)
    const port = this.#port()
    const peer = this.#peer(name)
    if (peer.refusing || !port) browser.resetAndDestroy()
    else if (peer.box.websocket === 'refuse') browser.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
    else if (peer.box.websocket === 'hang') peer.hanging.push(browser)
    else {
      const server = connect(port, '127.0.0.1')
      const link = join(browser, server, new AckFilter((kind) => peer.loseAck(kind)), (link) => {
        peer.links.delete(link)
        this.#changed(name)
      })
      peer.links.add(link)
      server.write(opening(request))
      server.write(head)
    }
    this.#changed(name)
  }

  /** Takes a request that is no upgrade. */
  request(request, response) {
    const name = nameIn(request)
    const port = this.#port()
    const peer = this.#peer(name)
    if (peer.refusing || !port) request.socket.resetAndDestroy()
    else new Exchange(request, response, peer, port)
    this.#changed(name)
  }

  #peer(name) {
    const peer = this.#peers.get(name) ?? this.#newPeer(name)
    this.#peers.set(name, peer)
    return peer
  }

  #newPeer(name) {
    const changed = () => this.#changed(name)
    const links = new Set()
    return {
      links,
      http: new HttpLinks(links, changed),
      exchanges: new Set(),
      hanging: [],
      refusing: false,
      acksToLose: 0,
      box: OPEN_BOX,
      /** The server's answers are counted; what else would tell the same is lost with them. */
      loseAck(kind) {
        if (this.acksToLose === 0) return false
        if (kind !== 'accepted') return true
        this.acksToLose -= 1
        changed()
        return true
      },
    }
  }

  #changed(name) {
    const { links, exchanges, refusing, acksToLose, box } = this.#peer(name)
    const isWell = Object.values(box).every((mode) => mode === 'pass') && !refusing && acksToLose === 0
    if (isWell && links.size + exchanges.size === 0) this.#peers.delete(name)
    this.emit('change')
  }
}

const nameIn = ({ url }) => new URL(url, 'http://demo').searchParams.get('peer') ?? ''
