// What a box in the way did: how long until the client stood on another rung, and when it is gone, until it climbed.
import { nameOf, RUNGS } from './rungs.mjs'
import { seconds } from './words.mjs'

export class BlockWatch {
  #block
  #person
  #from
  #at = performance.now()
  #noticed = false
  #moved
  #lifted

  /** @param lifted the box goes, instead of coming */
  constructor(block, person, lifted = false) {
    this.#lifted = lifted
    this.#block = block
    this.#person = person
    this.#from = person.rung
  }

  /** Says whether there is news. */
  look() {
    const { status, rung } = this.#person
    if (status !== 'online' && !this.#noticed) return (this.#noticed = true)
    if (status !== 'online' || rung === (this.#moved?.rung ?? this.#from)) return false
    this.#moved = { rung, after: performance.now() - this.#at }
    return true
  }

  /** In words: [what, and then]. */
  words() {
    const title = `${this.#block.label}, ${this.#person.name}`
    if (this.#lifted) return [`${title}, lifted`, this.#moved ? this.#step() : this.#still()]
    return [title, this.#moved ? this.#step() : this.#stays()]
  }

  #step() {
    const up = RUNGS.indexOf(this.#moved.rung) < RUNGS.indexOf(this.#from)
    const verb = up ? 'climbed to' : 'stepped down to'
    return `${verb} ${nameOf(this.#moved.rung)} after ${seconds(this.#moved.after)}`
  }

  #stays() {
    const { rungs, bends } = this.#block
    const { name } = this.#person
    if (this.#noticed) return 'noticed, looking for a way …'
    if (!rungs.includes(this.#from)) return `not in the way yet, ${name} is on ${nameOf(this.#from)}`
    // Each poll that is cut asks the server to wait half as long.
    if (this.#from === bends) return 'polls get shorter until they fit'
    return 'not yet noticed …'
  }

  #still() {
    return this.#from === 'websocket' ? 'no climb was needed' : 'looking for a way up …'
  }
}
