// What is only true of a store in Redis; what is true of every store is in the suite.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Redis } from 'ioredis'
import { type Change, RedisStore, type RedisStoreOptions } from '../../src/server/index.js'
import { RedisServer } from '../support/redis.js'
import { later, leaveAll } from '../support/servers.js'
import { append, fill, open, read, soon } from './hand.js'

let server: RedisServer
let control: Redis
beforeAll(async () => {
  server = await RedisServer.open()
  control = server.connect()
})
beforeEach(() => control.flushall())
afterEach(leaveAll)
afterAll(async () => {
  control.disconnect()
  await server.stop()
})

async function storeOf(options: RedisStoreOptions = {}): Promise<RedisStore> {
  const store = await RedisStore.open(server.url, options)
  later(() => store.close())
  return store
}

/** All that is told of a channel. */
async function hear(store: RedisStore, ch: string): Promise<Change[]> {
  const heard: Change[] = []
  store.watch((change) => change.ch === ch && heard.push(change))
  store.follow(ch, true)
  await soon(() => expect(heard).toHaveLength(1))
  heard.length = 0
  return heard
}

const keep = async (store: RedisStore, client: string, ch: string, since: number, offset: number): Promise<void> => {
  const { epoch } = await read(store, 0, ch)
  await store.keep({ client, ch, cursor: { epoch, since, offset, time: 5 } })
}

describe('names and secrets', () => {
  it('no name is another, be it half a character', async () => {
    const store = await storeOf()
    await open(store)
    const names = ['\ud800', '\ud801', '\ufffd', '\0d800', '\0', '\0\0', 'a\udc00b', '@\ud800']
    for (const [at, ch] of names.entries()) await fill(store, at + 1, at + 1, ch)
    for (const ch of names) expect(await read(store, 9, ch)).toMatchObject({ next: 2 })
    expect((await store.sent({ client: 'ann', from: 0 })).map(({ ch }) => ch)).toEqual(names)
    const half = await hear(store, '\ud800')
    await append(store, names.length + 1, '\ud800')
    await append(store, names.length + 2, '\ud801')
    await soon(() => expect(half).toMatchObject([{ is: 'grown', ch: '\ud800' }]))
  })

  it('another prefix is another store, whatever is in it', async () => {
    const [one, other] = [await storeOf({ prefix: "a'\\ %\n" }), await storeOf({ prefix: 'b' })]
    await open(one)
    await fill(one, 1, 1)
    expect(await append(other, 1)).toEqual({ is: 'unknown' })
    expect(await read(other)).toMatchObject({ next: 1 })
    expect((await control.keys('*')).every((key) => key.startsWith("a'\\ %\n") || key.startsWith('b'))).toBe(true)
  })

  it('the secret of a client is not in the database', async () => {
    const store = await storeOf()
    await store.open({ client: 'ann', key: 'open sesame', user: '', acked: 0 })
    expect(await control.hgetall('holdfast:c:ann')).toMatchObject({ user: '', seq: '0' })
    expect(JSON.stringify(await control.hgetall('holdfast:c:ann'))).not.toContain('sesame')
  })
})

describe('limits', () => {
  it('of bytes in a channel, of which one entry always fits', async () => {
    const store = await storeOf({ maxBytes: 5 * 257 })
    await open(store)
    await fill(store, 1, 20)
    expect(await read(store)).toMatchObject({ oldest: 16, next: 21, entries: { length: 5 } })
    const body = new Uint8Array(5_000)
    const record = { ch: 'room', seq: 21, after: 20, id: 'ann:21', from: '', time: Date.now(), body }
    await store.append({ client: 'ann', records: [record] })
    expect(await read(store)).toMatchObject({ oldest: 21, next: 22, entries: [{ body }] })
    await fill(store, 22, 22)
    expect(await read(store)).toMatchObject({ oldest: 22, next: 23 })
    expect(await control.hget('holdfast:h:room', 'bytes')).toBe('257')
  })

  it('of channels of one client: it leaves the one where it is longest unchanged', async () => {
    const store = await storeOf({ maxCursors: 2 })
    await open(store)
    const heard = await hear(store, 'b')
    for (const ch of ['a', 'b', 'a', 'c']) await keep(store, 'ann', ch, 1, 0)
    expect(await store.cursor({ client: 'ann', ch: 'b' })).toBeUndefined()
    expect(await store.cursor({ client: 'ann', ch: 'a' })).toBeDefined()
    await soon(() => expect(heard.at(-1)).toEqual({ is: 'left', ch: 'b', client: 'ann' }))
  })

  it('there are none where they are Infinity', async () => {
    const store = await storeOf({ clientTtl: Infinity, maxAge: Infinity, maxEntries: Infinity, maxBytes: Infinity })
    await open(store)
    await fill(store, 1, 3)
    expect(await control.pttl('holdfast:c:ann')).toBe(-1)
    expect(await read(store)).toMatchObject({ entries: { length: 3 } })
  })

  it('are checked', async () => {
    await expect(storeOf({ maxEntries: 0 })).rejects.toThrow(/^maxEntries takes a whole number from 1/)
    await expect(storeOf({ maxClients: 5 } as never)).rejects.toThrow(/no option maxClients/)
    await expect(storeOf({ timeout: Infinity })).rejects.toThrow(/timeout takes a time in ms/)
  })
})

describe('a client that was not seen for its time', () => {
  /** What is its own need not end in the same moment. */
  const expire = () => control.del('holdfast:c:ann')

  it('expires, with all that is its own', async () => {
    const store = await storeOf({ clientTtl: 1_000_000 })
    await open(store)
    await fill(store, 1, 1)
    await keep(store, 'ann', 'room', 1, 1)
    for (const key of ['c', 'p', 's']) {
      const left = await control.pttl(`holdfast:${key}:ann`)
      expect(left).toBeGreaterThan(900_000)
    }
    // The log of a channel stays, and one that nobody wrote to does not.
    await read(store, 0, 'nobody')
    expect(await control.pttl('holdfast:h:room')).toBe(-1)
    expect(await control.pttl('holdfast:h:nobody')).toBeGreaterThan(900_000)
  })

  it('leaves when somebody asks who is there, and is not there again when it comes back', async () => {
    const store = await storeOf()
    const heard = await hear(store, 'room')
    await open(store)
    await keep(store, 'ann', 'room', 1, 0)
    await fill(store, 1, 1, 'hall')
    await expire()
    await open(store)
    expect(await store.sent({ client: 'ann', from: 0 })).toEqual([])
    await fill(store, 1, 1, 'hall')
    expect(await store.cursor({ client: 'ann', ch: 'room' })).toBeUndefined()
    expect((await store.members({ ch: 'room' })).members).toEqual([])
    await soon(() => expect(heard.map(({ is }) => is)).toEqual(['member', 'left']))
    await keep(store, 'ann', 'room', 9, 8)
    expect(await store.cursor({ client: 'ann', ch: 'room' })).toMatchObject({ since: 9, offset: 8 })
  })
})

describe('an inbox', () => {
  it('says what those had who are no members any more', async () => {
    const store = await storeOf()
    for (const client of ['ann', 'phone', 'desk']) await open(store, 0, client)
    await fill(store, 1, 9, '@bob')
    expect(await store.members({ ch: '@bob' })).not.toHaveProperty('past')
    await keep(store, 'phone', '@bob', 1, 4)
    await keep(store, 'desk', '@bob', 5, 9)
    await store.leave({ client: 'desk', ch: '@bob' })
    const { epoch, past } = await store.members({ ch: '@bob' })
    const desk = { client: 'desk', user: 'bob', presence: 'offline', seenAt: 5 }
    expect(past).toEqual({ ...desk, cursor: { epoch, since: 5, offset: 9, time: 5 } })
    await store.forget({ client: 'phone', below: Infinity })
    const then = await store.members({ ch: '@bob' })
    expect(then.members).toEqual([])
    expect(then.past).toEqual({ ...desk, cursor: { epoch, since: 1, offset: 9, time: 5 } })
  })
})

describe('who tampers with the database', () => {
  it('and deletes it all has another epoch, though no connection was lost', async () => {
    const store = await storeOf()
    await open(store)
    await fill(store, 1, 2)
    const { epoch } = await read(store)
    await control.flushall()
    expect(await append(store, 3)).toEqual({ is: 'unknown' })
    await open(store)
    await fill(store, 1, 1)
    expect(await read(store)).toMatchObject({ oldest: 1, next: 2 })
    expect((await read(store)).epoch).not.toBe(epoch)
  })

  it('and deletes the head of a log has another epoch of that channel alone', async () => {
    const store = await storeOf()
    await open(store)
    await fill(store, 1, 2)
    await fill(store, 3, 4, 'hall')
    const [{ epoch }, hall] = [await read(store), await read(store, 9, 'hall')]
    await control.del('holdfast:h:room')
    await fill(store, 5, 5)
    const after = await read(store)
    expect(after).toMatchObject({ oldest: 1, next: 2, entries: { length: 1 } })
    expect(after.epoch).not.toBe(epoch)
    expect(await read(store, 9, 'hall')).toEqual(hall)
  })

  it('and deletes its entries alone has an empty log that counts on', async () => {
    const store = await storeOf()
    await open(store)
    await fill(store, 1, 3)
    await control.del('holdfast:l:room')
    expect(await read(store)).toMatchObject({ oldest: 4, next: 4, entries: [] })
    await fill(store, 4, 4)
    expect(await read(store)).toMatchObject({ oldest: 4, next: 5, entries: { length: 1 } })
  })

  it('and has Redis forget its scripts is forgiven', async () => {
    const store = await storeOf()
    await open(store)
    await control.script('FLUSH')
    await expect(append(store, 1)).rejects.toThrow()
    expect(await soon(() => append(store, 1))).toMatchObject({ seq: 1 })
  })
})

it('many devices are seen in several steps', async () => {
  const store = await storeOf()
  const names = Array.from({ length: 450 }, (_, at) => `d${at}`)
  await Promise.all(names.map((client) => open(store, 0, client)))
  await Promise.all(names.map((client) => keep(store, client, 'room', 1, 0)))
  await store.seen({ devices: names.map((client) => ({ client, user: '', presence: 'online', seenAt: 7 })) })
  const { members } = await store.members({ ch: 'room' })
  expect(members).toHaveLength(450)
  expect(members.every(({ presence, seenAt }) => presence === 'online' && seenAt === 7)).toBe(true)
})

it('a message costs one command, a batch no more', async () => {
  const store = await storeOf()
  await open(store)
  const calls = async (): Promise<number> => {
    const info = await control.info('commandstats')
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1])
  }
  const before = await calls()
  await fill(store, 1, 200)
  await fill(store, 201, 201)
  expect((await calls()) - before).toBe(2)
})

it('what is asked of a store that is closed rejects, and nothing is left of it at Redis', async () => {
  const store = await storeOf()
  store.follow('room', true)
  await store.close()
  await expect(read(store)).rejects.toMatchObject({ code: 'store-unreachable' })
  await expect(store.notify({ node: 'a', note: 'b' })).rejects.toMatchObject({ code: 'store-unreachable' })
  await soon(async () => expect(await control.client('LIST')).not.toContain('name=holdfast'))
})
