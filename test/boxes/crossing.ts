// Two clients, one of them behind a box: what each says has to come to the other once, and in order.
import { WebSocket } from 'ws'
import {
  type Client,
  createClient,
  type CreateClientOptions,
  longPoll,
  shortPoll,
  sse,
  type Transport,
  webSocket,
} from '../../src/index.js'

export const transports = {
  websocket: () => webSocket({ WebSocket: WebSocket as never }),
  sse: () => sse(),
  'long-poll': () => longPoll(),
  'short-poll': () => shortPoll(),
}
export type Rung = keyof typeof transports

/** The client as it comes, but for the WebSocket that Node 20 has not; nothing is remembered. */
export function clientOf(port: number, options: Partial<CreateClientOptions> = {}): Client {
  const all: Transport[] = Object.values(transports).map((make) => make())
  return createClient({ url: `ws://127.0.0.1:${String(port)}/realtime`, transports: all, memory: false, ...options })
}

/** What happened to a client, for whoever reads of a failure. */
export const story = (client: Client): string =>
  client
    .explain()
    .map(({ time, what }) => `${new Date(time).toISOString().slice(14)} ${what}`)
    .join('\n')

/** Resolves once `is` holds; it is looked at whenever the client says something. */
function until(client: Client, what: string, is: () => boolean, limit = 45_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!is()) return
      end()
      resolve()
    }
    const timer = setTimeout(() => {
      end()
      reject(new Error(`not within ${String(limit)} ms: ${what}\n${story(client)}`))
    }, limit)
    const rounds = setInterval(look, 10)
    const end = (): void => {
      clearTimeout(timer)
      clearInterval(rounds)
    }
    look()
  })
}

export const reach = (client: Client, rung: Rung): Promise<void> =>
  until(client, `over ${rung}`, () => client.transport === rung)

/** Resolves once it has been over that transport for `rests` ms, and has not had to connect again. */
export async function settle(client: Client, rung: Rung, rests: number): Promise<void> {
  for (;;) {
    await reach(client, rung)
    const { reconnects } = client.stats()
    await new Promise((resolve) => setTimeout(resolve, rests))
    if (client.transport === rung && client.stats().reconnects === reconnects) return
  }
}

/** ms from `createClient` to the word that the first message is accepted, and by which transport. */
export async function firstAck(port: number, options: Partial<CreateClientOptions> = {}) {
  const start = performance.now()
  const client = clientOf(port, options)
  try {
    await client.channel('first').send('here').accepted
    return { ms: performance.now() - start, rung: client.transport }
  } finally {
    client.close()
  }
}

/** What came of messages numbered from 0. */
export interface Tally {
  lost: number
  duplicated: number
  reordered: number
}

export const none: Tally = { lost: 0, duplicated: 0, reordered: 0 }
export const well = { up: none, down: none, gaps: 0, failed: 0 }

export function tally(heard: readonly number[], sent: number): Tally {
  const distinct = new Set(heard)
  let highest = -1
  let reordered = 0
  for (const one of heard) {
    if (one < highest) reordered++
    highest = Math.max(highest, one)
  }
  return { lost: sent - distinct.size, duplicated: heard.length - distinct.size, reordered }
}

/** Messages at a time, and ms between. */
const BURST = 20
const PAUSE = 40

export class Crossing {
  /** Behind the box. */
  readonly ada: Client
  /** Right at the server. */
  readonly ben: Client
  /** What ada said, as ben heard it, and the other way. */
  readonly up: number[] = []
  readonly down: number[] = []
  readonly gaps: unknown[] = []
  readonly failed: unknown[] = []
  sent = 0
  readonly #settled: Promise<unknown>[] = []

  constructor(box: number, server: number, options: Partial<CreateClientOptions> = {}) {
    this.ada = clientOf(box, options)
    this.ben = clientOf(server)
    this.#hear(this.ben, 'up', this.up)
    this.#hear(this.ada, 'down', this.down)
  }

  /** So many each way, a few at a time. */
  async say(many: number): Promise<void> {
    const last = this.sent + many
    while (this.sent < last) {
      for (let burst = 0; burst < BURST && this.sent < last; burst++, this.sent++) {
        for (const message of [this.ada.channel('up').send(this.sent), this.ben.channel('down').send(this.sent)])
          this.#settled.push(message.accepted.catch((error: unknown) => this.failed.push(error)))
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  }

  /** Whether all of it came, and how. */
  async judge(): Promise<{ up: Tally; down: Tally; gaps: number; failed: number }> {
    const { ada, up, down, sent } = this
    await Promise.all(this.#settled)
    await until(ada, `all messages: ${String(sent)}`, () => up.length >= sent && down.length >= sent, 20_000)
    return { up: tally(up, sent), down: tally(down, sent), gaps: this.gaps.length, failed: this.failed.length }
  }

  close(): void {
    this.ada.close()
    this.ben.close()
  }

  #hear(client: Client, name: string, heard: number[]): void {
    const channel = client.channel<number>(name)
    channel.on('message', ({ body }) => heard.push(body), { from: 'oldest' })
    channel.on('gap', (gap) => this.gaps.push(gap))
  }
}
