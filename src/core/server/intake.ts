import { pack, sizeOf } from '../../wire/body.js'
import type { Packed, Refused, Send } from '../../wire/frame.js'
import type { Draft } from '../store.js'
import type { Review, ServerOptions } from './contract.js'
import type { Answer, Effects } from './effects.js'
import type { Peer } from './peer.js'

/** What is known of a message: nothing yet, or what the link may do and what the owner's hook says. */
type Verdict =
  | { is: 'due' }
  | { is: 'asked' }
  | { is: 'taken' }
  | { is: 'refused'; code: string; reason: string }
  /** Nobody could say: the client says it again. */
  | { is: 'failed' }

interface Item {
  draft: Draft
  bytes: number
  verdict: Verdict
}

/** What may go now: what was taken before, refusals, and then a batch for the store. */
export interface Run {
  repeated: number[]
  refused: Refused[]
  batch: Draft[]
}

type Options = Pick<ServerOptions, 'window' | 'queueBytes' | 'maxPacket' | 'reviewed' | 'wall'>

/** Letters of what a hook says to a sender. */
const MAX_CODE = 64
const MAX_REASON = 1_024

const forbidden: Verdict = { is: 'refused', code: 'forbidden', reason: 'publishing here is not allowed' }

/** The messages of one client that wait: asked about as they come, let go in order. */
export class Intake {
  #queue: Item[] = []
  #bytes = 0
  /** Those that wait for a permit, by their channel. */
  readonly #asking = new Map<string, Item[]>()
  readonly #client: string
  readonly #effects: Effects
  readonly #options: Options
  readonly #onVerdict: () => void

  constructor(client: string, effects: Effects, options: Options, onVerdict: () => void) {
    this.#client = client
    this.#effects = effects
    this.#options = options
    this.#onVerdict = onVerdict
  }

  get isEmpty(): boolean {
    return !this.#queue.length
  }

  /** Queues one message, or drops it: when it waits here already, or the queue is full and it will come again. */
  offer(peer: Peer, { seq, after = seq - 1, ch, body }: Send): void {
    if (this.#queue.some(({ draft }) => draft.seq === seq && draft.after === after)) return
    const packed = packedOf(body)
    const bytes = packed === undefined ? 0 : sizeOf(packed)
    const { window, queueBytes, wall } = this.#options
    const full = this.#queue.length >= window * 2 || this.#bytes + bytes > queueBytes
    if (full && this.#queue.length) return
    const id = `${this.#client}:${seq}`
    const draft: Draft = { ch, seq, after, id, from: peer.user, time: wall(), body: packed ?? '' }
    const verdict: Verdict =
      packed === undefined
        ? { is: 'refused', code: 'not-encodable', reason: 'the body is nested too deeply' }
        : { is: 'due' }
    this.#queue.push({ draft, bytes, verdict })
    this.#bytes += bytes
  }

  /** Asks about what nobody has asked about; what is numbered up to `busy` may be on its way into the log. */
  vet(peer: Peer, busy: number): void {
    for (const item of this.#queue) if (item.verdict.is === 'due' && item.draft.seq > busy) this.#vet(peer, item)
  }

  /** @param seq the highest message taken. */
  take(seq: number): Run {
    const run: Run = { repeated: [], refused: [], batch: [] }
    for (let item; (item = this.#queue[0]);) {
      const { draft, verdict } = item
      const last = run.batch.at(-1)
      if (draft.seq <= seq) run.repeated.push(draft.seq)
      else if (verdict.is === 'due' || verdict.is === 'asked') break
      // A refusal waits for the answer to what went before it, and what is said again for the first try's.
      else if (last && (verdict.is !== 'taken' || draft.seq <= last.seq)) break
      else if (verdict.is === 'taken') run.batch.push(draft)
      else if (verdict.is === 'refused') run.refused.push({ t: 'refused', seq: draft.seq, ...saidBy(verdict) })
      else {
        this.clear()
        break
      }
      this.#queue.shift()
      this.#bytes -= item.bytes
    }
    return run
  }

  clear(): void {
    this.#queue = []
    this.#bytes = 0
    this.#asking.clear()
  }

  /** What waits for the same permit hears of it together, so that it goes as one batch. */
  #vet(peer: Peer, item: Item): void {
    const { ch } = item.draft
    const asking = this.#asking.get(ch)
    if (asking) {
      item.verdict = { is: 'asked' }
      asking.push(item)
      return
    }
    const waiting = [item]
    const permit = peer.permits.check('publish', ch, (verdict) => {
      if (this.#asking.get(ch) !== waiting) return
      this.#asking.delete(ch)
      for (const one of waiting) this.#permitted(peer, one, verdict)
      this.#onVerdict()
    })
    if (permit !== 'asking') this.#permitted(peer, item, permit)
    else {
      item.verdict = { is: 'asked' }
      this.#asking.set(ch, waiting)
    }
  }

  #permitted(peer: Peer, item: Item, permit: 'yes' | 'no' | 'failed'): void {
    if (permit === 'no') item.verdict = forbidden
    else if (permit === 'failed') item.verdict = { is: 'failed' }
    else if (!this.#options.reviewed) item.verdict = { is: 'taken' }
    else this.#review(peer, item)
  }

  #review({ user }: Peer, item: Item): void {
    item.verdict = { is: 'asked' }
    const { ch, id, body } = item.draft
    this.#effects.call('review', { client: this.#client, user, ch, id, body }, (answer) => {
      item.verdict = this.#reviewed(item, answer)
      this.#onVerdict()
    })
  }

  /** The hook may have changed the body: it has to be one that a packet can hold. */
  #reviewed(item: Item, answer: Answer<Review>): Verdict {
    if (answer.is === 'failed') return { is: 'failed' }
    const { result } = answer
    if (result.is === 'refused') return result
    const bytes = result.body === item.draft.body ? item.bytes : sizeOf(result.body)
    const { maxPacket } = this.#options
    if (bytes > maxPacket && result.body !== item.draft.body) {
      this.#effects.log('warn', 'review-oversize', { client: this.#client, bytes, max: maxPacket })
      return { is: 'refused', code: 'too-big', reason: `the body became ${bytes} bytes, and ${maxPacket} are the most` }
    }
    if (this.#queue.includes(item)) this.#bytes += bytes - item.bytes
    item.bytes = bytes
    item.draft = { ...item.draft, body: result.body }
    return { is: 'taken' }
  }
}

/** As long as a frame's fields may be: the words are the owner's. */
const saidBy = ({ code, reason }: { code: string; reason: string }): { code: string; reason: string } => ({
  code: code.slice(0, MAX_CODE),
  reason: reason.slice(0, MAX_REASON),
})

/** What was parsed has a JSON form, unless it is nested deeper than the stack. */
function packedOf(body: unknown): Packed | undefined {
  try {
    return body instanceof Uint8Array ? body : pack(body)
  } catch {
    return undefined
  }
}
