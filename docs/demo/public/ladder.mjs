// The ladder in a person's panel: four rungs, which one carries, why, and what is in the way.
import { nameOf, noteOn, RUNGS } from './rungs.mjs'
import { plainly, write } from './words.mjs'

const titles = { websocket: 'WebSocket', sse: 'SSE', 'long-poll': 'Long polls', 'short-poll': 'Short polls' }

export class Ladder {
  #root
  #why
  #person
  #world
  #steps

  constructor(root, person, world) {
    this.#root = root.querySelector('.ladder')
    this.#why = root.querySelector('.rung-why')
    this.#person = person
    this.#world = world
    this.#steps = RUNGS.map((rung) => step(rung, person))
    this.#root.querySelector('.rungs').append(...this.#steps.map(({ item }) => item), lamp())
    this.#root.dataset.testid = `${person.slug}-ladder`
    this.#why.dataset.testid = `${person.slug}-rung-reason`
    person.addEventListener('change', () => this.draw())
    world.addEventListener('change', () => this.draw())
    this.draw()
  }

  draw() {
    const { client, rung, peer, cable } = this.#person
    const { transport } = client
    const { box } = this.#world.peer(peer)
    this.#root.dataset.rung = transport ?? ''
    this.#root.style.setProperty('--at', RUNGS.indexOf(rung))
    for (const [at, { item, note }] of this.#steps.entries()) {
      const blocked = noteOn(RUNGS[at], box)
      const active = RUNGS[at] === transport
      item.toggleAttribute('data-blocked', Boolean(blocked))
      item.toggleAttribute('data-active', active)
      if (active) item.setAttribute('aria-current', 'true')
      else item.removeAttribute('aria-current')
      write(note, blocked ?? (active ? 'in use' : cable.busy(RUNGS[at]) ? 'trying …' : ''))
    }
    write(this.#why, this.#words())
  }

  /** The client's own reasons; it cannot see what the box does. */
  #words() {
    const { client, status, rung, moves } = this.#person
    const rungReason = plainly(this.#person.rungReason)
    if (status === 'offline') return 'No network: it waits.'
    if (!client.transport) return 'Trying again, what worked last comes first.'
    if (rung === RUNGS[0] && moves === 0) return 'The best way is open; the others wait.'
    if (rung === RUNGS[0]) return `Climbed back: ${rungReason || 'it works again'}.`
    const why = rungReason || 'nothing better answered in time'
    return `On ${nameOf(rung)}: ${why}.`
  }
}

function step(rung, { slug }) {
  const item = document.createElement('li')
  const note = Object.assign(document.createElement('small'), { className: 'rung-note' })
  item.append(Object.assign(document.createElement('b'), { textContent: titles[rung] }), note)
  item.dataset.testid = `${slug}-rung-${rung}`
  return { item, note }
}

/** What lights up the rung in use; it moves, so that the eye can follow. */
function lamp() {
  const item = document.createElement('li')
  item.className = 'lamp'
  item.setAttribute('aria-hidden', 'true')
  return item
}
