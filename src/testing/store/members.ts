import { alike } from './alike.js'
import type { StoreRules } from './rule.js'

export const memberRules: StoreRules = {
  'tells who is a member of a channel, where each is, and how it was seen': {
    async run(trial) {
      const { ann, room, store } = trial
      const bob = trial.name('bob')
      await trial.open()
      await trial.open(bob, 'Bob')
      await trial.fill(1, 3)
      const [mine, his] = [await trial.keep(ann, room, [1, 2]), await trial.keep(bob, room, [2, 3])]
      await trial.see(bob, 'away', 1_234, 'Bob')
      const members = [
        { client: ann, user: '', presence: 'offline', seenAt: mine.time, cursor: mine },
        { client: bob, user: 'Bob', presence: 'away', seenAt: 1_234, cursor: his },
      ]
      alike(await trial.members(), members, 'the members')
      const { epoch, oldest, next } = await store.members({ ch: room })
      alike([epoch, oldest, next], [await trial.epoch(), 1, 4], 'the bounds')
      await store.leave({ client: ann, ch: room })
      await store.leave({ client: ann, ch: room })
      alike(await trial.names(), [bob], 'the members when one has left')
      alike(await trial.cursor(), undefined, 'the cursor of the one who left')
    },
  },

  'tells of what comes to a log': {
    async run(trial) {
      const { ann, room } = trial
      await trial.open()
      const ear = await trial.hear()
      await trial.fill(1, 2)
      await trial.append(ann, [trial.draft(ann, 3), trial.draft(ann, 4)])
      const epoch = await trial.epoch()
      await ear.until((change) => change.is === 'grown' && change.next === 5)
      for (const change of ear.heard)
        alike(change.is === 'grown' && [change.ch, change.epoch], [room, epoch], 'what is told of it')
      ear.stop()
    },
  },

  'tells of each step of a member, also of one that moves nothing': {
    async run(trial) {
      const { ann, room } = trial
      await trial.open()
      const ear = await trial.hear()
      const cursor = await trial.keep(ann, room, [1, 0])
      const member = { client: ann, user: '', presence: 'offline', seenAt: cursor.time, cursor }
      await ear.until(({ is }) => is === 'member')
      alike(ear.heard[0], { is: 'member', ch: room, member }, 'a member who comes')
      ear.heard.length = 0
      await trial.keep(ann, room, [1, 0])
      await ear.until(({ is }) => is === 'member')
      await trial.keep(ann, room, [1, 7])
      await ear.until((change) => change.is === 'member' && change.member.cursor.offset === 7)
      ear.stop()
    },
  },

  'tells of a member who leaves one channel, or all': {
    async run(trial) {
      const { ann, room, store } = trial
      const hall = trial.name('hall')
      await trial.open()
      const [ear, other] = [await trial.hear(), await trial.hear(hall)]
      await trial.keep(ann, room, [1, 0])
      await trial.keep(ann, hall, [1, 0])
      await store.leave({ client: ann, ch: room })
      await ear.until(({ is }) => is === 'left')
      alike(ear.heard.at(-1), { is: 'left', ch: room, client: ann }, 'what is told of it')
      await trial.keep(ann, room, [1, 0])
      ear.heard.length = 0
      await store.forget({ client: ann, below: Infinity })
      for (const one of [ear, other]) await one.until(({ is }) => is === 'left')
      ear.stop()
      other.stop()
    },
  },

  'tells of a device that is seen differently, in each of its channels, and of no mere refresh': {
    async run(trial) {
      const { ann, room } = trial
      const hall = trial.name('hall')
      await trial.open()
      await trial.keep(ann, room, [1, 0])
      await trial.keep(ann, hall, [1, 0])
      const [ear, other] = [await trial.hear(), await trial.hear(hall)]
      const steps = [
        ['online', 1_000, true],
        ['online', 2_000, false],
        ['away', 3_000, true],
        ['online', 2_500, false],
        ['offline', 3_000, true],
        ['offline', 4_000, false],
        ['online', 5_000, true],
      ] as const
      for (const [presence, seenAt] of steps) await trial.see(ann, presence, seenAt)
      const expected = steps.filter(([, , told]) => told).map(([presence, seenAt]) => [presence, seenAt])
      for (const one of [ear, other]) {
        await one.until((change) => change.is === 'member' && change.member.seenAt === 5_000)
        const seen = one.heard.map((change) => change.is === 'member' && [change.member.presence, change.member.seenAt])
        alike(seen, expected, 'what was told')
        one.stop()
      }
    },
  },

  'keeps what was seen last of a device': {
    async run(trial) {
      const { ann, room } = trial
      await trial.open()
      await trial.keep(ann, room, [1, 0])
      const steps = [
        ['online', 1_000, 'online', 1_000],
        ['online', 2_000, 'online', 2_000],
        ['away', 1_500, 'online', 2_000],
        ['away', 2_000, 'away', 2_000],
      ] as const
      for (const [presence, seenAt, then, at] of steps) {
        await trial.see(ann, presence, seenAt)
        const [member] = await trial.members()
        alike([member?.presence, member?.seenAt], [then, at], `${presence} at ${seenAt}`)
      }
    },
  },

  'tells nothing to one who has stopped to watch': {
    async run(trial) {
      await trial.open()
      const [ear, other] = [await trial.hear(), await trial.hear()]
      ear.stop()
      // What was told until then, as that somebody else follows the channel, is no matter.
      ear.heard.length = 0
      await trial.fill(1, 1)
      await other.until(({ is }) => is === 'grown')
      alike(ear.heard, [], 'what it was told')
      other.stop()
    },
  },
}
