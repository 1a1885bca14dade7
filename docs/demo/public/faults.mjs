// What a fault did: how long until it was noticed, how long until all was well. One at a time, the last one pressed.

import { BlockWatch } from './block-watch.mjs'
import { seconds } from './words.mjs'

const names = {
  kill: 'Server killed',
  blackhole: 'Black hole',
  refuse: 'Connections refused',
  offline: 'Offline',
  'lose-acks': 'Acks lost',
  flood: 'Flood',
}

/** A message whose ack was lost is said again; or the server tells of it on a new link. */
const healings = ({ client, moves }) => client.stats().retransmits + client.stats().reconnects + moves

/** Emits `change`. `fault` is the last one: { kind, who, at, noticed, open, recovered }, times in ms on the page's clock. */
export class FaultWatch extends EventTarget {
  fault
  /** Instead of a fault: a box in the way, which is another story. */
  #block

  /** @param who the people it hits */
  begin(kind, who) {
    // For these the way is open from the start; the others end when the server is back, or somebody presses again.
    const open = ['blackhole', 'lose-acks', 'flood'].includes(kind) ? performance.now() : undefined
    this.#block = undefined
    this.fault = { kind, who, at: performance.now(), open }
    this.#changed()
  }

  /** The way is open again. */
  lift(kind) {
    if (this.fault?.kind !== kind || this.fault.open !== undefined) return
    this.fault.open = performance.now()
    this.#changed()
  }

  /** The network ate an ack of this person's. */
  ackLost(person) {
    if (this.fault?.kind === 'lose-acks' && this.fault.who.includes(person)) this.fault.healed ??= healings(person)
  }

  /** Something gets in the way of some transports. */
  beginBlock(block, person) {
    this.fault = undefined
    this.#block = new BlockWatch(block, person)
    this.#changed()
  }

  /** It is out of the way again. */
  liftBlock(block, person) {
    this.fault = undefined
    this.#block = new BlockWatch(block, person, true)
    this.#changed()
  }

  /** Looks at the people: to be called whenever something changed, and now and then. */
  look() {
    const { fault } = this
    if (this.#block?.look()) this.#changed()
    if (!fault || fault.recovered !== undefined) return
    const { who, open } = fault
    const noticed = fault.noticed === undefined && who.some((person) => this.#notices(person))
    if (noticed) fault.noticed = performance.now()
    const well = fault.noticed !== undefined && open !== undefined && who.every((person) => this.#isWell(person))
    if (well) fault.recovered = performance.now()
    if (noticed || well) this.#changed()
  }

  /** In words: [what, and then]. */
  words() {
    if (this.#block) return this.#block.words()
    const { kind, who, at, noticed, open, recovered } = this.fault
    const title = who.length === 1 ? `${names[kind]}, ${who[0].name}` : names[kind]
    if (kind === 'flood') return [title, recovered ? `all accepted in ${seconds(recovered - at)}` : 'on its way …']
    const notice = noticed
      ? `noticed after ${seconds(noticed - at)}`
      : kind === 'lose-acks'
        ? 'say something'
        : 'not yet noticed …'
    const since =
      { kill: ' after the server was back', refuse: ' after it was lifted', offline: ' after it was lifted' }[kind] ??
      ''
    return [title, recovered ? `${notice}, well again ${seconds(recovered - open)}${since}` : notice]
  }

  #notices(person) {
    const { kind, healed } = this.fault
    if (kind === 'flood') return true
    return kind === 'lose-acks' ? healings(person) > healed : person.status !== 'online'
  }

  #isWell({ status, client }) {
    const { queued, inFlight } = client.stats()
    const emptied = !['flood', 'lose-acks'].includes(this.fault.kind) || queued + inFlight === 0
    return status === 'online' && emptied
  }

  #changed() {
    this.dispatchEvent(new Event('change'))
  }
}
