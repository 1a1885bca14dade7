import { within } from '../watched.js'
import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import { fatesOf, offsets, range } from './trial.js'

export const nodeRules: StoreRules = {
  'is one store at all nodes': {
    needs: ['nodes'],
    async run(trial) {
      const { ann, room } = trial
      const other = await trial.another()
      await trial.open()
      const open = { client: ann, user: '', acked: 0 }
      alike(await other.open({ ...open, key: 'another' }), { is: 'taken' }, 'another key, at another node')
      for (const seq of range(1, 10)) {
        await trial.append(ann, [trial.draft(ann, seq)], seq % 2 ? trial.store : other)
        const one = seq % 2 ? other : trial.store
        alike((await trial.read(room, 0, 0, 0, one)).next, seq + 1, 'the end of the log at the other node')
      }
      const cursor = await trial.keep(ann, room, [1, 3])
      alike(await other.cursor({ client: ann, ch: room }), cursor, 'a cursor, at another node')
      alike((await trial.members(room, other)).length, 1, 'members, at another node')
      await other.forget({ client: ann, below: Infinity })
      alike(await trial.names(), [], 'the members when it has left, at the other node')
    },
  },

  'stores once what one client sends to several nodes at once': {
    needs: ['nodes'],
    async run(trial) {
      const { ann } = trial
      const stores = [trial.store, await trial.another(), await trial.another()]
      await trial.open()
      for (const round of range(0, 19)) {
        const first = round * 5 + 1
        const ask = (store: (typeof stores)[number]) =>
          trial.append(
            ann,
            range(first, first + 4).map((seq) => trial.draft(ann, seq)),
            store,
          )
        const told = await Promise.all(stores.map(ask))
        const places = told.map((appended) =>
          fatesOf(appended).map((fate) => ('place' in fate ? fate.place.offset : fate.is)),
        )
        for (const one of places) alike(one, range(first, first + 4), 'the places told')
        alike(told.flatMap(fatesOf).filter(({ is }) => is === 'stored').length, 5, 'how many were called stored')
      }
      alike(offsets((await trial.read()).entries), range(1, 100), 'the log')
    },
  },

  'tells at one node of what changes at another': {
    needs: ['nodes'],
    async run(trial) {
      const { ann, room } = trial
      const other = await trial.another()
      const ear = await trial.hear(room, other)
      await trial.open()
      await trial.fill(1, 3)
      await ear.until((change) => change.is === 'grown' && change.next === 4)
      const cursor = await trial.keep(ann, room, [1, 2])
      await trial.see(ann, 'online', 9_000)
      await ear.until((change) => change.is === 'member' && change.member.presence === 'online')
      const member = { client: ann, user: '', presence: 'online', seenAt: 9_000, cursor }
      alike(ear.heard.at(-1), { is: 'member', ch: room, member }, 'a member')
      await trial.store.leave({ client: ann, ch: room })
      await ear.until((change) => change.is === 'left' && change.client === ann)
      ear.stop()
    },
  },

  'passes notes to the node they are for, as they are, at other nodes and at its own': {
    needs: ['nodes', 'notes'],
    async run(trial) {
      const other = await trial.another()
      const heard: string[] = []
      let check = (): void => undefined
      const until = (count: number) =>
        within(
          new Promise<void>((resolve) => {
            check = () => {
              if (heard.length >= count) resolve()
            }
            check()
          }),
          () => `${heard.length} of ${count} notes came`,
        )
      const node = trial.name('node ☃:*')
      const stop = other.listen?.(node, (note) => {
        heard.push(note)
        check()
      })
      // Nobody says when it has begun to listen.
      const knock = async (): Promise<void> => {
        while (!heard.length) {
          await trial.store.notify?.({ node, note: 'knock' })
          await new Promise<void>((resolve) => setTimeout(resolve, 5))
        }
      }
      await within(knock(), () => 'no note came')
      heard.length = 0
      const notes = ['', 'one', '☃ 😀 \0', JSON.stringify('x'.repeat(2_200_000))]
      await trial.store.notify?.({ node: trial.name('nobody'), note: 'lost' })
      for (const note of notes) await trial.store.notify?.({ node, note })
      await other.notify?.({ node, note: 'its own' })
      await until(heard.filter((note) => note === 'knock').length + 5)
      const came = heard.filter((note) => note !== 'knock')
      alike(came.sort(), [...notes, 'its own'].sort(), 'the notes')
      stop?.()
      heard.length = 0
      await other.notify?.({ node, note: 'late' })
      alike(heard, [], 'notes to one who has stopped')
    },
  },
}
