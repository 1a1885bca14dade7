import type { Redis, RedisOptions } from 'ioredis'
import type { RedisSettings } from './settings.js'

/** Between two attempts to reach Redis, ms: random, up to twice as much each time, and never more than this. */
const BACKOFF = 2_000

/** Another connection to the same Redis; it is not made before `connect()`. */
export type Connect = () => Redis

/**
 * Nothing waits for a connection: what cannot be written fails, and what was written fails with its connection. Who
 * asked asks again.
 */
export async function connectTo(url: string, { timeout, connection }: RedisSettings): Promise<Connect> {
  const { Redis } = await import('ioredis')
  const options: RedisOptions & { replyMapping: 'legacy' } = {
    connectionName: 'holdfast',
    keepAlive: 10_000,
    connectTimeout: timeout,
    ...connection,
    replyMapping: 'legacy',
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: timeout,
    socketTimeout: timeout,
    retryStrategy: (times) => 10 + Math.random() * Math.min(BACKOFF, 50 * 2 ** Math.min(times, 10)),
    // A master that has become a replica, or forgot its scripts: a new connection is looked at anew.
    reconnectOnError: ({ message }) => /READONLY|NOSCRIPT/.test(message),
  }
  return () => new Redis(url, options)
}
