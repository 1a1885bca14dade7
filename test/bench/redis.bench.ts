// A store in a real Redis on the loopback: how many messages a second it takes, and what each costs Redis.
import type { Redis } from 'ioredis'
import { RedisStore } from '../../src/server/index.js'
import { type Persistence, RedisServer } from '../support/redis.js'
import { count, median, ms, Report } from './report.js'

const MESSAGES = 20_000
const body = JSON.stringify({ name: 'Ada', text: 'The light on the point is on, and the fog has lifted.', n: 12_345 })

const draft = (client: string, ch: string, seq: number) => ({
  ...{ ch, seq, after: seq - 1, id: `${client}:${seq}`, from: 'ada' },
  ...{ time: Date.now(), body },
})

const open = (store: RedisStore, client: string) => store.open({ client, key: 'key', user: '', acked: 0 })

/** So many clients at once, each with batches one after the other: messages a second. */
async function rate(store: RedisStore, clients: number, batch: number): Promise<number> {
  const each = Math.ceil(MESSAGES / clients / batch)
  const start = performance.now()
  const one = async (name: string): Promise<void> => {
    await open(store, name)
    for (let at = 0; at < each; at++)
      await store.append({
        client: name,
        records: Array.from({ length: batch }, (_, n) => draft(name, `room ${name}`, at * batch + n + 1)),
      })
  }
  await Promise.all(Array.from({ length: clients }, (_, n) => one(`${start} ${n}`)))
  return (each * batch * clients * 1_000) / (performance.now() - start)
}

/** One message at a time, ms. */
async function latency(store: RedisStore): Promise<number> {
  await open(store, 'one')
  const took: number[] = []
  for (let seq = 1; seq <= 1_000; seq++) {
    const start = performance.now()
    await store.append({ client: 'one', records: [draft('one', 'room of one', seq)] })
    took.push(performance.now() - start)
  }
  return median(took)
}

/** The yardstick: as many of the plainest command that keeps an entry. */
async function plain(control: Redis): Promise<number> {
  const start = performance.now()
  const one = async (): Promise<void> => {
    for (let at = 0; at < MESSAGES / 50; at++) await control.xadd('plain', '*', 'body', body)
  }
  await Promise.all(Array.from({ length: 50 }, one))
  return (MESSAGES * 1_000) / (performance.now() - start)
}

/** What was spent up to now, CPU time in µs: how busy the machine is otherwise changes little of it. */
async function spent(control: Redis) {
  const [commands, cpu] = [await control.info('commandstats'), await control.info('cpu')]
  const field = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)?.[1]) * 1e6
  const { user, system } = process.cpuUsage()
  return {
    calls: Number(/cmdstat_evalsha:calls=(\d+)/.exec(commands)?.[1]),
    redis: field('used_cpu_sys') + field('used_cpu_user'),
    node: user + system,
  }
}

const report = new Report()
for (const persistence of ['none', 'everysec', 'always'] satisfies Persistence[]) {
  const server = await RedisServer.open(persistence)
  const store = await RedisStore.open(server.url)
  const control = server.connect()
  report.row(`${persistence}: one message, until it is accepted`, ms(await latency(store)))
  report.row(`${persistence}: plain XADD, 50 at once`, count(await plain(control), 'entries/s'))
  for (const [clients, batch] of [
    [1, 100],
    [50, 1],
    [50, 20],
  ] as const) {
    const before = await spent(control)
    const messages = await rate(store, clients, batch)
    const after = await spent(control)
    const each = (name: keyof typeof after): string => count((after[name] - before[name]) / MESSAGES)
    report.row(
      `${persistence}: ${clients} clients at once, ${batch} in a batch`,
      `${count(messages, 'messages/s')}; each ${each('calls')} commands, CPU ${each('redis')} µs in Redis, ${each('node')} µs in Node`,
    )
  }
  control.disconnect()
  await store.close()
  await server.stop()
}
