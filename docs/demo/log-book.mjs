// How long each log is, and how far the devices of those who have an inbox have come: what is between the two waits.

export class LogBook {
  /** The last offset of each channel. */
  heads = {}
  #places = new Map()

  /** @param changed is called after each change, however many there are */
  constructor(store, changed) {
    store.watch((change) => {
      this.#note(change)
      changed()
    })
  }

  /** By device and channel: the last offset that the server knows it to have. */
  get reached() {
    const owners = [...this.#places].filter(([, places]) => Object.keys(places).some((ch) => ch.startsWith('@')))
    return Object.fromEntries(owners)
  }

  #note({ is, ch, next, member }) {
    if (is === 'grown') this.heads[ch] = next - 1
    if (is !== 'member') return
    const { client, cursor } = member
    this.#places.set(client, { ...this.#places.get(client), [ch]: cursor.offset })
  }
}
