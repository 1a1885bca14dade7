import type { Store } from '../../core/store.js'
import type { Env } from '../../shell/env.js'
import type { Log } from '../log.js'
import type { Desk, LeaveStatus, PostStatus, Taken } from './desk.js'
import { type Call, isWhole, type Note, objectOf, toNote } from './notes.js'

/** What another node may take to answer, beyond the hold of what is asked, ms. */
const PATIENCE = 2_000

export interface RelayParts {
  /** The name of this node. */
  node: string
  store: Pick<Store, 'notify' | 'listen'>
  /** The links of this node. */
  local: Desk
  env: Pick<Env, 'timer'>
  log: Log
}

/** Links of other nodes, over the store's bus, and this node's links for them. A node that does not answer is gone, and its links with it. */
export class Relay {
  readonly #parts: RelayParts
  readonly #calls = new Map<number, (value: unknown) => void>()
  readonly #unlisten: (() => void) | undefined
  #count = 0
  #isOver = false

  constructor(parts: RelayParts) {
    this.#parts = parts
    this.#unlisten = parts.store.listen?.(parts.node, (text) => this.#hear(text))
  }

  /** Where the links of a node are reached; `undefined` where there is no way. */
  deskOf(node: string): Desk | undefined {
    if (node === this.#parts.node) return this.#parts.local
    if (!this.#parts.store.notify || this.#isOver) return undefined
    return {
      post: async (ask) => asPostStatus(await this.#ask(node, { call: 'post', ask })),
      take: async (ask) => asTaken(await this.#ask(node, { call: 'take', ask }, ask.hold)),
      leave: async (ask) => asLeaveStatus(await this.#ask(node, { call: 'leave', ask })),
    }
  }

  /** Nobody waits here any more for what other nodes have. */
  stop(): void {
    this.#isOver = true
    for (const end of this.#calls.values()) end({ is: 'superseded' })
    this.#unlisten?.()
  }

  /** Resolves with nothing where there is no answer. */
  #ask(node: string, call: Call, hold = 0): Promise<unknown> {
    const id = ++this.#count
    return new Promise((resolve) => {
      const end = (value?: unknown): void => {
        cancel()
        this.#calls.delete(id)
        resolve(value)
      }
      const cancel = this.#parts.env.timer(end, hold + PATIENCE)
      this.#calls.set(id, end)
      void this.#send(node, { is: 'call', id, from: this.#parts.node, ...call }).then((isSent) => {
        if (!isSent) end()
      })
    })
  }

  #hear(text: string): void {
    const note = toNote(text)
    if (!note) this.#parts.log.warn({}, 'note ignored')
    else if (note.is === 'answer') this.#calls.get(note.id)?.(note.value)
    else void this.#serve(note)
  }

  async #serve({ id, from, ...call }: Note & { is: 'call' }): Promise<void> {
    try {
      await this.#send(from, { is: 'answer', id, value: await perform(this.#parts.local, call) })
    } catch (err) {
      this.#parts.log.error({ err }, 'request failed')
    }
  }

  /** False where the store does not pass it on. */
  async #send(node: string, note: Note): Promise<boolean> {
    try {
      await this.#parts.store.notify?.({ node, note: JSON.stringify(note) })
      return true
    } catch (err) {
      this.#parts.log.error({ err }, 'notify failed')
      return false
    }
  }
}

async function perform(desk: Desk, { call, ask }: Call): Promise<unknown> {
  if (call === 'post') return desk.post(ask)
  return call === 'take' ? desk.take(ask) : desk.leave(ask)
}

const asPostStatus = (value: unknown): PostStatus =>
  value === 204 || value === 400 || value === 409 || value === 429 ? value : 410

const asLeaveStatus = (value: unknown): LeaveStatus => (value === 204 ? value : 410)

function asTaken(value: unknown): Taken {
  const { is, first, lines, closed } = objectOf(value)
  if (is === 'superseded' || is === 'wrong') return { is }
  if (is !== 'lines' || !isWhole(first) || !Array.isArray(lines) || !lines.every(isLine)) return { is: 'gone' }
  const { code, reason } = objectOf(closed)
  return { is, first, lines, ...(isWhole(code) && typeof reason === 'string' && { closed: { code, reason } }) }
}

/** A line with an end in it would be taken for two, or for an event of its own. */
const isLine = (value: unknown): value is string => typeof value === 'string' && !/[\r\n]/.test(value)
