import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import { kinds } from './trial.js'

const HOUR = 3_600_000

export const clientRules: StoreRules = {
  'knows a client again, by its key and its user': {
    async run(trial) {
      const { ann } = trial
      alike(await trial.open(ann, 'Ann'), { is: 'open', seq: 0, known: false }, 'the first time')
      await trial.fill(1, 1)
      alike(await trial.open(ann, 'Ann', 'another key'), { is: 'taken' }, 'with another key')
      alike(await trial.open(ann, 'Bob'), { is: 'taken' }, 'as another user')
      alike(await trial.open(ann, ''), { is: 'taken' }, 'as nobody')
      alike(await trial.open(ann, 'Ann'), { is: 'open', seq: 1, known: true }, 'again')
    },
  },

  'lets one of two have a client id that both claim at once': {
    async run(trial) {
      for (const client of ['a', 'b', 'c', 'd', 'e'].map((name) => trial.name(name))) {
        const opened = await Promise.all([1, 2, 3].map((key) => trial.open(client, '', `key ${key}`)))
        alike(opened.map(({ is }) => is).sort(), ['open', 'taken', 'taken'], 'three claims')
      }
    },
  },

  'is never behind what a client says is settled': {
    async run(trial) {
      for (const [acked, seq] of [
        [5, 5],
        [3, 5],
        [9, 9],
      ] as const) {
        const opened = await trial.open(trial.ann, '', 'key', acked)
        alike(opened.is === 'open' && opened.seq, seq, `settled up to ${acked}`)
      }
      const records = [8, 9, 10].map((seq) => trial.draft(trial.ann, seq))
      alike(kinds(await trial.append(trial.ann, records)), ['duplicate', 'duplicate', 'stored'], 'messages 8, 9, 10')
    },
  },

  'takes nothing from a client that it does not know': {
    async run(trial) {
      const { ann, room, store } = trial
      alike(await trial.append(ann, [trial.draft(ann, 1)]), { is: 'unknown' }, 'an append')
      await trial.keep(ann, room, [1, 0])
      await trial.see(ann, 'online', trial.now())
      await store.leave({ client: ann, ch: room })
      await store.forget({ client: ann, below: Infinity })
      alike(await trial.cursor(), undefined, 'its cursor')
      alike(await store.sent({ client: ann, from: 0 }), [], 'what it sent')
      alike(await trial.bounds(), [1, 1], 'the log')
      alike(await trial.open(), { is: 'open', seq: 0, known: false }, 'its first time')
      alike(await trial.names(), [], 'the members')
    },
  },

  'forgets a client that left: it has sent nothing and is a member of nothing, and what comes late is not taken for it':
    {
      async run(trial) {
        const { ann, store } = trial
        const rooms = [trial.room, trial.name('hall')]
        await trial.open()
        await trial.fill(1, 3)
        for (const ch of rooms) await trial.keep(ann, ch, [1, 0])
        await trial.see(ann, 'online', trial.now())
        await store.forget({ client: ann, below: Infinity })
        await store.forget({ client: ann, below: Infinity })
        alike(await trial.append(ann, [trial.draft(ann, 4)]), { is: 'unknown' }, 'an append')
        for (const ch of rooms) alike(await trial.names(ch), [], `the members of ${ch}`)
        for (const acked of [0, 3])
          alike(
            await trial.open(ann, '', `key of ${ann}`, acked),
            { is: 'left' },
            'what it said before, and comes late',
          )
        alike(await trial.open(ann, 'Bob', 'another key'), { is: 'left' }, 'the same, of somebody else')
        for (const ch of rooms) alike(await trial.cursor(ann, ch), undefined, `its cursor in ${ch}`)
        alike(await store.sent({ client: ann, from: 0 }), [], 'what it sent')
        alike((await trial.read()).entries.length, 3, 'entries of the log')
        const back = await trial.open(ann, '', `key of ${ann}`, 4)
        alike(back, { is: 'open', seq: 4, known: false }, 'it comes back, and has settled more than was ever sent')
        for (const ch of rooms) alike(await trial.cursor(ann, ch), undefined, `its cursor in ${ch}, now`)
        await store.forget({ client: ann, below: 4 })
        alike(await trial.open(ann, '', `key of ${ann}`, 4), { is: 'open', seq: 4, known: true }, 'told late to leave')
      },
    },

  'forgets a client that did nothing for its time, and none that did something': {
    needs: ['clock'],
    limits: { clientTtl: 10 * HOUR },
    async run(trial) {
      const acts: Record<string, (client: string) => Promise<unknown>> = {
        open: (client) => trial.open(client),
        append: (client) => trial.append(client, [trial.draft(client, 1)]),
        keep: (client) => trial.keep(client, trial.room, [1, 0]),
        seen: (client) => trial.see(client, 'online', trial.now()),
      }
      const busy = Object.keys(acts).map((name) => trial.name(name))
      for (const client of [trial.ann, ...busy]) await trial.open(client)
      for (const client of [trial.ann, ...busy]) await trial.keep(client, trial.inbox, [1, 0])
      await trial.pass(6 * HOUR)
      for (const [name, act] of Object.entries(acts)) await act(trial.name(name))
      await trial.pass(6 * HOUR)
      alike(await trial.names(trial.inbox), busy.sort(), 'who is still a member')
      alike(await trial.append(trial.ann, [trial.draft(trial.ann, 1)]), { is: 'unknown' }, 'the idle one')
      alike(await trial.open(trial.ann, '', 'another key'), { is: 'open', seq: 0, known: false }, 'its next time')
    },
  },
}
