// What Redis does to those who rely on it: it dies, loses its last moments, freezes, is full, or is no master any more.
import { afterEach, describe, expect, it } from 'vitest'
import { RedisStore, type RedisStoreOptions } from '../../src/server/index.js'
import { type Persistence, RedisServer } from '../support/redis.js'
import { later, leaveAll, proxyTo } from '../support/servers.js'
import { append, fill, open, read, send, soon } from './hand.js'

afterEach(leaveAll)

async function redis(persistence: Persistence = 'none', more: string[] = []): Promise<RedisServer> {
  const server = await RedisServer.open(persistence, more)
  later(() => server.stop())
  return server
}

async function storeOf(server: RedisServer, options: RedisStoreOptions = {}): Promise<RedisStore> {
  const store = await RedisStore.open(server.url, options)
  later(() => store.close())
  return store
}

describe('a Redis that is killed and started again', () => {
  it('has lost nothing where it writes each answer to its disk first: the epoch stays', async () => {
    const server = await redis('always')
    const [store, other] = [await storeOf(server), await storeOf(server)]
    await open(store)
    const places = await fill(store, 1, 200)
    const before = await read(store)
    // In the midst of it.
    const load = Promise.allSettled(Array.from({ length: 100 }, (_, at) => append(store, 201 + at)))
    await server.kill()
    const answered = (await load).filter(({ status }) => status === 'fulfilled').length
    await server.start()
    const after = await soon(() => read(other))
    expect(after.epoch).toBe(before.epoch)
    expect(after.entries.slice(0, 200)).toEqual(before.entries)
    expect(after.next).toBeGreaterThanOrEqual(201 + answered)
    expect((await soon(() => store.sent({ client: 'ann', from: 1 }))).slice(0, 200)).toEqual(places)
    expect(await open(store)).toMatchObject({ known: true, seq: after.next - 1 })
  })

  it('has lost everything where it keeps nothing: all begins anew, in another epoch', async () => {
    const server = await redis('none')
    const store = await storeOf(server)
    await open(store)
    await fill(store, 1, 3)
    const { epoch } = await read(store)
    await server.kill()
    await server.start()
    expect(await soon(() => append(store, 4))).toEqual({ is: 'unknown' })
    expect(await open(store, 3)).toEqual({ is: 'open', known: false, seq: 3 })
    await fill(store, 4, 4)
    const after = await read(store)
    expect(after).toMatchObject({ oldest: 1, next: 2 })
    expect(after.epoch).not.toBe(epoch)
  })

  it.each(['everysec', 'snapshot'] as const)(
    'may have lost something (%s): what it has goes on in another epoch, one for all nodes',
    async (persistence) => {
      const server = await redis(persistence)
      const stores = [await storeOf(server), await storeOf(server), await storeOf(server)] as const
      const [store, other] = stores
      await open(store)
      await fill(store, 1, 3)
      const { epoch, entries } = await read(store)
      const control = server.connect()
      later(() => control.disconnect())
      if (persistence === 'snapshot') await control.save()
      // All that was answered is on the disk by then; Holdfast cannot know.
      else await control.call('WAITAOF', 1, 0, 0).catch(() => control.config('SET', 'appendfsync', 'always'))
      await server.kill()
      await server.start()
      const slices = await Promise.all(stores.map((one) => soon(() => read(one))))
      expect(new Set(slices.map((slice) => slice.epoch)).size).toBe(1)
      expect(slices[0]?.epoch).not.toBe(epoch)
      expect(slices[0]?.entries).toEqual(entries)
      // The client may be ahead of what Redis still has: it says where it is.
      expect(await append(other, 4)).toEqual({ is: 'unknown' })
      expect(await open(other, 7)).toEqual({ is: 'open', known: true, seq: 7 })
      expect(await append(other, 8)).toMatchObject({ fates: [{ is: 'stored', place: { offset: 4 } }] })
      expect((await read(store)).epoch).toBe(slices[0]?.epoch)
    },
  )

  it('is no other one for a connection that is only lost', async () => {
    const server = await redis('none')
    const store = await storeOf(server)
    await open(store)
    await fill(store, 1, 3)
    const { epoch } = await read(store)
    const control = server.connect()
    later(() => control.disconnect())
    await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    expect((await soon(() => read(store))).epoch).toBe(epoch)
  })
})

it('a replica that becomes the master may lack the last of it: another epoch', async () => {
  const master = await redis('always')
  const replica = await redis('always', ['--replicaof', `127.0.0.1 ${master.port}`])
  const store = await storeOf(master)
  await open(store)
  await fill(store, 1, 3)
  const { epoch } = await read(store)
  await expect(soon(() => storeOf(replica), 300)).rejects.toThrow(/it is a slave/)
  const control = replica.connect()
  later(() => control.disconnect())
  await soon(async () => expect(await control.dbsize()).toBeGreaterThan(0))
  await master.kill()
  await control.call('REPLICAOF', 'NO', 'ONE')
  const after = await read(await storeOf(replica))
  expect(after).toMatchObject({ next: 4 })
  expect(after.epoch).not.toBe(epoch)
})

it('a master that becomes a replica takes nothing, and its clients look for another', async () => {
  const server = await redis()
  const store = await storeOf(server)
  await open(store)
  const control = server.connect()
  later(() => control.disconnect())
  await control.call('REPLICAOF', '127.0.0.1', '1')
  await expect(append(store, 1)).rejects.toThrow(/READONLY/)
  await expect(append(store, 1)).rejects.toThrow(/cannot be used|closed/)
  await control.call('REPLICAOF', 'NO', 'ONE')
  await soon(async () => expect(await append(store, 1)).toMatchObject({ is: 'unknown' }))
  await open(store)
  await fill(store, 1, 1)
})

describe('a Redis that does not answer', () => {
  it('fails each call in time, and serves again', async () => {
    const server = await redis()
    const store = await storeOf(server, { timeout: 200 })
    await open(store)
    server.freeze()
    later(() => server.thaw())
    const all = await Promise.allSettled([append(store, 1), read(store), store.members({ ch: 'room' })])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    // Nothing waits for a connection that is not there.
    const later50 = await Promise.allSettled(Array.from({ length: 50 }, () => read(store)))
    expect(later50.every(({ status }) => status === 'rejected')).toBe(true)
    server.thaw()
    const told = await soon(() => append(store, 1))
    expect(told).toMatchObject({ is: 'done', seq: 1 })
    expect(await soon(() => read(store))).toMatchObject({ next: 2 })
  })

  it('because it pauses its clients is no other: what was asked meanwhile is done once', async () => {
    const server = await redis()
    const store = await storeOf(server, { timeout: 200 })
    await open(store)
    const control = server.connect()
    later(() => control.disconnect())
    await control.call('CLIENT', 'PAUSE', 600, 'ALL')
    await expect(append(store, 1)).rejects.toThrow()
    expect(await soon(() => append(store, 1))).toMatchObject({ seq: 1 })
    expect(await soon(() => read(store))).toMatchObject({ next: 2 })
  })

  it('at the start is an error that says so; the URL is not repeated, for it may hold a password', async () => {
    const server = await redis()
    await server.kill()
    const opening = RedisStore.open(`redis://:secret@127.0.0.1:${server.port}`)
    await expect(opening).rejects.toMatchObject({ code: 'store-unreachable', message: /ECONNREFUSED/ })
    await expect(opening).rejects.not.toThrow(/secret/)
  })
})

describe('a Redis without memory', () => {
  it('takes nothing, and says so; what it has can be read, and it takes again when there is room', async () => {
    const server = await redis('none', ['--maxmemory-policy', 'noeviction'])
    const store = await storeOf(server)
    await open(store)
    await fill(store, 1, 3)
    const control = server.connect()
    later(() => control.disconnect())
    await control.config('SET', 'maxmemory', '1mb')
    await expect(append(store, 4)).rejects.toThrow(/OOM/)
    expect(await read(store)).toMatchObject({ next: 4, entries: { length: 3 } })
    await control.config('SET', 'maxmemory', '0')
    await fill(store, 4, 4)
    expect(await read(store)).toMatchObject({ next: 5 })
  })

  it('shows no entry that is too old, and lets go of none until it can say so', async () => {
    let now = Date.now()
    const server = await redis('none', ['--maxmemory-policy', 'noeviction'])
    const store = await storeOf(server, { now: () => now })
    await open(store)
    await fill(store, 1, 3)
    const control = server.connect()
    later(() => control.disconnect())
    await control.config('SET', 'maxmemory', '1mb')
    now += 90_000_000
    for (let n = 0; n < 2; n++) expect(await read(store)).toMatchObject({ oldest: 4, next: 4, entries: [] })
    expect(await control.xlen('holdfast:l:room')).toBe(3)
    await control.config('SET', 'maxmemory', '0')
    expect(await read(store)).toMatchObject({ oldest: 4, next: 4 })
    expect(await control.xlen('holdfast:l:room')).toBe(0)
    expect(await control.hget('holdfast:h:room', 'bytes')).toBe('0')
  })

  it('that would throw away what was accepted is refused', async () => {
    const server = await redis('none', ['--maxmemory-policy', 'allkeys-lru'])
    await expect(storeOf(server)).rejects.toThrow(/maxmemory-policy is allkeys-lru.*noeviction/)
  })
})

describe('what is told', () => {
  it('may have been missed while a connection was lost: unsure, for each channel that is followed', async () => {
    const server = await redis()
    const store = await storeOf(server)
    const heard: string[] = []
    store.watch(({ is, ch }) => heard.push(`${is} ${ch}`))
    for (const ch of ['a', 'b', 'c']) store.follow(ch, true)
    await soon(() => expect(heard.sort()).toEqual(['unsure a', 'unsure b', 'unsure c']))
    store.follow('b', false)
    heard.length = 0
    const control = server.connect()
    later(() => control.disconnect())
    await control.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await soon(() => expect(heard.sort()).toEqual(['unsure a', 'unsure c']))
    heard.length = 0
    await open(store)
    await fill(store, 1, 1, 'b')
    await fill(store, 2, 2, 'a')
    await soon(() => expect(heard).toEqual(['grown a']))
  })

  it('is heard again when a connection has died without a word, though nobody asked anything', async () => {
    const server = await redis()
    const proxy = await proxyTo(() => server.port)
    const store = await RedisStore.open(`redis://127.0.0.1:${proxy.port}`, { timeout: 100 })
    later(() => store.close())
    const other = await storeOf(server)
    const heard: string[] = []
    const stop = store.listen('node', (note) => heard.push(note))
    store.watch(({ is }) => heard.push(is))
    store.follow('room', true)
    await soon(() => expect(heard).toEqual(['unsure']))
    proxy.suffer('swallow')
    await soon(() => expect(heard).toEqual(['unsure', 'unsure']))
    await other.notify({ node: 'node', note: 'hi' })
    await soon(() => expect(heard).toEqual(['unsure', 'unsure', 'hi']))
    // The connection for calls has died as well, and is found out by a call.
    await soon(() => read(store))
    stop()
  })
})

it('thousands of messages of one client, sent by two nodes at once over connections that break, are stored once', async () => {
  const server = await redis('always')
  const stores = [await storeOf(server), await storeOf(server)]
  const control = server.connect()
  later(() => control.disconnect())
  const [store] = stores as [RedisStore, RedisStore]
  await open(store)
  const total = 4_000
  const sendAll = async (one: RedisStore): Promise<void> => {
    for (let first = 1; first <= total; first += 20) await soon(() => send(one, first, first + 19))
  }
  const breaking = (async () => {
    for (let n = 0; n < 10; n++) {
      await soon(async () => expect((await read(store, 0)).next).toBeGreaterThan((n * total) / 10))
      await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    }
  })()
  await Promise.all([...stores.map(sendAll), breaking])
  const { entries, next } = await read(store, 10_000)
  expect(next).toBe(total + 1)
  expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: total }, (_, at) => `ann:${at + 1}`))
})
