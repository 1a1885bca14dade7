import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import { type Trial } from './trial.js'

type Run = [since: number, offset: number]

const JOINS: [what: string, kept: Run, said: Run, joined: Run][] = [
  ['what follows', [1, 5], [6, 9], [1, 9]],
  ['what comes before', [6, 9], [1, 5], [1, 9]],
  ['what overlaps', [3, 7], [5, 9], [3, 9]],
  ['what is within', [3, 9], [4, 6], [3, 9]],
  ['what lies around', [4, 6], [3, 9], [3, 9]],
  ['the same again', [3, 9], [3, 9], [3, 9]],
  ['further on, with a hole', [1, 5], [7, 9], [7, 9]],
  ['further back, with a hole', [7, 9], [1, 5], [7, 9]],
  ['nothing yet, where it goes on', [1, 5], [6, 5], [1, 5]],
  ['nothing yet, further on', [1, 5], [9, 8], [9, 8]],
  ['what comes before nothing yet', [6, 5], [1, 5], [1, 5]],
]

async function join(trial: Trial, [what, kept, said, joined]: (typeof JOINS)[number]): Promise<void> {
  const { ann } = trial
  const ch = trial.name(what)
  const first = await trial.keep(ann, ch, kept)
  await trial.stand.clock?.pass(1_000)
  const then = { ...first, since: said[0], offset: said[1], time: first.time + 1_000 }
  await trial.store.keep({ client: ann, ch, cursor: then })
  const time = said[1] > kept[1] ? then.time : first.time
  alike(
    await trial.cursor(ann, ch),
    { ...first, since: joined[0], offset: joined[1], time },
    `${kept.join('…')} and ${what}`,
  )
}

export const cursorRules: StoreRules = {
  'joins the runs of a member that meet; of others, the one that reaches further stays': {
    async run(trial) {
      await trial.open()
      alike(await trial.cursor(), undefined, 'a cursor that nobody kept')
      for (const row of JOINS) await join(trial, row)
    },
  },

  'joins runs that are said at once': {
    async run(trial) {
      await trial.open()
      const epoch = await trial.epoch()
      for (const ch of ['a', 'b', 'c', 'd', 'e'].map((name) => trial.name(name))) {
        const runs: Run[] = [
          [1, 5],
          [6, 9],
          [4, 7],
          [10, 20],
          [1, 3],
        ]
        const time = trial.now()
        const keep = ([since, offset]: Run) =>
          trial.store.keep({ client: trial.ann, ch, cursor: { epoch, since, offset, time } })
        await Promise.all(runs.map(keep))
        alike(await trial.cursor(trial.ann, ch), { epoch, since: 1, offset: 20, time }, 'the cursor')
      }
    },
  },

  'takes the cursor of another epoch only where the log is of it, or not of the old one': {
    async run(trial) {
      const { ann, room } = trial
      await trial.open()
      await trial.fill(1, 3)
      const epoch = await trial.epoch()
      const after = async (said: string, expected: string) => {
        await trial.keep(ann, room, [1, 1], said)
        alike((await trial.cursor())?.epoch, expected, `the epoch after ${said}`)
      }
      await after('older', 'older')
      await after('old', 'old')
      await after(epoch, epoch)
      await after('old', epoch)
    },
  },
}
