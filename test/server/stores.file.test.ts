import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../src/core/store.js'
import { FileStore, type FileStoreOptions } from '../../src/server/index.js'
import { bundle, type Program } from '../support/bundle.js'

const HOUR = 3_600_000
let folder: string
let path: string
let store: FileStore | undefined
let now = 1_000_000_000_000
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-file-'))
  path = join(folder, 'store.db')
})
afterEach(async () => {
  await store?.close()
  store = undefined
  rmSync(folder, { recursive: true })
})

async function open(options: FileStoreOptions = {}): Promise<FileStore> {
  await store?.close()
  return (store = await FileStore.open(path, { now: () => now, ...options }))
}

const claim = (one: FileStore, client = 'ann', key = 'a key of ann') => one.open({ client, key, user: '', acked: 0 })

function send(one: FileStore, seq: number, body: string | Uint8Array = '1', ch = 'room', client = 'ann') {
  const record = { ch, seq, after: seq - 1, id: `${client}:${seq}`, from: '', time: now, body }
  return one.append({ client, records: [record] })
}

async function fill(one: FileStore, from: number, to: number, body: string | Uint8Array = '1', ch = 'room') {
  await Promise.all(Array.from({ length: to - from + 1 }, (_, at) => send(one, from + at, body, ch)))
}

const read = (one: FileStore, ch = 'room') => one.read({ ch, from: 0, limit: 10_000, bytes: Infinity })

const keep = (one: FileStore, ch: string, offset: number, epoch: string, client = 'ann') =>
  one.keep({ client, ch, cursor: { epoch, since: 1, offset, time: now } })

/** Somebody else writes into the file. */
async function theirs(sql: string): Promise<void> {
  const { default: Libsql } = await import('libsql')
  const database = new Libsql(path)
  database.exec(sql)
  database.close()
}

describe('a file', () => {
  it('is one file when it is closed, and has no key in it', async () => {
    const one = await open()
    await claim(one)
    await fill(one, 1, 3)
    const answers = Promise.all([send(one, 4), send(one, 5)])
    await one.close()
    expect(await answers).toMatchObject([{ seq: 4 }, { seq: 5 }])
    await expect(send(one, 6)).rejects.toMatchObject({ code: 'store-closed' })
    expect(readdirSync(folder)).toEqual(['store.db'])
    expect(readFileSync(path).includes('a key of ann')).toBe(false)
    expect((await read(await open())).next).toBe(6)
  })

  it('belongs to one: another store over it is refused until it is closed', async () => {
    const one = await open()
    await expect(FileStore.open(path)).rejects.toMatchObject({ code: 'store-locked' })
    await claim(one)
    await one.close()
    await (await FileStore.open(path)).close()
  })

  it('that is none of Holdfast is left alone', async () => {
    writeFileSync(path, 'some text that was here before, long enough for a header of a database: '.repeat(20))
    await expect(FileStore.open(path)).rejects.toMatchObject({ code: 'store-failed' })
    expect(readFileSync(path, 'utf8')).toMatch(/^some text/)
    rmSync(path)
    await theirs('CREATE TABLE theirs (a)')
    const before = readFileSync(path)
    await expect(FileStore.open(path)).rejects.toThrow('not one of Holdfast')
    expect(readFileSync(path).equals(before)).toBe(true)
    await expect(FileStore.open(join(folder, 'no', 'folder.db'))).rejects.toMatchObject({ code: 'store-failed' })
  })

  it('of a later version is left alone', async () => {
    await (await open()).close()
    await theirs('PRAGMA user_version = 9')
    await expect(FileStore.open(path)).rejects.toThrow('is of version 9')
  })

  it('that was taken away takes nothing any more, until it is back', async () => {
    const one = await open()
    await claim(one)
    renameSync(path, `${path}.away`)
    await expect(send(one, 1)).rejects.toMatchObject({ code: 'store-failed' })
    renameSync(`${path}.away`, path)
    expect(await send(one, 1)).toMatchObject({ fates: [{ is: 'stored' }] })
  })

  it('of another name is another store, with another epoch', async () => {
    const { epoch } = await read(await open())
    expect((await read(await open())).epoch).toBe(epoch)
    path = join(folder, 'other.db')
    expect((await read(await open())).epoch).not.toBe(epoch)
  })

  it('options are checked', async () => {
    await expect(FileStore.open(path, { maxEntries: 0 })).rejects.toThrow(/^maxEntries takes/)
    await expect(FileStore.open(path, { maxChannels: 1 } as never)).rejects.toThrow('no option maxChannels')
    await expect(FileStore.open('')).rejects.toThrow('takes the path of a file')
  })
})

describe('a disk that is full', () => {
  it('takes no message, and loses none; reading goes on, and when there is room, so does the rest', async () => {
    const one = await open({ maxFile: 400_000, inboxBytes: Infinity })
    await claim(one)
    const body = new Uint8Array(10_000)
    let seq = 0
    for (let full = false; !full;) {
      const said = await send(one, seq + 1, body, '@bob').catch((error: unknown) => error)
      if (said instanceof Error) full = true
      else seq++
    }
    expect(seq).toBeGreaterThan(20)
    const reads = [read(one, '@bob'), send(one, seq + 1, body, '@bob'), read(one, '@bob')] as const
    await expect(reads[1]).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    const [slice] = await Promise.all([reads[0], reads[2]])
    expect([slice.next, slice.entries.length]).toEqual([seq + 1, seq])
    await keep(one, '@bob', seq, slice.epoch)
    expect(await send(one, seq + 1, body, '@bob')).toMatchObject({ seq: seq + 1, fates: [{ is: 'stored' }] })
    expect(await read(await open(), '@bob')).toMatchObject({ oldest: seq + 1, next: seq + 2 })
  })

  // Windows has no such limit.
  it.skipIf(process.platform === 'win32')(
    'goes on by itself where it was full of what is in the file as well',
    async () => {
      const program = await bundle('test/support/narrow-store-child.ts')
      // No file of the child is longer than this, KiB: less than the log becomes before SQLite shortens it by itself.
      const limited = ['-c', 'ulimit -f 1024 && exec "$0" "$@"', process.execPath, program.file, path, '600']
      const child = spawn('bash', limited, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      const [[count]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [
        [{ taken: number }],
        unknown,
      ]
      program.remove()
      expect(count.taken).toBeGreaterThan(500)
    },
    20_000,
  )

  it('tells of no change that did not come to be', async () => {
    const one = await open({ maxFile: 100_000 })
    const changes: Change[] = []
    await claim(one)
    one.watch((change) => changes.push(change))
    const told = await Promise.allSettled([send(one, 1), send(one, 2, new Uint8Array(200_000)), send(one, 3)])
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(told[2]).toMatchObject({ value: { seq: 1, fates: [{ is: 'gap' }] } })
    expect(changes).toMatchObject([{ is: 'grown', next: 2 }])
  })
})

describe('limits', () => {
  it('of bytes in a channel; one entry always fits', async () => {
    const one = await open({ maxBytes: 10_000 })
    await claim(one)
    await fill(one, 1, 20, 'x'.repeat(1_000))
    expect(await read(one)).toMatchObject({ oldest: 14, next: 21 })
    await fill(one, 21, 21, 'x'.repeat(20_000))
    expect(await read(one)).toMatchObject({ oldest: 21, next: 22 })
  })

  it('of age: what is old goes in parts, from all channels', async () => {
    const one = await open({ maxAge: HOUR })
    await claim(one)
    await fill(one, 1, 800, '1', 'a')
    await fill(one, 801, 1_600, '1', 'b')
    now += 2 * HOUR
    const left = async () => (await read(one, 'a')).entries.length + (await read(one, 'b')).entries.length
    const first = await left()
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(1_600)
    for (let turn = 0; turn < 4; turn++) await left()
    expect(await left()).toBe(0)
    expect(await read(one, 'a')).toMatchObject({ oldest: 801, next: 801 })
  })

  it('of clients: the one longest idle is forgotten, also one counted before a restart', async () => {
    let one = await open()
    const changes: Change[] = []
    for (const client of ['a', 'b', 'c']) {
      now++
      await claim(one, client)
    }
    now++
    await claim(one, 'a')
    const { epoch } = await read(one)
    await keep(one, 'room', 1, epoch, 'b')
    now++
    await claim(one, 'a')
    await claim(one, 'c')
    one = await open({ maxClients: 3 })
    one.watch((change) => changes.push(change))
    await claim(one, 'd', 'd')
    expect(await claim(one, 'b', 'another key')).toMatchObject({ known: false })
    expect(await claim(one, 'd', 'another key')).toEqual({ is: 'taken' })
    expect(changes).toEqual([{ is: 'left', ch: 'room', client: 'b' }])
  })

  it('of idle clients: many are forgotten in parts, one that comes back at once', async () => {
    const one = await open({ clientTtl: HOUR })
    const names = Array.from({ length: 200 }, (_, at) => `client ${at}`)
    await Promise.all(names.map((name) => claim(one, name)))
    const { epoch } = await read(one)
    await Promise.all(names.map((name) => keep(one, 'room', 1, epoch, name)))
    const changes: Change[] = []
    one.watch((change) => changes.push(change))
    now += 2 * HOUR
    expect(await claim(one, 'client 199', 'another key')).toMatchObject({ known: false })
    expect((await one.members({ ch: 'room' })).members).toEqual([])
    expect(changes.length).toBeGreaterThan(0)
    expect(changes.length).toBeLessThan(200)
    for (let turn = 0; turn < 4; turn++) await read(one)
    for (let turn = 0; turn < 4; turn++) await one.members({ ch: 'room' })
    expect(changes.map((change) => change.is === 'left' && change.client).sort()).toEqual([...names].sort())
  })

  it('of channels of one client: it leaves the one longest unchanged', async () => {
    const one = await open({ maxCursors: 2 })
    const changes: Change[] = []
    await claim(one)
    const { epoch } = await read(one)
    for (const ch of ['a', 'b', 'a']) await keep(one, ch, 1, epoch)
    one.watch((change) => changes.push(change))
    await keep(one, 'c', 1, epoch)
    expect(changes.at(-1)).toEqual({ is: 'left', ch: 'b', client: 'ann' })
    const cursors = ['a', 'b', 'c'].map(async (ch) => (await one.cursor({ client: 'ann', ch })) !== undefined)
    expect(await Promise.all(cursors)).toEqual([true, false, true])
  })

  it('of places: the last thousand of a client stay, and not many more', async () => {
    const one = await open()
    await claim(one)
    await fill(one, 1, 3_000)
    const places = await one.sent({ client: 'ann', from: 0 })
    expect(places.length).toBeGreaterThanOrEqual(1_000)
    expect(places.length).toBeLessThanOrEqual(1_250)
    expect(places.at(-1)).toMatchObject({ seq: 3_000, offset: 3_000 })
  })

  it('Infinity is none', async () => {
    const none = Infinity
    const all = { maxEntries: none, maxBytes: none, maxAge: none, inboxEntries: none, inboxBytes: none }
    const one = await open({ ...all, inboxAge: none, clientTtl: none, maxClients: none, maxCursors: none })
    await claim(one)
    await fill(one, 1, 5)
    await fill(one, 6, 9, '1', '@bob')
    now += 100_000 * HOUR
    const { epoch } = await read(one)
    await keep(one, 'room', 1, epoch)
    expect(await read(one)).toMatchObject({ oldest: 1, next: 6 })
    expect(await read(one, '@bob')).toMatchObject({ oldest: 1, next: 5 })
    expect((await one.members({ ch: 'room' })).members).toHaveLength(1)
  })
})

describe('a process', () => {
  let program: Program | undefined
  beforeAll(async () => {
    program = await bundle('test/support/file-store-child.ts')
  })
  afterAll(() => program?.remove())

  it('finds the file in use where another has it', async () => {
    await open()
    const child = fork(program?.file ?? '', [path, 'ann'], { execArgv: [], silent: true })
    let said = ''
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()))
    const [code] = (await once(child, 'close')) as [number]
    expect([code, said]).toEqual([1, expect.stringContaining('is open in another store')])
  })

  it(
    'is killed while it writes, twenty times: all that was accepted is there, once, in order',
    { timeout: 120_000 },
    async () => {
      let accepted = 0
      for (let round = 1; round <= 20; round++) {
        const child = fork(program?.file ?? '', [path, 'ann'], { execArgv: [] })
        const enough = accepted + round * 7
        child.on('message', (seq: number) => {
          accepted = Math.max(accepted, seq)
          if (accepted >= enough) child.kill('SIGKILL')
        })
        const [, signal] = (await once(child, 'exit')) as [number, string]
        expect(signal).toBe('SIGKILL')
        const one = await FileStore.open(path, { maxEntries: Infinity })
        const { entries, next } = await read(one)
        expect(entries.map(({ id }) => id)).toEqual(entries.map((_, at) => `ann:${at + 1}`))
        expect(next).toBeGreaterThan(accepted)
        expect(await claim(one, 'ann', 'key')).toMatchObject({ seq: next - 1, known: true })
        expect((await one.sent({ client: 'ann', from: 1 })).at(-1)).toMatchObject({ seq: next - 1, offset: next - 1 })
        await one.close()
      }
    },
  )
})
