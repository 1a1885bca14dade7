import type { Change } from '../../src/core/store.js'
import { MemoryStore, type MemoryStoreOptions } from '../../src/server/index.js'

/** A memory store with its clock in the hand. */
export class Bench {
  now = 1_000_000
  readonly store: MemoryStore
  readonly changes: Change[] = []

  constructor(options: MemoryStoreOptions = {}) {
    this.store = new MemoryStore({ now: () => this.now, id: () => 'e', ...options })
    this.store.watch((change) => this.changes.push(change))
  }

  open(client = 'ann', key = 'k', acked = 0, user = '') {
    return this.store.open({ client, key, user, acked })
  }

  append(client: string, seq: number, ch = 'room', body: string | Uint8Array = '1', after = seq - 1) {
    const record = { ch, seq, after, id: `${client}:${seq}`, from: '', time: this.now, body }
    return this.store.append({ client, records: [record] })
  }

  async fill(count: number, ch = 'room', body = '1', client = 'ann') {
    const opened = await this.open(client)
    const start = opened.is === 'open' ? opened.seq : 0
    for (let at = 1; at <= count; at++) await this.append(client, start + at, ch, body)
  }

  read(from = 0, limit = 100, bytes = Infinity, ch = 'room') {
    return this.store.read({ ch, from, limit, bytes })
  }

  /** The client has since … offset. */
  keep(client: string, ch: string, since: number, offset: number, epoch = 'e') {
    return this.store.keep({ client, ch, cursor: { epoch, since, offset, time: this.now } })
  }

  cursor(client: string, ch: string) {
    return this.store.cursor({ client, ch })
  }
}
