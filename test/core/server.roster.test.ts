import { describe, expect, it } from 'vitest'
import { Roster } from '../../src/core/server/roster.js'
import type { Member, Roster as Listed } from '../../src/core/store.js'

const member = (client: string, offset: number): Member => ({
  ...{ client, user: client, presence: 'online', seenAt: 0 },
  cursor: { epoch: 'e', since: 1, offset, time: 0 },
})

/** What the users of a roster are told with each of these readings. */
function told(...readings: Pick<Listed, 'members' | 'past'>[]): (readonly string[] | undefined)[][] {
  const roster = new Roster()
  let calls: (readonly string[] | undefined)[] = []
  roster.users.add({ changed: (news) => calls.push(news?.clients) })
  return readings.map((one) => {
    calls = []
    roster.load({ epoch: 'e', oldest: 1, next: 9, ...one }, () => 'online')
    return calls
  })
}

describe('a roster that is read again', () => {
  it('tells of all the first time, then of those who changed, and of nothing where nothing has', () => {
    const [ann, bob] = [member('ann', 1), member('bob', 2)]
    const moved = { members: [ann, member('bob', 3)] }
    expect(told({ members: [ann, bob] }, { members: [ann, bob] }, moved, { members: [ann] })).toEqual([
      [undefined],
      [],
      [['bob']],
      [['bob']],
    ])
  })

  it('tells that there is something new of those who have left, of whom nobody tells', () => {
    const past = member('bob', 5)
    const more = { members: [], past: member('bob', 7) }
    expect(told({ members: [] }, { members: [], past }, { members: [], past }, more)).toEqual([
      [undefined],
      [[]],
      [],
      [[]],
    ])
  })
})
