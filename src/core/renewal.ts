import { Close, type Closing, verdict } from '../wire/close.js'

/** A token that was not taken is asked for anew, once: which closings end the client for good. */
export class Renewal {
  /** A new token was asked for since the last welcome. */
  #asked = false

  welcomed(): void {
    this.#asked = false
  }

  /** @param isAway nobody looks at this page, and another may have its name. */
  isFatal({ code, max }: Closing, isAway: boolean): boolean {
    // Too large for something on the way: it is one message that fails for it.
    const said = max === undefined ? verdict(code) : 'retry'
    // What lies ready for another page while nobody looks at this one was taken: two may not have one name.
    const taken = code === Close.replaced && isAway
    const fatal = taken || said === 'fatal' || (said === 'renew' && this.#asked)
    this.#asked ||= said === 'renew'
    return fatal
  }
}
