import { expect, it } from 'vitest'
import { Effects } from '../../src/core/server/effects.js'
import { Peer } from '../../src/core/server/peer.js'
import { Roster } from '../../src/core/server/roster.js'
import { Tracker } from '../../src/core/server/tracker.js'

/** How often ann's tracker finds something to look at. */
function looks(changed: (tracker: Tracker) => void): number {
  let count = 0
  const peer = new Peer(1, 'ann', new Effects(), false, () => undefined)
  const tracker = new Tracker(peer, 'ann', 'room', () => count++)
  const roster = new Roster()
  roster.load({ epoch: 'e', oldest: 1, next: 2, members: [] }, () => 'online')
  tracker.begin(roster)
  tracker.add({ seq: 1, ch: 'room', epoch: 'e', offset: 1 })
  count = 0
  changed(tracker)
  return count
}

it.each([
  { what: 'all of a roster', clients: undefined, log: false, sees: 1 },
  { what: 'another one', clients: ['bob'], log: false, sees: 1 },
  { what: 'itself and another one', clients: ['ann', 'bob'], log: false, sees: 1 },
  { what: 'itself', clients: ['ann'], log: false, sees: 0 },
  { what: 'itself and the log', clients: ['ann'], log: true, sees: 1 },
  { what: 'the log', clients: [], log: true, sees: 1 },
])('a sender looks at who has its messages $sees times for news of $what', ({ clients, log, sees }) => {
  const news = clients && { clients, seen: [], log }
  expect(looks((tracker) => tracker.changed(news))).toBe(sees)
})

it.each([
  { what: 'its oldest message', oldest: 2, past: undefined, log: true },
  { what: 'who has left', oldest: 1, past: 'bob', log: true },
  { what: 'a member alone', oldest: 1, past: undefined, log: false },
])('a reading that finds another state of $what says so', ({ oldest, past, log }) => {
  const heard: unknown[] = []
  const roster = new Roster()
  const seat = (client: string, offset: number) => ({
    ...{ client, user: client, presence: 'online' as const, seenAt: 0 },
    cursor: { epoch: 'e', since: 1, offset, time: 0 },
  })
  roster.load({ epoch: 'e', oldest: 1, next: 3, members: [seat('ann', 0)] }, () => 'online')
  roster.users.add({ changed: (news) => heard.push([news?.clients, news?.log]) })
  const members = [seat('ann', 1)]
  roster.load({ epoch: 'e', oldest, next: 3, members, ...(past && { past: seat(past, 1) }) }, () => 'online')
  expect(heard).toEqual([[['ann'], log]])
})

it('a member that moves, or goes, is named in what its roster tells, and nothing of the log is', () => {
  const heard: unknown[] = []
  const roster = new Roster()
  const seat = (offset: number) => ({
    ...{ client: 'ann', user: 'ann', presence: 'online' as const, seenAt: 0 },
    cursor: { epoch: 'e', since: 1, offset, time: 0 },
  })
  roster.load({ epoch: 'e', oldest: 1, next: 3, members: [seat(0)] }, () => 'online')
  roster.users.add({ changed: (news) => heard.push(news) })
  roster.put(seat(1), () => 'online')
  roster.remove('ann')
  expect(heard).toEqual([
    { clients: ['ann'], seen: [], log: false },
    { clients: ['ann'], seen: ['ann'], log: false },
  ])
})
