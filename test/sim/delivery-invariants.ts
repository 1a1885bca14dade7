import type { Reach } from '../../src/core/receipts.js'
import type { Cursor, Member, Roster } from '../../src/core/store.js'
import type { Device } from './device.js'
import type { Sent, Truth } from './ledger.js'
import type { World } from './world.js'

/** A member, and whether it is there to get what it lacks. */
type Seat = Pick<Member, 'client' | 'user' | 'cursor'> & { there: boolean }

const isInbox = (ch: string): boolean => ch.startsWith('@')

/** What must hold of receipts and inboxes: who is told that somebody has a message, and when it may go. */
export class DeliveryInvariants {
  readonly #world: World
  /** By client, channel and epoch: the run that was found to be true. */
  readonly #checked = new Map<string, Cursor>()

  constructor(world: World) {
    this.#world = world
  }

  /** 31: nobody is said to have what no device of his was handed. */
  receiptsTrue(sender: Device, sent: Sent, reach: Reach | undefined): void {
    sent.reach = reach ?? 'over'
    this.#world.ledger.note(sent)
    if (!reach) return
    const { count, of, by, gone } = reach
    this.#world.trace.add(this.#world.clock.now, sender.name, '>receipt', () => `${sent.id} ${count}/${of}`)
    const fail = (why: string) => this.#world.fail('31 receiptsTrue', `${sent.id} in ${sent.ch}: ${why}`)
    // Those who left an inbox are remembered as one: the last of them is named, and the sender may have been another.
    const inbox = isInbox(sent.ch)
    const holders = this.#world.handed
      .holders(sent)
      .filter((one) => (inbox ? sent.ch === `@${one.user}` : isRecipient(one, sent)))
    const users = new Set(holders.map(({ user }) => user))
    if (count > users.size) fail(`told of ${count}, ${[...users].join() || 'nobody'} has it`)
    if (count > of) fail(`${count} of ${of}`)
    if (by && !holders.some(({ client, user }) => (inbox || client === by.client) && user === by.user))
      fail(`${by.user} is said to have it by ${by.client}`)
    if (!by && count) fail('nobody is named')
    const { offset = 0 } = (gone && this.#placeOf(sent)) || {}
    if (gone && offset >= this.#world.host.bounds(sent.ch).oldest) fail('said to be gone, and is there')
  }

  /** 31: the place told is that of the log. */
  placeIsTrue(sent: Sent, offset: number): void {
    if (!this.#world.ledger.places(sent.id).some((place) => place.offset === offset))
      this.#world.fail('31 receiptsTrue', `${sent.id} is not at ${offset}`)
  }

  /** 31: what a member is said to have was handed to it. Called with each run that the store keeps. */
  runIsTrue(client: string, ch: string, { epoch, since, offset, time }: Cursor): void {
    const { ledger, handed } = this.#world
    const name = `${client} ${ch} ${epoch}`
    const checked = this.#checked.get(name)
    const from = checked && since >= checked.since ? Math.max(since, checked.offset + 1) : since
    for (let at = from; at <= offset; at++) {
      const entry = ledger.entry(epoch, ch, at)
      if (!entry || handed.has(client, entry.sent)) continue
      this.#world.fail(
        '31 receiptsTrue',
        `${this.#world.nameOf(client)} is said to have ${at} of ${ch}, ${entry.sent.id}`,
      )
    }
    this.#checked.set(name, { epoch, since: Math.min(since, checked?.since ?? since), offset, time })
  }

  /** 33: what is deleted was handed to each of those that the inbox has as members. */
  inboxKept(oldest: number, after: Roster, ch: string): void {
    const { ledger, handed } = this.#world
    for (let at = oldest; at < after.oldest; at++) {
      const entry = ledger.entry(after.epoch, ch, at)
      for (const { client, cursor } of after.members)
        if (entry && cursor.since <= at && !handed.has(client, entry.sent))
          this.#world.fail('33 inboxKept', `${ch} ${at} is deleted, and ${this.#world.nameOf(client)} did not get it`)
    }
  }

  /** What is not yet as it should be, and will be: 32, 33. */
  unwell(): string {
    const { people, channels } = this.#world.weather
    if (!people) return ''
    const rosters = new Map([...channels, ...people.inboxes].map((ch) => [ch, this.#world.host.roster(ch)]))
    for (const [ch, roster] of rosters) {
      const why = this.#membership(ch, roster) || (isInbox(ch) ? this.#leftovers(ch, roster) : '')
      if (why) return why
    }
    const all = new Map([...rosters].map(([ch, roster]) => [ch, this.#seatsOf(roster)]))
    for (const sent of this.#world.ledger.undelivered) {
      const roster = rosters.get(sent.ch)
      const why = roster ? this.#incomplete(sent, roster, all.get(sent.ch) ?? []) : ''
      if (why) return `32 receiptsComplete: ${sent.id} in ${sent.ch} ${why}`
    }
    return ''
  }

  /** Who follows is a member, as far as it has come; who has left is none. */
  #membership(ch: string, { members, epoch, oldest, next }: Roster): string {
    const seats = new Map(members.map((one) => [one.client, one]))
    for (const device of this.#world.devices) {
      const { id, name, following, wantsClosed, forgone } = device
      const one = following.get(ch)
      const seat = seats.get(id)
      if (wantsClosed || forgone.has(ch)) continue
      const left = isInbox(ch) ? '33 inboxKept' : '34 presenceConverges'
      if (!one || one.denied) {
        if (seat) return `${left}: ${name} is a member of ${ch}, which it has left`
        continue
      }
      if (!seat) return `32 receiptsComplete: ${name} follows ${ch} and is no member`
      const { cursor } = seat
      if (cursor.epoch !== epoch || cursor.offset !== next - 1)
        return `32 receiptsComplete: ${name} is kept at ${cursor.offset} of ${ch}, and has all before ${next}`
      // What the log lost while it was on its way counts as lost, though it arrived. A `now` said twice begins twice.
      if (one.from === 'now') continue
      if (one.since !== undefined && one.epoch === epoch && cursor.since > Math.max(one.since, oldest))
        return `32 receiptsComplete: ${name} is kept from ${cursor.since} of ${ch} on, and has all from ${one.since} on`
    }
    return ''
  }

  /** 33: what all members have is there no more. */
  #leftovers(ch: string, { members, epoch, oldest, next }: Roster): string {
    if (!members.length) return ''
    const had = members.map(({ cursor }) => (cursor.epoch === epoch ? cursor.offset : 0))
    const least = Math.min(...had, next - 1)
    return oldest <= least ? `33 inboxKept: ${ch} holds ${oldest}, and all have up to ${least}` : ''
  }

  /** 32: the last word to a sender is how it is. Where all have a message, nothing more needs to be told. */
  #incomplete(sent: Sent, { oldest, epoch }: Roster, seats: readonly Seat[]): string {
    const { reach, client } = sent
    const sender = this.#world.devices.find(({ id }) => id === client)
    const place = sender && !sender.wantsClosed ? this.#placeOf(sent, epoch) : undefined
    if (!place || reach === 'over') return ''
    const truth = this.#score(place, seats)
    if (!truth.count && place.offset < oldest) return 'is gone, and that was not told'
    if (!truth.count && truth.awaited) return ''
    const of = isInbox(sent.ch) ? Math.max(1, truth.of) : truth.of
    if (reach?.count === truth.count && reach.of === of) return ''
    return `has ${truth.count} of ${of}, and was told ${reach ? `${reach.count} of ${reach.of}` : 'nothing'}`
  }

  #seatsOf({ members, past }: Roster): Seat[] {
    const seats = members.map((one) => ({ ...one, there: this.#world.presence.isThere(one.client) }))
    return past ? [...seats, { ...past, there: false }] : seats
  }

  #score({ offset, epoch, sent }: Truth, seats: readonly Seat[]): { count: number; of: number; awaited: boolean } {
    const parties = new Map<string, Seat[]>()
    for (const seat of seats)
      if (isRecipient(seat, sent)) parties.set(seat.user, [...(parties.get(seat.user) ?? []), seat])
    const score = { count: 0, of: 0, awaited: false }
    for (const devices of parties.values()) {
      const began = devices.filter(({ cursor }) => cursor.epoch !== epoch || cursor.since <= offset)
      const has = began.some(({ cursor }) => cursor.epoch === epoch && offset <= cursor.offset)
      if (began.length) score.of++
      if (has) score.count++
      else score.awaited ||= began.some(({ there }) => there)
    }
    return score
  }

  /** Where it is in the log that there is now. */
  #placeOf({ id, ch }: Sent, epoch = this.#world.host.bounds(ch).epoch): Truth | undefined {
    return this.#world.ledger.places(id).find((place) => place.epoch === epoch)
  }
}

/** Nobody is a recipient of his own message, but in his own inbox, where only the device that sent it is none. */
function isRecipient({ client, user }: { client: string; user: string }, sent: Sent): boolean {
  return client !== sent.client && (user !== sent.user || sent.ch === `@${user}`)
}
