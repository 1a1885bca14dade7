import type { Gap } from '../../src/core/inbox.js'
import type { Draft, Fate } from '../../src/core/store.js'
import type { Message, Packed, Page, Subscribe, Subscribed } from '../../src/wire/frame.js'
import { type Ledger, same, type Sent } from './ledger.js'

/** The numbers are those of docs/ARCHITECTURE.md, "Invariants". */
export type Fail = (invariant: string, why: string) => void

/** The log as it stands, and whether it has ever lost its past. */
export interface Bounds {
  epoch: string
  oldest: number
  next: number
}

/** One life of a subscription, from the app's call to its end. */
export interface Following {
  ch: string
  from: Subscribe['from']
  /** The log when the app asked. */
  asked: Bounds
  /** How far this client had come in an earlier life; 1 when there was none. */
  before: number
  /** The server will not have it. */
  denied: boolean
  /** What the client calls it towards the server, once it has asked. */
  id: number | undefined
  /** The offset that must come next; unknown until something came. */
  next: number | undefined
  epoch: string | undefined
  /** The log that the server's last answer spoke of: it may be lost by the time that this is heard. */
  told: string | undefined
  /** From there on nothing is missing; unknown until the server has said where it begins. */
  since: number | undefined
  /** Of another page of this client's name: per sender, the last message handed on. */
  readonly earlier: ReadonlyMap<string, number>
  /** Per sender, the last message handed on. */
  readonly senders: Map<string, number>
}

/** Certain: such a message is never in a log, neither before nor after. */
const CERTAIN = ['expired', 'dropped', 'superseded', 'queue-full', 'too-big', 'refused', 'closed']
const POSSIBLE = ['accepted', 'in-doubt', ...CERTAIN]

/** What must hold of messages: sent, stored, settled, delivered, read. */
export class MessageInvariants {
  readonly #fail: Fail
  readonly #ledger: Ledger
  /** The highest message of each client in each generation of the store. */
  readonly #taken = new Map<string, number>()

  constructor(ledger: Ledger, fail: Fail) {
    this.#ledger = ledger
    this.#fail = fail
  }

  /** 1: the log holds what was sent and nothing else, once per epoch, each sender's in the order sent. */
  storedOnce({ id, ch, body, seq }: Draft, { place }: Fate & { is: 'stored' }): void {
    const { epoch, offset } = place
    const sent = this.#ledger.sent.get(id)
    if (!sent) return this.#fail('1 storedOnce', `${id} was never sent`)
    if (sent.ch !== ch || !same(sent.body, bodyOf(body))) this.#fail('1 storedOnce', `${id} is not what was sent`)
    const key = `${epoch} ${sent.client}`
    const last = this.#taken.get(key) ?? 0
    if (seq <= last) this.#fail('1 storedOnce', `${id} after ${last}`)
    this.#taken.set(key, seq)
    if (CERTAIN.includes(sent.outcome)) this.#fail('3 failedIsNotStored', `${id} was ${sent.outcome}, and is stored`)
    this.#ledger.store({ epoch, ch, offset, sent })
  }

  /** 2: settled once, with a word that the docs know. 3: what certainly failed is in no log. 4: what is accepted is. */
  settledOnce(sent: Sent, outcome: string): void {
    if (sent.settlements++) return this.#fail('2 settledOnce', `${sent.id}: ${sent.outcome}, then ${outcome}`)
    sent.outcome = outcome
    this.#ledger.unsettled.delete(sent)
    this.#ledger.note(sent)
    if (!POSSIBLE.includes(outcome)) this.#fail('2 settledOnce', `${sent.id}: ${outcome} is no known outcome`)
    const stored = this.#ledger.places(sent.id).length
    if (outcome === 'accepted' && !stored) this.#fail('4 acceptedIsStored', `${sent.id} is in no log`)
    if (CERTAIN.includes(outcome) && stored) this.#fail('3 failedIsNotStored', `${sent.id}: ${outcome}, and is stored`)
    if (outcome === 'expired' && sent.left) this.#fail('3 failedIsNotStored', `${sent.id} has left: it is in doubt`)
  }

  /** 5: exactly once, in the order of the log and of each sender, as it was sent, with nothing passed over unsaid. */
  deliveredOnce(following: Following, { id = '', offset = 0, body, from, ch }: Message, log: Bounds): void {
    const places = this.#ledger.places(id).filter((one) => one.ch === ch && one.offset === offset)
    const entry = places.find(({ epoch }) => epoch === following.epoch) ?? places[0]
    if (!entry) return this.#fail('5 deliveredOnce', `${ch} ${offset}: ${id} is not in the log`)
    const { sent, epoch } = entry
    if (!same(sent.body, body) || sent.user !== from) this.#fail('5 deliveredOnce', `${id} arrived changed`)
    if (following.next !== undefined && epoch !== following.epoch)
      this.#fail('6 gapIsHonest', `${ch} ${offset}: another epoch, and not a word`)
    const next = following.next ?? (epoch === log.epoch ? Math.min(offset, log.oldest) : offset)
    if (offset < next) this.#fail('5 deliveredOnce', `${ch} ${offset} after ${next - 1}`)
    this.#nothingSkipped(following, epoch, next, offset)
    const last = following.senders.get(sent.client) ?? 0
    if (sent.seq <= last) this.#fail('5 deliveredOnce', `${id} after number ${last} of the same sender`)
    following.senders.set(sent.client, sent.seq)
    following.next = offset + 1
    following.epoch = epoch
  }

  /** 6: a gap is told of only where the log has truly lost something, and covers all that is passed over. */
  gapIsHonest(following: Following, { from, to }: Gap, log: Bounds): void {
    const { epoch, next, ch, told } = following
    if (told !== log.epoch) this.#fail('6 gapIsHonest', `${ch} ${from} to ${to}: no answer says so`)
    if (next !== undefined && epoch !== undefined) this.#nothingSkipped(following, epoch, next, from)
    const renewed = (epoch ?? following.asked.epoch) !== log.epoch
    // The app may have named a position of a log that is no more.
    const beyond = to === following.from && following.asked.epoch !== log.epoch
    if (!renewed && !beyond && to > log.oldest) this.#fail('6 gapIsHonest', `${ch} ${from} to ${to} is not lost`)
    following.next = renewed ? undefined : beyond ? from : Math.max(next ?? 1, to)
    following.since = following.next
    following.epoch = log.epoch
  }

  /** 7: a subscription begins where the app asked, and nowhere else. Called with the first answer of the server. */
  startsWhereAsked(following: Following, { epoch, next, lost, id }: Subscribed, now: Bounds): void {
    if (id !== following.id) return
    following.told = epoch
    if (following.next !== undefined || following.epoch !== undefined) return
    following.next = lost ? undefined : next
    following.epoch = epoch
    following.since = following.next
    const { ch, from, asked, before } = following
    // After a loss there is no telling where a position of before is.
    if (epoch !== asked.epoch || epoch !== now.epoch) return
    const least = from === 'now' ? asked.next : typeof from === 'number' ? from : 1
    const most = from === 'oldest' ? now.oldest : from === 'last' ? Math.max(before, now.oldest) : from
    const right = next >= least && (typeof most === 'string' || next <= Math.max(most, lost ? now.oldest : 0))
    if (!right) this.#fail('7 startsWhereAsked', `${ch} from ${from} begins at ${next}`)
  }

  /** 8: a page of history is a part of the log, without holes. */
  pageIsTrue({ ch, epoch, entries, oldest, next }: Page, from: number): void {
    const first = entries[0]?.offset
    if (first !== undefined && first !== Math.max(from, oldest)) this.#fail('8 pageIsTrue', `begins at ${first}`)
    if (first === undefined && Math.max(from, oldest) < next) this.#fail('8 pageIsTrue', `${ch} ${from}: is empty`)
    entries.forEach(({ offset, id, body }, at) => {
      const truth = this.#ledger.entry(epoch, ch, offset)
      if (offset !== (first ?? 0) + at || offset >= next) this.#fail('8 pageIsTrue', `${ch} ${offset} is out of place`)
      if (truth?.sent.id !== id || !same(truth.sent.body, body))
        this.#fail('8 pageIsTrue', `${ch} ${offset} is not ${id}`)
    })
  }

  /** What this reader has had already, from an earlier epoch, need not be said again. */
  #nothingSkipped({ ch, senders, earlier }: Following, epoch: string, from: number, to: number): void {
    for (let offset = from; offset < to; offset++) {
      const entry = this.#ledger.entry(epoch, ch, offset)
      const { client = '', seq = 0 } = entry?.sent ?? {}
      const had = entry && seq <= Math.max(senders.get(client) ?? 0, earlier.get(client) ?? 0)
      if (!had) this.#fail('5 deliveredOnce', `${ch} ${offset} (${entry?.sent.id ?? 'nothing'}) was passed over`)
    }
  }

  /** Everything up to the end of the log was handed on. */
  caughtUp({ next, epoch, ch, senders, earlier, denied }: Following, now: Bounds): boolean {
    if (denied) return true
    if (epoch === undefined) return false
    for (let offset = next !== undefined && epoch === now.epoch ? next : now.oldest; offset < now.next; offset++) {
      const entry = this.#ledger.entry(now.epoch, ch, offset)
      const { client = '', seq = Infinity } = entry?.sent ?? {}
      if (seq > Math.max(senders.get(client) ?? 0, earlier.get(client) ?? 0)) return false
    }
    return true
  }
}

const bodyOf = (body: Packed): unknown => (typeof body === 'string' ? (JSON.parse(body) as unknown) : body)
