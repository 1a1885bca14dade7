// The last metre of a person's network: real WebSockets, watched for the picture, and a plug that can be pulled.

/**
 * `WebSocket` and `page` are for `createClient`. `events` emits `parcel` (detail: { up, kind }) and `link`;
 * `unplug()` and `plug()` play a device that loses its network and finds it again.
 */
export function makeCable() {
  const events = new EventTarget()
  const emit = (type, detail) => events.dispatchEvent(new CustomEvent(type, { detail }))
  const cable = { events, open: 0, dialling: 0, plugged: true, heardAt: performance.now() }
  const sockets = new Set()

  function count() {
    const states = [...sockets].filter((socket) => !socket.dead).map(({ readyState }) => readyState)
    cable.open = states.filter((state) => state === WebSocket.OPEN).length
    cable.dialling = states.filter((state) => state === WebSocket.CONNECTING).length
    emit('link')
  }

  cable.WebSocket = class extends WebSocket {
    /** It was open when the plug was pulled: whatever comes or goes is lost, and nobody says so. */
    dead = false

    constructor(...args) {
      super(...args)
      // First in the row, so that it can keep an event from all who follow.
      for (const type of ['open', 'message', 'error', 'close'])
        this.addEventListener(type, (event) => this.#hear(event))
      sockets.add(this)
      if (!cable.plugged) super.close()
      count()
    }

    send(data) {
      emit('parcel', { up: true, kind: kindOf(data), lost: this.dead })
      if (!this.dead) super.send(data)
    }

    close(...args) {
      super.close(...args)
      sockets.delete(this)
      count()
    }

    #hear(event) {
      if (this.dead) return event.stopImmediatePropagation()
      if (event.type === 'open' || event.type === 'message') cable.heardAt = performance.now()
      if (event.type === 'message') return emit('parcel', { up: false, kind: kindOf(event.data) })
      if (event.type === 'close') sockets.delete(this)
      count()
    }
  }

  const window = globalThis
  const platform = new EventTarget()
  for (const type of ['online', 'offline', 'pageshow', 'pagehide', 'resume', 'visibilitychange']) {
    window.addEventListener(
      type,
      ({ persisted }) => platform.dispatchEvent(Object.assign(new Event(type), { persisted })),
      true,
    )
  }
  cable.page = {
    addEventListener: (...args) => platform.addEventListener(...args),
    document: window.document,
    navigator: {
      get onLine() {
        return cable.plugged && window.navigator.onLine
      },
    },
  }
  cable.unplug = () => {
    cable.plugged = false
    for (const socket of sockets) socket.dead = true
    count()
    platform.dispatchEvent(new Event('offline'))
  }
  cable.plug = () => {
    cable.plugged = true
    count()
    platform.dispatchEvent(new Event('online'))
  }
  return cable
}

/** What a packet mostly is. Messages count more than their receipts, and those more than a heartbeat. */
function kindOf(data) {
  const text = typeof data === 'string' ? data.slice(0, 2_000) : ''
  const has = (...types) => types.some((type) => text.includes(`"t":"${type}"`))
  if (has('hello', 'welcome')) return 'hello'
  if (has('send', 'message', 'page')) return 'message'
  return has('accepted', 'received', 'refused') ? 'receipt' : 'beat'
}
