// The picture of the network as it is, which the clients cannot see: wires, what travels on them, and the server.
import { nameOf, noteOn, RUNGS } from './rungs.mjs'
import { counted, write } from './words.mjs'

const calm = matchMedia('(prefers-reduced-motion: reduce)')
const TRAVEL = { message: 620, receipt: 520, hello: 700, beat: 900, ask: 700 }
/** A wire shows this many parcels at once, and no two of a kind closer than this, ms. */
const CROWD = 24
const SPACING = 70

/** One person's wire: a lane for each rung of the ladder. */
export class Wire {
  #root
  #caption
  #lanes
  #person
  #world
  #last = {}

  constructor(root, person, world) {
    this.#root = root.querySelector('.wire')
    this.#caption = root.querySelector('.caption')
    this.#person = person
    this.#world = world
    this.#lanes = new Map(RUNGS.map((rung) => [rung, lane(rung)]))
    root.querySelector('.lanes').append(...[...this.#lanes.values()].map(({ root }) => root))
    root.querySelector('.avatar').textContent = person.name[0]
    person.cable.events.addEventListener('parcel', ({ detail }) => this.#send(detail))
    person.cable.events.addEventListener('link', () => this.draw())
    world.addEventListener('change', ({ detail: before }) => this.#changed(before))
    this.draw()
  }

  draw() {
    const { peer } = this.#person
    const { box } = this.#world.peer(peer)
    const [state, words] = this.#truth()
    this.#root.dataset.wire = state
    for (const [rung, { root, note }] of this.#lanes) {
      const said = noteOn(rung, box)
      root.dataset.lane = this.#laneState(rung, state)
      root.toggleAttribute('data-blocked', Boolean(said))
      // The words stay while they fade.
      if (said) write(note, said)
    }
    if (this.#caption.textContent === words) return
    this.#caption.textContent = words
    this.#root.setAttribute('aria-label', `${this.#person.name}’s link: ${words}`)
  }

  #laneState(rung, state) {
    const { cable, client } = this.#person
    if (state === 'unplugged') return rung === this.#person.rung ? 'unplugged' : 'idle'
    if (rung === client.transport) return state === 'silent' ? 'silent' : 'open'
    if (cable.busy(rung)) return 'trying'
    return rung === this.#person.rung && client.transport === undefined ? 'cut' : 'idle'
  }

  #truth() {
    const { cable, client, peer } = this.#person
    const { links, silent, refusing, acksToLose } = this.#world.peer(peer)
    const { transport } = client
    if (this.#person.isAway) return ['away', 'the page is closed, there is nobody to connect']
    if (!cable.plugged) return ['unplugged', 'no network']
    if (transport && silent && !links) return ['silent', 'a black hole: open at both ends']
    if (transport) {
      const over = `open, over ${nameOf(transport)}`
      return ['open', acksToLose ? `${over}; it will lose ${counted(acksToLose, 'ack')}` : over]
    }
    if (refusing) return ['cut', 'every connection is refused']
    if (RUNGS.some((rung) => cable.busy(rung))) return ['dialling', 'trying …']
    return ['cut', this.#world.state.server.up ? 'no connection' : 'nobody there']
  }

  #changed(before) {
    if (this.#world.hasEaten(this.#person.peer, before))
      this.#send({ up: false, kind: 'receipt', lost: true, rung: this.#person.rung })
    this.draw()
  }

  #send({ up, kind, rung, lost = false }) {
    const { traffic, root } = this.#lanes.get(rung)
    const way = `${kind} ${up} ${rung}`
    const now = performance.now()
    if (calm.matches || document.hidden || now - (this.#last[way] ?? 0) < SPACING) return
    if (traffic.childElementCount >= CROWD) return
    this.#last[way] = now
    const parcel = Object.assign(document.createElement('div'), { className: 'parcel' })
    parcel.dataset.kind = kind
    traffic.append(parcel)
    const gone = lost || root.dataset.lane === 'silent'
    this.#travel(parcel, up, kind, gone).onfinish = () => parcel.remove()
  }

  /** To the right or the left, whichever side the person is on; what gets lost fades half-way. */
  #travel(parcel, up, kind, gone) {
    const right = getComputedStyle(this.#root.closest('.side')).flexDirection === 'row-reverse'
    const from = up === right ? 100 : 0
    const to = gone ? 50 : 100 - from
    const frames = [
      { transform: `translateX(${from}%)`, opacity: 1 },
      { transform: `translateX(${from + (to - from) * 0.85}%)`, opacity: 1, offset: 0.85 },
      { transform: `translateX(${to}%)`, opacity: gone ? 0 : 1 },
    ]
    return parcel.animate(frames, {
      duration: gone ? TRAVEL[kind] * 0.8 : TRAVEL[kind],
      easing: 'cubic-bezier(.4,.1,.5,1)',
    })
  }
}

function lane(rung) {
  const part = (className, text = '') => Object.assign(document.createElement('div'), { className, textContent: text })
  const root = part('lane')
  const way = part('way')
  const traffic = part('traffic')
  const note = part('block')
  way.append(part('line'), traffic, note)
  root.append(part('lane-name', nameOf(rung)), way)
  root.dataset.rung = rung
  return { root, traffic, note }
}

/** The server, as the process that starts and kills it sees it. */
export function drawServer(root, { state: { server, peers }, backAt }) {
  const links = Object.values(peers).reduce((sum, peer) => sum + peer.links, 0)
  const away = Math.max(0, (backAt ?? 0) - performance.now()) / 1000
  const down = backAt ? `down, back in ${away.toFixed(1)} s` : 'down'
  root.toggleAttribute('data-down', !server.up)
  write(
    root.querySelector('[data-testid=server-state]'),
    server.up ? `up, ${counted(links, 'link')}, pid ${server.pid}` : down,
  )
  write(root.querySelector('b'), server.up ? 'Kill the server' : 'Start it now')
  write(
    root.querySelector('small'),
    server.up ? 'SIGKILL, no goodbye; back in 3 s' : 'or wait; it comes back by itself',
  )
}
