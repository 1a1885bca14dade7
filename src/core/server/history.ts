import type { History } from '../../wire/frame.js'
import type { ServerOptions } from './contract.js'
import type { Effects } from './effects.js'
import type { Peer } from './peer.js'

/** Entries of one page at most. */
const PAGE = 1_000
/** Pages under way for one link. */
const AT_ONCE = 16

/** Pages of the log on request; a page is cut where its bodies pass `pushBytes`. */
export class Library {
  readonly #effects: Effects
  readonly #options: Pick<ServerOptions, 'pushBytes'>
  readonly #under = new WeakMap<Peer, number>()

  constructor(effects: Effects, options: Pick<ServerOptions, 'pushBytes'>) {
    this.#effects = effects
    this.#options = options
  }

  ask(peer: Peer, frame: History): void {
    const under = this.#under.get(peer) ?? 0
    if (under >= AT_ONCE) {
      deny(peer, frame, 'too-many', `${AT_ONCE} history requests at once are the most`)
      return
    }
    this.#under.set(peer, under + 1)
    const permit = peer.permits.check('history', frame.ch, (verdict) => this.#decide(peer, frame, verdict))
    if (permit !== 'asking') this.#decide(peer, frame, permit)
  }

  #decide(peer: Peer, frame: History, verdict: 'yes' | 'no' | 'failed'): void {
    if (verdict === 'yes') {
      this.#read(peer, frame)
      return
    }
    this.#end(peer)
    if (verdict === 'no') deny(peer, frame, 'forbidden', 'reading this channel is not allowed')
    else deny(peer, frame, 'unavailable', 'the server cannot tell now; ask again later')
  }

  #read(peer: Peer, frame: History): void {
    const { id, ch, from } = frame
    const limit = Math.min(PAGE, Math.max(1, frame.limit))
    this.#effects.call('read', { ch, from, limit, bytes: this.#options.pushBytes }, (answer) => {
      this.#end(peer)
      if (answer.is === 'failed') {
        deny(peer, frame, 'unavailable', 'the log cannot be read now; ask again later')
        return
      }
      const { epoch, oldest, next, entries } = answer.result
      peer.tell({ t: 'page', id, ch, epoch, oldest, next, entries: [...entries] })
    })
  }

  #end(peer: Peer): void {
    this.#under.set(peer, (this.#under.get(peer) ?? 1) - 1)
  }
}

function deny(peer: Peer, { id, ch }: History, code: string, reason: string): void {
  peer.tell({ t: 'denied', ch, id, code, reason })
}
