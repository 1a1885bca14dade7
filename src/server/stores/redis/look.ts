import type { Redis } from 'ioredis'
import type { Script, Scripts } from './scripts.js'

/** The fields of `INFO` that are of use here. */
interface Info {
  run_id?: string
  role?: string
  master_replid?: string
  master_replid2?: string
  maxmemory_policy?: string
}

/** What a Redis that never was a replica names as the one before it. */
const NOBODY = /^0*$/

/**
 * Readies a Redis that was just reached, and tells it apart from the one before: throws when it is a replica, or throws
 * entries away when memory is short.
 * @param args of the script `enlist`, before its own.
 */
export async function look(redis: Redis, scripts: Scripts, args: readonly string[]): Promise<void> {
  const info = infoOf(await redis.info())
  const { run_id: run = '', role, master_replid: history = '', maxmemory_policy: policy } = info
  if (role !== undefined && role !== 'master') throw new Error(`it is a ${role}, not the master`)
  if (policy !== undefined && policy !== 'noeviction')
    throw new Error(`maxmemory-policy is ${policy}, which forgets what was accepted: it has to be noeviction`)
  for (const { text } of Object.values<Script>(scripts)) await redis.script('LOAD', text)
  // A replica that took over has what had reached it.
  const durable = NOBODY.test(info.master_replid2 ?? '') && (await isDurable(redis))
  // A master that was a replica in between is the same process, and has another history.
  await redis.call('EVALSHA', scripts.enlist.sha, 0, ...args, `${run} ${history}`, durable ? '1' : '0')
}

function infoOf(text: string): Info {
  const lines = text.split(/\r?\n/).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
  return Object.fromEntries(lines) as Info
}

/** Whether all that it answers is on its disk by then; who may not ask does not know. */
async function isDurable(redis: Redis): Promise<boolean> {
  try {
    const settings = new Map<string, string>()
    for (const name of ['appendonly', 'appendfsync', 'no-appendfsync-on-rewrite']) {
      const [, value = ''] = (await redis.call('CONFIG', 'GET', name)) as string[]
      settings.set(name, value)
    }
    return (
      settings.get('appendonly') === 'yes' &&
      settings.get('appendfsync') === 'always' &&
      settings.get('no-appendfsync-on-rewrite') === 'no'
    )
  } catch {
    return false
  }
}
