import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStore, MemoryStore } from '../../src/server/index.js'
import type { StoreLimitsWanted, StoreStand } from '../../src/testing/index.js'
import { storeConformance } from '../support/store-cases.js'

/** All who share a `MemoryStore` hold the same one, and it outlives them. */
storeConformance('MemoryStore', (limits: StoreLimitsWanted): Promise<StoreStand> => {
  let now = 1_800_000_000_000
  const store = new MemoryStore({ ...limits, now: () => now })
  return Promise.resolve({
    store,
    another: () => Promise.resolve(store),
    reopen: async () => (await store.close(), store),
    clock: { now: () => now, pass: (ms) => void (now += ms) },
    close: () => store.close(),
  })
})

/** The server instances of a process share one `FileStore`. */
storeConformance('FileStore', async (limits: StoreLimitsWanted): Promise<StoreStand> => {
  let now = 1_800_000_000_000
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'))
  const open = () => FileStore.open(join(folder, 'store.db'), { ...limits, now: () => now })
  let store = await open()
  return {
    store,
    another: () => Promise.resolve(store),
    async reopen() {
      await store.close()
      return (store = await open())
    },
    clock: { now: () => now, pass: (ms) => void (now += ms) },
    async close() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
})
