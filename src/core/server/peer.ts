import type { Hello, Noted, Packed, ServerFrame } from '../../wire/frame.js'
import type { Effects } from './effects.js'
import type { Held } from './held.js'
import { Permits } from './permits.js'

/** How far a link has come. `held` waits for the answer to its hello, which itself may wait for its turn. */
export type Stage =
  | { is: 'new'; since: number }
  | { is: 'waiting'; hello: Hello; held: Held }
  | { is: 'opening'; hello: Hello; held: Held }
  /** `got`: what its welcome said to be there. */
  | { is: 'open'; hello: Hello; got: number }
  | { is: 'gone' }

/** The other end of one link. Once gone, whatever is still said to it is lost on purpose. */
export class Peer {
  stage: Stage
  /** Last sign of life. */
  heardAt: number
  /** Frames of receipts and presence told on this link. */
  news = 0
  readonly link: number
  /** '' when anonymous. */
  readonly user: string
  readonly permits: Permits
  readonly #effects: Effects
  readonly #onGone: (peer: Peer) => void

  constructor(link: number, user: string, effects: Effects, guarded: boolean, onGone: (peer: Peer) => void) {
    this.link = link
    this.user = user
    this.heardAt = effects.now
    this.stage = { is: 'new', since: effects.now }
    this.permits = new Permits(effects, user, guarded)
    this.#effects = effects
    this.#onGone = onGone
  }

  get gone(): boolean {
    return this.stage.is === 'gone'
  }

  tell(frame: ServerFrame<Packed>): void {
    if (!this.gone) this.#effects.write(this.link, frame)
  }

  /** What can wait for company. */
  note(frame: Noted): void {
    if (!this.gone) this.#effects.note(this.link, frame)
  }

  /** Names what is wrong and was not done. Nothing else is the matter. */
  warn(code: string, reason: string): void {
    if (this.gone) return
    this.#effects.log('info', 'refused', { link: this.link, code })
    this.tell({ t: 'error', code, reason })
  }

  /** Names what is wrong, then closes. */
  fault(closeCode: number, code: string, reason: string): void {
    if (this.gone) return
    this.#effects.log('info', 'fault', { link: this.link, code, closeCode })
    this.tell({ t: 'error', code, reason })
    this.close(closeCode, code)
  }

  /** Sends it away, and says when to come back. */
  dismiss(closeCode: number, after: number, spread: number, reason: string): void {
    this.tell({ t: 'retry', after, spread })
    this.close(closeCode, reason)
  }

  close(code: number, reason: string): void {
    if (this.gone) return
    this.#effects.close(this.link, code, reason)
    this.leave()
  }

  /** The link is no more, by whomever it was ended. */
  leave(): void {
    if (this.gone) return
    this.stage = { is: 'gone' }
    this.#effects.forget(this.link)
    this.#onGone(this)
  }
}
