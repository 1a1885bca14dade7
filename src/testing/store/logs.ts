import type { Packed } from '../../wire/frame.js'
import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import { fatesOf, offsets, range } from './trial.js'

const HOUR = 3_600_000

/** What could get lost or changed on its way through a database. */
const bodies = (): Packed[] => [
  ...['""', 'null', '1.0', '{"a":"☃ 😀 \\u2028"}', '"\0"', '"\r\n\t"', '"\'; DROP TABLE entries --"', '"%s $1 ? :a"'],
  ...[new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 255, 128, 10, 13, 0]), new Uint8Array([34, 97, 34])],
  Uint8Array.from(range(0, 255)),
  JSON.stringify('é'.repeat(500_000)),
  new Uint8Array(1_000_000).map((_, at) => at % 251),
]

export const logRules: StoreRules = {
  'has bodies as they were given: text as text, bytes as bytes, small and large': {
    async run(trial) {
      const { ann } = trial
      await trial.open()
      const given = bodies()
      // A view into a larger buffer is only what it shows.
      given.push(new Uint8Array([9, 9, 0, 1, 255, 9]).subarray(2, 5))
      const time = trial.now()
      for (const [at, body] of given.entries())
        await trial.append(ann, [trial.draft(ann, at + 1, { body, from: 'Ann ☃' })])
      const { entries } = await trial.read()
      for (const [at, body] of given.entries()) {
        const { time: took = 0, ...entry } = entries[at] ?? {}
        alike(entry, { offset: at + 1, id: `${ann}:${at + 1}`, from: 'Ann ☃', body }, `entry ${at + 1}`)
        if (took < time) throw new Error(`entry ${at + 1} has the time ${took}, it was sent at ${time}`)
      }
    },
  },

  'reads from an offset, as much as is wanted': {
    limits: { maxEntries: 7 },
    async run(trial) {
      await trial.open()
      await trial.fill(1, 10, { body: JSON.stringify('x'.repeat(8)) })
      const all = range(4, 10)
      const asks: [what: string, from: number, limit: number, bytes: number, expected: number[]][] = [
        ['from before the oldest', 0, 2, 1_000, [4, 5]],
        ['from within', 6, 9, 1_000, [6, 7, 8, 9, 10]],
        ['all', 4, 7, 1_000, all],
        ['the bounds alone', 0, 0, 1_000, []],
        ['beyond the end', 11, 9, 1_000, []],
        ['far beyond the end', Number.MAX_SAFE_INTEGER, 9, 1_000, []],
        ['as many bytes as wanted', 0, 9, 35, [4, 5, 6]],
        ['one entry, however large', 0, 9, 1, [4]],
        ['without a limit of bytes', 0, 9, Infinity, all],
      ]
      for (const [what, from, limit, bytes, expected] of asks) {
        const { oldest, next, entries } = await trial.read(trial.room, from, limit, bytes)
        alike([oldest, next, offsets(entries)], [4, 11, expected], what)
      }
    },
  },

  'has an empty log where nobody wrote, of the epoch that its first entry has': {
    async run(trial) {
      await trial.open()
      const { epoch, ...rest } = await trial.read()
      alike(rest, { oldest: 1, next: 1, entries: [] }, 'a log that nobody wrote to')
      const [place] = await trial.fill(1, 1)
      alike(place, { seq: 1, ch: trial.room, epoch, offset: 1 }, 'the first place')
      alike(await trial.epoch(), epoch, 'the epoch of the log')
      const { members, ...bounds } = await trial.store.members({ ch: trial.name('other') })
      alike([bounds.oldest, bounds.next, members], [1, 1, []], 'the bounds of a log that nobody wrote to')
    },
  },

  'shows each message that was answered, at once': {
    async run(trial) {
      const { ann } = trial
      await trial.open()
      for (const seq of range(1, 20)) {
        await trial.append(ann, [trial.draft(ann, seq)])
        alike((await trial.read()).next, seq + 1, 'the end of the log')
      }
    },
  },

  'counts on where old entries go for new ones': {
    limits: { maxEntries: 20 },
    async run(trial) {
      await trial.open()
      const epoch = await trial.epoch()
      await trial.fill(1, 500)
      const { entries, ...bounds } = await trial.read()
      alike(bounds, { epoch, oldest: 481, next: 501 }, 'the bounds')
      alike(offsets(entries), range(481, 500), 'the entries')
    },
  },

  'lets old entries go, and keeps the count and the epoch': {
    needs: ['clock'],
    limits: { maxAge: 10 * HOUR, clientTtl: 1_000 * HOUR },
    async run(trial) {
      await trial.open()
      const epoch = await trial.epoch()
      await trial.fill(1, 3)
      await trial.pass(6 * HOUR)
      await trial.fill(4, 5)
      await trial.pass(6 * HOUR)
      alike(await trial.bounds(), [4, 6], 'the bounds when the first three are old')
      await trial.pass(6 * HOUR)
      alike(await trial.read(), { epoch, oldest: 6, next: 6, entries: [] }, 'the log when all are old')
      await trial.fill(6, 6)
      alike(await trial.bounds(), [6, 7], 'the bounds after one more')
    },
  },

  'has what it had, after a restart': {
    needs: ['reopen'],
    async run(trial) {
      const { ann, room, inbox } = trial
      await trial.open(ann, 'Ann')
      const places = [...(await trial.fill(1, 5)), ...(await trial.fill(6, 9, { ch: inbox }))]
      await trial.keep(ann, room, [2, 4])
      await trial.keep(ann, inbox, [1, 2])
      const before = [await trial.read(), await trial.read(inbox), await trial.cursor(), await trial.cursor(ann, inbox)]
      await trial.reopen()
      const after = [await trial.read(), await trial.read(inbox), await trial.cursor(), await trial.cursor(ann, inbox)]
      alike(after, before, 'logs and cursors')
      alike(await trial.store.sent({ client: ann, from: 0 }), places, 'what was sent')
      alike(await trial.open(ann, 'Ann', 'another key'), { is: 'taken' }, 'another key')
      alike(await trial.open(ann, 'Ann'), { is: 'open', seq: 9, known: true }, 'the client')
      const [again, next] = fatesOf(await trial.append(ann, [trial.draft(ann, 3), trial.draft(ann, 10)]))
      alike(again, { is: 'duplicate', place: places[2] }, 'message 3 again')
      alike(next, { is: 'stored', place: { ...places[4], seq: 10, offset: 6 } }, 'message 10')
    },
  },
}
