// Who is in a channel, as the store tells it, and what its messages' sender is told of that.
import { describe, expect, it } from 'vitest'
import { Effects } from '../../src/core/server/effects.js'
import { Follows } from '../../src/core/server/follows.js'
import { Peer } from '../../src/core/server/peer.js'
import { Roster } from '../../src/core/server/roster.js'
import { Rosters } from '../../src/core/server/rosters.js'
import { Tracker } from '../../src/core/server/tracker.js'
import type { Cursor, Member } from '../../src/core/store.js'

type Wish = Partial<Omit<Member, 'cursor'>> & { cursor?: Partial<Cursor> }

const member = (client: string, { cursor, ...rest }: Wish = {}): Member => ({
  client,
  user: '',
  presence: 'online',
  seenAt: 1_000_000,
  cursor: { epoch: 'e', since: 1, offset: 0, time: 0, ...cursor },
  ...rest,
})
const bounds = { epoch: 'e', oldest: 1, next: 9 }

describe('a roster', () => {
  const heard = () => {
    const roster = new Roster()
    const told: (readonly string[] | undefined)[] = []
    const seen: string[] = []
    roster.users.add({
      changed: (news) => {
        told.push(news?.clients)
        seen.push(...(news?.seen ?? []))
      },
    })
    const look = ({ presence }: Member) => presence
    return {
      told,
      seen,
      load: (oldest: number, ...members: Member[]) => roster.load({ ...bounds, oldest, members }, look),
      put: (one: Member) => roster.put(one, look),
    }
  }
  it('tells all when it is read first, then what has changed, and that the log is shorter', () => {
    const { told, load } = heard()
    load(1, member('a'))
    load(1, member('a'))
    expect(told).toEqual([undefined])
    load(1, member('b'))
    load(5, member('b'))
    expect(told.slice(1)).toEqual([['b', 'a'], []])
  })
  it.each<[string, Wish, boolean]>([
    ['looks away', { presence: 'away' }, true],
    ['has more', { cursor: { offset: 3 } }, false],
    ['has begun elsewhere', { cursor: { since: 2 } }, false],
    ['reads another log', { cursor: { epoch: 'f' } }, false],
  ])('tells of one who %s, once, and whether that can be seen', (_, wish, shows) => {
    const { told, seen, put } = heard()
    put(member('a'))
    for (let n = 0; n < 2; n++) put(member('a', wish))
    expect(told).toEqual([['a'], ['a']])
    expect(seen).toEqual(shows ? ['a', 'a'] : ['a'])
  })
  it('tells of those who have left that they are not seen any more', () => {
    const { seen, load } = heard()
    load(1, member('a'), member('b'))
    load(1, member('a', { cursor: { offset: 1 } }))
    expect(seen).toEqual(['b'])
  })
})

/** A device not heard of for 25 s is offline. The machine's clock stands still at 0. */
function rosters() {
  const effects = new Effects()
  effects.begin(0, 0)
  const options = { idle: 20_000, presenceEvery: 5_000, wall: () => 1_000_000 }
  const all = new Rosters(effects, options, new Follows(effects))
  const user = () => ({ changed: () => undefined })
  /** Of how many channels the members were asked since. */
  const reads = () => effects.take().filter((one) => one.do === 'call').length
  const answer = (op: number, ...members: Member[]) => effects.done(op, { ...bounds, members })
  return { effects, all, user, reads, answer }
}

describe('the rosters', () => {
  it('share one of a channel, which lasts as long as its last user', () => {
    const { all, user, reads } = rosters()
    const [ann, bob] = [user(), user()]
    expect(all.join('room', ann)).toBe(all.join('room', bob))
    expect(reads()).toBe(1)
    all.leave('room', user())
    all.leave('room', ann)
    expect(all.size).toBe(1)
    all.leave('room', bob)
    expect(all.size).toBe(0)
  })
  it('are read once, and once more where something changed meanwhile', () => {
    const { all, user, reads, answer } = rosters()
    all.join('room', user())
    all.changed({ is: 'unsure', ch: 'room' })
    all.changed({ is: 'grown', ch: 'room', epoch: 'e', next: 2 })
    expect(reads()).toBe(1)
    answer(1)
    expect(reads()).toBe(1)
    answer(2)
    expect(reads()).toBe(0)
    all.join('hall', user())
    all.changed({ is: 'grown', ch: 'hall', epoch: 'e', next: 2 })
    answer(3)
    expect(reads()).toBe(1)
  })
  it('are read again where something may have been missed, not where it was told', () => {
    const { all, user, reads, answer } = rosters()
    const roster = all.join('room', user())
    answer(1, member('a'))
    reads()
    all.changed({ is: 'member', ch: 'room', member: member('b') })
    all.changed({ is: 'left', ch: 'room', client: 'a' })
    expect([reads(), [...roster.members.keys()]]).toEqual([0, ['b']])
    all.changed({ is: 'unsure', ch: 'room' })
    expect(reads()).toBe(1)
  })
  it('are read again a second after the store failed', () => {
    const { effects, all, user, reads } = rosters()
    all.join('room', user())
    effects.failed(1, 'out')
    expect(all.deadline).toBe(1_000)
    reads()
    all.tick(999)
    expect(reads()).toBe(0)
    all.tick(1_000)
    expect(reads()).toBe(1)
  })
  it('are read again when one who seems to be there was not heard of for too long', () => {
    const { all, user, answer } = rosters()
    all.join('room', user())
    answer(1, member('a', { seenAt: 990_000 }), member('b', { seenAt: 1, presence: 'offline' }))
    expect(all.deadline).toBe(15_000)
  })
  it('are read again after a minute where nobody is, and sooner when somebody comes', () => {
    const { all, user, answer } = rosters()
    all.join('room', user())
    answer(1, member('b', { seenAt: 1, presence: 'offline' }))
    expect(all.deadline).toBe(60_000)
    all.changed({ is: 'member', ch: 'room', member: member('a') })
    expect(all.deadline).toBe(25_000)
  })
  it('are read each in its own time', () => {
    const { all, user, reads, answer } = rosters()
    for (const ch of ['room', 'hall']) all.join(ch, user())
    answer(1, member('a'))
    answer(2)
    reads()
    all.tick(25_000)
    expect([reads(), all.deadline]).toEqual([1, 60_000])
  })
  it('are read no more once nobody uses them', () => {
    const { effects, all, user, answer } = rosters()
    const [ann, bob] = [user(), user()]
    all.join('room', ann)
    all.join('hall', bob)
    answer(2)
    all.leave('room', ann)
    expect(all.deadline).toBe(60_000)
    all.leave('hall', bob)
    effects.failed(1, 'out')
    expect(all.deadline).toBe(Infinity)
  })
  it.each([
    [975_000, 'online'],
    [974_999, 'offline'],
  ])('show one seen at %d as %s', (seenAt, shown) => {
    const { all, user, answer } = rosters()
    const roster = all.join('room', user())
    answer(1, member('a', { seenAt }))
    expect(roster.members.get('a')?.shown).toBe(shown)
  })
})

describe('a tracker', () => {
  const tracker = (oldest: number, ...members: Member[]) => {
    const roster = new Roster()
    const look = ({ presence }: Member) => presence
    let changes = 0
    const peer = new Peer(1, '', new Effects(), false, () => undefined)
    const one = new Tracker(peer, 'ann', 'room', () => changes++)
    one.begin(roster)
    const load = () => roster.load({ ...bounds, oldest, members }, look)
    return {
      load,
      put: (more: Member) => roster.put(more, look),
      changes: () => changes,
      use: () => roster.users.add(one),
      add: (seq: number, offset = seq, epoch = 'e') => one.add({ seq, ch: 'room', epoch, offset }),
      news: () =>
        one.news().map(({ seq, to, count, of, by, gone }) => {
          return [`${seq}-${to}: ${count}/${of}`, by?.client, gone && 'gone'].filter(Boolean).join(' ')
        }),
    }
  }
  const bob = (offset: number, time = 1) => member('bob', { cursor: { offset, time } })

  it('tells of each message once, in whatever order its place became known', () => {
    const { load, add, news } = tracker(1, bob(9))
    load()
    for (const seq of [2, 1, 3, 2, 1]) add(seq)
    expect([news(), news()]).toEqual([['1-3: 1/1 bob'], []])
  })
  it('has something to tell once the members are known, and while there is a message', () => {
    const { load, use, add, changes } = tracker(1, bob(9))
    use()
    add(1)
    expect(changes()).toBe(0)
    load()
    expect(changes()).toBe(1)
    const idle = tracker(1, bob(9))
    idle.use()
    idle.load()
    expect(idle.changes()).toBe(0)
  })
  it('watches over the last 1,000', () => {
    const { load, add, news } = tracker(1, bob(9_999))
    load()
    for (let seq = 1; seq <= 1_000; seq++) add(seq)
    expect(news()).toEqual(['1-1000: 1/1 bob'])
    for (let seq = 1_001; seq <= 2_001; seq++) add(seq)
    expect(news()).toEqual(['1002-2001: 1/1 bob'])
  })
  it('tells nothing twice, but who has come last to have it', () => {
    const { load, put, add, news } = tracker(
      1,
      bob(1, 5),
      member('cid'),
      member('eve', { cursor: { offset: 1, time: 4 } }),
    )
    load()
    add(1)
    expect([news(), news()]).toEqual([['1-1: 2/3 bob'], []])
    put(member('eve', { cursor: { offset: 1, time: 9, since: 1 } }))
    expect(news()).toEqual(['1-1: 2/3 eve'])
  })
  it('is not done with what is for nobody: somebody may come', () => {
    const { load, put, add, news } = tracker(1)
    load()
    add(1)
    expect(news()).toEqual(['1-1: 0/0'])
    put(bob(1))
    expect(news()).toEqual(['1-1: 1/1 bob'])
  })
  it('does not count the device that sends', () => {
    const { load, add, news } = tracker(1, member('ann', { cursor: { offset: 9, time: 9 } }), bob(1))
    load()
    add(1)
    expect(news()).toEqual(['1-1: 1/1 bob'])
  })
  it('counts messages of each log by those who read that log, and says nothing of one that is no more', () => {
    const { load, add, news } = tracker(5, bob(9))
    load()
    add(1, 1, 'before')
    add(2, 7)
    expect(news()).toEqual(['2-2: 1/1 bob'])
    const alone = tracker(5)
    alone.load()
    alone.add(1, 1, 'before')
    expect(alone.news()).toEqual([])
  })
  it('joins no neighbours of which one is gone, or more have, or another came last', () => {
    const gone = tracker(5)
    gone.load()
    gone.add(1, 1)
    gone.add(2, 6)
    expect(gone.news()).toEqual(['1-1: 0/0 gone', '2-2: 0/0'])
    const more = tracker(1, bob(1, 1), member('eve', { cursor: { offset: 2, time: 9 } }))
    more.load()
    for (const seq of [1, 2]) more.add(seq)
    expect(more.news()).toEqual(['1-1: 2/2 eve', '2-2: 1/2 eve'])
    const device = (client: string, since: number, offset: number) =>
      member(client, { user: 'bob', cursor: { since, offset, time: 9 } })
    const last = tracker(1, device('p', 1, 1), device('q', 2, 2))
    last.load()
    for (const seq of [1, 2]) last.add(seq)
    expect(last.news()).toEqual(['1-1: 1/1 p', '2-2: 1/1 q'])
  })
})
