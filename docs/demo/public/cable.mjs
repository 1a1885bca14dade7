// The last metre of a person's network: real WebSockets and real requests, watched for the picture, and a plug that can
// be pulled.
import { kindOf } from './parcels.mjs'
import { fetchOver } from './trips.mjs'

/**
 * `WebSocket`, `fetchFor(rung)` and what `turnOn()` gives are for `createClient`. `events` emits `parcel` (detail: { up, kind, rung, lost })
 * and `link`; `unplug()` and `plug()` play a device that loses its network and finds it again, `renew()` one that joins
 * another network. `turnOn()` gives the page of one client, `turnOff()` ends that page as when a tab is closed.
 */
export function makeCable() {
  const events = new EventTarget()
  const emit = (type, detail) => events.dispatchEvent(new CustomEvent(type, { detail }))
  let platform
  const cable = {
    events,
    plugged: true,
    heardAt: performance.now(),
    /** What is open or under way, by rung: { rung, dead }. */
    ways: new Set(),
    emit,
    heard() {
      cable.heardAt = performance.now()
    },
    /** Whether something is open or under way on this rung. */
    busy: (rung) => [...cable.ways].some((way) => way.rung === rung && !way.dead),
    begin(way) {
      cable.ways.add(way)
      emit('link')
    },
    end(way) {
      if (cable.ways.delete(way)) emit('link')
    },
    fetchFor: (rung) => fetchOver(cable, rung),
    unplug() {
      cable.plugged = false
      for (const way of cable.ways) way.dead = true
      emit('link')
      platform.tell('offline')
    },
    plug() {
      cable.plugged = true
      emit('link')
      platform.tell('online')
    },
    renew: () => cable.plugged && platform.tell('online'),
    turnOn() {
      platform = platformOf(() => cable.plugged)
      return platform.page
    },
    /** The page hears that it ends, as browsers tell, and then nothing more. */
    turnOff() {
      platform.tell('pagehide')
      platform.end()
    },
  }
  cable.WebSocket = socketOver(cable)
  return cable
}

function socketOver(cable) {
  return class extends WebSocket {
    rung = 'websocket'
    /** It was open when the plug was pulled: whatever comes or goes is lost, and nobody says so. */
    dead = false

    constructor(...args) {
      super(...args)
      // First in the row, so that it can keep an event from all who follow.
      for (const type of ['open', 'message', 'error', 'close'])
        this.addEventListener(type, (event) => this.#hear(event))
      if (!cable.plugged) super.close()
      cable.begin(this)
    }

    send(data) {
      cable.emit('parcel', { up: true, kind: kindOf(data), rung: this.rung, lost: this.dead })
      if (!this.dead) super.send(data)
    }

    close(...args) {
      super.close(...args)
      cable.end(this)
    }

    #hear(event) {
      if (this.dead) return event.stopImmediatePropagation()
      if (event.type === 'open' || event.type === 'message') cable.heard()
      if (event.type === 'open') cable.emit('link')
      if (event.type === 'message')
        cable.emit('parcel', { up: false, kind: kindOf(event.data), rung: this.rung, lost: false })
      if (event.type === 'close') cable.end(this)
    }
  }
}

/** The page's own events, and some that are played; none after its end. */
function platformOf(isPlugged) {
  const window = globalThis
  const events = new EventTarget()
  const life = new AbortController()
  for (const type of ['online', 'offline', 'pageshow', 'pagehide', 'resume', 'visibilitychange']) {
    window.addEventListener(
      type,
      ({ persisted }) => events.dispatchEvent(Object.assign(new Event(type), { persisted })),
      { capture: true, signal: life.signal },
    )
  }
  const page = {
    addEventListener: (...args) => events.addEventListener(...args),
    document: window.document,
    navigator: {
      get onLine() {
        return isPlugged() && window.navigator.onLine
      },
    },
  }
  return { page, tell: (type) => events.dispatchEvent(new Event(type)), end: () => life.abort() }
}
