import type { Entry, Packed } from '../../wire/frame.js'
import type { Place } from '../store.js'
import type { Feeds } from './feeds.js'
import type { Peer } from './peer.js'
import type { Receipts } from './receipts.js'
import type { Journal } from './session.js'

/** Messages stored concern those who read their channel, and the one who sent them. */
export class Ledger implements Journal {
  readonly #feeds: Feeds
  readonly #receipts: Receipts

  constructor(feeds: Feeds, receipts: Receipts) {
    this.#feeds = feeds
    this.#receipts = receipts
  }

  expect(channels: readonly string[]): void {
    this.#feeds.expect(channels)
  }

  settle(channels: readonly string[]): void {
    this.#feeds.settle(channels)
  }

  stored(place: Place, entry: Entry<Packed>, sender: Peer | undefined): void {
    this.#feeds.stored(place.ch, place.epoch, entry)
    this.#receipts.placed(sender, place)
  }

  found(place: Place, sender: Peer | undefined): void {
    this.#receipts.placed(sender, place)
  }
}
