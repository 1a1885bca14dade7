import { randomUUID } from 'node:crypto'
import { HoldfastError } from '../../../wire/errors.js'
import type { Sqlite } from './sqlite.js'

/** "Hold": tells our files from those of others (PRAGMA application_id). */
const APPLICATION = 0x486f6c64
const VERSION = 1

/**
 * Names stand in columns without a type, as text or bytes (text.ts). The driver binds every number as a float: INTEGER
 * makes it whole again.
 */
const TABLES = `
  CREATE TABLE meta (id TEXT NOT NULL);
  CREATE TABLE clients (
    id INTEGER PRIMARY KEY, name UNIQUE NOT NULL, key TEXT NOT NULL, user NOT NULL, seq INTEGER NOT NULL,
    touched INTEGER NOT NULL, places INTEGER NOT NULL, seen_user, presence TEXT, seen_at INTEGER
  );
  CREATE INDEX idle ON clients (touched);
  CREATE TABLE gone (name UNIQUE NOT NULL, seq INTEGER NOT NULL, until INTEGER NOT NULL);
  CREATE INDEX over ON gone (until);
  CREATE TABLE places (
    client INTEGER NOT NULL, seq INTEGER NOT NULL, channel INTEGER NOT NULL, "offset" INTEGER NOT NULL,
    PRIMARY KEY (client, seq)
  ) WITHOUT ROWID;
  CREATE TABLE channels (
    id INTEGER PRIMARY KEY, name UNIQUE NOT NULL, epoch TEXT NOT NULL, oldest INTEGER NOT NULL, next INTEGER NOT NULL,
    bytes INTEGER NOT NULL, inbox INTEGER NOT NULL, since INTEGER, past TEXT
  );
  CREATE INDEX aging ON channels (inbox, since) WHERE since IS NOT NULL;
  CREATE TABLE entries (
    channel INTEGER NOT NULL, "offset" INTEGER NOT NULL, id NOT NULL, sender NOT NULL, time INTEGER NOT NULL,
    text INTEGER NOT NULL, cost INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (channel, "offset")
  ) WITHOUT ROWID;
  CREATE TABLE seats (
    channel INTEGER NOT NULL, client INTEGER NOT NULL, moved INTEGER NOT NULL, epoch TEXT NOT NULL,
    since INTEGER NOT NULL, "offset" INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (channel, client)
  ) WITHOUT ROWID;
  CREATE INDEX taken ON seats (client, moved);
`

/** Throws `HoldfastError` where there is something in the file, and it is not ours. */
export function inspect(sqlite: Sqlite, path: string): void {
  if (isEmpty(sqlite)) return
  const pragma = (name: string): number => Number(sqlite.one(`PRAGMA ${name}`)?.[name])
  if (pragma('application_id') !== APPLICATION)
    throw new HoldfastError('store-failed', `${path} is a database, and not one of Holdfast`)
  const version = pragma('user_version')
  if (version !== VERSION)
    throw new HoldfastError('store-failed', `${path} is of version ${version}, and this is version ${VERSION}`)
}

/** Makes the tables where there are none; returns the name of this database, which no other has. */
export function prepare(sqlite: Sqlite): string {
  if (isEmpty(sqlite))
    sqlite.commit(() => {
      sqlite.exec(TABLES)
      sqlite.run('INSERT INTO meta (id) VALUES (?)', randomUUID())
      sqlite.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${VERSION}`)
    })
  return String(sqlite.one('SELECT id FROM meta')?.['id'])
}

const isEmpty = (sqlite: Sqlite): boolean => sqlite.one('SELECT 1 FROM sqlite_schema') === undefined
