import type { Entry, Packed, Received, Subscribe, Unsubscribe } from '../../wire/frame.js'
import type { Change, Slice } from '../store.js'
import type { ServerOptions } from './contract.js'
import type { Answer, Effects } from './effects.js'
import { Feed, type FeedState } from './feed.js'
import type { Follows } from './follows.js'
import { Parcels } from './parcels.js'
import type { Peer } from './peer.js'
import { locate, type Wanted } from './position.js'
import { Retries } from './retries.js'
import type { Topic } from './topic.js'
import { Topics } from './topics.js'

/** Entries of one read. */
const PAGE = 256

type Options = Pick<ServerOptions, 'pushWindow' | 'pushBytes' | 'maxSubscriptions' | 'wall'>
type Locating = FeedState & { is: 'locating' }

/** All subscriptions of this node. A new entry goes straight to those who wait for it; the others read the log. */
export class Feeds {
  readonly #effects: Effects
  readonly #options: Options
  readonly #topics: Topics
  readonly #peers = new Map<Peer, Map<string, Feed>>()
  readonly #retries: Retries
  readonly #parcels = new Parcels()

  constructor(effects: Effects, options: Options, follows: Follows) {
    this.#effects = effects
    this.#options = options
    this.#topics = new Topics(follows)
    this.#retries = new Retries(effects)
  }

  /** When to `retry`. */
  get deadline(): number {
    return this.#retries.deadline
  }

  /** Channels followed or written to. */
  get size(): number {
    return this.#topics.size + this.#peers.size
  }

  subscribe(peer: Peer, client: string, { ch, id = 0, ...wanted }: Subscribe): void {
    const feeds = this.#peers.get(peer) ?? new Map<string, Feed>()
    const feed = feeds.get(ch)
    if (feed) {
      if (id < feed.id) return
      feed.id = id
      this.#move(feed, wanted)
    } else if (feeds.size >= this.#options.maxSubscriptions) {
      peer.tell({ t: 'denied', ch, code: 'too-many', reason: `${feeds.size} subscriptions are the most` })
    } else {
      const fresh = new Feed(peer, client, ch, this.#effects, this.#options, (one) => {
        this.#retries.unkept(one)
      })
      fresh.id = id
      this.#peers.set(peer, feeds.set(ch, fresh))
      this.#topics.of(ch).feeds.add(fresh)
      this.#admit(fresh, wanted)
    }
  }

  /** It may have been followed by an earlier link. A failure is not answered: the client says it again. */
  unsubscribe(peer: Peer, client: string, { ch, id }: Unsubscribe): void {
    const feed = this.#peers.get(peer)?.get(ch)
    const answer = (): void => {
      if (id !== undefined) peer.tell({ t: 'unsubscribed', ch, id })
    }
    if (feed && (id ?? 0) < feed.id) {
      answer()
      return
    }
    if (feed) this.#end(feed)
    this.#effects.call('leave', { client, ch }, ({ is }) => {
      if (is === 'known') answer()
    })
  }

  /** The link is gone. */
  leave(peer: Peer): void {
    for (const feed of this.#peers.get(peer)?.values() ?? []) this.#drop(feed)
    this.#peers.delete(peer)
  }

  receive(peer: Peer, { ch, offset, id = 0, epoch }: Received): void {
    const feed = this.#peers.get(peer)?.get(ch)
    if (feed?.id !== id || (epoch ?? feed.epoch) !== feed.epoch) return
    if (this.#topics.of(ch).isBeyond(feed, offset)) peer.warn('bad-offset', `nothing has offset ${offset} yet`)
    else if (feed.receive(offset) && feed.state.is === 'full') this.#advance(feed)
  }

  /** The last offset pushed, of each channel in which the client has not said that it has it. */
  heads(peer: Peer): Record<string, number> | undefined {
    const feeds = [...(this.#peers.get(peer)?.values() ?? [])]
    // As a key, this one name would make the frame one that no client takes.
    const behind = feeds.filter(({ ch, next, received }) => received < next - 1 && ch !== '__proto__')
    return behind.length ? Object.fromEntries(behind.map(({ ch, next }) => [ch, next - 1])) : undefined
  }

  changed(change: Change): void {
    const { ch } = change
    const topic = this.#topics.get(ch)
    if (!topic) return
    if (change.is === 'unsure') this.#look(ch)
    if (change.is !== 'grown') return
    topic.note(change.epoch, change.next)
    // What this node itself has under way may be just what is told of.
    topic.patience ||= this.#topics.writing(ch)
    if (!topic.patience) this.#catchUp(topic)
  }

  expect(channels: readonly string[]): void {
    for (const ch of channels) this.#topics.expect(ch)
  }

  settle(channels: readonly string[]): void {
    for (const ch of channels) {
      const topic = this.#topics.settle(ch)
      if (topic) this.#catchUp(topic)
    }
  }

  stored(ch: string, epoch: string, entry: Entry<Packed>): void {
    const topic = this.#topics.get(ch)
    if (!topic) return
    topic.note(epoch, entry.offset + 1)
    for (const feed of topic.feeds) {
      if (feed.state.is !== 'live' || feed.epoch !== epoch || feed.next !== entry.offset) continue
      feed.push(this.#parcels.of(ch, entry))
      if (!feed.room) feed.state = { is: 'full' }
    }
  }

  /** Tries again what the store failed to answer. */
  retry(): void {
    const { stalled, unkept, unsure } = this.#retries.take()
    for (const ch of unsure) this.#look(ch)
    for (const feed of unkept) feed.keep()
    for (const feed of stalled) {
      if (feed.state.is !== 'stalled') continue
      if (feed.state.wanted) this.#admit(feed, feed.state.wanted)
      else this.#advance(feed)
    }
  }

  /** Something may have been missed: where does the log end? */
  #look(ch: string): void {
    this.#read(ch, 0, 0, (answer) => {
      const topic = this.#topics.get(ch)
      if (!topic) return
      if (answer.is === 'failed') this.#retries.unsure(ch)
      else {
        topic.note(answer.result.epoch, answer.result.next)
        this.#catchUp(topic)
      }
    })
  }

  #end(feed: Feed): void {
    this.#peers.get(feed.peer)?.delete(feed.ch)
    this.#drop(feed)
  }

  #drop(feed: Feed): void {
    feed.state = { is: 'gone' }
    this.#retries.drop(feed)
    this.#topics.drop(feed)
  }

  /** Said again: another position. One question at a time, however often it is said. */
  #move(feed: Feed, wanted: Wanted): void {
    if (feed.state.is === 'asking') feed.state.wanted = wanted
    else if (feed.state.is === 'locating') feed.state.then = wanted
    else this.#admit(feed, wanted)
  }

  #admit(feed: Feed, wanted: Wanted): void {
    const { peer, ch } = feed
    const state: FeedState = { is: 'asking', wanted }
    feed.state = state
    const permit = peer.permits.check('subscribe', ch, (verdict) => {
      if (feed.state !== state) return
      if (verdict === 'failed') this.#stall(feed, state.wanted)
      else this.#decide(feed, verdict, state.wanted)
    })
    if (permit !== 'asking') this.#decide(feed, permit, wanted)
  }

  #decide(feed: Feed, verdict: 'yes' | 'no', wanted: Wanted): void {
    if (verdict === 'yes') this.#locate(feed, wanted)
    else this.#deny(feed, wanted)
  }

  /** It may have been allowed before: who is told that it is not is no member. */
  #deny(feed: Feed, wanted: Wanted): void {
    const { peer, client, ch } = feed
    const state: FeedState = { is: 'leaving' }
    feed.state = state
    this.#effects.call('leave', { client, ch }, (answer) => {
      if (feed.state !== state) return
      if (answer.is === 'failed') {
        this.#stall(feed, wanted)
        return
      }
      peer.tell({ t: 'denied', ch, code: 'forbidden', reason: 'following this channel is not allowed' })
      this.#end(feed)
    })
  }

  #locate(feed: Feed, wanted: Wanted): void {
    const state: Locating = { is: 'locating' }
    feed.state = state
    if (wanted.from !== 'last') {
      this.#place(feed, state, wanted)
      return
    }
    feed.cursor((answer) => {
      if (feed.state !== state) return
      if (answer.is === 'failed') this.#stall(feed, state.then ?? wanted)
      else if (answer.result) this.#place(feed, state, { from: answer.result.offset + 1, epoch: answer.result.epoch })
      else this.#place(feed, state, { from: 'oldest' })
    })
  }

  #place(feed: Feed, state: Locating, wanted: Wanted): void {
    const from = typeof wanted.from === 'number' ? wanted.from : 0
    this.#read(feed.ch, from, wanted.from === 'now' ? 0 : PAGE, (answer) => {
      if (feed.state !== state) return
      if (state.then) this.#locate(feed, state.then)
      else if (answer.is === 'failed') this.#stall(feed, wanted)
      else {
        this.#topics.of(feed.ch).note(answer.result.epoch, answer.result.next)
        feed.place(locate(wanted, answer.result))
        this.#fill(feed, answer.result)
        this.#advance(feed)
      }
    })
  }

  /** Sets a subscription at rest going, when it may go and there is where to go. */
  #advance(feed: Feed): void {
    const topic = this.#topics.of(feed.ch)
    if (!feed.room) feed.state = { is: 'full' }
    else if (topic.isBehind(feed)) this.#pull(feed, topic)
    else feed.state = { is: 'live' }
  }

  #catchUp(topic: Topic): void {
    for (const feed of topic.feeds) if (feed.state.is === 'live') this.#advance(feed)
  }

  #pull(feed: Feed, topic: Topic): void {
    const state: FeedState = { is: 'reading' }
    const from = feed.next
    feed.state = state
    const receive = (answer: Answer<Slice>): void => {
      if (feed.state === state) this.#deliver(feed, topic, answer)
    }
    topic.read(from, receive, (then) => this.#read(feed.ch, from, PAGE, then))
  }

  #deliver(feed: Feed, topic: Topic, answer: Answer<Slice>): void {
    if (answer.is === 'failed') {
      this.#stall(feed)
      return
    }
    const { result } = answer
    const { epoch, next } = feed
    topic.note(result.epoch, result.next)
    const position = locate({ from: next, epoch }, result)
    if (position.lost) feed.place(position)
    this.#fill(feed, result)
    // Told of more than can be read: a store that lags is not asked again at once.
    if (feed.next === next && feed.epoch === epoch && topic.isBehind(feed)) this.#stall(feed)
    else this.#advance(feed)
  }

  #fill(feed: Feed, { entries }: Slice): void {
    for (const entry of entries) {
      if (!feed.room) return
      if (entry.offset === feed.next) feed.push(this.#parcels.of(feed.ch, entry))
    }
  }

  #read(ch: string, from: number, limit: number, then: (answer: Answer<Slice>) => void): void {
    this.#effects.call('read', { ch, from, limit, bytes: this.#options.pushBytes }, then)
  }

  #stall(feed: Feed, wanted?: Wanted): void {
    feed.state = wanted ? { is: 'stalled', wanted } : { is: 'stalled' }
    this.#retries.stalled(feed)
  }
}
