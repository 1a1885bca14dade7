// A store in a real Redis on the loopback: how many messages a second it takes, and what each costs Redis.
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

const report = new Report()
for (const persistence of ['none', 'everysec', 'always'] satisfies Persistence[]) {
  const server = await RedisServer.open(persistence)
  const store = await RedisStore.open(server.url)
  const control = server.connect()
  report.row(`${persistence}: one message, until it is accepted`, ms(await latency(store)))
  for (const [clients, batch] of [
    [1, 100],
    [50, 1],
    [50, 20],
  ] as const) {
    const before = Number(/total_commands_processed:(\d+)/.exec(await control.info('stats'))?.[1])
    const used = Number(/usec=(\d+)/.exec((await control.info('commandstats')).split('cmdstat_evalsha')[1] ?? '')?.[1])
    const messages = await rate(store, clients, batch)
    const spent = Number(/usec=(\d+)/.exec((await control.info('commandstats')).split('cmdstat_evalsha')[1] ?? '')?.[1])
    const after = Number(/total_commands_processed:(\d+)/.exec(await control.info('stats'))?.[1])
    report.row(
      `${persistence}: ${clients} clients at once, ${batch} in a batch`,
      `${count(messages, 'messages/s')}, ${count((after - before) / MESSAGES)} commands and ${count((spent - used) / MESSAGES)} µs of Redis each`,
    )
  }
  control.disconnect()
  await store.close()
  await server.stop()
}
