import type { Change, Store } from '../../core/store.js'
import { within } from '../watched.js'
import { tell } from './alike.js'

/** Hears what a store tells of one channel. */
export class Ear {
  /** All that was told of the channel, in order. */
  readonly heard: Change[] = []
  /** Ends the hearing. */
  readonly stop: () => void
  #check = (): void => undefined

  constructor(store: Store, ch: string) {
    this.stop = store.watch((change) => {
      if (change.ch !== ch) return
      this.heard.push(change)
      this.#check()
    })
  }

  /** Listens, and waits until it is certain that it hears. */
  static async to(store: Store, ch: string): Promise<Ear> {
    const ear = new Ear(store, ch)
    store.follow?.(ch, true)
    if (store.follow) await ear.until(({ is }) => is === 'unsure')
    ear.heard.length = 0
    return ear
  }

  /** Waits until such a change was told; throws after ten seconds. */
  until(wanted: (change: Change) => boolean): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#check = () => {
        if (this.heard.some(wanted)) resolve()
      }
      this.#check()
    })
    return within(done, () => `the store told ${tell(this.heard)}`)
  }
}
