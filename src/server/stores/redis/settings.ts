import type { RedisOptions } from 'ioredis'
import { type Check, checkOptions, isFunction, isTime, orAbsent, withDefaults } from '../../options.js'
import { limitChecks, storeLimits, type StoreLimits } from '../limits.js'

/** Redis itself says how many clients there are room for. */
export type RedisLimits = Omit<StoreLimits, 'maxClients'>

export interface RedisSettings extends RedisLimits {
  /** What all keys and all pub/sub channels begin with; another prefix is another store. Default 'holdfast:'. */
  prefix: string
  /** A call that Redis does not answer for so long has failed, and a connection silent for so long is cut, ms. Default 5,000. */
  timeout: number
  /** What `ioredis` takes beside the URL: `tls`, `sentinels`, `name` … Default: none. */
  connection: RedisOptions | undefined
  /** ms since 1970. Default: the clock. */
  now: () => number
}

/** Limits and the connection; each has a default. */
export type RedisStoreOptions = { [Name in keyof RedisSettings]?: RedisSettings[Name] | undefined }

const isText: Check = ['a string', (value) => typeof value === 'string']
const isObject: Check = ['an object', (value) => typeof value === 'object' && value !== null]

/** Fills in the defaults. Throws `OptionError`, naming the option and what it takes. */
export function settle(given: RedisStoreOptions): RedisSettings {
  checkOptions<RedisSettings>(given as Partial<RedisSettings>, {
    ...limitsOf(limitChecks),
    prefix: isText,
    timeout: isTime(10),
    connection: orAbsent(isObject),
    now: isFunction,
  })
  const rest = { prefix: 'holdfast:', timeout: 5_000, connection: undefined, now: () => Date.now() }
  return withDefaults<RedisSettings>({ ...limitsOf(storeLimits), ...rest }, given as Partial<RedisSettings>)
}

/** The limits alone, of whatever has them among others. */
export function limitsOf<Limits extends Record<keyof RedisLimits, unknown>>(
  all: Limits,
): Pick<Limits, keyof RedisLimits> {
  const { maxEntries, maxBytes, maxAge, inboxEntries, inboxBytes, inboxAge, clientTtl, maxCursors } = all
  return { maxEntries, maxBytes, maxAge, inboxEntries, inboxBytes, inboxAge, clientTtl, maxCursors }
}
