// Stores with one fault each, and the rule that finds it out.
import type { Change, Cursor, Store } from '../../src/core/store.js'
import type { MemoryStore } from '../../src/server/index.js'

/** What is wrong with a store: methods that take the place of sound ones. */
export type Fault = (sound: MemoryStore, world: World) => Partial<Store>

export interface World {
  now: number
  /** Forgets everything when it is opened again. */
  amnesia?: boolean
}

const hear = (sound: MemoryStore, change: (change: Change) => Change[]): Partial<Store> => ({
  watch: (onChange) => sound.watch((one) => change(one).forEach(onChange)),
})

/** The whole cursor of the last keep, whatever was before it. */
const keepsLast = (sound: MemoryStore): Partial<Store> => {
  const last = new Map<string, Cursor>()
  return {
    async keep(ask) {
      last.set(`${ask.client} ${ask.ch}`, ask.cursor)
      await sound.keep(ask)
    },
    cursor: async ({ client, ch }) => last.get(`${client} ${ch}`),
  }
}

export const faults: Record<string, [rule: string, fault: Fault][]> = {
  clients: [
    ['knows a client again, by its key and its user', (sound) => ({ open: (ask) => sound.open({ ...ask, key: '' }) })],
    ['knows a client again, by its key and its user', (sound) => ({ open: (ask) => sound.open({ ...ask, user: '' }) })],
    [
      'lets one of two have a client id that both claim at once',
      (sound) => ({
        async open(ask) {
          const opened = await sound.open(ask)
          return opened.is === 'taken' ? { is: 'open', seq: 0, known: false } : opened
        },
      }),
    ],
    ['is never behind what a client says is settled', (sound) => ({ open: (ask) => sound.open({ ...ask, acked: 0 }) })],
    [
      'takes nothing from a client that it does not know',
      (sound) => ({
        async append(ask) {
          const { client } = ask
          await sound.open({ client, key: `key of ${client}`, user: '', acked: 0 })
          return sound.append(ask)
        },
      }),
    ],
    [
      'forgets a client that left: it has sent nothing and is a member of nothing, and what comes late is not taken for it',
      () => ({ forget: async () => undefined }),
    ],
    [
      'forgets a client that left: it has sent nothing and is a member of nothing, and what comes late is not taken for it',
      (sound) => ({
        async open(ask) {
          const opened = await sound.open(ask)
          return opened.is === 'left' ? { is: 'open', seq: 0, known: false } : opened
        },
      }),
    ],
    [
      'forgets a client that did nothing for its time, and none that did something',
      () => ({ seen: async () => undefined }),
    ],
  ],
  messages: [
    [
      'takes the next message, none twice, and none before the one it needs',
      (sound) => ({
        append: ({ client, records }) =>
          sound.append({ client, records: records.map((one) => ({ ...one, after: 0 })) }),
      }),
    ],
    [
      'decides a batch in its order, each message by those before it',
      (sound) => ({
        append: ({ client, records }) => sound.append({ client, records: [...records].sort((a, b) => a.seq - b.seq) }),
      }),
    ],
    [
      'stores once what is sent again, and says the same place each time',
      (sound) => ({
        async append(ask) {
          const told = await sound.append(ask)
          if (told.is === 'unknown') return told
          return { ...told, fates: told.fates.map((fate) => (fate.is === 'duplicate' ? { is: 'duplicate' } : fate)) }
        },
      }),
    ],
    [
      'knows where the last thousand messages of a client went, from a number on',
      (sound) => ({ sent: async (ask) => (await sound.sent(ask)).slice(-900) }),
    ],
    [
      'stores once what comes many times at once',
      (sound) => ({
        async append(ask) {
          const told = await sound.append(ask)
          if (told.is === 'unknown') return told
          return {
            ...told,
            fates: told.fates.map((fate) =>
              'place' in fate && fate.place ? { is: 'stored', place: fate.place } : fate,
            ),
          }
        },
      }),
    ],
    [
      'gives each message of many clients a place of its own, each client’s in order',
      (sound) => ({
        async read(ask) {
          const slice = await sound.read(ask)
          return { ...slice, entries: slice.entries.map((entry) => ({ ...entry, offset: entry.offset >> 1 })) }
        },
      }),
    ],
  ],
  logs: [
    [
      'has bodies as they were given: text as text, bytes as bytes, small and large',
      (sound) => ({
        async read(ask) {
          const slice = await sound.read(ask)
          return { ...slice, entries: slice.entries.map((entry) => ({ ...entry, body: String(entry.body) })) }
        },
      }),
    ],
    [
      'has bodies as they were given: text as text, bytes as bytes, small and large',
      (sound) => ({
        append: ({ client, records }) =>
          sound.append({ client, records: records.map((one) => ({ ...one, body: whole(one.body) })) }),
      }),
    ],
    ['reads from an offset, as much as is wanted', (sound) => ({ read: (ask) => sound.read({ ...ask, bytes: 1e9 }) })],
    [
      'has an empty log where nobody wrote, of the epoch that its first entry has',
      (sound) => ({
        async read(ask) {
          const slice = await sound.read(ask)
          return slice.next === 1 ? { ...slice, epoch: '' } : slice
        },
      }),
    ],
    [
      'shows each message that was answered, at once',
      (sound) => ({
        append(ask) {
          const told = sound.append(ask)
          return new Promise((resolve) => setTimeout(resolve, 0, told))
        },
        async read(ask) {
          const slice = await sound.read(ask)
          return { ...slice, next: Math.max(1, slice.next - 1) }
        },
      }),
    ],
    [
      'counts on where old entries go for new ones',
      (sound) => ({
        async read(ask) {
          const slice = await sound.read(ask)
          return { ...slice, oldest: 1 }
        },
      }),
    ],
    [
      'lets old entries go, and keeps the count and the epoch',
      (sound) => ({
        async read(ask) {
          const slice = await sound.read(ask)
          return slice.oldest === slice.next ? { ...slice, oldest: 1, next: 1 } : slice
        },
      }),
    ],
    ['has what it had, after a restart', (_, world) => ((world.amnesia = true), {})],
  ],
  names: [
    [
      'takes any channel name for what it is',
      (sound) => ({
        append: ({ client, records }) =>
          sound.append({ client, records: records.map((one) => ({ ...one, ch: one.ch.normalize() })) }),
      }),
    ],
    [
      'takes any name of a client or a user for what it is',
      (sound) => ({
        async members(ask) {
          const { members, ...bounds } = await sound.members(ask)
          return { ...bounds, members: members.map((one) => ({ ...one, client: one.client.toLowerCase() })) }
        },
      }),
    ],
    [
      'does not take one pair of names for another',
      (sound) => {
        const cursors = new Map<string, Cursor>()
        return {
          keep: async ({ client, ch, cursor }) => void cursors.set(`${client}:${ch}`, cursor),
          cursor: async ({ client, ch }) => cursors.get(`${client}:${ch}`),
          close: () => sound.close(),
        }
      },
    ],
  ],
  cursors: [
    ['joins the runs of a member that meet; of others, the one that reaches further stays', keepsLast],
    ['joins runs that are said at once', keepsLast],
    ['takes the cursor of another epoch only where the log is of it, or not of the old one', keepsLast],
  ],
  members: [
    [
      'tells who is a member of a channel, where each is, and how it was seen',
      (sound) => ({
        async members(ask) {
          const { members, ...bounds } = await sound.members(ask)
          return { ...bounds, members: members.map((one) => ({ ...one, seenAt: 0 })) }
        },
      }),
    ],
    ['tells of what comes to a log', (sound) => hear(sound, (one) => (one.is === 'grown' ? [] : [one]))],
    [
      'tells of each step of a member, also of one that moves nothing',
      (sound) => {
        const told = new Set<string>()
        return hear(sound, (one) => {
          const again = told.has(JSON.stringify(one))
          told.add(JSON.stringify(one))
          return again ? [] : [one]
        })
      },
    ],
    [
      'tells of a member who leaves one channel, or all',
      (sound) => hear(sound, (one) => (one.is === 'left' ? [] : [one])),
    ],
    [
      'tells of a device that is seen differently, in each of its channels, and of no mere refresh',
      (sound) => {
        const rooms = new Map<string, string>()
        return hear(sound, (one) => {
          if (one.is === 'member' && !rooms.has(one.member.client)) rooms.set(one.member.client, one.ch)
          return one.is === 'member' && one.ch !== rooms.get(one.member.client) ? [] : [one]
        })
      },
    ],
    [
      'tells of a device that is seen differently, in each of its channels, and of no mere refresh',
      (sound) => {
        const telling = new Set<(change: Change) => void>()
        const rooms = new Set<string>()
        return {
          watch: (onChange) => (telling.add(onChange), sound.watch(onChange)),
          keep: (ask) => (rooms.add(ask.ch), sound.keep(ask)),
          async seen(ask) {
            await sound.seen(ask)
            for (const ch of rooms)
              for (const member of (await sound.members({ ch })).members)
                for (const onChange of telling) onChange({ is: 'member', ch, member })
          },
        }
      },
    ],
    [
      'keeps what was seen last of a device',
      (sound) => {
        let last = 0
        return {
          seen: ({ devices }) => sound.seen({ devices: devices.map((one) => ({ ...one, seenAt: ++last })) }),
        }
      },
    ],
    [
      'tells nothing to one who has stopped to watch',
      (sound) => ({ watch: (onChange) => (sound.watch(onChange), () => undefined) }),
    ],
  ],
  inboxes: [
    [
      'lets go of an inbox what all its members have, and of no other channel',
      () => ({ leave: async () => undefined, keep: async () => undefined }),
    ],
    [
      'keeps an inbox whole while a member counts in another epoch, or there is none',
      (sound) => ({
        async keep(ask) {
          if (ask.cursor.epoch === (await sound.read({ ch: ask.ch, from: 0, limit: 0, bytes: 0 })).epoch)
            await sound.keep(ask)
        },
      }),
    ],
    [
      'refuses a message to an inbox that holds all it may; its number stays, and what follows is a gap',
      (sound) => ({
        async append(ask) {
          const told = await sound.append(ask)
          if (told.is === 'unknown') return told
          return { ...told, fates: told.fates.map((fate) => (fate.is === 'full' ? { is: 'gap' } : fate)) }
        },
      }),
    ],
    [
      'refuses what is too many bytes for an inbox, and takes one message of any size',
      (sound) => ({
        append: ({ client, records }) =>
          sound.append({ client, records: records.map((one) => ({ ...one, body: one.body.slice(0, 1) })) }),
      }),
    ],
    [
      'keeps what nobody has fetched of an inbox for its age, and no longer',
      (sound, world) => ({
        append: ({ client, records }) =>
          sound.append({ client, records: records.map((one) => ({ ...one, time: world.now + 1e12 })) }),
      }),
    ],
    [
      'knows of an inbox what those had who are gone, joined as if it were one',
      (sound) => ({
        async members(ask) {
          const { past, ...roster } = await sound.members(ask)
          return past && roster.members.length > 1 ? { ...roster, past } : roster
        },
      }),
    ],
    [
      'is not held back by a device that left, not even where an inbox is full',
      () => ({ leave: async () => undefined }),
    ],
    [
      'is not held back by a device that is forgotten, not even where an inbox is full',
      () => ({ forget: async () => undefined }),
    ],
    [
      'is not held back by a device that was not seen for its time, not even where an inbox is full',
      (sound) => ({
        async open(ask) {
          await sound.seen({
            devices: [{ client: ask.client.replace('ann', 'phone'), user: '', presence: 'offline', seenAt: 1 }],
          })
          return sound.open(ask)
        },
      }),
    ],
  ],
}

const whole = (body: string | Uint8Array) => (typeof body === 'string' ? body : new Uint8Array(body.buffer))

/** Faults that only a second node has. */
export const apart: [rule: string, other: (sound: MemoryStore) => Partial<Store>][] = [
  ['is one store at all nodes', () => ({ cursor: async () => undefined })],
  ['is one store at all nodes', (sound) => ({ read: async (ask) => ({ ...(await sound.read(ask)), next: 1 }) })],
  [
    'stores once what one client sends to several nodes at once',
    (sound) => ({
      append: ({ client, records }) =>
        sound.append({ client, records: records.map((one) => ({ ...one, seq: one.seq * 2, after: 0 })) }),
    }),
  ],
  ['tells at one node of what changes at another', () => ({ watch: () => () => undefined })],
  [
    'passes notes to the node they are for, as they are, at other nodes and at its own',
    (sound) => ({ listen: (node, onNote) => sound.listen(node, (note) => onNote(note.slice(0, 1_000_000))) }),
  ],
]
