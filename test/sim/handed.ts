import type { Ledger, Sent } from './ledger.js'

interface Holder {
  client: string
  user: string
}

/** Which device's app has which message: the truth that no machine knows. */
export class Handed {
  /** Some log was lost: who had a later message of the same sender there is not given an earlier one again. */
  renewed = false
  readonly #ledger: Ledger
  readonly #clients = new Map<string, Holder>()
  /** By message, the clients that have it. */
  readonly #had = new Map<string, Set<string>>()
  /** By client, channel and sender, the highest number. */
  readonly #marks = new Map<string, number>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  note({ id: client, user }: { id: string; user: string }, ch: string, id = ''): void {
    const sent = this.#ledger.sent.get(id)
    if (!sent) return
    this.#clients.set(client, { client, user })
    this.#had.set(id, (this.#had.get(id) ?? new Set()).add(client))
    const mark = `${client} ${ch} ${sent.client}`
    this.#marks.set(mark, Math.max(sent.seq, this.#marks.get(mark) ?? 0))
  }

  has(client: string, { id, ch, client: sender, seq }: Sent): boolean {
    if (this.#had.get(id)?.has(client)) return true
    return this.renewed && (this.#marks.get(`${client} ${ch} ${sender}`) ?? 0) >= seq
  }

  holders(sent: Sent): Holder[] {
    return [...this.#clients.values()].filter(({ client }) => this.has(client, sent))
  }
}
