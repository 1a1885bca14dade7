import type { Action } from './contract.js'
import type { Effects } from './effects.js'
import { inboxOf, isInbox } from './inbox.js'

export type Permit = 'yes' | 'no' | 'asking'
/** `failed`: the hook did not answer; the next time it is asked again. */
export type Verdict = 'yes' | 'no' | 'failed'

/** Answers remembered per link: bounds what a link that names ever new channels can make the server keep. */
const REMEMBERED = 4_000

/** What one link may do, asked once for each action and channel, and remembered for the link's life. */
export class Permits {
  readonly #effects: Effects
  readonly #user: string
  readonly #guarded: boolean
  readonly #known = new Map<string, 'yes' | 'no' | ((verdict: Verdict) => void)[]>()

  constructor(effects: Effects, user: string, guarded: boolean) {
    this.#effects = effects
    this.#user = user
    this.#guarded = guarded
  }

  /** The permit as far as it is known; while `asking`, `then` is called when the verdict comes. */
  check(action: Action, ch: string, then: (verdict: Verdict) => void): Permit {
    if (isPrivate(action, ch) && ch !== inboxOf(this.#user)) return 'no'
    if (!this.#guarded) return 'yes'
    const name = `${action} ${ch}`
    const known = this.#known.get(name)
    if (known === 'yes' || known === 'no') return known
    if (known) known.push(then)
    else this.#ask(action, ch, name, then)
    return 'asking'
  }

  #ask(action: Action, ch: string, name: string, then: (verdict: Verdict) => void): void {
    const waiting = [then]
    this.#known.set(name, waiting)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break
      this.#known.delete(oldest)
    }
    this.#effects.call('authorize', { user: this.#user, action, ch }, (answer) => {
      const verdict = answer.is === 'failed' ? 'failed' : answer.result ? 'yes' : 'no'
      if (verdict === 'failed') this.#known.delete(name)
      else this.#known.set(name, verdict)
      for (const tell of waiting) tell(verdict)
    })
  }
}

/** Whoever may write to a person, only that person reads it. */
const isPrivate = (action: Action, ch: string): boolean =>
  isInbox(ch) && (action === 'subscribe' || action === 'history')
