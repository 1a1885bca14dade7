import { alike } from './alike.js'
import type { StoreRules } from './rule.js'
import type { Trial } from './trial.js'

/** Names that mean something to somebody; a store only compares them. */
const odd = (tag: string): string[] => [
  ...[
    '__proto__',
    'constructor',
    'toString',
    '',
    ' ',
    '*',
    '?',
    '[a]',
    ':',
    'a:b',
    'a:b:c',
    '{a}',
    '%',
    '_',
    '/',
    '..',
  ],
  ...[
    '"',
    "'",
    '\\',
    '`',
    '\n',
    '\0',
    '\0a',
    'ключ ☃ 😀',
    'é',
    'e\u0301',
    'A',
    'a',
    ';--',
    '$1',
    '#',
    '\uFEFF',
    '𐀀',
    '\uFFFF',
  ],
  'x'.repeat(255 - tag.length),
  '☃'.repeat(255 - tag.length),
]

/** `@` would make an inbox of it, and nothing an empty name. */
const namesOf = ({ tag }: Trial): string[] => [...odd(tag).map((name) => `${tag}${name}`), '__proto__', 'constructor']

export const nameRules: StoreRules = {
  'takes any channel name for what it is': {
    async run(trial) {
      const { ann } = trial
      await trial.open()
      const names = namesOf(trial).slice(0, -2)
      for (const [at, ch] of names.entries()) await trial.fill(at + 1, at + 1, { ch })
      for (const ch of names) await trial.keep(ann, ch, [1, 1])
      for (const [at, ch] of names.entries()) {
        const { next, entries } = await trial.read(ch)
        alike([next, entries.map(({ id }) => id)], [2, [`${ann}:${at + 1}`]], `the log ${JSON.stringify(ch)}`)
        alike(await trial.names(ch), [ann], `the members of ${JSON.stringify(ch)}`)
        alike((await trial.cursor(ann, ch))?.offset, 1, `the cursor in ${JSON.stringify(ch)}`)
      }
      const sent = await trial.store.sent({ client: ann, from: 1 })
      alike(
        sent.map(({ ch }) => ch),
        names,
        'where all went',
      )
    },
  },

  'takes any name of a client or a user for what it is': {
    async run(trial) {
      const names = namesOf(trial)
      for (const name of names) {
        await trial.open(name, name, `key ${name}`)
        await trial.fill(1, 1, { from: name, ch: trial.room }, name)
        await trial.keep(name, trial.room, [1, 0])
      }
      for (const name of names) {
        alike(await trial.open(name, name, 'key'), { is: 'taken' }, `another key for ${JSON.stringify(name)}`)
        const known = { is: 'open', seq: 1, known: true }
        alike(await trial.open(name, name, `key ${name}`), known, `the key of ${JSON.stringify(name)}`)
      }
      const members = await trial.members()
      alike(
        members.map(({ client, user }) => [client, user]),
        [...names].sort().map((name) => [name, name]),
        'the members',
      )
      const { entries } = await trial.read()
      alike(
        entries.map(({ id, from }) => [id, from]),
        names.map((name) => [`${name}:1`, name]),
        'the log',
      )
      for (const client of names) await trial.store.forget({ client, below: Infinity })
      alike(await trial.names(), [], 'the members when all have left')
    },
  },

  'does not take one pair of names for another': {
    async run(trial) {
      const { tag } = trial
      const pairs = [
        ['a', 'b:c'],
        ['a:b', 'c'],
        ['a', 'b\0c'],
        ['a\0b', 'c'],
        ['a', 'bc'],
        ['ab', 'c'],
        ['a b', 'c'],
        ['a', 'b c'],
      ].map(([client = '', ch = '']) => [`${tag}${client}`, `${ch}${tag}`] as const)
      for (const [client] of pairs) await trial.open(client)
      for (const [at, [client, ch]] of pairs.entries()) await trial.keep(client, ch, [1, at])
      for (const [at, [client, ch]] of pairs.entries())
        alike((await trial.cursor(client, ch))?.offset, at, `the cursor of ${JSON.stringify([client, ch])}`)
    },
  },
}
