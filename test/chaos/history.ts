// What happened in a run, in the order of time: all that the checker and the picture know.

/** Times are ms since 1970, of this machine; a page's are of its own clock, which is the same. */
export type Fact = { at: number } & Event

export type Event =
  /** Somebody who reads the room from its beginning. `id` names it to the server. */
  | { is: 'joined'; client: string; id: string }
  /** The app has sent its message `n`. */
  | { is: 'sent'; client: string; n: number }
  | { is: 'accepted'; client: string; n: number }
  /** `sure`: the sender was told that nobody will get it. */
  | { is: 'failed'; client: string; n: number; code: string; sure: boolean }
  /** The sender was told that so many have it, the last of them `by`. */
  | { is: 'receipt'; client: string; n: number; count: number; by: string | undefined }
  /** `client` got message `n` of `from`. `offset` where there is a log. */
  | { is: 'message'; client: string; from: string; n: number; offset?: number }
  | { is: 'gap'; client: string; from: number; to: number }
  | { is: 'status'; client: string; status: string; reason: string }
  | { is: 'transport'; client: string; transport: string }
  | { is: 'error'; client: string; text: string }
  /** A fault that `clients` suffer. */
  | { is: 'begun'; fault: number; name: string; clients: readonly string[] }
  | { is: 'ended'; fault: number }

export class History {
  readonly facts: Fact[] = []
  /** Who is here, by what was said of it last. */
  readonly #statuses = new Map<string, string>()
  readonly #sent = new Set<string>()
  readonly #open = new Set<string>()
  /** What each reader has. */
  readonly #got = new Map<string, Set<string>>()

  constructor(facts: readonly Fact[] = []) {
    for (const { at, ...event } of facts) this.note(event, at)
  }

  note(event: Event, at = Date.now()): void {
    this.facts.push({ at, ...event })
    if (event.is === 'joined') this.#got.set(event.client, new Set())
    else if (event.is === 'status') this.#statuses.set(event.client, event.status)
    else if (event.is === 'message') this.#got.get(event.client)?.add(`${event.from} ${event.n}`)
    else if (event.is === 'sent') {
      this.#sent.add(`${event.client} ${event.n}`)
      this.#open.add(`${event.client} ${event.n}`)
    } else if (event.is === 'failed') {
      this.#sent.delete(`${event.client} ${event.n}`)
      this.#open.delete(`${event.client} ${event.n}`)
    } else if (event.is === 'accepted') this.#open.delete(`${event.client} ${event.n}`)
  }

  /** Everybody is online and has all that did not fail. @param settles whether all that was sent must be settled, too. */
  isQuiet(settles: boolean): boolean {
    const online = [...this.#statuses.values()].every((status) => status === 'online')
    const read = [...this.#got.values()].every((got) => [...this.#sent].every((message) => got.has(message)))
    return online && read && !(settles && this.#open.size)
  }

  /** In the order of time; what one client said at one time stays in its order. */
  get sorted(): Fact[] {
    return [...this.facts].sort((a, b) => a.at - b.at)
  }

  /** One fact a line. */
  get lines(): string {
    return this.sorted.map((fact) => `${JSON.stringify(fact)}\n`).join('')
  }
}
