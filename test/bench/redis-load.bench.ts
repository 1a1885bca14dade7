// What each call of the Redis store costs Redis, which is one thread: commands, and microseconds of its time.
import { RedisStore } from '../../src/server/index.js'
import { RedisServer } from '../support/redis.js'
import { count, Report } from './report.js'

const CLIENTS = 1_000
const MEMBERS = 50

const server = await RedisServer.open('everysec')
const [store, other] = [await RedisStore.open(server.url), await RedisStore.open(server.url)]
const control = server.connect()
const report = new Report()
const names = Array.from({ length: CLIENTS }, (_, at) => `client ${at}`)
const room = (at: number): string => `room ${Math.floor(at / MEMBERS)}`

let heard = 0
other.watch(() => heard++)
for (let at = 0; at < CLIENTS; at += MEMBERS) other.follow?.(room(at), true)

async function spent(): Promise<{ usec: number; commands: number; cpu: number }> {
  const scripts = /cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(await control.info('commandstats'))?.[1]
  const commands = /total_commands_processed:(\d+)/.exec(await control.info('stats'))?.[1]
  const cpu = await control.info('cpu')
  const part = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)?.[1])
  return {
    usec: Number(scripts ?? 0),
    commands: Number(commands),
    cpu: (part('used_cpu_user') + part('used_cpu_sys')) * 1e6,
  }
}

/** Each client once, a hundred at the same time; `per` is what one call counts for. */
async function measure(what: string, call: (name: string, at: number) => Promise<unknown>, per = 1): Promise<void> {
  const before = await spent()
  heard = 0
  const list = per === 1 ? names : names.slice(0, CLIENTS / per)
  for (let at = 0; at < list.length; at += 100)
    await Promise.all(list.slice(at, at + 100).map((name, n) => call(name, at + n)))
  const after = await spent()
  const share = (key: keyof typeof before): string => count((after[key] - before[key]) / CLIENTS)
  const news = count(heard / CLIENTS)
  const told = `${share('commands')} commands, ${share('usec')} µs in scripts, ${share('cpu')} µs of CPU, ${news} news`
  report.row(what, told)
}

const wall = Date.now()
const epochs = new Map<string, string>()
const cursor = (at: number, offset: number) => ({
  epoch: epochs.get(room(at)) ?? '',
  ...{ since: 1, offset, time: wall },
})
const devices = (presence: 'online' | 'away', seenAt: number) =>
  names.map((client) => ({ client, user: '', presence, seenAt }))
const body = JSON.stringify({ name: 'Ada', text: 'The light on the point is on, and the fog has lifted.' })

await measure('open (a `hello`)', (client) => store.open({ client, key: 'key', user: '', acked: 0 }))
for (let at = 0; at < CLIENTS; at += MEMBERS)
  epochs.set(room(at), (await store.read({ ch: room(at), from: 0, limit: 0, bytes: 0 })).epoch)
await measure('keep (a subscription)', (client, at) => store.keep({ client, ch: room(at), cursor: cursor(at, 0) }))
await measure('append (one message)', (client, at) =>
  store.append({
    client,
    records: [{ ch: room(at), seq: 1, after: 0, id: `${client}:1`, from: '', time: wall, body }],
  }),
)
await measure('keep (an acknowledgement)', (client, at) => store.keep({ client, ch: room(at), cursor: cursor(at, 1) }))
await measure(`members (a roster of ${MEMBERS})`, (_, at) => store.members({ ch: room(at) }))
await measure(
  'seen, each device of 1,000 in one call: come',
  () => store.seen({ devices: devices('online', wall) }),
  1_000,
)
await measure('  nothing new', () => store.seen({ devices: devices('online', wall + 1) }), 1_000)
await measure('  gone away', () => store.seen({ devices: devices('away', wall + 2) }), 1_000)
const memory = /used_memory:(\d+)/.exec(await control.info('memory'))?.[1]
report.row(
  'memory of Redis for each client, its seat and its message',
  `${count(Number(memory) / CLIENTS / 1_024)} KiB`,
)
control.disconnect()
await Promise.all([store.close(), other.close()])
await server.stop()
