import { sizeOf } from '../../wire/body.js'
import type { Entry, Packed } from '../../wire/frame.js'
import type { Parcel } from './feed.js'

/** Entries as they are pushed, each made once however many follow its channel. */
export class Parcels {
  readonly #made = new WeakMap<Entry<Packed>, Parcel>()

  of(ch: string, entry: Entry<Packed>): Parcel {
    let parcel = this.#made.get(entry)
    if (!parcel) {
      const { offset, id, from, time, body } = entry
      parcel = { frame: { t: 'message', ch, offset, id, from, time, body }, bytes: sizeOf(body) }
      this.#made.set(entry, parcel)
    }
    return parcel
  }
}
