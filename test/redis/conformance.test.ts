import { afterAll, beforeAll } from 'vitest'
import { RedisStore } from '../../src/server/index.js'
import type { StoreLimitsWanted, StoreStand } from '../../src/testing/index.js'
import { age, RedisServer } from '../support/redis.js'
import { storeConformance } from '../support/store-cases.js'

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.open()
})
afterAll(() => server.stop())

async function openStand(limits: StoreLimitsWanted): Promise<StoreStand> {
  let now = 1_800_000_000_000
  const redis = server.connect()
  const stores: RedisStore[] = []
  const another = async (): Promise<RedisStore> => {
    const store = await RedisStore.open(server.url, { ...limits, now: () => now })
    stores.push(store)
    return store
  }
  const leave = () => Promise.all(stores.splice(0).map((store) => store.close()))
  return {
    store: await another(),
    another,
    reopen: async () => (await leave(), another()),
    clock: {
      now: () => now,
      pass: (ms) => {
        now += ms
        return age(redis, ms)
      },
    },
    close: async () => {
      await leave()
      await redis.flushall()
      redis.disconnect()
    },
  }
}

storeConformance('RedisStore', openStand)
