import { MemoryStore } from '../../src/server/index.js'
import type { StoreLimitsWanted, StoreStand } from '../../src/testing/index.js'
import { storeConformance } from '../support/store-cases.js'

/** All who share a `MemoryStore` hold the same one, and it outlives them. */
function openStand(limits: StoreLimitsWanted): Promise<StoreStand> {
  let now = 1_800_000_000_000
  const store = new MemoryStore({ ...limits, now: () => now })
  return Promise.resolve({
    store,
    another: () => Promise.resolve(store),
    reopen: async () => (await store.close(), store),
    clock: { now: () => now, pass: (ms) => void (now += ms) },
    close: () => store.close(),
  })
}

storeConformance('MemoryStore', openStand)
