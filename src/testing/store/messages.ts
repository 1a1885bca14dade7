import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import { fatesOf, kinds, offsets, range, type Trial } from './trial.js'

const VERDICTS: [seq: number, after: number, fate: string, then: number][] = [
  [4, 3, 'stored', 4],
  [3, 2, 'duplicate', 3],
  [1, 0, 'duplicate', 3],
  [5, 4, 'gap', 3],
  [7, 3, 'stored', 7],
  [7, 1, 'stored', 7],
  [7, 5, 'gap', 3],
]

async function verdict(trial: Trial, [seq, after, fate, then]: (typeof VERDICTS)[number]): Promise<void> {
  const [client, ch] = [trial.name(`${seq} after ${after}`), trial.name(`room of ${seq} after ${after}`)]
  await trial.open(client)
  await trial.fill(1, 3, { ch }, client)
  const appended = await trial.append(client, [trial.draft(client, seq, { ch, after })])
  const what = `${seq} after ${after} where 3 is the last`
  alike(kinds(appended), [fate], what)
  alike(appended.is === 'done' && appended.seq, then, `the number after ${what}`)
  alike(await trial.bounds(ch), [1, fate === 'stored' ? 5 : 4], `the log after ${what}`)
}

export const messageRules: StoreRules = {
  'takes the next message, none twice, and none before the one it needs': {
    async run(trial) {
      for (const row of VERDICTS) await verdict(trial, row)
    },
  },

  'decides a batch in its order, each message by those before it': {
    async run(trial) {
      const { ann, room } = trial
      const hall = trial.name('hall')
      await trial.open()
      const records = [
        ...[trial.draft(ann, 1), trial.draft(ann, 2, { ch: hall }), trial.draft(ann, 2, { ch: hall })],
        ...[trial.draft(ann, 4), trial.draft(ann, 3)],
      ]
      const appended = await trial.append(ann, records)
      const [epoch, other] = [await trial.epoch(), await trial.epoch(hall)]
      const second = { seq: 2, ch: hall, epoch: other, offset: 1 }
      const fates = [
        { is: 'stored', place: { seq: 1, ch: room, epoch, offset: 1 } },
        { is: 'stored', place: second },
        { is: 'duplicate', place: second },
        { is: 'gap' },
        { is: 'stored', place: { seq: 3, ch: room, epoch, offset: 2 } },
      ]
      alike(appended, { is: 'done', seq: 3, fates }, 'the batch')
      alike(await trial.append(ann, []), { is: 'done', seq: 3, fates: [] }, 'an empty batch')
    },
  },

  'stores once what is sent again, and says the same place each time': {
    limits: { maxEntries: 10 },
    async run(trial) {
      const { ann } = trial
      await trial.open()
      const places = await trial.fill(1, 30)
      for (const seq of [1, 15, 30, 1]) {
        const [fate] = fatesOf(await trial.append(ann, [trial.draft(ann, seq)]))
        alike(fate, { is: 'duplicate', place: places[seq - 1] }, `message ${seq} again`)
      }
      alike(await trial.bounds(), [21, 31], 'the log')
    },
  },

  'knows where the last thousand messages of a client went, from a number on': {
    async run(trial) {
      const { ann, store } = trial
      await trial.open()
      const early = await trial.fill(1, 150, { ch: trial.name('hall') })
      const late = await trial.fill(151, 1_100)
      const places = [...early, ...late]
      alike(await store.sent({ client: ann, from: 1_099 }), places.slice(1_098), 'the last two')
      alike(await store.sent({ client: ann, from: 101 }), places.slice(100), 'the last thousand')
      alike(await store.sent({ client: ann, from: 1_101 }), [], 'what is not sent yet')
      alike(kinds(await trial.append(ann, [trial.draft(ann, 1)])), ['duplicate'], 'the first one again')
      alike(await store.sent({ client: trial.name('stranger'), from: 0 }), [], 'what a stranger sent')
    },
  },

  'stores once what comes many times at once': {
    async run(trial) {
      const { ann } = trial
      await trial.open()
      const batches = range(0, 9).map((at) => range(1, 20 + at).map((seq) => trial.draft(ann, seq)))
      const told = await Promise.all(batches.map((batch) => trial.append(ann, batch)))
      const { entries } = await trial.read()
      alike(offsets(entries), range(1, 29), 'the offsets')
      alike(
        entries.map(({ id }) => id),
        range(1, 29).map((seq) => `${ann}:${seq}`),
        'the messages',
      )
      const first = told.flatMap(fatesOf).filter(({ is }) => is === 'stored')
      alike(first.length, 29, 'how many were called stored')
    },
  },

  'gives each message of many clients a place of its own, each client’s in order': {
    async run(trial) {
      const clients = range(1, 20).map((n) => trial.name(`c${n}`))
      await Promise.all(clients.map((client) => trial.open(client)))
      const places = (await Promise.all(clients.map((client) => trial.fill(1, 10, {}, client)))).flat()
      alike(
        places.map(({ offset }) => offset).sort((a, b) => a - b),
        range(1, 200),
        'the places told',
      )
      const { entries } = await trial.read()
      alike(offsets(entries), range(1, 200), 'the places in the log')
      for (const client of clients)
        alike(
          entries.filter(({ id }) => id.startsWith(`${client}:`)).map(({ body }) => body),
          range(1, 10).map(String),
          `the messages of ${client}`,
        )
    },
  },
}
