import { fileURLToPath } from 'node:url'
import type { Store } from '../../core/store.js'
import { OptionError } from '../../wire/errors.js'
import { FileStore } from './file.js'
import { MemoryStore } from './memory.js'
import { RedisStore } from './redis.js'

const TAKES = "'memory', 'file:' and the path of a file, 'redis://…' or 'rediss://…'"

/**
 * Opens the store that a setting names, with the defaults of its kind: `memory`, `file:PATH` (a path or a `file:///`
 * URL), `redis://…` or `rediss://…`. Throws `OptionError` for what is none of these, and what that store throws.
 */
export async function openStore(url: string): Promise<Store> {
  if (url === 'memory') return new MemoryStore()
  const [, kind, rest = ''] = /^(file|rediss?):(.*)$/s.exec(url) ?? []
  if (kind === 'file' && rest) return FileStore.open(rest.startsWith('//') ? pathOf(url) : rest)
  if (kind?.startsWith('redis') && rest.startsWith('//')) return RedisStore.open(url)
  throw new OptionError('bad-option', `the store takes ${TAKES}`)
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new OptionError('bad-option', `the store takes ${TAKES}; ${url} names no file of this machine`, { cause })
  }
}
