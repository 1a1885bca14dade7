import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import { fatesOf, kinds, type Trial } from './trial.js'

const HOUR = 3_600_000
const limits = { inboxEntries: 4, inboxBytes: 20_000, maxEntries: 2, inboxAge: 100 * HOUR, clientTtl: 10 * HOUR }

/** Bob's two devices, and an inbox with four messages from ann, of which the phone has none. */
async function full(trial: Trial): Promise<[phone: string, desk: string]> {
  const [phone, desk] = [trial.name('phone'), trial.name('desk')]
  for (const client of [trial.ann, phone, desk]) await trial.open(client)
  await trial.keep(phone, trial.inbox, [1, 0])
  await trial.keep(desk, trial.inbox, [1, 0])
  await trial.fill(1, 4, { ch: trial.inbox })
  return [phone, desk]
}

const send = (trial: Trial, ...seqs: number[]) =>
  trial.append(
    trial.ann,
    seqs.map((seq) => trial.draft(trial.ann, seq, { ch: trial.inbox })),
  )

/** The inbox takes again what it refused, once this is done. */
async function freed(trial: Trial, desk: string, leave: () => Promise<unknown>): Promise<void> {
  await trial.keep(desk, trial.inbox, [1, 4])
  alike(kinds(await send(trial, 5)), ['full'], 'one more while a device holds all back')
  await leave()
  alike(kinds(await send(trial, 5)), ['stored'], 'one more when that device is gone')
  alike(await trial.bounds(trial.inbox), [5, 6], 'the inbox')
}

export const inboxRules: StoreRules = {
  'lets go of an inbox what all its members have, and of no other channel': {
    async run(trial) {
      const { ann, room, inbox } = trial
      const phone = trial.name('phone')
      await trial.open()
      await trial.open(phone)
      await trial.fill(1, 9, { ch: inbox })
      await trial.fill(10, 12)
      const steps: [client: string, run: [number, number], oldest: number][] = [
        [phone, [1, 0], 1],
        [ann, [1, 6], 1],
        [phone, [1, 4], 5],
        [ann, [7, 9], 5],
        [phone, [1, 9], 10],
        [phone, [1, 9], 10],
      ]
      for (const [client, run, oldest] of steps) {
        await trial.keep(client, inbox, run)
        alike(await trial.bounds(inbox), [oldest, 10], `the inbox after ${run.join('…')}`)
      }
      alike((await trial.store.members({ ch: inbox })).oldest, 10, 'the oldest, as told with the members')
      await trial.keep(ann, room, [1, 3])
      alike(await trial.bounds(room), [1, 4], 'a room')
      await trial.fill(13, 13, { ch: inbox })
      alike(await trial.bounds(inbox), [10, 11], 'the inbox after one more')
    },
  },

  'keeps an inbox whole while a member counts in another epoch, or there is none': {
    async run(trial) {
      const { ann, inbox, store } = trial
      const old = trial.name('old')
      await trial.open()
      await trial.open(old)
      await trial.fill(1, 3, { ch: inbox })
      await trial.keep(ann, inbox, [1, 0])
      await store.leave({ client: ann, ch: inbox })
      alike(await trial.bounds(inbox), [1, 4], 'the inbox that the last has left')
      await trial.keep(old, inbox, [1, 99], 'another epoch')
      await trial.keep(ann, inbox, [1, 3])
      alike(await trial.bounds(inbox), [1, 4], 'the inbox that one is in who counts in another epoch')
      await trial.keep(old, inbox, [1, 2])
      alike(await trial.bounds(inbox), [3, 4], 'the inbox when that one counts as the log does')
    },
  },

  'refuses a message to an inbox that holds all it may; its number stays, and what follows is a gap': {
    limits,
    async run(trial) {
      const { ann } = trial
      const [phone, desk] = await full(trial)
      const appended = await send(trial, 4, 5, 6)
      alike(kinds(appended), ['duplicate', 'full', 'gap'], 'messages 4, 5, 6')
      alike(appended.is === 'done' && appended.seq, 4, 'the number of the client')
      const [fate] = fatesOf(await send(trial, 5))
      if (fate?.is !== 'full' || !fate.reason) throw new Error('a message was refused, and no reason was given')
      const other = trial.draft(ann, 7, { after: 4 })
      alike(kinds(await trial.append(ann, [other])), ['stored'], 'one elsewhere, for which 5 and 6 were given up')
      alike(kinds(await send(trial, 5)), ['duplicate'], 'what was given up')
      alike(await trial.bounds(trial.inbox), [1, 5], 'the inbox')
      await trial.keep(phone, trial.inbox, [1, 1])
      await trial.keep(desk, trial.inbox, [1, 2])
      alike(kinds(await send(trial, 8, 9)), ['stored', 'full'], 'two more when one is fetched')
    },
  },

  'refuses what is too many bytes for an inbox, and takes one message of any size': {
    limits: { ...limits, inboxEntries: 1_000 },
    async run(trial) {
      const { ann, inbox } = trial
      await trial.open()
      const record = (seq: number, ch: string, body: string | Uint8Array) => trial.draft(ann, seq, { ch, body })
      const [half, big] = [new Uint8Array(8_000), JSON.stringify('€'.repeat(8_000))]
      alike(kinds(await trial.append(ann, [record(1, inbox, half)])), ['stored'], 'the first half')
      alike(kinds(await trial.append(ann, [record(2, inbox, half)])), ['stored'], 'the second half')
      alike(kinds(await trial.append(ann, [record(3, inbox, half)])), ['full'], 'a third')
      alike(kinds(await trial.append(ann, [record(3, trial.name('@cid'), big)])), ['stored'], 'one that is too big')
      alike(kinds(await trial.append(ann, [record(4, trial.name('@cid'), '1')])), ['full'], 'one behind it')
      await trial.keep(ann, inbox, [1, 1])
      alike(kinds(await trial.append(ann, [record(4, inbox, half)])), ['stored'], 'one more when one is fetched')
    },
  },

  'keeps what nobody has fetched of an inbox for its age, and no longer': {
    needs: ['clock'],
    limits: { ...limits, maxAge: HOUR, inboxAge: 20 * HOUR, clientTtl: 1_000 * HOUR },
    async run(trial) {
      const { inbox } = trial
      await trial.open()
      await trial.fill(1, 3, { ch: inbox })
      await trial.pass(12 * HOUR)
      await trial.fill(4, 4, { ch: inbox })
      alike(await trial.bounds(inbox), [1, 5], 'the inbox while all are young')
      alike(kinds(await send(trial, 5)), ['full'], 'one more')
      await trial.pass(12 * HOUR)
      alike(await trial.bounds(inbox), [4, 5], 'the inbox when the first three are old')
      alike(kinds(await send(trial, 5)), ['stored'], 'one more then')
    },
  },

  'knows of an inbox what those had who are gone, joined as if it were one': {
    async run(trial) {
      const { ann, inbox, store } = trial
      const past = async (ch = inbox) => (await store.members({ ch })).past?.cursor
      const [phone, desk] = [trial.name('phone'), trial.name('desk')]
      for (const client of [ann, phone, desk]) await trial.open(client)
      await trial.fill(1, 9, { ch: inbox })
      await trial.keep(ann, inbox, [1, 0])
      alike(await past(), undefined, 'while nobody has left')
      const [first, second] = [await trial.keep(phone, inbox, [1, 6]), await trial.keep(desk, inbox, [4, 8])]
      await store.leave({ client: phone, ch: inbox })
      alike(await past(), first, 'when one has left')
      await store.forget({ client: desk, below: Infinity })
      alike(await trial.names(inbox), [ann], 'the members')
      alike(await past(), { ...second, since: 1 }, 'when two are gone')
      await trial.keep(ann, trial.room, [1, 0])
      await store.leave({ client: ann, ch: trial.room })
      alike(await past(trial.room), undefined, 'of a room')
    },
  },

  'is not held back by a device that left, not even where an inbox is full': {
    limits,
    async run(trial) {
      const [phone, desk] = await full(trial)
      await freed(trial, desk, () => trial.store.leave({ client: phone, ch: trial.inbox }))
    },
  },

  'is not held back by a device that is forgotten, not even where an inbox is full': {
    limits,
    async run(trial) {
      const [phone, desk] = await full(trial)
      await freed(trial, desk, () => trial.store.forget({ client: phone, below: Infinity }))
    },
  },

  'is not held back by a device that was not seen for its time, not even where an inbox is full': {
    needs: ['clock'],
    limits,
    async run(trial) {
      const [, desk] = await full(trial)
      await freed(trial, desk, async () => {
        for (const hours of [6, 6]) {
          await trial.pass(hours * HOUR)
          await trial.open(trial.ann)
          await trial.see(desk, 'online', trial.now())
        }
      })
    },
  },
}
