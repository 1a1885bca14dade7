import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FileStore, MemoryStore, openStore, OptionError } from '../../src/server/index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-open-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('opens memory, and a file by its path or its URL', async () => {
  expect(await openStore('memory')).toBeInstanceOf(MemoryStore)
  const path = join(folder, 'a store ☃.db')
  for (const url of [`file:${path}`, pathToFileURL(path).href]) {
    const store = await openStore(url)
    expect(store).toBeInstanceOf(FileStore)
    expect(await store.open({ client: 'ann', key: 'k', user: '', acked: 0 })).toMatchObject({
      known: url.startsWith('file:///'),
    })
    await store.close()
  }
})

it('asks Redis, where it is named', async () => {
  await expect(openStore('redis://127.0.0.1:1/')).rejects.toMatchObject({ code: 'store-unreachable' })
})

it.each(['', 'disk', 'file:', 'files:x', 'redis:6379', 'redis:', 'http://here', 'file://elsewhere/x', 'memory:'])(
  'does not take %j',
  async (url) => {
    await expect(openStore(url)).rejects.toThrow(OptionError)
    await expect(openStore(url)).rejects.toThrow(/^the store takes/)
  },
)
