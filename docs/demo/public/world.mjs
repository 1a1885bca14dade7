// The demo's own line to the process that runs the server and the network: what is broken, and orders to break it.

/* global Holdfast */

const WELL = {
  links: 0,
  silent: 0,
  refusing: false,
  acksToLose: 0,
  box: { websocket: 'pass', streams: 'pass', requests: 'pass' },
}

/** `state` is `{ server: { up, pid, starts }, peers, heads, reached, may }`; emits `change` with the state before as detail. */
export class World extends EventTarget {
  state = { server: { up: false, starts: 0 }, peers: {}, heads: {}, reached: {}, may: true }

  /** When a killed server is started again, ms on the page's clock. */
  backAt

  constructor() {
    super()
    // Not an EventSource: browsers allow six connections over HTTP, and the people may need them all.
    const line = new Holdfast.ResilientWebSocket(new URL('control', location.href.replace(/^http/, 'ws')).href)
    line.addEventListener('message', ({ data }) => {
      const before = this.state
      this.state = JSON.parse(data)
      const { backIn } = this.state.server
      this.backAt = backIn === undefined ? undefined : performance.now() + backIn
      this.dispatchEvent(new CustomEvent('change', { detail: before }))
    })
  }

  /** What is wrong with somebody's network. */
  peer(name) {
    return this.state.peers[name] ?? WELL
  }

  /** Whether the network ate acks of somebody's between the state `before` and this one: no page can see that. */
  hasEaten(name, before) {
    return this.peer(name).acksToLose < (before.peers[name]?.acksToLose ?? 0)
  }

  async order(fault, what = {}) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`control/${fault}`, { method: 'POST', headers, body: JSON.stringify(what) })
    if (!answer.ok) throw new Error((await answer.json()).error)
  }
}
